"""A goal: its figure month by month, who moved it, who would move it, and what it was before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.models import Colleague, Visibility
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from reports.compute.documents import ReportKind
from reports.goal_words import FACTORS, difference_words, in_unit, unit_of
from reports.models import KpiGoal, KpiGoalVersion
from reports.queries.goal_contributors import (
    GROUPS,
    Contributions,
    Contributor,
    contributions,
    first_day_of,
    is_about_leaving,
    keys_in_parts,
    ltv_factors,
    page_of,
)
from reports.queries.goal_potentials import DAILY, largest_potentials
from reports.queries.goals import GoalStanding
from reports.queries.report_kinds import kinds_seen
from reports.queries.risks import largest_risks
from reports.views.goal_cards import card, chart
from reports.views.goals import found_goal, standing_of
from segmentation.labels import TIERS
from segmentation.queries.portfolio import portfolio
from segmentation.queries.scopes import widest_scope
from segmentation.queries.stored import latest_night
from ui.downloads import file_response
from ui.tables import Column, Table
from ui.tags.formats import language

MOST = 8
COLUMNS = (
    Column("name", gettext_lazy("Customer")),
    Column("done", gettext_lazy("Part of the difference"), align="end"),
)
BY_LABELS = {
    "tier": gettext_lazy("By tier"),
    "manager": gettext_lazy("By service manager"),
    "industry": gettext_lazy("By industry"),
}
CLOSINGS = (KpiGoal.State.REACHED, KpiGoal.State.MISSED, KpiGoal.State.DROPPED)


@require("view_goals")
@require_GET
def goal(request: TenantRequest, pk: int) -> HttpResponse:
    """One goal."""
    found = found_goal(pk)
    standing = standing_of(found, request.tenant)
    currency = request.tenant.currency
    parts = contributions(standing, request.membership, request.tenant)
    factors = ltv_factors(parts, standing, request.tenant)
    latest, baseline = standing.latest, standing.baseline_month
    shown = card(standing, currency)
    context = {
        **shown,
        "goal_card": shown,
        "chart": chart(standing, currency),
        "parts": [_shown(one, standing, currency) for one in parts],
        "in_parts": bool(keys_in_parts(found.key)),
        "sees_all": request.membership.sees("customers") == Visibility.ALL,
        "factors": _factors(factors, standing, currency),
        "baseline_by_hand": baseline is not None
        and baseline.value is not None
        and Fraction(baseline.value) != Fraction(found.baseline),
        "baseline_figure": baseline
        and in_unit(baseline.value, str(standing.kind.unit), currency, language()),
        "rows_url": reverse("figure", args=[latest.figure_set, found.key])
        if latest.figure_set and str(ReportKind.EXECUTIVE) in kinds_seen(request.membership)
        else "",
        **_ahead(request, standing),
        "versions": _versions(found, standing, currency),
        "closings": [(state.value, state.label) for state in CLOSINGS],
        "may_edit": may(request.membership, "edit_goals"),
        "breadcrumbs": [(_("Goals"), reverse("goals"))],
    }
    return render(request, "reports/goals/goal.html", context)


@require("view_goals")
@require_GET
def goal_customers(request: TenantRequest, pk: int) -> HttpResponse:
    """The customers that did something to a goal's figure, of a tier, manager or industry or of all."""
    found = found_goal(pk)
    standing = standing_of(found, request.tenant)
    keys = keys_in_parts(found.key)
    key = request.GET.get("of", "") or (keys[0] if keys else "")
    by, group = request.GET.get("by", ""), request.GET.get("group", "")
    if key not in keys or by not in ("", *GROUPS) or "\0" in group:
        raise Http404
    table = Table.read(COLUMNS, request.GET.urlencode())
    is_file = "format" in request.GET

    def read(part: slice | None) -> tuple[list[Contributor], int]:
        return page_of(
            standing, key, request.membership, request.tenant, by=by, group=group, part=part
        )

    rows, total = read(None if is_file else table.slice)
    unit, currency = unit_of(key, standing.kind), request.tenant.currency
    label = str(FACTORS.get(key, standing.kind.label))
    if is_file:
        return file_response(
            [str(column.label) for column in COLUMNS],
            ((one.label, float(one.done)) for one in rows),
            format_=request.GET["format"],
            name=f"{request.tenant.slug}-goal-{found.pk}",
            title=label,
        )
    if not rows and table.page > 1:
        # Past the end nothing tells how many there are; the first page does.
        rows, total = read(replace(table, page=1).slice)
        if (last := table.counted(total)).page > 1:
            rows, _total = read(last.slice)
    table = table.counted(total)
    context = {
        "label": label,
        "table": table,
        "rows": [
            (one.key, one.label, difference_words(one.done, unit, currency, language()))
            for one in rows
        ],
        "by": BY_LABELS.get(by, ""),
        "group": str(TIERS.get(group, group)) if by == "tier" else _group_name(by, group),
        "since": found.baseline_on,
        "until": standing.course.now_on,
        "exports": [(name.upper(), table.url(format=name)) for name in ("csv", "xlsx")],
        "breadcrumbs": [
            (_("Goals"), reverse("goals")),
            (str(standing.kind.label), reverse("goal", args=[found.pk])),
        ],
    }
    return render(request, "reports/goals/customers.html", context)


