"""The images that reports name, for pages; files hold them inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.requests import TenantRequest
from reports.queries.report_templates import logo_bytes
from reports.rendering.images import image_type


@require("view_reports")
@require_GET
def report_logo(request: TenantRequest, digest: str) -> HttpResponse:
    """An image of the tenant's; it never changes under its name."""
    return _response(digest, "private, max-age=31536000, immutable")


def logo_url(document: Mapping[str, Any]) -> str:
    """For members; empty where the report names none."""
    digest = str(document["vendor"].get("logo") or "")
    return reverse("report_logo", args=[digest]) if digest else ""


def logo_response(document: Mapping[str, Any]) -> HttpResponse:
    """For who has a link to the report."""
    return _response(str(document["vendor"].get("logo") or ""), "private, max-age=3600")


def _response(digest: str, kept: str) -> HttpResponse:
    content = logo_bytes(digest)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type=image_type(content))
    response["Cache-Control"] = kept
    return response
