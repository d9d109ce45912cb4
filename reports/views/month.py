"""Month in review: the executive's first screen."""

from __future__ import annotations

from datetime import date, timedelta
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
from reports.changes import Change, in_points, number_of, relative
from reports.charts import arr_chart, movements_chart, retention_chart
from reports.queries.delivery import delivery_of_month, faces_met
from reports.queries.money import cash_of, renewals_of
from reports.queries.month import MonthInReview, completed_months, month_in_review
from reports.queries.risks import largest_risks
from reports.views.month_renewals import renewal_figures
from reports.views.month_restated import restated_figures
from segmentation.charts import migration_matrix
from segmentation.models import Night
from segmentation.queries.migration import flows
from segmentation.queries.portfolio import portfolio
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
    months = completed_months(today)[:MONTHS_OFFERED]
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
    review = month_in_review(scope, last_day, latest, request.tenant.gross_margin)
    cash = cash_of(scope, first_day, last_day, latest)
    known_until = latest.as_of if latest else request.tenant.last_ended_day()
    currency = request.tenant.currency
    context = {
        "last_day": last_day,
        "months": months,
        "newer": _neighbour(months, last_day, -1, request.GET),
        "older": _neighbour(months, last_day, 1, request.GET),
        "narrowing": narrowing,
        "scope": scope,
        "review": review,
        "tiles": tiles(review),
        "movements": movements(review),
        "cash": cash,
        "cash_bar": TargetBar(
            _("Paid of what was due"),
            cash.paid,
            cash.due,
            Unit("money", currency, 0),
            target_words=_("%(target)s due"),
        ),
        # What is to come is told as of today, beside the newest month alone.
        **(
            renewal_figures(scope, today, with_links=not narrowing.group_id)
            if last_day == months[0]
            else {}
        ),
        "today": today,
        "renewals": renewals_of(scope, first_day, last_day, latest, known_until=known_until),
        **delivery_figures(scope, first_day, last_day),
        "restated": restated_figures(scope, last_day, currency),
        "faces": faces_met(scope, last_day, latest, request.tenant),
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


def tiles(review: MonthInReview) -> list[dict[str, Any]]:
    """The rates and sums that come first."""
    month, before = review.month, review.before
    lines = _("Contract lines, as known now")
    return [
        {
            "label": _("ARR at the end"),
            "amount": month.end_arr,
            "change": relative(month.end_arr, before.end_arr, better="more"),
            "formula": _("Annual fees of the subscription lines active on the last day."),
            "source": lines,
        },
        {
            "label": "NRR",
            "share": number_of(month.nrr),
            "change": in_points(month.nrr, before.nrr, better="more"),
            "formula": _(
                "(start + expansion − contraction − churned) ÷ start, customer by customer; "
                "reactivation not in it."
            ),
            "source": lines,
        },
        {
            "label": "GRR",
            "share": number_of(month.grr),
            "change": in_points(month.grr, before.grr, better="more"),
            "formula": _("(start − contraction − churned) ÷ start, customer by customer."),
            "source": lines,
        },
        {
            "label": _("Logo churn"),
            "share": number_of(month.logo_churn),
            "change": in_points(month.logo_churn, before.logo_churn, better="less"),
            "formula": _(
                "Customers that had ARR at the start and have none at the end ÷ customers at the start."
            ),
            "source": lines,
        },
    ]


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


def delivery_figures(scope: Scope, first_day: date, last_day: date) -> dict[str, Any]:
    """Delivery and scope of the month, against the month before."""
    now = delivery_of_month(scope, first_day, last_day)
    if now is None:
        return {"delivery": None}
    last_before = first_day - timedelta(days=1)
    before = delivery_of_month(scope, last_before.replace(day=1), last_before)
    if before is None:
        return {"delivery": now}
    changes = {
        "accepted": relative(now.accepted, before.accepted, better="more"),
        "unapproved": relative(now.unapproved, before.unapproved, better="less"),
        "not_live": relative(now.not_live, before.not_live, better="less"),
    }
    return {"delivery": now, "delivery_change": changes}


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
