"""Files for spreadsheets: typed, readable in Chinese, nothing that runs."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.exports import harmless, write_csv, write_xlsx

DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    '=HYPERLINK("http://x")',
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_looks_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "plain", "a=b", "北京", "1-2", "'=1"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@given(st.text(max_size=20))
def test_no_text_begins_a_formula(text: str) -> None:
    assert not harmless(text).lstrip().startswith(("=", "+", "-", "@"))


def cells_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_is_plain_and_opens_in_excel() -> None:
    row: list[Any] = [
        "北京, 上海",
        None,
        -3,
        Decimal("1200.5000"),
        Decimal("-0.00"),
        0.25,
        True,
        date(2026, 6, 15),
        datetime(2026, 6, 15, 8, 30, tzinfo=UTC),
        'a "quote"\nand a line',
    ]
    content = write_csv(["=heading", *"abcdefghi"], [row])
    assert content.startswith(b"\xef\xbb\xbf")
    heading, cells = cells_of(content)
    assert heading[0] == "'=heading"
    assert cells == [
        "北京, 上海",
        "",
        "-3",
        "1200.5",
        "0",
        "0.25",
        "True",
        "2026-06-15",
        "2026-06-15T08:30:00+00:00",
        'a "quote"\nand a line',
    ]


@given(st.lists(st.tuples(st.text(max_size=12), st.integers(-9, 9)), max_size=6))
def test_csv_keeps_every_row(rows: list[tuple[str, int]]) -> None:
    found = cells_of(write_csv(["text", "number"], rows))[1:]
    kept = [(text.replace("\r\n", "\n"), number) for text, number in found]
    expected = [(harmless(text).replace("\r\n", "\n"), str(number)) for text, number in rows]
    assert kept == expected


def test_xlsx_keeps_numbers_and_dates_and_never_writes_formulas() -> None:
    row: list[Any] = [
        "=1+1",
        "http://x.example",
        "007",
        Decimal("12.5"),
        date(2026, 6, 15),
        None,
        True,
    ]
    content = write_xlsx(list("abcdefg"), [row], title="Customers: [all]/*?")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = next(iter(sheet.iter_rows(min_row=2)))
    assert [cell.value for cell in cells] == [
        "=1+1",
        "http://x.example",
        "007",
        12.5,
        datetime(2026, 6, 15),
        None,
        True,
    ]
    assert cells[0].data_type == "s"
    assert cells[1].hyperlink is None
    assert sheet.title == "Customers all"
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("title", ["", "''", "x" * 60, "[]:*?/\\"])
def test_any_title_names_a_sheet(title: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(["a"], [], title=title)))
    assert 1 <= len(book.active.title) <= 31
