"""Where the bytes come from: a plain, gzipped or workbook file that can be read more than once.

Telling date orders and amount styles apart needs the whole file before its first row can be
believed, so a source can always be read again from the start. What cannot (standard input) is
spooled to disk; a workbook is spooled as CSV; gzip is simply unpacked again.
"""

import gzip
import io
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, Self, cast

from .faults import refuse

BLOCK = 1 << 20

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
# What people drop here by mistake, by its first bytes.
FOREIGN = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\xd0\xcf\x11\xe0": "XLS",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"SQLite": "SQLite",
    b"PAR1": "Parquet",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may ask of us.

    A gzip or workbook file that unpacks to more than `ratio` times its size is a bomb, once it is
    past `free_bytes`; real usage exports stay below forty.
    """

    line_bytes: int = BLOCK
    unpacked_bytes: int = 64 << 30
    free_bytes: int = 64 << 20
    ratio: int = 200


class Source:
    """A file to load. Use as a context manager; every `binary()` starts at the first byte.

    `keep_open`: the handle is somebody else's and stays open.
    """

    def __init__(
        self, handle: BinaryIO, *, limits: Limits | None = None, keep_open: bool = False
    ) -> None:
        self.limits = limits or Limits()
        self._handle = self._given = handle
        self._keep_open = keep_open
        handle.seek(0)
        start = handle.read(8)
        self.size = handle.seek(0, io.SEEK_END)
        if self.size == 0:
            raise refuse("empty_file")
        for magic, name in FOREIGN.items():
            if start.startswith(magic):
                raise refuse("foreign_format", line=1, format=name)
        self.zipped = start.startswith(GZIP)
        # In a workbook a row of the sheet is a line, whatever its cells hold.
        self.rows_are_lines = start.startswith(ZIP)
        if self.rows_are_lines:
            handle.seek(0)
            # Imported here: reading workbooks takes longer to import than everything else, and
            # every command would wait for it.
            from .workbook import workbook_to_csv

            self._handle = workbook_to_csv(handle, limits=self.limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._handle is not self._given:
            self._handle.close()
        if not self._keep_open:
            self._given.close()

    @contextmanager
    def binary(self) -> Iterator[BinaryIO]:
        """The unpacked bytes from the start. Several may be read in turns."""
        view = io.BufferedReader(_View(self._handle), BLOCK)
        if not self.zipped:
            yield cast(BinaryIO, view)
            return
        with gzip.GzipFile(fileobj=view, mode="rb") as unpacked:
            yield cast(BinaryIO, io.BufferedReader(unpacked, BLOCK))

    @contextmanager
    def text(self, encoding: str) -> Iterator[io.TextIOWrapper]:
        """The text from the start, line ends as they are."""
        with self.binary() as stream:
            wrapper = io.TextIOWrapper(stream, encoding=encoding, errors="strict", newline="")
            try:
                yield wrapper
            finally:
                wrapper.detach()

    def blocks(self) -> Iterator[bytes]:
        """The unpacked bytes block by block; refuses broken gzip and bombs."""
        total = 0
        with self.binary() as stream:
            while True:
                try:
                    block = stream.read(BLOCK)
                except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                    raise refuse("broken_gzip") from error
                if not block:
                    return
                total += len(block)
                if self.zipped:
                    check_expansion(total, self.size, self.limits)
                yield block


class _View(io.RawIOBase):
    """A place of its own in a handle that others read as well."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle, self._place = handle, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._handle.seek(self._place)
        data = self._handle.read(len(buffer))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)


def check_expansion(unpacked: int, packed: int, limits: Limits) -> None:
    """Refuse what unpacks to absurdly more than it was."""
    bomb = unpacked > limits.free_bytes and unpacked > packed * limits.ratio
    if bomb or unpacked > limits.unpacked_bytes:
        raise refuse("unpacks_too_large", bytes=unpacked)


def spool(stream: IO[bytes]) -> BinaryIO:
    """A copy on disk of a stream that can be read only once; gone when it is closed."""
    handle = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    shutil.copyfileobj(stream, handle, BLOCK)
    return cast(BinaryIO, handle)
