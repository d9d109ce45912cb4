"""What the executives' report says besides its figures: the months before, who moved between tiers,
renewals to come, the largest risks, and what was restated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncMonth

from accounts.models import Instalment, Payment, Tenant
from reports.compute.report_periods import ReportPeriod
from reports.queries.month import month_in_review, months_back
from reports.queries.restated import Restated, reports_beside, restated_beside
from reports.queries.risks import Risk, largest_risks
from reports.queries.satisfaction import answers
from reports.queries.tier_moves import WHOLE
from segmentation.models import MeasureRow, Night
from segmentation.queries.migration import Flow, flows
from segmentation.queries.portfolio import portfolio
from segmentation.queries.retention import RetentionFigures
from segmentation.queries.stored import is_month_end, stored_nights
from service.compute.surveys import Answers
from service.models import SurveyKind
from service.queries.renewals import Forecast, Quarter, forecasts, quarter_of, renewals

MONTHS = 13
RISKS = 5


@dataclass(frozen=True)
class Tiers:
    """days: month-ends with stored measures, oldest first; counts: (day, tier) → customers; moved: over
    the period, None without a night before it."""

    days: tuple[date, ...]
    counts: Mapping[tuple[date, str], int]
    moved: Sequence[Flow] | None


@dataclass(frozen=True)
class ExecutiveFacts:
    """months: the last thirteen up to the period's end, oldest first. trend, yearly: retention of each
    and of the twelve months up to its end; cash: of each what was due and what came. tiers, risks:
    None where the night of the last day is not stored. surveys: by kind, of the period and of the one
    before it."""

    months: tuple[date, ...]
    trend: tuple[RetentionFigures, ...]
    yearly: tuple[RetentionFigures, ...]
    cash: tuple[tuple[Decimal, Decimal], ...]
    tiers: Tiers | None
    risks: tuple[Risk, ...] | None
    ahead: Mapping[Quarter, Forecast]
    surveys: Mapping[str, tuple[Answers, Answers]]
    restated: tuple[Restated, ...]


def executive_facts(
    *, tenant: Tenant, period: ReportPeriod, known_at: datetime, night: Night | None
) -> ExecutiveFacts:
    """Of the tenant in scope; a fixed number of statements, whatever the number of customers.

    night: of the period's last day, if it is stored.
    """
    today = tenant.local_date(known_at)
    review = month_in_review(WHOLE, period.last, None, tenant.gross_margin)
    months = tuple(months_back(period.last, back) for back in reversed(range(MONTHS)))
    nights = list(stored_nights().select_related("rule_set"))
    # What lies ahead of the report, not of who makes it: a correction tells the same quarters.
    now = quarter_of(period.last + timedelta(1))
    return ExecutiveFacts(
        months=months,
        trend=tuple(review.trend[-MONTHS:]),
        yearly=tuple(review.yearly[-MONTHS:]),
        cash=_cash(months),
        tiers=_tiers(night, nights, period, months) if night else None,
        risks=_risks(night, nights, period) if night else None,
        ahead=forecasts(renewals(WHOLE, today), [now, now.shifted(1)]),
        surveys={
            kind: (_answers(period, kind), _answers(period.before, kind))
            for kind in SurveyKind.values
        },
        restated=tuple(restated_beside(period, tenant, reports_beside(period))),
    )


def _cash(months: Sequence[date]) -> tuple[tuple[Decimal, Decimal], ...]:
    """Due and received of each month; two statements."""
    first, last = months[0].replace(day=1), months[-1]
    due = _by_month(Instalment.objects.filter(due_on__range=(first, last)), "due_on")
    received = _by_month(Payment.objects.filter(paid_on__range=(first, last)), "paid_on")
    keys = [month.replace(day=1) for month in months]
    return tuple((due.get(key, Decimal(0)), received.get(key, Decimal(0))) for key in keys)


def _by_month(rows: QuerySet, day: str) -> dict[date, Decimal]:
    grouped = rows.order_by().annotate(month=TruncMonth(day)).values("month")
    return dict(grouped.annotate(total=Sum("amount")).values_list("month", "total"))


def _tiers(
    night: Night, nights: Sequence[Night], period: ReportPeriod, months: Sequence[date]
) -> Tiers:
    kept = {one.as_of for one in nights if is_month_end(one.as_of)} | {night.as_of}
    days = [day for day in months if day in kept]
    rows = MeasureRow.objects.filter(as_of__in=days).order_by().values("as_of", "tier")
    counts = {(row["as_of"], row["tier"]): row["n"] for row in rows.annotate(n=Count("pk"))}
    start = max((one for one in nights if one.as_of < period.first), key=_as_of, default=None)
    latest = max(nights, key=_as_of)
    return Tiers(
        days=tuple(days),
        counts=counts,
        moved=flows(WHOLE, start, night, "tier", latest=latest) if start else None,
    )


def _as_of(night: Night) -> date:
    found: date = night.as_of
    return found


def _risks(night: Night, nights: Sequence[Night], period: ReportPeriod) -> tuple[Risk, ...]:
    latest = max(nights, key=_as_of)
    rows = portfolio(WHOLE, night, is_latest=night == latest)
    return tuple(largest_risks(rows, WHOLE, night, period.first, most=RISKS))


def _answers(period: ReportPeriod, kind: str) -> Answers:
    counts = answers(period, kind).order_by().values_list("score").annotate(n=Count("pk"))
    return Answers(kind, dict(counts))
