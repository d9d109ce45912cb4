"""Numbers, money, dates and durations as a person reads them in a language.

Pure functions: the language (Django's code, ``en`` or ``zh-hans``) comes in, text goes out. None
gives an en dash, so that an absent figure is never mistaken for a zero. The filters of
``ui.templatetags.tenure`` call these with the active language.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import (
    format_compact_currency,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    get_currency_symbol,
)
from babel.units import format_unit

Number = int | float | Decimal

ABSENT = "–"
MINUS = "\N{MINUS SIGN}"
# English here is read all over the world: day before month, and the month in letters.
_BABEL_LOCALES = {"zh-hans": "zh_Hans_CN", "zh": "zh_Hans_CN", "en": "en"}
_PATTERNS = {
    "short": {"en": "d MMM y", "zh-hans": "y-MM-dd"},
    "long": {"en": "d MMMM y", "zh-hans": "y年M月d日"},
    "month": {"en": "MMM y", "zh-hans": "y年M月"},
    "short_month": {"en": "MMM", "zh-hans": "M月"},
    "day": {"en": "d MMM", "zh-hans": "M月d日"},
    "moment": {"en": "d MMM y, HH:mm", "zh-hans": "y-MM-dd HH:mm"},
}
THOUSAND, TEN_THOUSAND = Decimal(1_000), Decimal(10_000)
# A screen shows one tenant, so one currency: the short sign is enough.
_SIGNS = {"CN¥": "¥", "JP¥": "¥"}
_NUMBER_AND_HAN = re.compile(r"(?<=\d)(?=[\u4e00-\u9fff])")


@lru_cache(maxsize=8)
def locale_of(language: str) -> Locale:
    """Babel's locale of a Django language code; English where we have none."""
    return Locale.parse(_BABEL_LOCALES.get(language.lower(), "en"))


def number(value: Number | None, language: str, digits: int | None = None) -> str:
    """``digits`` decimals exactly, or as many as there are, at most two."""
    if _absent(value):
        return ABSENT
    pattern = "#,##0.##" if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return _written(_shown(value, 2 if digits is None else digits), pattern, language)


@lru_cache(maxsize=20_000)
def _written(exact: Number, pattern: str, language: str) -> str:
    """Kept: a thousand reports write the same small numbers again and again."""
    return _signs(format_decimal(exact, format=pattern, locale=locale_of(language)))


def percent(value: Number | None, language: str, digits: int = 1) -> str:
    """Of a fraction: 0.9512 gives 95.1%."""
    if _absent(value):
        return ABSENT
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    exact = _shown(value, digits + 2)
    return _signs(format_percent(exact, format=pattern, locale=locale_of(language)))


def money(value: Number | None, currency: str, language: str, digits: int | None = None) -> str:
    """An amount with its currency; ``digits`` defaults to the decimals of the currency."""
    if _absent(value):
        return ABSENT
    exact = _exact(value)
    if digits is not None:
        exact = _shown(exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN), digits)
    else:
        digits = get_currency_precision(currency)
    pattern = "¤#,##0" + ("." + "0" * digits if digits else "")
    text = format_currency(
        exact,
        currency,
        format=pattern,
        locale=locale_of(language),
        currency_digits=False,
    )
    return _signs(text)


def compact_money(value: Number | None, currency: str, language: str) -> str:
    """Large amounts as executives read them: 1,234.5万元 in Chinese, ¥12.3M in English."""
    if _absent(value):
        return ABSENT
    exact = _exact(value)
    if not language.lower().startswith("zh"):
        if abs(exact) < THOUSAND:
            return money(exact, currency, language, digits=0)
        text = format_compact_currency(
            exact, currency, locale=locale_of(language), fraction_digits=1
        )
        return _signs(text)
    if abs(exact) < TEN_THOUSAND:
        return money(exact, currency, language, digits=0)
    amount = _signs(
        format_decimal(exact / TEN_THOUSAND, format="#,##0.#", locale=locale_of(language))
    )
    if currency == "CNY":
        return f"{amount}万元"
    return f"{get_currency_symbol(currency, locale=locale_of(language))}{amount}万"


def listed(words: Iterable[str], language: str) -> str:
    """Words one after the other: commas in English, 、 in Chinese."""
    return ("、" if language.lower().startswith("zh") else ", ").join(words)


def signed(value: Number | None, language: str, digits: int | None = None) -> str:
    """A difference: always with its sign, except zero."""
    return _with_sign(value, number(value, language, digits), 2 if digits is None else digits)


