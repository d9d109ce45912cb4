"""Rows out of text: the delimiter, the header, and chunks of columns with their line numbers."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TextIO

from .columns import folded
from .encoding import Scan
from .faults import Fault, FileRefused, Reason, refuse
from .source import Source
from .values import MARGIN

DELIMITERS = (",", ";", "\t")
CHUNK_BYTES = 4 << 20
CHUNK_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows, column by column.

    `lines[i]` is where row i begins; `columns[p][i]` its text in the column at position p. Rows
    with the wrong number of fields are only in `faults`. `read` counts all of them.
    """

    lines: Sequence[int]
    columns: Sequence[Sequence[str]]
    faults: Sequence[Fault]
    read: int


class Table:
    """The rows of a source, in chunks, as often as asked for."""

    def __init__(self, source: Source, scan: Scan) -> None:
        self.source, self.scan = source, scan
        self.delimiter = "," if source.rows_are_lines else ""
        with source.text(scan.encoding) as text:
            if not self.delimiter:
                self.delimiter = find_delimiter(text)
        with source.text(scan.encoding) as text:
            header: list[str] = []
            reader = csv.reader(text, delimiter=self.delimiter, strict=True)
            try:
                header = next((row for row in reader if any(row)), [])
            except csv.Error as error:
                raise self._broken(error) from error
        self.header = tuple(name.strip(MARGIN) for name in header)
        self._check_header()

    def _check_header(self) -> None:
        if not any(self.header):
            raise refuse("no_header", line=1)
        seen: set[str] = set()
        for name in filter(None, self.header):
            if folded(name) in seen:
                raise refuse("duplicate_header", line=1, column=name, name=name)
            seen.add(folded(name))

    def chunks(self) -> Iterator[Chunk]:
        """All rows below the header. Raises FileRefused for quotes that do not close."""
        # Constant memory also where lines are long.
        per_line = max(1, self.scan.size // self.scan.lines)
        size = min(CHUNK_ROWS, max(20, CHUNK_BYTES // per_line))
        with self.source.text(self.scan.encoding) as text:
            reader = csv.reader(text, delimiter=self.delimiter, strict=True)
            records = 0
            try:
                for row in reader:
                    records += 1
                    if any(row):
                        break
                while True:
                    before = reader.line_num
                    rows = list(islice(reader, size))
                    if not rows:
                        return
                    lines = self._lines(rows, before, reader.line_num, records)
                    records += len(rows)
                    yield self._chunk(rows, lines)
            except csv.Error as error:
                raise self._broken(error) from error

    def _lines(self, rows: list[list[str]], before: int, after: int, records: int) -> Sequence[int]:
        """The line on which each row begins."""
        if self.source.rows_are_lines:
            return range(records + 1, records + 1 + len(rows))
        if after - before == len(rows):
            return range(before + 1, after + 1)
        lines, line = [], before + 1
        for row in rows:
            lines.append(line)
            line += 1 + sum(_line_ends(field) for field in row)
        return lines

    def _chunk(self, rows: list[list[str]], lines: Sequence[int]) -> Chunk:
        width = len(self.header)
        if self.source.rows_are_lines:
            # A sheet has no fields that are not there, only empty cells.
            rows = [row + [""] * (width - len(row)) for row in rows]
        faults: list[Fault] = []
        if set(map(len, rows)) != {width} or not all(map(any, rows)):
            kept, kept_lines = [], []
            for row, line in zip(rows, lines, strict=True):
                if not any(row):
                    continue
                if len(row) == width:
                    kept.append(row)
                    kept_lines.append(line)
                else:
                    code = "too_few_fields" if len(row) < width else "too_many_fields"
                    reason = Reason(code, {"fields": len(row), "columns": width})
                    faults.append(Fault(line, "", "", reason))
            rows, lines = kept, kept_lines
        columns = list(zip(*rows, strict=True)) if rows else [()] * width
        return Chunk(lines, columns, faults, len(rows) + len(faults))

    def _broken(self, error: csv.Error) -> FileRefused:
        """The refusal that names the line on which the fault of the CSV opened."""
        start = 1
        with self.source.text(self.scan.encoding) as text:
            reader = csv.reader(text, delimiter=self.delimiter, strict=True)
            try:
                for _ in reader:
                    start = reader.line_num + 1
            except csv.Error:
                failed = reader.line_num
        with self.source.text(self.scan.encoding) as text:
            lines = list(islice(text, start - 1, failed))
        opened = _open_quote(lines, self.delimiter)
        if opened is None:
            return refuse("field_too_long", line=start, limit=csv.field_size_limit())
        value = lines[opened].rstrip("\r\n")[:80]
        return refuse("broken_quotes", line=start + opened, value=value)


def _line_ends(field: str) -> int:
    if "\n" not in field and "\r" not in field:
        return 0
    return field.count("\n") + field.count("\r") - field.count("\r\n")


def _open_quote(lines: Sequence[str], delimiter: str) -> int | None:
    """Which of the lines of one record holds the last quote that opens a field."""
    opened, inside, at_start = None, False, True
    for number, line in enumerate(lines):
        position = 0
        while position < len(line):
            character = line[position]
            if inside:
                if character == '"':
                    if line[position + 1 : position + 2] == '"':
                        position += 1
                    else:
                        inside = False
            elif character == '"' and at_start:
                opened, inside = number, True
            at_start = not inside and character == delimiter
            position += 1
    return opened


def find_delimiter(text: TextIO) -> str:
    """The delimiter that gives the first line with text in it the most columns."""
    for line in text:
        if line.strip(MARGIN + '",;'):
            break
    counts = {}
    for delimiter in DELIMITERS:
        try:
            counts[delimiter] = len(next(csv.reader([line], delimiter=delimiter)))
        except csv.Error:
            counts[delimiter] = 0
    return max(DELIMITERS, key=lambda delimiter: counts[delimiter])
