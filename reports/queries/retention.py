"""Everything the retention screen shows of customers, in one piece."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from accounts.models import Tenant
from reports.queries.month import TREND_MONTHS, MonthInReview, month_in_review
from segmentation.compute.conversion import Conversion
from segmentation.models import Night
from segmentation.queries.lifetime_value import CustomerValue, customer_value
from segmentation.queries.retention_figures import (
    CONTRACTS,
    CustomerCohorts,
    PersonRetention,
    Renewing,
    converting,
    customer_cohorts,
    ended_months,
    person_retention,
    remembered_for,
    renewing,
)
from segmentation.queries.scopes import Scope


@dataclass(frozen=True)
class RetentionReview:
    """As of the end of `until`. `review`: the movements of ARR of the months that have ended; None for
    a tenant that sells no subscriptions, as are the renewals."""

    until: date
    cohorts: CustomerCohorts
    conversions: list[Conversion]
    value: CustomerValue
    review: MonthInReview | None
    renewing: Renewing | None


def retention_review(
    scope: Scope, until: date, night: Night | None, tenant: Tenant
) -> RetentionReview:
    """Of a scope's customers; of the whole tenant it is remembered until a night or a load."""
    margin, zone = tenant.gross_margin, tenant.zone
    return remembered_for(
        scope,
        night,
        f"retention-{until}-{margin}",
        lambda: _review(scope, until, night, margin, zone),
    )


def persons_of(scope: Scope, until: date, night: Night | None, tenant: Tenant) -> PersonRetention:
    """Apart from the rest, because usage may be long."""
    zone = tenant.zone
    return remembered_for(
        scope, night, f"persons-{until}", lambda: person_retention(until, zone, scope)
    )


def _review(
    scope: Scope, until: date, night: Night | None, margin: Decimal, zone: ZoneInfo
) -> RetentionReview:
    months = ended_months(until, TREND_MONTHS)
    cohorts = customer_cohorts(until, scope)
    by_contract = cohorts.basis == CONTRACTS
    return RetentionReview(
        until=until,
        cohorts=cohorts,
        conversions=converting(until, zone, scope),
        value=customer_value(until, margin, scope),
        review=month_in_review(scope, months[-1][1], night, margin) if by_contract else None,
        renewing=renewing(months, until, scope) if by_contract else None,
    )
