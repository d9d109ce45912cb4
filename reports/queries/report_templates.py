"""How reports look: the tenant's template, its versions, and the images that reports name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from reports.compute.report_templates import Look, read_look
from reports.models import ReportLogo, ReportTemplate


def current_look() -> Look:
    """Of the tenant in scope; as shipped where it has set nothing."""
    found = latest_template()
    return read_look(found.look, found.version) if found else Look()


def latest_template() -> ReportTemplate | None:
    found: ReportTemplate | None = ReportTemplate.objects.order_by("-version").first()
    return found


def templates() -> QuerySet[ReportTemplate]:
    """Every version, the latest first."""
    rows: QuerySet[ReportTemplate] = ReportTemplate.objects.select_related("made_by")
    return rows.order_by("-version")


def logo_of(document: Mapping[str, Any]) -> bytes | None:
    """The image that a stored report names."""
    return logo_bytes(str(document["vendor"].get("logo") or ""))


def logo_bytes(digest: str) -> bytes | None:
    if not digest:
        return None
    content = ReportLogo.objects.filter(hash=digest).values_list("content", flat=True).first()
    return None if content is None else bytes(content)
