"""Amounts of money and whole numbers, as files of many origins write them.

1,234.56 and 1.234,56 cannot both be right in one file: which mark is the decimal one is told by
all amounts of the file together. 1,234 or 1.234 say nothing by themselves; a file with nothing
clearer is read with the point as decimal mark, which is what programs write.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from .faults import SHOWN_VALUE, Fault, FileRefused, Reason

DECIMALS = 4
LIMIT = Decimal(10) ** 13
WHOLE_LIMIT = 2_147_483_647
LONGEST = 64  # characters; nothing longer is looked at as a number


class DecimalMark(StrEnum):
    """The character between whole and fraction."""

    POINT = "point"
    COMMA = "comma"


# The signs that say a currency; one that may stand for several lists them all.
SIGNS: dict[str, tuple[str, ...]] = {
    "¥": ("CNY", "JPY"),
    "元": ("CNY",),
    "人民币": ("CNY",),
    "RMB": ("CNY",),
    "円": ("JPY",),
    "$": ("USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD", "TWD"),
    "US$": ("USD",),
    "HK$": ("HKD",),
    "NT$": ("TWD",),
    "€": ("EUR",),
    "£": ("GBP",),
    "₩": ("KRW",),
    "₹": ("INR",),
}

_sign = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
_amount = re.compile(
    rf"(?P<open>\()?\s*(?P<minus>[-+])?\s*(?P<before>{_sign}|[A-Z]{{3}})?\s*(?P<minus2>[-+])?\s*"
    rf"(?P<number>[\d.,' ]*\d)\s*(?P<after>{_sign}|[A-Z]{{3}})?\s*(?P<minus3>-)?\s*(?P<close>\))?",
    re.ASCII,
).fullmatch
# What has one meaning whatever the mark of the file, or can only have the point as its mark.
_plain_amount = r"-?(?:\d{1,13}(?:\.(?:\d{1,2}|\d{4}))?|(?:0|\d{4,13})\.\d{3})"
_plain = re.compile(_plain_amount, re.ASCII).fullmatch
_plains = re.compile(rf"(?:{_plain_amount}\n)*+", re.ASCII).fullmatch
_exponent = re.compile(r"[-+]?[\d.,]+[eE][-+]?\d+", re.ASCII).fullmatch
_not_finite = re.compile(r"[-+]?(?:nan|inf|infinity|∞)", re.IGNORECASE).fullmatch
_grouped = r"[1-9]\d{0,2}(?:([, '])\d{3})(?:\1\d{3})*"
_pointed = re.compile(rf"(?:\d+|{_grouped})?(?:\.\d+)?", re.ASCII).fullmatch
_whole = re.compile(rf"(?:\d+|{_grouped})(?:\.0+)?", re.ASCII).fullmatch
_swap = str.maketrans(",.", ".,")
# NFKC leaves these: the minus sign, dashes used as one, typographic apostrophes.
_look_alikes = str.maketrans({"−": "-", "–": "-", "’": "'", "，": ",", "。": "."})


def plain(text: str) -> str:
    """Full-width characters, special spaces and minus signs as their ASCII twins."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text).translate(_look_alikes).strip()


@dataclass(frozen=True, slots=True)
class AmountStyle:
    """How this file writes amounts, and the currency they must be in.

    `told` tells the mark from the whole file, and is asked only when an amount needs it; `given` is
    what a person said.
    """

    currency: str
    told: Callable[[], DecimalMark]
    given: DecimalMark | None = None

    @property
    def mark(self) -> DecimalMark:
        return self.given or self.told()


def are_plain_amounts(texts: Sequence[str], style: AmountStyle) -> bool:
    """Whether all of them are exact amounts as they stand."""
    if style.given is DecimalMark.COMMA:
        return False
    joined = "\n".join([*texts, ""])
    return bool(_plains(joined)) and joined.count("\n") == len(texts)


def parse_amount(text: str, style: AmountStyle) -> str | Reason:
    """An exact amount as plain decimal text: at most four decimals, below 10^13."""
    if style.given is not DecimalMark.COMMA and _plain(text):
        return text
    text = plain(text)
    match = _amount(text) if len(text) <= LONGEST else None
    if match is None or not match["number"]:
        return _not_an_amount(text)
    for sign in (match["before"], match["after"]):
        if sign and style.currency not in SIGNS.get(sign, (sign,)):
            return Reason("other_currency", {"currency": sign, "expected": style.currency})
    minus = [match["minus"], match["minus2"], match["minus3"]]
    signs = sum(bool(sign) for sign in minus)
    bracketed = bool(match["open"])
    if bracketed != bool(match["close"]) or signs + bracketed > 1:
        return Reason("not_an_amount")
    number = match["number"]
    if style.mark is DecimalMark.COMMA:
        number = number.translate(_swap)
    grouped = _pointed(number)
    if grouped is None:
        return Reason("not_in_amount_style", {"mark": style.mark.value})
    value = Decimal(re.sub("[, ']", "", number))
    if value >= LIMIT:
        return Reason("amount_too_large")
    rounded = round(value, DECIMALS)
    if rounded != value:
        return Reason("too_many_decimals", {"decimals": DECIMALS})
    return format(-rounded if bracketed or "-" in minus else rounded, "f")


def _not_an_amount(text: str) -> Reason:
    if _not_finite(text):
        return Reason("not_finite")
    return Reason("exponent" if _exponent(text) else "not_an_amount")


def parse_whole(text: str) -> str | Reason:
    """A whole number from 0 up, as text; `9.0` is 9, as programs write a column with gaps."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return text
    text = plain(text)
    if len(text) > LONGEST or not _whole(text):
        return Reason("not_finite" if _not_finite(text) else "not_whole")
    value = int(re.sub("[, ']", "", text.partition(".")[0]))
    return Reason("whole_too_large", {"limit": WHOLE_LIMIT}) if value > WHOLE_LIMIT else str(value)


@dataclass(frozen=True, slots=True)
class _Seen:
    line: int
    column: str
    value: str


class AmountSurvey:
    """What all the amounts of a file say about its decimal mark."""

    def __init__(self) -> None:
        self._seen: dict[DecimalMark, _Seen] = {}

    def observe(self, column: str, lines: Sequence[int], values: Sequence[str]) -> None:
        """Take in one column of one chunk."""
        for value in dict.fromkeys(values):
            mark = decimal_mark(value)
            if mark and mark not in self._seen:
                line = lines[values.index(value)]
                self._seen[mark] = _Seen(line, column, value[:SHOWN_VALUE])

    def mark(self) -> DecimalMark:
        """The decimal mark; the point when nothing tells. Raises FileRefused when both are used."""
        point, comma = (
            self._seen.get(DecimalMark.POINT),
            self._seen.get(DecimalMark.COMMA),
        )
        if point and comma:
            reason = Reason("decimal_marks_differ", {"point": point.line, "comma": comma.line})
            raise FileRefused(
                [Fault(seen.line, seen.column, seen.value, reason) for seen in (point, comma)]
            )
        return DecimalMark.COMMA if comma else DecimalMark.POINT


_number = re.compile(r"\.?\d(?:[\d.,' ]*\d)?", re.ASCII).search


def decimal_mark(text: str) -> DecimalMark | None:
    """The decimal mark that this amount can only have been written with, if there is one."""
    if text.isdigit() or len(text) > LONGEST:
        return None
    match = _number(plain(text))
    if match is None:
        return None
    with_point = _pointed(match[0]) is not None
    with_comma = _pointed(match[0].translate(_swap)) is not None
    if with_point == with_comma:
        return None
    return DecimalMark.POINT if with_point else DecimalMark.COMMA
