"""What kind of image bytes are."""

from __future__ import annotations

import json

import typst

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


def image_size(image: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or JPEG; None where its head does not say so."""
    if image.startswith(_STARTS[0][0]):
        if image[12:16] != b"IHDR" or len(image) < 24:
            return None
        return int.from_bytes(image[16:20]), int.from_bytes(image[20:24])
    place = 2
    while place + 9 <= len(image) and image[place] == 0xFF:
        kind, length = image[place + 1], int.from_bytes(image[place + 2 : place + 4])
        # Frames of every coding but the tables that share their numbers.
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = image[place + 5 : place + 7], image[place + 7 : place + 9]
            return int.from_bytes(width), int.from_bytes(height)
        place += 2 + length
    return None


def drawable(image: bytes) -> bool:
    """Whether it can be set on paper: what only begins like an image would stop every report."""
    source = b"#set page(width: 2cm, height: 2cm)\n#image(bytes(json(bytes(sys.inputs.image))))"
    try:
        typst.compile(source, format="pdf", sys_inputs={"image": json.dumps(list(image))})
    except typst.TypstError:
        return False
    return True
