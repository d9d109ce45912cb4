"""An altered document never verifies; an unaltered one always does."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from projects.compute.change_documents import (
    ItemTerms,
    Parties,
    Terms,
    document_of,
    hash_of,
    verifies,
)
from projects.compute.scans import scan_type

WORDS = st.text(max_size=30)
AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=3)
ITEMS = st.lists(st.builds(ItemTerms, title=WORDS, effort_days=AMOUNTS), max_size=3)
TERMS = st.builds(
    Terms, key=WORDS, title=WORDS, text=WORDS, effort_days=AMOUNTS, price=AMOUNTS,
    currency=st.sampled_from(["CNY", "EUR"]), days_later=st.integers(0, 500), items=ITEMS,
)  # fmt: skip
PARTIES = st.builds(Parties, **{field.name: WORDS for field in fields(Parties)})


@given(TERMS, PARTIES)
def test_what_is_not_altered_verifies(terms: Terms, parties: Parties) -> None:
    text = document_of(terms, parties)
    assert verifies(text, hash_of(text), terms)
    assert hash_of(text) == hashlib.sha256(text.encode("utf-8")).hexdigest()


@given(TERMS, PARTIES, st.data())
def test_other_terms_never_verify(terms: Terms, parties: Parties, data: st.DataObject) -> None:
    text = document_of(terms, parties)
    name = data.draw(st.sampled_from([field.name for field in fields(Terms)]))
    value = getattr(data.draw(TERMS), name)
    assume(value != getattr(terms, name))
    assert not verifies(text, hash_of(text), replace(terms, **{name: value}))


@given(TERMS, PARTIES, st.data())
def test_another_text_never_has_the_hash(
    terms: Terms, parties: Parties, data: st.DataObject
) -> None:
    """Whoever alters what is kept, even without touching the terms, is found out."""
    text = document_of(terms, parties)
    place = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.characters(codec="utf-8"))
    altered = text[:place] + character + text[place + 1 :]
    assume(altered != text)
    assert not verifies(altered, hash_of(text), terms)


@given(TERMS, PARTIES, PARTIES)
def test_other_parties_are_another_document(terms: Terms, one: Parties, other: Parties) -> None:
    assert (document_of(terms, one) == document_of(terms, other)) == (one == other)


@given(TERMS, PARTIES)
def test_zeros_at_the_end_alter_nothing(terms: Terms, parties: Parties) -> None:
    text = document_of(terms, parties)
    wider = replace(terms, price=terms.price + Decimal("0.000000"))
    assert verifies(text, hash_of(text), wider)
    assert "E" not in json.loads(text)["terms"]["price"]


def test_terms_that_are_no_longer_complete_do_not_verify() -> None:
    assert not verifies("{}", hash_of("{}"), None)


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"%PDF-1.4", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0", "image/png"),
        (b" %PDF-", ""),
        (b"GIF89a", ""),
        (b"", ""),
    ],
)
def test_scans_are_told_by_how_they_begin(start: bytes, kind: str) -> None:
    assert scan_type(start) == kind
