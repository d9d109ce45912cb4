"""Everything that happened with a customer, newest first: a page, whose first part the customer page
fetches once it is there. A dozen kinds of entries are read; who came for another panel does not wait."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import Customer
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from accounts.views.customers import visible_customer
from ui.registry import customer_timeline
from ui.timelines import TimelineCursor, TimelineSource

ROWS_OF_PANEL, ROWS_OF_PAGE = 12, 40


@require("view_customers")
@require_GET
def timeline(request: TenantRequest, pk: int) -> HttpResponse:
    """``kind``: one kind only; ``before``: where the page begins (a cursor); ``as_of``: nothing after
    that day; ``panel``: as few as the customer page shows."""
    customer = visible_customer(request, pk)
    rows = ROWS_OF_PANEL if "panel" in request.GET else ROWS_OF_PAGE
    context = _shown(request, customer, request.GET.get("kind", ""), rows)
    context["breadcrumbs"] = [(customer.name, reverse("customer", args=[pk]) + _as_of(request))]
    context["is_continued"] = bool(request.htmx and context["cursor"].passed)
    context["may_log"] = may(request.membership, "log_touchpoints")
    return render(request, "accounts/timeline/page.html", context)


def timeline_panel(request: TenantRequest, customer: Customer) -> dict[str, Any]:
    """Where the newest entries are fetched from, and the page that is their own without scripts."""
    url = reverse("customer_timeline", args=[customer.pk])
    kept = {"as_of": request.GET.get("as_of", "")}
    return {"page_url": _address(url, kept), "part_url": _address(url, {**kept, "panel": "1"})}


def _shown(request: TenantRequest, customer: Customer, kind: str, rows: int) -> dict[str, Any]:
    sources = customer_timeline.sources(lambda ability: may(request.membership, ability))
    chosen = [source for source in sources if source.key == kind] or sources
    cursor = TimelineCursor.read(request.GET.get("before", ""), latest=last_day(request))
    shown = customer_timeline.page(
        request, customer, chosen, cursor, zone=request.tenant.zone, rows=rows
    )
    url = reverse("customer_timeline", args=[customer.pk])
    kept = {"as_of": request.GET.get("as_of", ""), "kind": kind if len(chosen) == 1 else ""}
    older = {**kept, "before": str(shown.older)} if shown.older else None
    return {
        "customer": customer,
        "timeline": shown,
        "cursor": cursor,
        "filters": _filters(url, sources, kept),
        "older_url": _address(url, older) if older else "",
        "newest_url": _address(url, kept) if cursor.passed else "",
        "is_filtered": bool(kept["kind"]),
    }


def last_day(request: TenantRequest) -> date:
    """The last day of which something is told: that of the night looked back at, or today."""
    today = request.tenant.local_date(timezone.now())
    try:
        asked = date.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        return today
    return min(asked, today)


def _filters(url: str, sources: list[TimelineSource], kept: dict[str, str]) -> list[dict[str, Any]]:
    kinds: list[tuple[str, Any]] = [("", _("Everything"))]
    kinds += [(source.key, source.label) for source in sources]
    return [
        {
            "label": label,
            "url": _address(url, {**kept, "kind": key}),
            "active": kept["kind"] == key,
            "count": None,
        }
        for key, label in kinds
    ]


def _address(url: str, parameters: dict[str, str]) -> str:
    given = {name: value for name, value in parameters.items() if value}
    return f"{url}?{urlencode(given)}" if given else url


def _as_of(request: TenantRequest) -> str:
    return _address("", {"as_of": request.GET.get("as_of", "")})
