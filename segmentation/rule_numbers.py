"""Numbers and names of measures as the sentences about rules write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext

from segmentation import catalogue
from segmentation.catalogue import Unit
from ui import formats


def measure_number(measure: str, number: Any, currency: str) -> str:
    """A number in the unit of a measure: 30 days, 20%, ¥1,000."""
    language = get_language() or "en"
    unit = catalogue.get(measure).unit if measure in catalogue.names() else None
    if unit is Unit.MONEY and currency:
        return formats.money(number, currency, language, 0 if number == int(number) else None)
    if unit is Unit.DAYS:
        return formats.days(number, language)
    if unit is Unit.SHARE:
        return share(number)
    if unit is Unit.TIMES:
        return f"× {formats.number(number, language)}"
    return formats.number(number, language)


def share(number: Any) -> str:
    """A fraction as a percentage with as many decimals as it has, at most two."""
    hundredfold = round(float(number) * 100, 2)
    digits = 0 if hundredfold == int(hundredfold) else 1 if hundredfold * 10 % 1 == 0 else 2
    return formats.percent(number, get_language() or "en", digits)


def measure_title(measure: str) -> str:
    return str(catalogue.get(measure).title) if measure in catalogue.names() else measure


def named(words: Iterable[str | Promise]) -> str:
    """Names one after the other; ``joined`` is for clauses, which Chinese parts in another way."""
    return formats.listed(map(str, words), get_language() or "en")


def joined(words: Sequence[str | Promise]) -> str:
    return pgettext("between the parts of a list", ", ").join(map(str, words))
