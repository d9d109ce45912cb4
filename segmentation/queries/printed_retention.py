"""Rows of the further tables of `retention`, in canonical form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import Tenant
from segmentation.compute.exact import unscaled_decimal
from segmentation.compute.formats import format_cell
from segmentation.compute.months import last_day_of, month_number, month_of
from segmentation.compute.persons import DAYS
from segmentation.queries.retention_figures import (
    converting,
    customer_cohorts,
    person_retention,
    renewing,
)

Rows = Iterator[tuple[Any, ...]]


@dataclass(frozen=True)
class Table:
    """`columns` after the first hold numbers; `rows` gives those of the months from `first` to `last`
    (first days), as of the end of `until`, in the tenant's scope."""

    columns: tuple[str, ...]
    rows: Callable[[Tenant, date, date, date], Rows]

    def cells(self, tenant: Tenant, first: date, last: date) -> Iterator[tuple[str, ...]]:
        until = min(tenant.last_ended_day(), last_day_of(month_number(last)))
        for row in self.rows(tenant, first, last, until):
            yield tuple(format_cell(value) for value in row)


def _cohorts(tenant: Tenant, first: date, last: date, until: date) -> Rows:
    for cohort in customer_cohorts(until).cohorts:
        if not first <= cohort.month <= last:
            continue
        for k, active in enumerate(cohort.active):
            yield (
                f"{cohort.month:%Y-%m}",
                k,
                cohort.size,
                active,
                cohort.unbroken[k],
                cohort.rate(k),
                unscaled_decimal(cohort.amounts[k]),
                cohort.amount_rate(k),
            )


def _renewals(tenant: Tenant, first: date, last: date, until: date) -> Rows:
    numbers = range(month_number(first), month_number(last) + 1)
    months = [(month_of(number), last_day_of(number)) for number in numbers]
    found = renewing(months, tenant.last_ended_day())
    for due in found.months:
        # Where no contract says what it renews nobody can tell, as on screen: no rate, not 0.
        customer_rate, arr_rate = (
            (due.customer_rate, due.arr_rate) if found.is_linked else (None, None)
        )
        yield (
            f"{due.first_day:%Y-%m}",
            *(due.contracts, due.contracts_renewed, due.customers, due.customers_renewed),
            customer_rate,
            *(unscaled_decimal(due.arr), unscaled_decimal(due.arr_renewed), arr_rate),
            *(due.open_contracts, due.open_renewed),
            *(unscaled_decimal(due.open_arr), unscaled_decimal(due.open_arr_renewed)),
        )


def _persons(tenant: Tenant, first: date, last: date, until: date) -> Rows:
    for cohort in person_retention(until, tenant.zone).cohorts:
        if first <= cohort.month <= last:
            days = [cohort.on(k) for k in DAYS]
            figures = [(one.counted, one.returned, one.rate) for one in days]
            yield (f"{cohort.month:%Y-%m}", cohort.size, *(cell for row in figures for cell in row))


def _conversion(tenant: Tenant, first: date, last: date, until: date) -> Rows:
    for cohort in converting(until, tenant.zone):
        if first <= cohort.month <= last:
            yield (
                f"{cohort.month:%Y-%m}",
                *(cohort.entered, cohort.converted, cohort.rate, cohort.median_days),
            )


TABLES: dict[str, Table] = {
    "cohorts": Table(
        (
            *("cohort", "months_after", "customers", "active", "unbroken", "rate"),
            *("amount", "amount_rate"),
        ),
        _cohorts,
    ),
    "renewals": Table(
        (
            *("month", "contracts", "contracts_renewed", "customers", "customers_renewed"),
            *("customer_rate", "arr", "arr_renewed", "arr_rate"),
            *("open_contracts", "open_renewed", "open_arr", "open_arr_renewed"),
        ),
        _renewals,
    ),
    "persons": Table(
        (
            *("cohort", "persons"),
            *(f"d{k}_{name}" for k in DAYS for name in ("counted", "returned", "rate")),
        ),
        _persons,
    ),
    "conversion": Table(("cohort", "entered", "converted", "rate", "median_days"), _conversion),
}
