"""The acceptance rate of requests, and the monthly digests for product management."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from service.models import Request, RequestDigest
from service.queries.request_rates import Rate, last_year, quarters, rates
from service.views.requests import board_crumbs
from ui import formats
from ui.charts import Series, TimeChart, Unit
from ui.tables import Column, Table
from ui.tags.formats import language

QUARTERS = 8
DIGESTS = (Column("month", "", sort="month"),)


@require("view_requests")
@require_GET
def request_rate(request: TenantRequest) -> HttpResponse:
    """Accepted or shipped of what was received, over a year and by quarter; each figure leads to the
    askings behind it."""
    today = request.tenant.local_date(timezone.now())
    year, *by_quarter = rates([last_year(today), *quarters(today, QUARTERS)])
    shown = list(reversed(by_quarter))
    chart = TimeChart(
        _("Acceptance rate of requests"),
        [_quarter(one) for one in shown],
        [Series(_("Acceptance rate"), [one.share for one in shown], "accent")],
        unit=Unit("percent"),
        partial=_("%(month)s only up to %(day)s")
        % {"month": _quarter(shown[-1]), "day": formats.short_date(today, language())},
    )
    context = {
        "year": year,
        "year_url": _behind(year),
        "rows": [(one, _quarter(one), _behind(one)) for one in by_quarter],
        "chart": chart if any(one.received for one in shown) else None,
        "breadcrumbs": board_crumbs(),
    }
    return render(request, "service/requests/rate.html", context)


def _quarter(rate: Rate) -> str:
    return f"{rate.first.year} Q{(rate.first.month + 2) // 3}"


def _behind(rate: Rate) -> str:
    """The askings of a span; an outcome is added."""
    span = f"since={rate.first.isoformat()}&until={rate.last.isoformat()}"
    return f"{reverse('request_asks')}?{span}"


@require("view_requests")
@require_GET
def request_digests(request: TenantRequest) -> HttpResponse:
    """The digests that were made, the latest first."""
    found = RequestDigest.objects.defer("facts").order_by("-month")
    table = Table.read(DIGESTS, request.GET.urlencode(), default="-month")
    table = table.counted(found.count())
    context = {
        "table": table,
        "digests": found[table.slice],
        "breadcrumbs": board_crumbs(),
    }
    return render(request, "service/requests/digests.html", context)


@require("view_requests")
@require_GET
def request_digest(request: TenantRequest, month: str) -> HttpResponse:
    """One month as it stood when it had ended."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Http404 from None
    found = RequestDigest.objects.filter(month=first).first()
    if found is None:
        raise Http404
    crumbs = [*board_crumbs(), (_("Monthly digests"), reverse("request_digests"))]
    context = shown_digest(found) | {
        "digest": found,
        "may_see_money": may(request.membership, "view_money"),
        "breadcrumbs": crumbs,
    }
    return render(request, "service/requests/digest.html", context)


def shown_digest(digest: RequestDigest) -> dict[str, Any]:
    """A digest's facts with the words of states and the days as days."""
    facts = dict(digest.facts)
    labels = dict(Request.Status.choices)
    for name in ("by_customers", "by_arr", "new", "oldest"):
        facts[name] = [
            row
            | {"label": labels[row["status"]]}
            | ({"raised_on": date.fromisoformat(row["raised_on"])} if "raised_on" in row else {})
            | ({"arr": Decimal(row["arr"])} if row.get("arr") else {})
            for row in facts[name]
        ]
    tongue = get_language() or ""
    facts["shipped"] = [
        row
        | {
            "title": row["titles"].get(tongue) or next(iter(row["titles"].values())),
            "shipped_on": date.fromisoformat(row["shipped_on"]),
            "groups": [(_("Who asked"), _shares(row["asked"])),
                       (_("Other owners"), _shares(row["owners"]))],
        }
        for row in facts["shipped"]
    ]  # fmt: skip
    rate = facts["rate"]
    share = rate["taken"] / rate["received"] if rate["received"] else None
    return {"facts": facts, "share": share}


def _shares(found: list[list[int | None]]) -> list[dict[str, Any]]:
    return [
        {"days": days, "total": total, "used": used,
         "share": used / total if used is not None and total else None}
        for days, total, used in found
    ]  # fmt: skip
