"""A stored report as PDF: A4, tagged, fonts embedded, the same bytes every time.

The compiler is made once per process and stays warm. What a report says reaches it as JSON and is never
read as markup.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
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
_LOCK = threading.Lock()


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
    # One compiler for all threads of the process: it is quick and not meant to be shared.
    with _LOCK:
        try:
            return _compiled(said, moment, ACCESSIBLE)
        except typst.TypstError as error:
            # The standard wants a letter for every character, and a name may have an emoji. The
            # report comes out all the same, tagged too, with a box in its place.
            if NO_LETTER not in str(error):
                raise
            return _compiled(said, moment, [])


def _compiled(said: str, moment: datetime, standards: list[Literal["ua-1"]]) -> bytes:
    found = compiler().compile(
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
def compiler() -> typst.Compiler:
    """The process's own, with our template and no font of the system."""
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=list(font_directories()),
    )
    template = Path(settings.BASE_DIR, "templates", TEMPLATE)
    return typst.Compiler(template, root=template.parent, font_paths=fonts)
