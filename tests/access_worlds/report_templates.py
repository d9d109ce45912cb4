"""Logos of reports."""

from __future__ import annotations

import hashlib
from typing import Any

from reports.models import ReportLogo
from tests.reports.logo_images import png


def make(world: Any) -> dict[str, Any]:
    content = png()
    return {
        "report_logo": ReportLogo.objects.create(
            hash=hashlib.sha256(content).hexdigest(), content=content, mime="image/png", width=64,
            height=32,
        )
    }  # fmt: skip


OBJECTS = {"report_logo": lambda world: {"digest": world.further["report_logo"].hash}}