def _group_name(by: str, group: str) -> str:
    if by == "manager" and group.isdecimal():
        named = Colleague.objects.filter(pk=int(group[:18])).first()
        return named.name if named else ""
    return group


def _shown(one: Contributions, standing: GoalStanding, currency: str) -> dict[str, Any]:
    """A difference with who made it."""
    words, unit = language(), unit_of(one.key, standing.kind)
    address = reverse("goal_customers", args=[standing.goal.pk])

    def told(value: Fraction) -> str:
        return difference_words(value, unit, currency, words)

    def tone(value: Fraction) -> str:
        # Less churn is good for a lifetime value, whichever way that goes.
        way = -1 if one.key.endswith("churn") and one.key != standing.goal.key else None
        wanted = way if way is not None else (1 if standing.aim.way > 0 else -1)
        return "" if not value else "good" if (value > 0) == (wanted > 0) else "danger"

    def url(**of: str) -> str:
        return f"{address}?{urlencode({'of': one.key, **of})}"

    def row(each: Contributor, link: str) -> dict[str, Any]:
        return {"label": each.label, "done": told(each.done), "tone": tone(each.done), "url": link,
                "customers": each.customers}  # fmt: skip

    return {
        "label": FACTORS.get(one.key, standing.kind.label),
        "then": in_unit(one.then, unit, currency, words),
        "now": in_unit(one.now, unit, currency, words),
        "difference": told(one.difference),
        "tone": tone(one.difference),
        "url": url(),
        "customers": [
            row(each, reverse("customer", args=[int(each.key)])) for each in one.customers
        ],
        "groups": [
            {
                "label": BY_LABELS[by],
                "by": by,
                "rows": [
                    row(each, url(by=by, group=each.key)) | {"key": each.key}
                    for each in one.groups[by][:MOST]
                ],
                "more": max(len(one.groups[by]) - MOST, 0),
            }
            for by in GROUPS
        ],
    }


def _factors(
    found: dict[str, Fraction] | None, standing: GoalStanding, currency: str
) -> list[dict[str, Any]]:
    """What each factor did, with its share of the difference."""
    if not found:
        return []
    unit, words = str(standing.kind.unit), language()
    difference = sum(found.values(), start=Fraction(0))
    return [
        {
            "label": FACTORS[name],
            "done": difference_words(value, unit, currency, words),
            "share": float(value / difference) if difference else None,
            "tone": ""
            if not value
            else "good"
            if (value > 0) == (standing.aim.way > 0)
            else "danger",
        }
        for name, value in found.items()
    ]


def _ahead(request: TenantRequest, standing: GoalStanding) -> dict[str, Any]:
    """Who would move the figure most: those at risk, or those with persons who do not come."""
    if standing.goal.key == DAILY:
        found = largest_potentials(standing, request.membership, request.tenant, most=MOST)
        return {
            "potentials": [
                (one, difference_words(one.gain, "share", "", language())) for one in found
            ]
        }
    night = latest_night()
    if night is None or not is_about_leaving(standing.goal.key):
        return {}
    scope = widest_scope(request.membership)
    rows = portfolio(scope, night, is_latest=True)
    return {
        "risks": largest_risks(rows, scope, night, first_day_of(night.as_of), most=MOST),
    }


def _versions(found: KpiGoal, standing: GoalStanding, currency: str) -> list[dict[str, Any]]:
    """What it said before each change, the latest first."""
    unit, words = str(standing.kind.unit), language()
    rows: QuerySet[KpiGoalVersion] = found.versions.select_related("changed_by")
    return [
        {
            "at": one.changed_at,
            "by": one.changed_by,
            "baseline": in_unit(one.held["baseline"], unit, currency, words),
            "target": in_unit(one.held["target"], unit, currency, words),
            "due_on": date.fromisoformat(one.held["due_on"]),
            "state": KpiGoal.State(one.held["state"]).label,
        }
        for one in rows[:20]
    ]
