"""How commands print rows: CSV after RFC 4180 with a header, or JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

# What a spreadsheet would take for a formula when a cell begins with it.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def print_rows(
    stream: Any,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    as_json: bool,
    numbers: Collection[str] = (),
) -> None:
    """Print rows of canonical texts.

    As CSV, texts that a spreadsheet would run as a formula get an apostrophe before them. As JSON, an
    array of one object a line: `numbers` are the columns that hold numbers, exactly as they are
    written; an empty one is null. Other cells are strings as they are.
    """
    if as_json:
        _print_json(stream, columns, rows, numbers)
        return
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    texts = [name not in numbers for name in columns]
    for row in rows:
        writer.writerow(
            [harmless(cell) if is_text else cell for cell, is_text in zip(row, texts, strict=True)]
        )


def harmless(text: str) -> str:
    """The text so that no spreadsheet runs it."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _print_json(
    stream: Any, columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Collection[str]
) -> None:
    lines = [f"{{{', '.join(_members(columns, row, numbers))}}}" for row in rows]
    stream.write("[\n")
    for line in lines[:-1]:
        stream.write(f"{line},\n")
    for line in lines[-1:]:
        stream.write(f"{line}\n")
    stream.write("]\n")


def _members(columns: Sequence[str], row: Sequence[str], numbers: Collection[str]) -> Iterator[str]:
    for name, cell in zip(columns, row, strict=True):
        # Written as it is: a float would round an amount.
        number = cell or "null"
        value = number if name in numbers else json.dumps(cell, ensure_ascii=False)
        yield f"{json.dumps(name)}: {value}"
