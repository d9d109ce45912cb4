"""A month in review: retention, the months before it, lifetime value."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from django.db.models import Min

from accounts.models import ContractLine
from segmentation.compute.lifetime_value import contract_value
from segmentation.compute.retention import compare_days, month_boundaries
from segmentation.frames.retention import subscription_lines
from segmentation.models import Night
from segmentation.queries.remembered import LISTED_SECONDS, loads_seen, of_night, remembered
from segmentation.queries.retention import RetentionFigures, figures_of
from segmentation.queries.scopes import Scope

TREND_MONTHS = 18
YEAR = 12


@dataclass(frozen=True)
class MonthInReview:
    """``trend``: so many months, oldest first, the reviewed one last; ``yearly``: for each of them
    the twelve months up to its end as one period.

    ``customers``: those with ARR on the last day. ``ltv``: lifetime value of a customer; None when
    nobody was lost in twelve months, so that it cannot be estimated.
    """

    trend: list[RetentionFigures]
    yearly: list[RetentionFigures]
    customers: int
    ltv: Decimal | None

    @property
    def month(self) -> RetentionFigures:
        return self.trend[-1]

    @property
    def before(self) -> RetentionFigures:
        """The previous month."""
        return self.trend[-2]

    @property
    def year_before(self) -> RetentionFigures:
        """The same month of the year before."""
        return self.trend[-1 - YEAR]


def month_in_review(
    scope: Scope, last_day: date, night: Night | None, margin: Decimal, *, seen: str = ""
) -> MonthInReview:
    """The month that ends on ``last_day``, among the customers of the scope.

    margin: gross margin, a fraction of 1. From contract lines as known now; of the whole tenant it
    is remembered until a night or a load changes something. seen: of `loads_seen`, where it was asked
    already.
    """
    if scope.is_whole:
        name = f"month-{last_day}-{margin}-{seen or loads_seen()}"
        return of_night(name, night, lambda: _review(scope, last_day, margin))
    return _review(scope, last_day, margin)


def completed_months(today: date, *, seen: str = "") -> list[date]:
    """The last days of the months that have ended, latest first, back to the first subscription."""
    name = f"first-subscription-{seen or loads_seen()}"
    first = remembered(name, LISTED_SECONDS, _first_subscription)
    days = []
    day = today.replace(day=1) - timedelta(days=1)
    while first is not None and day >= first:
        days.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return days


def _first_subscription() -> date | None:
    lines = ContractLine.objects.filter(kind=ContractLine.Kind.SUBSCRIPTION, is_trial=False)
    first: date | None = lines.aggregate(first=Min("starts_on"))["first"]
    return first


def months_back(last_day: date, months: int) -> date:
    """The last day of the month so many months before."""
    number = last_day.year * 12 + last_day.month - 1 - months
    year, month = divmod(number, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def _review(scope: Scope, last_day: date, margin: Decimal) -> MonthInReview:
    lines = subscription_lines()
    if not scope.is_whole:
        ids = scope.ids
        lines = lines[lines["customer"].isin(ids)]
    ends = month_boundaries(months_back(last_day, TREND_MONTHS - 1), last_day)
    monthly = list(pairwise(ends))
    yearly = [(months_back(end, YEAR), end) for end in ends[1:]]
    found = figures_of(compare_days(lines, [*monthly, *yearly, (last_day, last_day)]))
    trend = found[:TREND_MONTHS]
    customers = found[-1].customers_start
    return MonthInReview(
        trend=trend,
        yearly=found[TREND_MONTHS:-1],
        customers=customers,
        ltv=lifetime_value(trend[-YEAR:], customers, margin),
    )


def lifetime_value(year: list[RetentionFigures], customers: int, margin: Decimal) -> Decimal | None:
    """Monthly ARR per customer × gross margin ÷ monthly logo churn of the year.

    ``year``: its months, the last one giving the ARR; ``customers``: those with ARR at its end.
    None without customers, or when none was lost.
    """
    found = contract_value(
        arr=year[-1].end_arr,
        customers=customers,
        months=[(month.customers_start, month.customers_lost) for month in year],
        margin=margin,
    ).value
    return None if found is None else Decimal(found.numerator) / Decimal(found.denominator)
