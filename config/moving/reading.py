"""The files of an export: whole, unaltered, and in pieces that fit into memory."""

from __future__ import annotations

import csv
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.moving.manifest import WrongExport

# A piece ends with the row that reaches either.
ROWS_AT_ONCE, BYTES_AT_ONCE = 50_000, 16 * 1024 * 1024
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Piece:
    """Some rows of a file. ``first``: the number of their first line."""

    first: int
    last: int
    data: bytes


def check_file(path: Path, sha256: str) -> None:
    """
    Raises:
        WrongExport: it is missing, cannot be read, or is not the file that was written.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except FileNotFoundError:
        raise WrongExport(f"{path.name} is missing.") from None
    except OSError as error:
        raise WrongExport(f"{path.name} cannot be read: {error.strerror}.") from error
    if digest.hexdigest() != sha256:
        raise WrongExport(f"{path.name} was altered or cut: its SHA-256 is not the manifest's.")


def read_pieces(path: Path, entry: dict[str, Any]) -> Iterator[Piece]:
    """The rows after the header, which has to name the columns of the manifest.

    Raises:
        WrongExport: the header is another, or the file ends within a row or within its packing.
    """
    number = 1
    try:
        with gzip.open(path, "rb") as file:
            _check_header(path, file.readline(), entry["columns"])
            lines: list[bytes] = []
            size = rows = 0
            first = number + 1
            within = False
            for line in file:
                number += 1
                lines.append(line)
                size += len(line)
                # A quote within quotes is doubled, so an odd number opens or ends a quoted value.
                within ^= bool(line.count(b'"') & 1)
                if within:
                    continue
                rows += 1
                if rows >= ROWS_AT_ONCE or size >= BYTES_AT_ONCE:
                    yield Piece(first, number, b"".join(lines))
                    lines, size, rows, first = [], 0, 0, number + 1
            if within or (lines and not lines[-1].endswith(b"\n")):
                raise WrongExport(f"{path.name}, line {number}: the file ends within a row.")
            if lines:
                yield Piece(first, number, b"".join(lines))
    except (OSError, EOFError, zlib.error) as error:
        raise WrongExport(
            f"{path.name}, after line {number}: it cannot be unpacked: {error}."
        ) from error


def _check_header(path: Path, line: bytes, columns: list[str]) -> None:
    try:
        found = next(csv.reader([line.decode()]), [])
    except (UnicodeDecodeError, csv.Error):
        found = []
    if found != columns:
        other = next((name for name in found if name not in columns), None)
        raise WrongExport(
            f"{path.name}, line 1: the columns are not those of the manifest"
            + (f" (“{other}”)." if other else ".")
        )