def signed_percent(value: Number | None, language: str, digits: int = 1) -> str:
    return _with_sign(value, percent(value, language, digits), digits + 2)


def signed_money(
    value: Number | None, currency: str, language: str, digits: int | None = None
) -> str:
    places = get_currency_precision(currency) if digits is None else digits
    return _with_sign(value, money(value, currency, language, digits), places)


def days(value: Number | None, language: str) -> str:
    """5 days, 5 天; a part of a day keeps one decimal."""
    if _absent(value):
        return ABSENT
    rounded = round(_exact(value), 1)
    plain = int(rounded) if rounded == int(rounded) else rounded
    # CLDR has no long form of a day in Chinese; its short form is the usual one there.
    length: Literal["short", "long"] = "short" if language.lower().startswith("zh") else "long"
    text = format_unit(plain, "duration-day", length=length, locale=locale_of(language))
    return _apart(_signs(text))


def short_date(value: date | None, language: str) -> str:
    """For tables: 31 Dec 2024, 2024-12-31."""
    return _date(value, language, "short")


def long_date(value: date | None, language: str) -> str:
    """For text: 31 December 2024, 2024年12月31日."""
    return _date(value, language, "long")


def month(value: date | None, language: str) -> str:
    """Dec 2024, 2024年12月."""
    return _date(value, language, "month")


def short_month(value: date | None, language: str) -> str:
    """For the axis of a chart: Dec, 12月."""
    return _date(value, language, "short_month")


def day(value: date | None, language: str) -> str:
    """A day of a year that is known from elsewhere: 31 Dec, 12月31日."""
    return _date(value, language, "day")


def date_time(value: datetime | None, language: str, timezone: tzinfo | None = None) -> str:
    """To the minute, in ``timezone`` (or the moment's own)."""
    if value is None:
        return ABSENT
    local = value.astimezone(timezone) if timezone is not None else value
    return format_datetime(local, _pattern("moment", language), locale=locale_of(language))


def ago(value: datetime | None, now: datetime, language: str) -> str:
    """3 hours ago, 3 小时前; a moment to come reads "in 3 hours"."""
    if value is None:
        return ABSENT
    difference: timedelta = value - now
    return _apart(format_timedelta(difference, add_direction=True, locale=locale_of(language)))


def formatter(
    kind: str, language: str, currency: str = "", digits: int | None = None
) -> Callable[[Number | None], str]:
    """The format of one kind of figure: number, percent, money, compact_money or days.

    Raises ValueError for another kind.
    """
    if kind == "number":
        return lambda value: number(value, language, digits)
    if kind == "percent":
        return lambda value: percent(value, language, 1 if digits is None else digits)
    if kind == "money":
        return lambda value: money(value, currency, language, digits)
    if kind == "compact_money":
        return lambda value: compact_money(value, currency, language)
    if kind == "days":
        return lambda value: days(value, language)
    raise ValueError(f"no format named {kind!r}")


def _date(value: date | None, language: str, name: str) -> str:
    if value is None:
        return ABSENT
    return format_date(value, _pattern(name, language), locale=locale_of(language))


def _pattern(name: str, language: str) -> str:
    patterns = _PATTERNS[name]
    return patterns["zh-hans" if language.lower().startswith("zh") else "en"]


def _absent(value: Number | None) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _exact(value: Number | None) -> Decimal:
    assert value is not None
    if isinstance(value, Decimal):
        return value
    # repr of a float is the shortest text that names it: 0.1 stays 0.1. The conversions accept
    # numpy's kinds too.
    return Decimal(repr(float(value))) if isinstance(value, float) else Decimal(int(value))


def _signs(text: str) -> str:
    for long, short in _SIGNS.items():
        text = text.replace(long, short)
    return MINUS + text[1:] if text.startswith("-") else text


def _apart(text: str) -> str:
    """A space between a number and a Chinese unit, as the catalogue writes them; CLDR has none."""
    return _NUMBER_AND_HAN.sub(" ", text)


def _shown(value: Number | None, digits: int) -> Decimal:
    """The value, but what rounds to zero is zero: no "−0.0" is ever shown."""
    exact = _exact(value)
    return exact if round(exact, digits) else Decimal(0)


def _with_sign(value: Number | None, text: str, digits: int) -> str:
    return f"+{text}" if not _absent(value) and _shown(value, digits) > 0 else text
