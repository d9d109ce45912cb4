"""The tier dashboard: where customers stand now, how that came, who went where."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import first_steps
from accounts.permissions import require
from accounts.requests import TenantRequest
from segmentation.charts import (
    history_chart,
    list_url,
    migration_matrix,
    tiers_in_force,
)
from segmentation.compute.stages import STAGES
from segmentation.filter_choices import NONE
from segmentation.labels import SCHEMES
from segmentation.models import Night
from segmentation.queries.migration import (
    Kind,
    Share,
    Spread,
    TierColumn,
    flows,
    history,
    kept_days,
    spread,
)
from segmentation.queries.portfolio import portfolio
from segmentation.queries.rules import schemes_shown, segment_map
from segmentation.queries.scopes import Scope, scope_of
from segmentation.queries.stored import (
    day_asked,
    is_another,
    is_month_end,
    night_asked,
    night_shown,
    offered_nights,
)
from segmentation.queries.strategies import strategies_of
from segmentation.strategies import Strategy
from segmentation.views.narrowing import narrowing_of
from segmentation.views.portfolio import scope_tabs
from ui.palette import MARKS
from ui.tables import Table
from ui.tags.formats import language

MONTHS = 12


@require("view_tiers")
@require_GET
def tiers(request: TenantRequest) -> HttpResponse:
    """Tiers, stages and segments now; tiers over a year; migration between two nights."""
    nights = offered_nights()
    day = day_asked(request.GET)
    looked_at = night_shown(day, nights)
    if looked_at is None:
        steps = first_steps.steps_for(request.membership)
        return render(request, "segmentation/tiers/no_night.html", {"steps": steps})
    night = Night.objects.select_related("rule_set").get(pk=looked_at.pk)
    is_latest = night == nights[0]
    narrowing = narrowing_of(request, night, on=None if is_latest else night.as_of)
    scope = narrowing.within(scope_of(request.membership, request.GET.get("scope", "all")))
    as_of = "" if is_latest else night.as_of.isoformat()
    until = [one for one in nights if one.as_of < night.as_of]
    shown = schemes_shown(night.rule_set)
    own, asked = shown[0], request.GET.get("scheme", "")
    scheme = asked if asked in shown else own
    column: TierColumn = _COLUMNS[scheme] if scheme != own else "tier"
    in_force = tiers_in_force(night, scheme)
    found = spread(portfolio(scope, night, is_latest=is_latest), scope, night, column)
    days = kept_days([night, *until] if as_of else nights, months=MONTHS)
    context = {
        "night": night,
        "is_latest": is_latest,
        "is_other_night": is_another(night, day),
        "as_of": as_of,
        "nights": nights,
        "scope": scope,
        "narrowing": narrowing,
        "scopes": scope_tabs(scope, Table.read((), request.GET.urlencode())),
        "scheme": scheme,
        "own_scheme": scheme == own,
        "schemes": scheme_tabs(scheme, shown, Table.read((), request.GET.urlencode())),
        "spread": found,
        "tiers": shares(found, "tier", scope, in_force, parameter=column, as_of=as_of),
        "strategies": strategies_for(scheme, in_force),
        "stages": shares(
            found, "stage", scope, [key for key in MARKS["stage"] if key in STAGES], as_of=as_of
        ),
        "segments": shares(found, segment_map(night), scope, as_of=as_of),
        "segment_map": segment_map(night),
        "chart": history_chart(history(scope, night, days, column), in_force, scope, column)
        if len(days) > 1
        else None,
        **migration(request.GET, nights, scope, request.tenant.currency, column),
    }
    return render(request, "segmentation/tiers/page.html", context)


_COLUMNS: dict[str, TierColumn] = {"a": "tier_a", "b": "tier_b", "c": "tier_c"}


def scheme_tabs(scheme: str, shown: list[str], table: Table) -> list[dict[str, Any]]:
    """A tab per scheme that is shown; none when there is no choice."""
    if len(shown) < 2:
        return []
    return [
        {
            "label": SCHEMES[name],
            "url": table.url(scheme=name),
            "active": name == scheme,
            "count": None,
        }
        for name in shown
    ]


def strategies_for(scheme: str, tiers: list[str]) -> list[tuple[str, Strategy]]:
    """(tier, what to do), in the reader's language."""
    found = strategies_of([(scheme, tier) for tier in tiers], language())
    return [(tier, found[scheme, tier]) for tier in tiers if (scheme, tier) in found]


def shares(
    found: Spread,
    word: str,
    scope: Scope,
    keys: list[str] | None = None,
    parameter: str | None = None,
    as_of: str = "",
) -> list[dict[str, Any]]:
    """Every share with its list; of ``keys`` also the empty ones, then customers without any.

    ``parameter``: what the address of a list calls the word, when not by its own name.
    """
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
            "url": list_url(scope, **{parameter or name: share.key or NONE}, as_of=as_of),
        }
        for share in listed
    ]


def migration(
    asked: QueryDict, nights: list[Night], scope: Scope, currency: str, tier: TierColumn
) -> dict[str, Any]:
    """The matrix between two stored nights: those asked for, or the last month-end and last night."""
    kind: Kind = "stage" if asked.get("by") == "stage" else tier
    end = night_asked(asked.get("to", "") or day_asked(asked), nights) or nights[0]
    earlier = [night for night in nights if night.as_of < end.as_of]
    context: dict[str, Any] = {"by": kind, "end": end, "start": None, "matrix": None}
    if not earlier:
        return context
    start = night_asked(asked.get("from", ""), earlier) if asked.get("from") else None
    # As the lists behind the numbers do: who was in the group on the second of the two nights.
    scope = scope.within(scope.group_id, None if end == nights[0] else end.as_of)
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
