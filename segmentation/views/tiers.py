"""The tier dashboard: where customers stand now, how that came, who went where."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import first_steps
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.charts import (
    history_chart,
    list_url,
    migration_matrix,
    segment_map,
    tiers_in_force,
)
from segmentation.compute.stages import STAGES
from segmentation.filters import NONE
from segmentation.models import Night
from segmentation.queries.customer_groups import group_asked, group_names
from segmentation.queries.migration import (
    Kind,
    Share,
    Spread,
    flows,
    history,
    kept_days,
    spread,
)
from segmentation.queries.portfolio import portfolio
from segmentation.queries.scopes import Scope, scope_of
from segmentation.queries.stored import is_month_end, night_asked, offered_nights
from segmentation.views.portfolio import scope_tabs
from ui.palette import MARKS
from ui.tables import Table

MONTHS = 12


@require("view_tiers")
@require_GET
def tiers(request: TenantRequest) -> HttpResponse:
    """Tiers, stages and segments now; tiers over a year; migration between two nights."""
    nights = offered_nights()
    if not nights:
        allowed = may(request.membership, "manage_loads")
        steps = first_steps.shown_steps() if allowed else []
        return render(request, "segmentation/tiers/no_night.html", {"steps": steps})
    groups = group_names(request.membership)
    scope = scope_of(request.membership, request.GET.get("scope", "all"))
    scope = scope.within(group_asked(request.GET.get("group", ""), groups))
    night = nights[0]
    found = spread(portfolio(scope, night, is_latest=True), scope, night)
    days = kept_days(nights, months=MONTHS)
    context = {
        "night": night,
        "nights": nights,
        "scope": scope,
        "groups": groups,
        "scopes": scope_tabs(scope, Table.read((), request.GET.urlencode())),
        "spread": found,
        "tiers": shares(found, "tier", scope, tiers_in_force(night)),
        "stages": shares(found, "stage", scope, [key for key in MARKS["stage"] if key in STAGES]),
        "segments": shares(found, segment_map(night), scope),
        "segment_map": segment_map(night),
        "chart": history_chart(history(scope, night, days), tiers_in_force(night), scope)
        if len(days) > 1
        else None,
        **migration(request.GET, nights, scope, request.tenant.currency),
    }
    return render(request, "segmentation/tiers/page.html", context)


def shares(
    found: Spread, word: str, scope: Scope, keys: list[str] | None = None
) -> list[dict[str, Any]]:
    """Every share with its list; of ``keys`` also the empty ones, then customers without any."""
    counted = found.by[word]
    listed: list[Share] = (
        [found.share(word, key) for key in keys]
        if keys is not None
        else [share for share in counted if share.key]
    )
    nobody = found.share(word, "")
    if nobody.customers:
        listed.append(nobody)
    most = max((share.customers for share in listed), default=0)
    name = "segment" if word in {"eleven", "class8"} else word
    return [
        {
            "share": share,
            "kind": name,
            "part": share.customers / found.customers if found.customers else None,
            "width": round(100 * share.customers / most, 1) if most else 0,
            "url": list_url(scope, **{name: share.key or NONE}),
        }
        for share in listed
    ]


def migration(asked: QueryDict, nights: list[Night], scope: Scope, currency: str) -> dict[str, Any]:
    """The matrix between two stored nights: those asked for, or the last month-end and last night."""
    kind: Kind = "stage" if asked.get("by") == "stage" else "tier"
    end = night_asked(asked.get("to", ""), nights) or nights[0]
    earlier = [night for night in nights if night.as_of < end.as_of]
    context: dict[str, Any] = {"by": kind, "end": end, "start": None, "matrix": None}
    if not earlier:
        return context
    start = night_asked(asked.get("from", ""), earlier) if asked.get("from") else None
    start = start or next((night for night in earlier if is_month_end(night.as_of)), earlier[-1])
    found = flows(scope, start, end, kind, latest=nights[0])
    moved = [flow for flow in found if flow.old != flow.new]
    return context | {
        "start": start,
        "matrix": migration_matrix(
            found, kind, start=start, end=end, latest=nights[0], scope=scope, currency=currency
        ),
        "moved": sum(flow.customers for flow in moved),
    }
