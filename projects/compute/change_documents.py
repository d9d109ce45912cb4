"""What a customer signs, as one canonical text, and whether it still says what was sent.

A document is a JSON object: who it is from and for, and the ``terms``. Its canonical text has sorted
keys, no spaces between tokens and no escapes beyond JSON's own, so equal documents have equal bytes
and anybody can compute the SHA-256 again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

FORM = "change-request/1"


@dataclass(frozen=True)
class ItemTerms:
    """An item that the change adds; effort in person-days."""

    title: str
    effort_days: Decimal


@dataclass(frozen=True)
class Terms:
    """What is agreed: effort in person-days, price in the currency, days_later in working days."""

    key: str
    title: str
    text: str
    effort_days: Decimal
    price: Decimal
    currency: str
    days_later: int
    items: Sequence[ItemTerms]


@dataclass(frozen=True)
class Parties:
    """Between whom, as it was when the document was made. face: the one person of the vendor to turn
    to; language: the one that the document was shown in."""

    vendor: str
    customer: str
    project: str
    face: str
    signatory: str
    language: str


def plain_decimal(number: Decimal) -> str:
    """A number as text: no exponent, no zeros at the end, so that equal amounts read equal."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def document_of(terms: Terms, parties: Parties) -> str:
    """The canonical text of a document."""
    return canonical({"form": FORM, "parties": asdict(parties), "terms": terms_json(terms)})


def terms_json(terms: Terms) -> dict[str, Any]:
    """Terms as JSON holds them; amounts are texts, since JSON's numbers are not exact everywhere."""
    return {
        "key": terms.key,
        "title": terms.title,
        "text": terms.text,
        "effort_days": plain_decimal(terms.effort_days),
        "price": plain_decimal(terms.price),
        "currency": terms.currency,
        "days_later": terms.days_later,
        "items": [
            {"title": item.title, "effort_days": plain_decimal(item.effort_days)}
            for item in terms.items
        ],
    }


def canonical(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes: 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def verifies(text: str, document_hash: str, terms: Terms | None) -> bool:
    """Whether a kept document has its hash, and says what the change request says now.

    ``terms``: as they are now, None: no longer complete.
    """
    if terms is None or hash_of(text) != document_hash:
        return False
    kept: dict[str, Any] = json.loads(text)
    return canonical(kept["terms"]) == canonical(terms_json(terms))
