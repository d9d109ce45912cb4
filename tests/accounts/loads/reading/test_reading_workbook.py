"""Workbooks: cells as a person sees them, nothing computed, no bombs."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from accounts.loads.reading import Column, FileRefused, Limits, Reader, Source, Wanted
from accounts.loads.reading.values import Amount, Day, Text


def book_of(
    rows: Sequence[Sequence[Any]], change: Callable[[Worksheet], None] | None = None
) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(list(row))
    if change:
        change(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


COLUMNS = [
    Column("key", Text(), required=True, filled=True),
    Column("on", Day()),
    Column("amount", Amount()),
]


def rows_of(data: bytes) -> list[tuple[Any, ...]]:
    with Source(io.BytesIO(data)) as source:
        reader = Reader(source, Wanted(COLUMNS, currency="CNY"))
        return [
            row
            for records in reader.records()
            for row in zip(records.lines, *records.values.values(), strict=True)
        ]


def refusal_of(data: bytes) -> tuple[str, int | None]:
    with pytest.raises(FileRefused) as caught:
        rows_of(data)
    (fault,) = caught.value.faults
    return fault.reason.code, fault.line


def repacked(data: bytes, name: str, content: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.namelist():
            body = old.read(member)
            new.writestr(member, content(body) if member == name else body)
    return out.getvalue()


def test_cells_come_as_a_person_reads_them() -> None:
    data = book_of(
        [
            ["key", "on", "amount"],
            ["007", dt.date(2024, 1, 31), 1234.5],
            [7, dt.datetime(2024, 2, 29, 10, 30), 0.1 + 0.2],
            [8.0, "2024-03-01", "1,234.56"],
            ["NA", None, 12345678901],
        ]
    )
    assert rows_of(data) == [
        (2, "007", "2024-01-31", "1234.5"),
        (3, "7", "2024-02-29", "0.3"),
        (4, "8", "2024-03-01", "1234.5600"),
        (5, "NA", None, "12345678901"),
    ]


def test_workbooks_of_another_writer_with_shared_text_are_read() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["key", "on", "amount"])
        sheet.write_string(1, 0, "客户")
        sheet.write_datetime(1, 1, dt.datetime(2024, 1, 31))
        sheet.write_formula(1, 2, "=2*3", value=6)
    assert rows_of(out.getvalue()) == [(2, "客户", "2024-01-31", "6")]


def test_an_id_formatted_with_zeros_keeps_them() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["A2"].number_format = "000000"

    assert rows_of(book_of([["key"], [42]], change)) == [(2, "000042")]


def test_a_line_is_a_row_of_the_sheet_also_after_blank_rows_and_line_ends() -> None:
    data = book_of([["key", "note"], ["1", "two\nlines"], [None, None], ["2", None], ["3", "x"]])
    assert [row[0] for row in rows_of(data)] == [2, 4, 5]


def test_a_formula_gives_its_saved_value_and_is_never_computed() -> None:
    data = book_of([["key", "amount"], ["1", "=1+1"], ["2", 5]])
    saved = repacked(
        data,
        "xl/worksheets/sheet1.xml",
        lambda body: body.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>99</v>"),
    )
    assert rows_of(saved) == [(2, "1", "99"), (3, "2", "5")]
    assert refusal_of(data) == ("formula_without_value", 2)


def test_a_wrong_stated_size_hides_no_rows() -> None:
    data = repacked(
        book_of([["key"], ["1"], ["2"]]),
        "xl/worksheets/sheet1.xml",
        lambda body: body.replace(b'ref="A1:A3"', b'ref="A1"'),
    )
    assert [row[1] for row in rows_of(data)] == ["1", "2"]


def test_a_zip_that_is_no_workbook_and_a_cut_workbook_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("customers.csv", "key,name\n")
    assert refusal_of(out.getvalue())[0] == "foreign_format"
    assert refusal_of(book_of([["key"], ["1"]])[:-100])[0] == "broken_workbook"


def test_broken_xml_and_entities_are_refused() -> None:
    data = book_of([["key"], ["1"]])
    name = "xl/worksheets/sheet1.xml"
    assert refusal_of(repacked(data, name, lambda body: body[:-30]))[0] == "broken_workbook"
    laugh = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    bomb = repacked(
        data, name, lambda body: laugh + body.replace(b"<sheetData>", b"<sheetData>&b;")
    )
    assert refusal_of(bomb)[0] == "broken_workbook"


def test_a_workbook_that_unpacks_absurdly_is_refused() -> None:
    name = "xl/worksheets/sheet1.xml"
    data = repacked(book_of([["key"], ["1"]]), name, lambda body: body + b" " * 40_000_000)
    with pytest.raises(FileRefused) as caught:
        Source(io.BytesIO(data), limits=Limits(free_bytes=1_000_000))
    assert caught.value.faults[0].reason.code == "unpacks_too_large"


def test_an_empty_sheet_is_an_empty_file() -> None:
    assert refusal_of(book_of([]))[0] == "empty_file"
