"""The tier dashboard: where customers stand now, how that came, who went where."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from accounts import first_steps
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.compute.stages import STAGES
from segmentation.filters import NONE
from segmentation.models import Night
from segmentation.queries.migration import (
    Flow,
    History,
    Kind,
    Share,
    Spread,
    flows,
    history,
    is_month_end,
    kept_days,
    spread,
)
from segmentation.queries.portfolio import portfolio
from segmentation.queries.scopes import Scope, scope_of
from segmentation.queries.stored import night_asked, stored_nights
from segmentation.views.listing import segment_map, tiers_in_force
from segmentation.views.portfolio import scope_tabs
from ui import formats
from ui.charts import Cell, Matrix, MatrixAxis, Series, TimeChart, Unit
from ui.palette import MARKS
from ui.tables import Table
from ui.tags.formats import language

MONTHS = 12
# Coming, going and none: neither better nor worse than the others.
UNRANKED = {
    "tier": frozenset({"new", NONE}),
    "stage": frozenset({"potential", "onboarding", "new", NONE}),
}


@require("view_tiers")
@require_GET
def tiers(request: TenantRequest) -> HttpResponse:
    """Tiers, stages and segments now; tiers over a year; migration between two nights."""
    nights = list(stored_nights().select_related("rule_set"))
    if not nights:
        allowed = may(request.membership, "manage_loads")
        steps = first_steps.shown_steps() if allowed else []
        return render(request, "segmentation/tiers/no_night.html", {"steps": steps})
    scope = scope_of(request.membership, request.GET.get("scope", "all"))
    night = nights[0]
    found = spread(portfolio(scope, night, is_latest=True), scope, night)
    days = kept_days(nights, months=MONTHS)
    context = {
        "night": night,
        "nights": nights,
        "scope": scope,
        "scopes": scope_tabs(scope, Table.read((), request.GET.urlencode())),
        "spread": found,
        "tiers": shares(found, "tier", scope, ordered_tiers(night)),
        "stages": shares(found, "stage", scope, [key for key in MARKS["stage"] if key in STAGES]),
        "segments": shares(found, segment_map(night), scope),
        "segment_map": segment_map(night),
        "chart": history_chart(history(scope, night, days), ordered_tiers(night), scope)
        if len(days) > 1
        else None,
        **migration(request.GET, nights, scope, request.tenant.currency),
    }
    return render(request, "segmentation/tiers/page.html", context)


def ordered_tiers(night: Night) -> list[str]:
    """The tiers of the scheme in force, best first."""
    in_force = tiers_in_force(night)
    return [key for key in MARKS["tier"] if key in in_force]


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


def list_url(scope: Scope, **parameters: str) -> str:
    """The list behind a number."""
    return f"{reverse('portfolio')}?{urlencode({'scope': scope.visibility, **parameters})}"


def history_chart(found: History, keys: list[str], scope: Scope) -> TimeChart:
    """Customers per tier at month-ends and last night, best tier at the bottom."""
    present = [key for key in keys if key in found.keys]
    return TimeChart(
        title=_("Customers per tier"),
        periods=[
            formats.month(day, language()) if is_month_end(day) else formats.day(day, language())
            for day in found.days
        ],
        series=[
            Series(
                MARKS["tier"][key].label,
                [found.customers.get((day, key), 0) for day in found.days],
                MARKS["tier"][key].tone,
                [list_url(scope, tier=key, as_of=day.isoformat()) for day in found.days],
            )
            for key in present
        ],
    )


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
        "matrix": matrix_of(
            found, kind, start=start, end=end, latest=nights[0], scope=scope, currency=currency
        ),
        "moved": sum(flow.customers for flow in moved),
    }


def matrix_of(
    found: list[Flow],
    kind: Kind,
    *,
    start: Night,
    end: Night,
    latest: Night,
    scope: Scope,
    currency: str,
) -> Matrix:
    """Each cell opens the customers that went that way."""
    present = {key for flow in found for key in (flow.old, flow.new)}
    keys = ordered_tiers(end) if kind == "tier" else list(MARKS["stage"])
    keys = [key for key in MARKS[kind] if key in present or (kind == "tier" and key in keys)]
    axes = [MatrixAxis(key, MARKS[kind][key].label, kind) for key in keys]
    if "" in present:
        word = pgettext("tier", "None")
        axes.append(MatrixAxis(NONE, word, kind))
    was = "was" if kind == "tier" else "was_stage"
    as_of = {} if end == latest else {"as_of": end.as_of.isoformat()}

    def cell(flow: Flow) -> Cell:
        url = list_url(
            scope,
            **{kind: flow.new or NONE, was: flow.old or NONE, "since": start.as_of.isoformat()},
            **as_of,
        )
        return Cell(flow.customers, flow.arr, url)

    return Matrix(
        title=_("Migration between two nights"),
        axes=axes,
        cells={(flow.old or NONE, flow.new or NONE): cell(flow) for flow in found},
        unit=Unit("money", currency),
        unranked=UNRANKED[kind],
    )
