"""Two stored nights compared: who went where, what moved them, how the measures lie."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.requests import TenantRequest
from segmentation.charts import migration_matrix
from segmentation.models import Night
from segmentation.queries.comparison import COMPARED, Lies, distributions, moves_between
from segmentation.queries.migration import Kind, flows
from segmentation.queries.rules import segment_map
from segmentation.queries.scopes import scope_of
from segmentation.queries.stored import is_month_end, night_asked, offered_nights, parse_day
from segmentation.views.narrowing import narrowing_of
from segmentation.views.portfolio import scope_tabs
from ui.tables import Table

BY = {"tier": _("Tiers"), "stage": _("Stages"), "segment": _("Segments")}


@require("view_tiers")
@require_GET
def comparison(request: TenantRequest) -> HttpResponse:
    """Any two stored nights; unless asked otherwise last night and the month-end before it."""
    nights = offered_nights()
    if len(nights) < 2:
        return redirect("tiers")
    start, end = _nights(request.GET.get("from", ""), request.GET.get("to", ""), nights)
    # Of the second night, as in the lists behind the numbers.
    narrowing = narrowing_of(request, end, on=None if end == nights[0] else end.as_of)
    scope = narrowing.within(scope_of(request.membership, request.GET.get("scope", "all")))
    table = Table.read((), request.GET.urlencode())
    asked = request.GET.get("by", "")
    by = asked if asked in BY else "tier"
    context: dict[str, Any] = {
        "nights": nights,
        "choices": _choices(nights, start, end),
        "start": start,
        "end": end,
        "by": by,
        "narrowing": narrowing,
        "kinds": [
            {"label": label, "url": table.url(by=key), "active": key == by, "count": None}
            for key, label in BY.items()
        ],
        "scopes": scope_tabs(scope, table),
    }
    if start.as_of < end.as_of:
        kind: Kind = "stage" if by == "stage" else "tier"
        if by == "segment":
            kind = "eleven" if segment_map(end) == "eleven" else "class8"
        found = flows(scope, start, end, kind, latest=nights[0])
        before, now = distributions(scope, start), distributions(scope, end)
        context |= {
            "matrix": migration_matrix(
                found,
                kind,
                start=start,
                end=end,
                latest=nights[0],
                scope=scope,
                currency=request.tenant.currency,
            ),
            "changed": sum(flow.customers for flow in found if flow.old != flow.new),
            "customers": sum(flow.customers for flow in found),
            "moves": moves_between(scope, start, end),
            "measures": _measures(before, now) if before and now else [],
        }
    return render(request, "segmentation/nights/comparison.html", context)


def _nights(first: str, second: str, nights: list[Night]) -> tuple[Night, Night]:
    """The nights asked for, the earlier one first."""
    end = night_asked(second, nights) or nights[-1]
    if parse_day(first) is None:
        earlier = [one for one in nights if one.as_of < end.as_of] or [end]
        start = next((one for one in earlier if is_month_end(one.as_of)), earlier[-1])
    else:
        start = night_asked(first, nights) or nights[-1]
    return (start, end) if start.as_of <= end.as_of else (end, start)


def _choices(nights: list[Night], *chosen: Night) -> list[Night]:
    """What is offered, and what is shown, latest first."""
    return sorted({*nights, *chosen}, key=lambda night: night.as_of, reverse=True)


def _measures(before: dict[str, Lies], now: dict[str, Lies]) -> list[dict[str, Any]]:
    """Per measure how it lay and lies, of those that anybody has."""
    return [
        {
            "key": name,
            "before": before[name],
            "now": now[name],
            "quarters": [
                (
                    before[name].quarters[place] if before[name].quarters else None,
                    now[name].quarters[place] if now[name].quarters else None,
                )
                for place in range(3)
            ],
        }
        for name in COMPARED
        if before[name].known or now[name].known
    ]
