"""The header and first rows of a file, without reading all of it: what a mapping is made from."""

import codecs
import csv
import io
from dataclasses import dataclass

from .encoding import BOM
from .faults import refuse
from .source import Source
from .table import find_delimiter
from .values import MARGIN

PEEKED_BYTES = 256 << 10


@dataclass(frozen=True, slots=True)
class Peek:
    """Column names as the file has them, and its first rows, each as wide as the header."""

    header: list[str]
    rows: list[list[str]]

    def samples(self, name: str) -> list[str]:
        """The first values of a column, without empty ones."""
        place = self.header.index(name)
        return [text for row in self.rows if (text := row[place].strip(MARGIN))]


def peek(source: Source, *, rows: int = 5) -> Peek:
    """Look at the beginning. Raises FileRefused where that is enough to see that nothing can come
    of the file; what is wrong further down is found when it is read."""
    start = next(source.blocks(), b"")[:PEEKED_BYTES]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise refuse("utf16", line=1)
    if 0 in start:
        raise refuse("binary", line=1 + start[: start.index(0)].count(b"\n"))
    text = _decoded(start.removeprefix(BOM))
    if not text.strip():
        raise refuse("empty_file")
    lines = io.StringIO(text, newline="")
    delimiter = "," if source.rows_are_lines else find_delimiter(lines)
    lines.seek(0)
    found = [row for row in _rows(lines, delimiter, rows + 1) if any(row)]
    header = [name.strip(MARGIN) for name in found[0]] if found else []
    if not any(header):
        raise refuse("no_header", line=1)
    width = len(header)
    return Peek(header, [(row + [""] * width)[:width] for row in found[1 : rows + 1]])


def _decoded(data: bytes) -> str:
    """The beginning as text; a character cut at the end is left out."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return codecs.getincrementaldecoder("gb18030")(errors="replace").decode(data)


def _rows(lines: io.StringIO, delimiter: str, count: int) -> list[list[str]]:
    found: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            if any(row):
                found.append(row)
            if len(found) == count:
                break
    except csv.Error:
        pass  # what came before it is enough here
    return found
