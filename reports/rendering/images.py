"""What kind of image bytes are."""

from __future__ import annotations

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)


def image_type(image: bytes) -> str:
    """Its media type.

    Raises ValueError for what is no PNG, JPEG, GIF, WebP or SVG.
    """
    for start, kind in _STARTS:
        if image.startswith(start):
            return kind
    if image[:4] == b"RIFF" and image[8:12] == b"WEBP":
        return "image/webp"
    if b"<svg" in image[:1000]:
        return "image/svg+xml"
    raise ValueError("an image that is none")
