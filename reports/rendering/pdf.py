"""A stored report as PDF: A4, tagged, fonts embedded, the same bytes every time.

Compilers are made once per process and stay warm. What a report says reaches them as JSON and is never
read as markup.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from queue import LifoQueue
from typing import Any, Literal

import typst
from django.conf import settings

from reports.rendering.fonts import FAMILIES, font_directories
from reports.rendering.paper import payload

TEMPLATE = "reports/format1/report.typ"
ACCESSIBLE: list[Literal["ua-1"]] = ["ua-1"]
NO_LETTER = "could not be displayed"
# What no font has; a tab and a line's end stay.
_CONTROLS = dict.fromkeys((*range(9), *range(11, 32), 127))
# A compiler is not meant to be shared by threads. Of a process's, whose every one takes 30 MB, two work
# at once: a report that takes long holds up one. The last that was used is taken first, so that the
# second is made when it is needed.
COMPILERS = 2
_IDLE: LifoQueue[int] = LifoQueue()
for _place in reversed(range(COMPILERS)):
    _IDLE.put(_place)


class FontMissing(Exception):
    """There is no font for a report in Chinese."""

    def __str__(self) -> str:
        return (
            "Reports in Chinese need a font: install the package noto-cjk-sans-otc, or name a"
            " folder of fonts in REPORT_FONTS."
        )


def pdf_bytes(
    document: Mapping[str, Any],
    texts: Mapping[str, str],
    audience: str,
    *,
    logo: bytes | None = None,
    answer_url: str = "",
) -> bytes:
    """A4 pages: one for decision makers and executives, as many as it takes for key users.

    logo: the image's bytes, PNG, JPEG, GIF, WebP or SVG. answer_url: what the QR code opens.
    Raises FontMissing when the report is in Chinese and no font has its letters.
    """
    if str(document["language"]).startswith("zh") and not font_directories():
        raise FontMissing
    day = date.fromisoformat(document.get("made_on") or document["last_day"])
    data = payload(document, texts, audience, logo=logo, answer_url=answer_url)
    data["fonts"] = FAMILIES
    data["day"] = [day.year, day.month, day.day]
    said = json.dumps(_printable(data), ensure_ascii=False)
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    with _lent() as lent:
        try:
            return _compiled(lent, said, moment, ACCESSIBLE)
        except typst.TypstError as error:
            # The standard wants a letter for every character, and a name may have an emoji. The
            # report comes out all the same, tagged too, with a box in its place.
            if NO_LETTER not in str(error):
                raise
            return _compiled(lent, said, moment, [])


@contextmanager
def _lent() -> Iterator[typst.Compiler]:
    """A compiler for one thread, as soon as one is idle."""
    place = _IDLE.get()
    try:
        yield compiler(place)
    finally:
        _IDLE.put(place)


def _compiled(
    lent: typst.Compiler, said: str, moment: datetime, standards: list[Literal["ua-1"]]
) -> bytes:
    found = lent.compile(
        format="pdf", sys_inputs={"report": said}, pdf_standards=[*standards], timestamp=moment
    )
    assert isinstance(found, bytes)
    return found


def _printable(part: Any) -> Any:
    if isinstance(part, str):
        return part.translate(_CONTROLS)
    if isinstance(part, dict):
        return {key: _printable(held) for key, held in part.items()}
    if isinstance(part, list | tuple):
        return [_printable(held) for held in part]
    return part


@cache
def compiler(place: int) -> typst.Compiler:
    """The process's own, with our template and no font of the system; ``place``: which of them."""
    template = Path(settings.BASE_DIR, "templates", TEMPLATE)
    return typst.Compiler(template, root=template.parent, font_paths=_fonts())


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=list(font_directories()),
    )
