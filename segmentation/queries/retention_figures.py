"""Retention of customers and of persons as the screen and the command show it; no night is needed.

Everything is as known now, as of a day; what every customer of the tenant makes is remembered until
a night or a load changes something.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo

import pandas as pd

from segmentation.compute.cohorts import (
    Cohort,
    arr_cohorts,
    cohorts_of_counts,
    has_long_terms,
    payment_cohorts,
)
from segmentation.compute.conversion import Conversion, conversions
from segmentation.compute.months import last_day_of, last_ended_month, month_of
from segmentation.compute.persons import PersonCohort, person_cohorts
from segmentation.compute.renewals import DueRenewals, due_renewals
from segmentation.frames.person_spans import count_persons
from segmentation.frames.retention import subscription_lines
from segmentation.frames.terms import contract_terms, payment_rows, prospects
from segmentation.models import Night
from segmentation.queries.remembered import loads_seen, of_night
from segmentation.queries.scopes import Scope

CONTRACTS, PAYMENTS, NOTHING = "contracts", "payments", ""

Figures = TypeVar("Figures")


@dataclass(frozen=True)
class CustomerCohorts:
    """`basis`: by contract, by payment (a tenant without subscriptions), or neither.

    `has_long_terms`: the tenant's contracts mostly run longer than a year, and every month of a year
    looks like the one before.
    """

    basis: str
    cohorts: list[Cohort]
    has_long_terms: bool = False


@dataclass(frozen=True)
class Renewing:
    """`months`: a DueRenewals per month, oldest first; `year`: the last twelve of them as one period.

    `is_linked`: some contract says which one it renews. Without one nobody can tell renewal from a
    second contract, and there is no rate.
    """

    months: list[DueRenewals]
    year: DueRenewals
    is_linked: bool


@dataclass(frozen=True)
class PersonRetention:
    """`cohorts`: D1, D7, D30; `months`: persons there again in each month after."""

    cohorts: list[PersonCohort]
    months: list[Cohort]


def remembered_for(
    scope: Scope, night: Night | None, name: str, compute: Callable[[], Figures]
) -> Figures:
    """Of the whole tenant from memory, of a part of it computed."""
    if scope.is_whole:
        return of_night(f"{name}-{loads_seen()}", night, compute)
    return compute()


def within(scope: Scope | None, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of the scope's customers; None: of everybody."""
    if scope is None or scope.is_whole:
        return frame
    return frame[frame["customer"].isin(scope.ids)]


def customer_cohorts(until: date, scope: Scope | None = None) -> CustomerCohorts:
    """By the first month with ARR; by the first payment where the tenant has no subscriptions."""
    lines = subscription_lines()
    if (lines["annual_fee"] > 0).any():
        found = arr_cohorts(within(scope, lines), until)
        return CustomerCohorts(CONTRACTS, found, has_long_terms(lines))
    payments = payment_rows()
    if len(payments):
        return CustomerCohorts(PAYMENTS, payment_cohorts(within(scope, payments), until))
    return CustomerCohorts(NOTHING, [])


def renewing(
    months: Sequence[tuple[date, date]], known_until: date, scope: Scope | None = None
) -> Renewing:
    """months: (first day, last day) of each, oldest first; at least one."""
    terms = contract_terms()
    year = (months[-min(12, len(months))][0], months[-1][1])
    *found, whole = due_renewals(within(scope, terms), [*months, year], known_until)
    return Renewing(found, whole, bool(terms["renewed_on"].notna().any()))


def converting(until: date, zone: ZoneInfo, scope: Scope | None = None) -> list[Conversion]:
    return conversions(within(scope, prospects(zone)), until)


def person_retention(until: date, zone: ZoneInfo, scope: Scope | None = None) -> PersonRetention:
    ids = None if scope is None or scope.is_whole else scope.ids
    counts = count_persons(until, zone, ids)
    return PersonRetention(
        cohorts=person_cohorts(counts.spans, until),
        months=cohorts_of_counts(counts.months, until),
    )


def ended_months(until: date, count: int) -> list[tuple[date, date]]:
    """(first day, last day) of the last months that have ended by `until`, oldest first."""
    last = last_ended_month(until)
    return [(month_of(number), last_day_of(number)) for number in range(last - count + 1, last + 1)]
