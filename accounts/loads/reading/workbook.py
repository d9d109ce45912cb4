"""The first sheet of a workbook as CSV: a row of the sheet is a row of the file.

Cells come out as a person sees them in plain form: dates as ISO, whole numbers without ".0", ids
formatted as 00000 with their zeros. Nothing is computed: a formula gives the value that was saved
with it, and one without a saved value is refused.
"""

import csv
import datetime as dt
import io
import re
import tempfile
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from itertools import repeat
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from .faults import FileRefused, refuse

if TYPE_CHECKING:
    from .source import Limits

ZEROS_FORMAT = re.compile(r"0{2,}").fullmatch
# Held in memory while a sheet is read, unlike the sheet itself.
SHARED_TEXT_BYTES = 256 << 20
SIGNIFICANT_DIGITS = 15  # what a spreadsheet keeps and shows of a number

BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    DefusedXmlException,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    OSError,
)


class _FormulaFound(Exception):
    pass


def workbook_to_csv(handle: BinaryIO, *, limits: "Limits") -> BinaryIO:
    """Spool the first sheet of a workbook as UTF-8 CSV; raises FileRefused."""
    _check_size(handle, limits)
    try:
        return _spool(_rows(handle, with_formulas=False))
    except _FormulaFound:
        return _spool(_rows(handle, with_formulas=True))


def _check_size(handle: BinaryIO, limits: "Limits") -> None:
    try:
        with zipfile.ZipFile(handle) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise refuse("broken_workbook") from error
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise refuse("foreign_format", line=1, format="ZIP")
    for member in members:
        bomb = (
            member.file_size > limits.free_bytes
            and member.file_size > member.compress_size * limits.ratio
        )
        shared = member.filename.lower().endswith("sharedstrings.xml")
        if bomb or (shared and member.file_size > SHARED_TEXT_BYTES):
            raise refuse("unpacks_too_large", bytes=member.file_size)


def _spool(rows: Iterator[list[str]]) -> BinaryIO:
    handle = tempfile.TemporaryFile()  # noqa: SIM115 - the source closes it
    text = io.TextIOWrapper(handle, encoding="utf-8", newline="", write_through=False)
    writer = csv.writer(text)
    try:
        for row in rows:
            writer.writerow(row)
        text.flush()
    except BaseException:
        handle.close()
        raise
    text.detach()
    return cast(BinaryIO, handle)


def _rows(handle: BinaryIO, *, with_formulas: bool) -> Iterator[list[str]]:
    """The rows as text. `with_formulas` reads the sheet twice over, side by side: for the formulas
    and for their saved values (openpyxl gives only one of the two at a time)."""
    try:
        values = _cells(handle, saved_values=with_formulas)
        formulas = _cells(handle, saved_values=False) if with_formulas else repeat(None)
        for number, (cells, twins) in enumerate(zip(values, formulas, strict=False), 1):
            row = []
            for position, cell in enumerate(cells):
                if twins is None:
                    if cell.data_type == "f":
                        raise _FormulaFound
                elif twins[position].data_type == "f" and cell.value is None:
                    raise refuse(
                        "formula_without_value",
                        line=number,
                        column=str(cell.column_letter),
                        value=str(twins[position].value),
                    )
                row.append(_text(cell))
            yield _trimmed(row)
    except (FileRefused, _FormulaFound):
        raise
    except BROKEN as error:
        raise refuse("broken_workbook") from error


def _cells(handle: BinaryIO, *, saved_values: bool) -> Iterator[tuple[Any, ...]]:
    book = load_workbook(
        handle,
        read_only=True,
        data_only=saved_values,
        keep_links=False,
        rich_text=False,
    )
    try:
        if not book.worksheets:
            raise refuse("broken_workbook")
        sheet = book.worksheets[0]
        # Files of other programs often state the wrong size; the rows themselves are right.
        sheet.reset_dimensions()
        yield from sheet.iter_rows()
    finally:
        book.close()


def _trimmed(row: list[str]) -> list[str]:
    """Without the empty cells at the end; rows are padded to the header when they are read."""
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return row[:end]


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, (int, float, Decimal)):
        return _number_text(value, cell.number_format)
    return str(value)


def _number_text(value: float | Decimal, number_format: str) -> str:
    exact = Decimal(format(value, f".{SIGNIFICANT_DIGITS}g") if isinstance(value, float) else value)
    if exact == exact.to_integral_value():
        text = format(exact.quantize(Decimal(1)) if abs(exact) < 10**20 else exact, "f")
        return text.zfill(len(number_format)) if ZEROS_FORMAT(number_format) else text
    return format(exact.normalize(), "f")
