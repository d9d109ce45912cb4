"""Goals: the list, and setting, changing and closing one."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Tenant
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from projects.views.faults import show_faults
from reports.actions.goals import add_goal, change_goal, close_goal
from reports.catalogue import figure
from reports.compute.documents import ReportKind
from reports.compute.report_periods import ReportPeriod, period_with
from reports.forms.goals import GoalClosing, GoalForm
from reports.goal_words import worded
from reports.models import KpiGoal
from reports.queries.goals import (
    MOST_MONTHS,
    GoalStanding,
    goal_of,
    goals,
    months_until,
    standings,
    values_of,
)
from reports.tasks import fill_months_of_goals
from reports.views.goal_cards import card
from ui.tags.formats import language

# What to begin with: a figure, the change of the present value, within so many months.
SUGGESTED = (
    ("logo_churn_12m", Decimal("-0.25"), 6, gettext_lazy("A quarter fewer customers leave.")),
    ("dau_rate", Decimal("0.5"), 6, gettext_lazy("Half as many persons again, every day.")),
    ("ltv", Decimal("0.4"), 12, gettext_lazy("A customer is worth two fifths more.")),
)


@require("view_goals")
@require_GET
def goals_list(request: TenantRequest) -> HttpResponse:
    """Every goal with where it stands; those that ended below."""
    last = last_month(request.tenant)
    open_ones, closed = goals(is_open=True), goals(is_open=False)
    found = {one.goal.pk: one for one in standings([*open_ones, *closed], last)}
    may_edit = may(request.membership, "edit_goals")
    currency = request.tenant.currency
    context = {
        "cards": [card(found[goal.pk], currency) for goal in open_ones],
        "closed": [card(found[goal.pk], currency) for goal in closed],
        "last": last,
        "may_edit": may_edit,
        "suggested": suggestions(request, last) if may_edit and not open_ones else [],
    }
    return render(request, "reports/goals/list.html", context)


@require("edit_goals")
@require_http_methods(["GET", "POST"])
def new_goal(request: TenantRequest) -> HttpResponse:
    """A goal for one of the figures."""
    months = months_until(last_month(request.tenant), date.min)[::-1][:MOST_MONTHS]
    asked = {key: value for key, value in request.GET.items() if key in ("key", "change", "due_on")}
    form = GoalForm(request.POST or None, months=months, initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            goal = add_goal(
                tenant=request.tenant, key=form.figure_key, values=form.values(), by=request.user
            )
        except ValidationError as error:
            show_faults(form, error)
        else:
            fill = partial(fill_months_of_goals.delay, request.tenant.pk)
            transaction.on_commit(fill, robust=True)
            messages.success(request, _("The goal is set."))
            return redirect("goal", goal.pk)
    context = {"form": form, "breadcrumbs": [(_("Goals"), reverse("goals"))]}
    return render(request, "reports/goals/form.html", context)


@require("edit_goals")
@require_http_methods(["GET", "POST"])
def goal_changes(request: TenantRequest, pk: int) -> HttpResponse:
    """Give a goal another baseline, target, due day, owner or note."""
    goal = found_goal(pk)
    months = months_until(last_month(request.tenant), date.min)[::-1][:MOST_MONTHS]
    form = GoalForm(request.POST or None, months=months, goal=goal)
    if request.method == "POST" and form.is_valid():
        try:
            change_goal(
                tenant=request.tenant, goal=goal, values=form.values(),
                seen=form.cleaned_data["seen"], by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("goal", goal.pk)
    label = str(figure(ReportKind.EXECUTIVE, goal.key).label)
    context = {
        "form": form,
        "goal": goal,
        "label": label,
        "breadcrumbs": [
            (_("Goals"), reverse("goals")),
            (label, reverse("goal", args=[goal.pk])),
        ],
    }
    return render(request, "reports/goals/form.html", context)


@require("edit_goals")
@require_POST
def goal_closures(request: TenantRequest, pk: int) -> HttpResponse:
    """Say how a goal ended, or that it goes on."""
    goal, form = found_goal(pk), GoalClosing(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose how it ended."))
        return redirect("goal", goal.pk)
    try:
        close_goal(
            tenant=request.tenant, goal=goal, state=form.cleaned_data["state"],
            seen=form.cleaned_data["seen"], by=request.user,
        )  # fmt: skip
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Saved."))
    return redirect("goal", goal.pk)


def found_goal(pk: int) -> KpiGoal:
    goal = goal_of(pk)
    if goal is None:
        raise Http404
    return goal


def last_month(tenant: Tenant) -> ReportPeriod:
    """The latest month that is over where the tenant is."""
    return period_with(tenant.local_date(timezone.now()), quarter=False).before


def standing_of(goal: KpiGoal, tenant: Tenant) -> GoalStanding:
    return standings([goal], last_month(tenant))[0]


def suggestions(request: TenantRequest, last: ReportPeriod) -> list[dict[str, Any]]:
    """Goals to begin with, from the figures as they are; only of what the tenant has figures of, once
    those were made."""
    found = []
    for key, change, months, why in SUGGESTED:
        kind = figure(ReportKind.EXECUTIVE, key)
        (month,) = values_of(key, [last])
        if month.reason:
            continue
        due = _months_on(last.last, months)
        address = urlencode({"key": key, "change": f"{change * 100:f}", "due_on": f"{due}"})
        value = month.value
        currency = request.tenant.currency
        found.append({
            "label": kind.label,
            "why": why,
            "due": due,
            "now": None if value is None else worded(value, kind, currency, language()),
            "target": None
            if value is None
            else worded(value * (1 + change), kind, currency, language()),
            "change": change,
            "url": f"{reverse('new_goal')}?{address}",
        })  # fmt: skip
    return found


def _months_on(day: date, months: int) -> date:
    period = period_with(day + timedelta(days=1), quarter=False)
    for _number in range(months - 1):
        period = period_with(period.last + timedelta(days=1), quarter=False)
    return period.last
