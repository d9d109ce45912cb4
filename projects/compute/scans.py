"""What kind of file an uploaded scan is, told by how it begins."""

from __future__ import annotations

BEGINNINGS = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


def scan_type(start: bytes) -> str:
    """The media type of a file that begins so; empty for all that is no PDF, JPEG or PNG."""
    return next((kind for beginning, kind in BEGINNINGS if start.startswith(beginning)), "")
