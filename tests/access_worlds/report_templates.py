"""Logos of reports."""

from __future__ import annotations

import hashlib
from typing import Any

from reports.models import ReportLogo
from tests.reports.logo_images import png


def make(world: Any) -> dict[str, Any]:
    # Images are found by what they are: another tenant's is another one.
    width = 64 + world.tenant.pk % 900
    content = png(width)
    logo = ReportLogo.objects.create(
        hash=hashlib.sha256(content).hexdigest(), content=content, mime="image/png", width=width,
        height=32,
    )  # fmt: skip
    return {"report_logo": logo}


OBJECTS = {"report_logo": lambda world: {"digest": world.further["report_logo"].hash}}
