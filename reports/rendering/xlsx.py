"""A stored report as a workbook: its figures, tables and the values behind its charts."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.rendering.reading import TEXT_UNITS, Reading, read

FORBIDDEN = "[]:*?/\\"
LONGEST_NAME = 31
FORMATS = {
    "share": "0.0%",
    "money": "#,##0.00",
    "count": "#,##0",
    "days": "#,##0.0",
    "hours": "#,##0.0",
    "times": "0.00",
    "points": "0.0",
    "date": "yyyy-mm-dd",
}
OPTIONS = {
    "constant_memory": True,
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def workbook_bytes(
    document: Mapping[str, Any], texts: Mapping[str, str], audience: str = ""
) -> bytes:
    """Numbers as numbers, days as days; no text is ever a formula.

    audience: whose tables; empty: everybody's.
    """
    reading = read(document, texts, audience)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        day = date.fromisoformat(document.get("made_on") or document["last_day"])
        book.set_properties(
            {
                "title": document["title"],
                "author": document["vendor"]["name"],
                "created": datetime(day.year, day.month, day.day, tzinfo=UTC).replace(tzinfo=None),
            }
        )
        _Book(book, reading).write()
    return buffer.getvalue()


class _Book:
    def __init__(self, book: xlsxwriter.Workbook, reading: Reading) -> None:
        self.book = book
        self.reading = reading
        self.words = reading.words
        self.names: set[str] = set()
        self.strong = book.add_format({"bold": True, "bottom": 1})
        self.formats = {
            unit: book.add_format({"num_format": pattern}) for unit, pattern in FORMATS.items()
        }

    def write(self) -> None:
        self.figures()
        for section in self.reading.sections:
            for block in section["blocks"]:
                name = block.get("title") or section["title"] or self.words["figures"]
                if block["type"] == "table" and block["rows"]:
                    self.table(name, block)
                if block["type"] == "chart":
                    self.chart(name, block)

    def figures(self) -> None:
        words = self.words
        headings = [
            words["figure"], words["value"], words["unit"], words["before"], words["year_before"],
            words["as_of"], words["night"], words["rules"].replace("%(version)s", "").strip(" ,，"),
            words["formula"], words["source"], words["reason"],
        ]  # fmt: skip
        document = self.reading.document
        sheet = self.sheet(words["figures"], headings, (36, 16, 10, 16, 16, 12, 12, 8, 60, 24, 30))
        for row, figure in enumerate(document["figures"], start=1):
            unit = figure.get("unit", "")
            self.cell(sheet, row, 0, figure["label"])
            self.cell(sheet, row, 1, figure.get("value"), unit)
            self.cell(sheet, row, 2, document["currency"] if unit == "money" else unit)
            self.cell(sheet, row, 3, figure.get("before"), unit)
            self.cell(sheet, row, 4, figure.get("year_before"), unit)
            self.cell(sheet, row, 5, figure["as_of"], "date")
            self.cell(sheet, row, 6, figure.get("night"), "date")
            self.cell(sheet, row, 7, figure.get("rules"), "count")
            for column, key in enumerate(("formula", "source", "reason"), start=8):
                self.cell(sheet, row, column, figure.get(key) or None)

    def table(self, name: str, block: Mapping[str, Any]) -> None:
        columns = block["columns"]
        sheet = self.sheet(name, [one["label"] for one in columns], _widths(columns))
        for row, cells in enumerate((*block["rows"], block["total"]), start=1):
            for column, cell in enumerate(cells):
                unit = columns[column].get("unit", "text")
                value = cell["value"]
                self.cell(sheet, row, column, cell["text"] if value is None else value, unit)

    def chart(self, name: str, block: Mapping[str, Any]) -> None:
        unit = block.get("unit", "count")
        targets = block.get("targets") or ()
        headings = [self.words["period"], *(one["label"] for one in block["series"])]
        if targets:
            headings.append(block.get("targets_label") or self.words["target"])
        sheet = self.sheet(name, headings, [18] * len(headings))
        for row, period in enumerate(block["periods"], start=1):
            self.cell(sheet, row, 0, period)
            values = [one["values"][row - 1] for one in block["series"]]
            if targets:
                values.append(targets[row - 1])
            for column, value in enumerate(values, start=1):
                self.cell(sheet, row, column, value, unit)

    def sheet(self, name: str, headings: Sequence[str], widths: Iterable[float]) -> Worksheet:
        sheet = self.book.add_worksheet(self.unique(name))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, self.strong)
        return sheet

    def unique(self, name: str) -> str:
        """At most 31 letters, none that is forbidden, none twice whatever its case."""
        plain = "".join(" " if one in FORBIDDEN or ord(one) < 32 else one for one in name)
        plain = " ".join(plain.split()).strip("' ") or "1"
        # A name that Excel keeps for itself.
        plain = f"{plain} 1" if plain.casefold() == "history" else plain
        found, number = plain[:LONGEST_NAME].rstrip("' "), 1
        while found.casefold() in self.names:
            number += 1
            end = f" {number}"
            found = plain[: LONGEST_NAME - len(end)].rstrip("' ") + end
        self.names.add(found.casefold())
        return found

    def cell(self, sheet: Worksheet, row: int, column: int, value: Any, unit: str = "") -> None:
        if value is None or value == "":
            return
        look: Format | None = self.formats.get(unit)
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, int | float | Decimal):
            sheet.write_number(row, column, float(value), look)
        elif unit == "date" and (day := _day(str(value))) is not None:
            sheet.write_datetime(row, column, day, self.formats["date"])
        else:
            sheet.write_string(row, column, str(value))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _widths(columns: Sequence[Mapping[str, Any]]) -> list[float]:
    return [28 if one.get("unit", "text") in TEXT_UNITS else 16 for one in columns]
