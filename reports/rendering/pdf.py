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
from typing import Any

import typst
from django.conf import settings

from reports.rendering.fonts import FAMILIES, font_directories
from reports.rendering.paper import payload

TEMPLATE = "reports/format1/report.typ"
_LOCK = threading.Lock()


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
    """
    day = date.fromisoformat(document.get("made_on") or document["last_day"])
    data = payload(document, texts, audience, logo=logo, answer_url=answer_url)
    data["fonts"] = FAMILIES
    data["day"] = [day.year, day.month, day.day]
    # One compiler for all threads of the process: it is quick and not meant to be shared.
    with _LOCK:
        found = compiler().compile(
            format="pdf",
            sys_inputs={"report": json.dumps(data, ensure_ascii=False)},
            pdf_standards=["ua-1"],
            timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
        )
    assert isinstance(found, bytes)
    return found


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
