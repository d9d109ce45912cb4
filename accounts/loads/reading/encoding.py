"""How the bytes are to be read as text: UTF-8 or GB18030, the whole file in one of them.

GB18030 accepts almost any bytes, UTF-8 Chinese among them (as other characters). A file that is
not UTF-8 is therefore believed to be GB18030 only when none of its lines is plainly UTF-8.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from .faults import FileRefused, refuse
from .source import Source

BOM = codecs.BOM_UTF8


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass over the bytes has shown: the encoding, the unpacked size, the line ends."""

    encoding: str
    size: int
    lines: int


def scan(source: Source) -> Scan:
    """Read every byte once: encoding, line lengths, NULs.

    Raises FileRefused for an empty or binary file, a line over the limit, an encoding that is
    neither UTF-8 nor GB18030, or both in one file.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, blank, size, lines = True, True, 0, 0
    since_line_end, start = 0, b""
    for block in source.blocks():
        if size == 0:
            start = block[:4]
            if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise refuse("utf16", line=1)
        size += len(block)
        if 0 in block:
            raise refuse("binary", line=_line_at(source, size - len(block) + block.index(0)))
        lines += block.count(b"\n")
        since_line_end = _check_lines(source, block, since_line_end, size)
        blank = blank and not block.removeprefix(BOM).strip()
        if is_utf8:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                is_utf8 = False
    if blank:
        raise refuse("empty_file")
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    if is_utf8:
        return Scan("utf-8-sig" if start.startswith(BOM) else "utf-8", size, lines + 1)
    _check_gb18030(source, has_bom=start.startswith(BOM))
    return Scan("gb18030", size, lines + 1)


def _check_lines(source: Source, block: bytes, since: int, offset: int) -> int:
    """Refuse a line over the limit; returns the bytes since the last line end.

    A block is never larger than a line may be, so only a line that crosses its edges can be.
    """
    ends = [position for end in (b"\n", b"\r") if (position := block.find(end)) >= 0]
    reach = since + (min(ends) if ends else len(block))
    if reach > source.limits.line_bytes:
        line = _line_at(source, offset - len(block) - since)
        raise refuse("line_too_long", line=line, limit=source.limits.line_bytes)
    if not ends:
        return reach
    return len(block) - max(block.rfind(b"\n"), block.rfind(b"\r")) - 1


def _line_at(source: Source, offset: int) -> int:
    """The number of the line that holds the byte at `offset`."""
    line, position, after_return = 1, 0, False
    for block in source.blocks():
        part = block[: offset - position]
        position += len(block)
        # A "\r\n" across two blocks is one line end.
        line += _line_ends(part) - (after_return and part.startswith(b"\n"))
        after_return = part.endswith(b"\r")
        if position >= offset:
            break
    return line


def _line_ends(data: bytes) -> int:
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def _numbered_lines(source: Source) -> Iterator[tuple[int, bytes]]:
    """Lines with anything but ASCII in them."""
    number = 1
    with source.binary() as stream:
        for line in stream:
            if not line.isascii():
                yield number, line
            number += max(1, _line_ends(line))


def _check_gb18030(source: Source, *, has_bom: bool) -> None:
    """Refuse a file that is not UTF-8 unless it is GB18030 throughout."""
    not_utf8 = not_gb18030 = utf8 = plain_utf8 = 0
    for number, line in _numbered_lines(source):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            not_utf8 = not_utf8 or number
        else:
            utf8 = utf8 or number
            if not plain_utf8 and _is_plain_chinese(text):
                plain_utf8 = number
        if not not_gb18030:
            try:
                line.decode("gb18030")
            except UnicodeDecodeError:
                not_gb18030 = number
    witness = (utf8 if not_gb18030 else plain_utf8) or (1 if has_bom else 0)
    if witness:
        raise _mixed(witness, not_utf8)
    if not_gb18030:
        raise refuse("unknown_encoding", line=not_gb18030)


def _mixed(utf8: int, other: int) -> FileRefused:
    return refuse("mixed_encodings", line=max(utf8, other), utf8_line=utf8, other_line=other)


def _is_plain_chinese(text: str) -> bool:
    """Whether most characters outside ASCII are everyday Chinese (GB 2312, first level).

    GB18030 bytes that happen to be valid UTF-8 as well give rare characters, never these.
    """
    foreign = [character for character in text if character > "\x7f"]
    plain = 0
    for character in foreign:
        encoded = character.encode("gb2312", errors="ignore")
        plain += len(encoded) == 2 and 0xB0 <= encoded[0] <= 0xD7
    return plain * 2 > len(foreign)
