"""A kept document as a page shows it: every part of it, amounts with all their digits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision

from ui import formats
from ui.tags.formats import language


@dataclass(frozen=True)
class ShownDocument:
    """The parts of a document as they are read in the active language."""

    parties: dict[str, str]
    terms: dict[str, Any]
    effort: str
    price: str
    items: list[tuple[str, str]]


def shown_document(text: str) -> ShownDocument:
    """What a canonical text says, for the template ``r/document.html``."""
    kept: dict[str, Any] = json.loads(text)
    terms = kept["terms"]
    return ShownDocument(
        parties=kept["parties"],
        terms=terms,
        effort=person_days(Decimal(terms["effort_days"])),
        price=exact_money(Decimal(terms["price"]), terms["currency"]),
        items=[
            (item["title"], person_days(Decimal(item["effort_days"]))) for item in terms["items"]
        ],
    )


def person_days(days: Decimal | None) -> str:
    """Person-days with all their digits: nobody signs a rounded number."""
    return formats.number(days, language(), _places(days) if days is not None else None)


def exact_money(amount: Decimal | None, currency: str) -> str:
    """An amount with all its digits, at least those of its currency."""
    if amount is None:
        return formats.money(None, currency, language())
    digits = max(_places(amount), get_currency_precision(currency))
    return formats.money(amount, currency, language(), digits)


def _places(number: Decimal) -> int:
    return max(0, -int(number.normalize().as_tuple().exponent))  # type: ignore[arg-type]
