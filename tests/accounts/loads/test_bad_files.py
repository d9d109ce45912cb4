"""Files that cannot be loaded: each ends in a clear error naming the line, with nothing saved."""

from __future__ import annotations

import gzip
import io
import os
from typing import Any

import openpyxl
import pytest

from accounts.models import Customer, Payment, RowVersion

GOOD = "A,P1,2024-01-31,10\n"
HEADER = "customer,key,paid_on,amount\n"

BAD_FILES: list[tuple[str, bytes, list[tuple[int | None, str]]]] = [
    ("empty", b"", [(None, "empty_file")]),
    ("binary", (HEADER + GOOD).encode() + b"A,P2,\x00\x01\x02,1\n", [(3, "binary")]),
    ("image", b"\x89PNG\r\n\x1a\n" + os.urandom(64), [(1, "foreign_format")]),
    ("wrong header", b"who,what,when,how much\nA,P1,2024-01-31,10\n", [(1, "missing_columns")]),
    (
        "broken quotes",
        (HEADER + GOOD + 'A,"P2,2024-01-31,10\nA,P3,2024-01-31,10\n').encode(),
        [(3, "broken_quotes")],
    ),
    (
        "10 MB line",
        (HEADER + GOOD).encode() + b"A,P2,2024-01-31," + b"1" * 10_000_000 + b"\n",
        [(3, "line_too_long")],
    ),
    (
        "mixed encodings",
        (HEADER + GOOD).encode()
        + "A,第二笔,2024-01-31,1\n".encode()
        + "A,第三笔,2024-01-31,1\n".encode("gb18030"),
        [(4, "mixed_encodings")],
    ),
    (
        "NaN and infinite amounts",
        (
            HEADER + GOOD + "A,P2,2024-01-31,NaN\nA,P3,2024-01-31,inf\nA,P4,2024-01-31,-Infinity\n"
        ).encode(),
        [(3, "not_finite"), (4, "not_finite"), (5, "not_finite")],
    ),
    (
        "year 20244",
        (HEADER + GOOD + "A,P2,20244-01-31,1\nA,P3,31-01-20244,1\n").encode(),
        [(3, "year_out_of_range"), (4, "year_out_of_range")],
    ),
    (
        "duplicate keys",
        (HEADER + GOOD + "A,P1,2024-01-31,11\n").encode(),
        [(3, "repeated_key")],
    ),
    (
        "unknown customers",
        (HEADER + GOOD + "Z,P2,2024-01-31,1\n,P3,2024-01-31,1\n").encode(),
        [(3, "unknown_customer"), (4, "empty")],
    ),
    ("cut gzip", gzip.compress((HEADER + GOOD * 9).encode())[:-9], [(None, "broken_gzip")]),
]


@pytest.mark.parametrize(
    ("content", "faults"), [entry[1:] for entry in BAD_FILES], ids=[e[0] for e in BAD_FILES]
)
def test_a_bad_file_names_its_lines_and_saves_nothing(
    load: Any, content: bytes, faults: list[tuple[int | None, str]]
) -> None:
    load("customers", "key,name\nA,Alpha\n")
    versions = RowVersion.objects.count()
    loaded = load("payments", content)
    assert loaded.refused
    assert [(line, code) for line, _, code in loaded.codes] == faults
    assert all(error["reason"] != error["code"] for error in loaded.answer["errors"])
    assert loaded.counts[:3] == (0, 0, 0)
    assert not Payment.objects.exists()
    assert RowVersion.objects.count() == versions


@pytest.mark.parametrize(
    "name", ["empty", "binary", "wrong header", "broken quotes", "mixed encodings"]
)
def test_skipping_bad_rows_does_not_help_a_bad_file(load: Any, name: str) -> None:
    load("customers", "key,name\nA,Alpha\n")
    content = next(entry[1] for entry in BAD_FILES if entry[0] == name)
    assert load("payments", content, skip_bad=True).refused
    assert not Payment.objects.exists()


def test_every_form_of_a_file_loads_the_same(load: Any) -> None:
    text = "key,name\n1,阿尔法\n2,贝塔\n"
    book = openpyxl.Workbook()
    for row in (["key", "name"], ["1", "阿尔法"], [2, "贝塔"]):
        book.active.append(row)  # type: ignore[union-attr]
    workbook = io.BytesIO()
    book.save(workbook)
    assert load("customers", text).counts == (2, 0, 0, 0)
    for content in (
        text.encode("utf-8-sig"),
        text.encode("gb18030"),
        gzip.compress(text.encode()),
        workbook.getvalue(),
        text.replace(",", ";").replace("\n", "\r\n").encode(),
        text.replace(",", "\t").encode(),
    ):
        assert load("customers", content).counts == (0, 0, 2, 0)
    assert Customer.objects.count() == 2


def test_a_bad_cell_that_feeds_two_columns_is_said_once(load: Any) -> None:
    content = "customer,key,module,start,ends_on,annual_fee\nA,C,M,soon,2025-01-01,1\n"
    found = load("contracts", content, map=["start=signed_on", "start=starts_on"])
    dates = [one for one in found.answer["errors"] if one["code"] == "not_a_date"]
    assert [(one["line"], one["column"], one["value"]) for one in dates] == [(2, "start", "soon")]
    assert found.answer["rejected"] == 1
