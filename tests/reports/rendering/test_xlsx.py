"""A stored report as a workbook."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime

import openpyxl

from reports.rendering.xlsx import workbook_bytes


def opened(document: dict, texts: dict | None = None) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(document, texts or {})))


def test_figures_are_numbers_and_days(sample: Callable) -> None:
    found = sample("customer-month-en")
    sheet = opened(found.document)["Figures"]
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    assert rows["Uses"][1].value == 48213
    assert rows["Seats in use"][1].value == 0.624
    assert rows["Seats in use"][1].number_format == "0.0%"
    assert rows["Annual fees"][2].value == "CNY"
    assert rows["Next payment"][1].value == datetime(2026, 12, 1)
    assert rows["Next payment"][1].is_date
    assert rows["Modules used"][6].value == datetime(2026, 10, 31)
    assert rows["Modules used"][7].value == 7
    recommendation = rows["Your recommendation"]
    assert recommendation[1].value is None
    assert recommendation[10].value == "fewer than five answers"


def test_tables_and_charts_have_their_sheets(sample: Callable) -> None:
    book = opened(sample("customer-month-en").document)
    modules = book["Modules you own"]
    assert [cell.value for cell in modules[1]] == ["Module", "Uses", "Month before", "Change",
                                                   "Persons"]  # fmt: skip
    assert [cell.value for cell in modules[2]] == ["Personnel", 18240, 17900, 0.019, 212]
    assert modules["A11"].value == "Total"
    chart = book["Which modules are used, and by"]
    assert [cell.value for cell in chart[1]] == ["Period", "Persons", "Comparable companies"]
    assert [cell.value for cell in chart[2]] == ["Personnel", 212, 250]


def test_no_text_is_a_formula_or_a_link(sample: Callable) -> None:
    book = opened(sample("customer-quarter-en").document)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not [cell for cell in cells if cell.hyperlink]
    texts = {cell.value for cell in cells}
    assert {"=1+1", "=SUM(A1)", "@cmd", "-5"} <= texts


def test_sheets_have_names_that_excel_takes(sample: Callable) -> None:
    found = sample("customer-quarter-en")
    found.block("table", 0)["title"] = "History"
    found.block("table", 1)["title"] = "'" + "A" * 40 + "[x]:*?/\\'"
    found.block("table", 2)["title"] = "a" * 31
    names = opened(found.document).sheetnames
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert len({name.casefold() for name in names}) == len(names)
    assert "History" not in names
    assert not [name for name in names if name.startswith("'") or name.endswith("'")]


def test_the_same_report_is_the_same_bytes(sample: Callable) -> None:
    found = sample("executive-month-zh")
    assert workbook_bytes(found.document, {}) == workbook_bytes(found.document, {})


def test_a_chinese_workbook_speaks_chinese(sample: Callable) -> None:
    book = opened(sample("customer-month-zh").document)
    assert "数据" in book.sheetnames
    assert "已购模块" in book.sheetnames
