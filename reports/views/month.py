"""Month in review: the executive's first screen."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from accounts import first_steps
from accounts.permissions import require
from accounts.requests import TenantRequest
from reports.changes import Change, relative
from reports.charts import arr_chart, movements_chart, retention_chart
from reports.compute.report_periods import period_with
from reports.queries.delivery import faces_met
from reports.queries.money import cash_of, renewals_of
from reports.queries.month import MonthInReview, completed_months, month_in_review
from reports.queries.risks import largest_risks
from reports.views.month_figures import delivery_figures, told_figures
from reports.views.month_renewals import renewal_figures
from reports.views.month_tiles import kept_sets
from segmentation.charts import migration_matrix
from segmentation.models import Night
from segmentation.queries.migration import flows
from segmentation.queries.portfolio import portfolio
from segmentation.queries.remembered import loads_seen
from segmentation.queries.retention import RetentionFigures
from segmentation.queries.scopes import Scope, widest_scope
from segmentation.queries.stored import night_asked, offered_nights
from segmentation.views.narrowing import Narrowing, narrowing_of
from ui.charts import TargetBar, Unit
from ui.tables import Table

RISKS = 5
MONTHS_OFFERED = 36


@require("view_month")
@require_GET
def month(request: TenantRequest) -> HttpResponse:
    """A month that has ended, against the one before and the same month a year ago."""
    today = request.tenant.local_date(timezone.now())
    seen = loads_seen()
    months = completed_months(today, seen=seen)[:MONTHS_OFFERED]
    if not months:
        steps = first_steps.steps_for(request.membership)
        return render(request, "reports/month/no_contracts.html", {"steps": steps})
    asked = request.GET.get("month", "")
    last_day = next((day for day in months if f"{day:%Y-%m}" == asked), months[0])
    first_day = last_day.replace(day=1)
    nights = offered_nights()
    narrowing = narrowed(request, nights, last_day)
    scope = narrowing.within(widest_scope(request.membership))
    latest = nights[0] if nights else None
    review = month_in_review(scope, last_day, latest, request.tenant.gross_margin, seen=seen)
    cash = cash_of(scope, first_day, last_day, latest, seen=seen)
    known_until = latest.as_of if latest else request.tenant.last_ended_day()
    currency = request.tenant.currency
    renewals = renewals_of(scope, first_day, last_day, latest, known_until=known_until, seen=seen)
    period = period_with(last_day, quarter=False)
    kept = kept_sets(scope, period)
    context = {
        "last_day": last_day,
        "months": months,
        "newer": _neighbour(months, last_day, -1, request.GET),
        "older": _neighbour(months, last_day, 1, request.GET),
        "narrowing": narrowing,
        "scope": scope,
        "review": review,
        "movements": movements(review),
        "cash": cash,
        "cash_bar": TargetBar(
            _("Paid of what was due"),
            cash.paid,
            cash.due,
            Unit("compact_money", currency),
            target_words=_("%(target)s due"),
        ),
        # What is to come is told as of today, beside the newest month alone.
        **(
            renewal_figures(scope, today, with_links=not narrowing.group_id)
            if last_day == months[0]
            else {}
        ),
        "today": today,
        "renewals": renewals,
        **told_figures(request, scope, period, kept, review, cash, renewals),
        **delivery_figures(scope, period, kept),
        "faces": faces_met(scope, last_day, latest, request.tenant, seen=seen),
        "arr_chart": arr_chart(review.trend, currency),
        "movements_chart": movements_chart(review.trend, currency),
        "retention_chart": retention_chart(review.yearly),
        **at_night(nights, scope, first_day, last_day, currency),
    }
    return render(request, "reports/month/page.html", context)


def narrowed(request: TenantRequest, nights: list[Night], last_day: date) -> Narrowing:
    """To who was in the group on the last stored night up to the end of the month."""
    night = night_asked(last_day.isoformat(), nights)
    if night is None:
        return narrowing_of(request, None, on=last_day)
    return narrowing_of(request, night, on=None if night == nights[0] else night.as_of)


def _neighbour(months: list[date], day: date, step: int, asked: QueryDict) -> str:
    place = months.index(day) + step
    if not 0 <= place < len(months):
        return ""
    address = Table.read((), asked.urlencode()).url(month=f"{months[place]:%Y-%m}")
    return f"{reverse('month')}{address}"


def movements(review: MonthInReview) -> list[dict[str, Any]]:
    """ARR from the start of the month to its end, a row per movement."""
    rows: list[tuple[str, str, str, str]] = [
        ("start_arr", _("ARR at the start"), "neither", ""),
        ("new", pgettext("ARR", "New"), "more", "+"),
        ("expansion", _("Expansion"), "more", "+"),
        ("reactivated", _("Reactivated"), "more", "+"),
        ("contraction", _("Contraction"), "less", "−"),
        ("churned", pgettext("ARR", "Churned"), "less", "−"),
        ("end_arr", _("ARR at the end"), "more", "="),
    ]
    return [
        {
            "name": name,
            "label": label,
            "sign": sign,
            "now": getattr(review.month, name),
            "before": getattr(review.before, name),
            "year_before": getattr(review.year_before, name),
            "month_change": _change(review.month, review.before, name, better),
            "year_change": _change(review.month, review.year_before, name, better),
        }
        for name, label, better, sign in rows
    ]


def _change(now: RetentionFigures, before: RetentionFigures, name: str, better: str) -> Change:
    return relative(getattr(now, name), getattr(before, name), better=better)


def at_night(
    nights: list[Night], scope: Scope, first_day: date, last_day: date, currency: str
) -> dict[str, Any]:
    """What needs a stored night: migration over the month, and the largest risks at its end."""
    end = next((night for night in nights if night.as_of == last_day), None)
    if end is None:
        return {"end": None, "matrix": None, "risks": None}
    latest = nights[0]
    rows = portfolio(scope, end, is_latest=end == latest)
    context: dict[str, Any] = {
        "end": end,
        "matrix": None,
        "risks": largest_risks(rows, scope, end, first_day, most=RISKS),
    }
    start = next((night for night in nights if night.as_of < first_day), None)
    if start is not None:
        found = flows(scope, start, end, "tier", latest=latest)
        context |= {
            "start": start,
            "matrix": migration_matrix(
                found, "tier", start=start, end=end, latest=latest, scope=scope, currency=currency
            ),
        }
    return context
