"""The customers behind a cell of the retention and effects screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from segmentation.compute.cohorts import arr_members, payment_members
from segmentation.compute.conversion import prospects_of_month
from segmentation.compute.effects import Measure
from segmentation.compute.exact import unscaled_decimal
from segmentation.compute.months import last_day_of, last_ended_month, month_number
from segmentation.compute.renewals import judged_terms
from segmentation.frames.outcomes import customers_behind
from segmentation.frames.person_spans import persons_by_customer
from segmentation.frames.retention import subscription_lines
from segmentation.frames.terms import contract_terms, payment_rows, prospects
from segmentation.queries.retention_figures import within
from segmentation.queries.scopes import Scope


@dataclass(frozen=True)
class Behind:
    """One customer behind a cell; what a figure does not know of it is None."""

    customer_id: int
    amount: Decimal | None = None
    amount_after: Decimal | None = None
    first_on: date | None = None
    second_on: date | None = None
    number: int | None = None
    counts: tuple[int, ...] = ()
    state: str = ""


HERE, GONE = "here", "gone"
CONVERTED, WAITING = "converted", "waiting"


def behind_cohort(months: Sequence[date], k: int, until: date, scope: Scope) -> list[Behind]:
    """Who came in one of these months, with HERE or GONE k months after its own and its ARR, or what it
    paid, then. Months after which k have not ended yet are left out.
    """
    last = last_ended_month(until)
    old = [month for month in months if 0 <= month_number(month) + k <= last]
    if k < 0 or not old:
        return []
    lines = subscription_lines()
    if (lines["annual_fee"] > 0).any():
        lines = within(scope, lines)
        found = pd.concat(
            arr_members(lines, month, last_day_of(month_number(month) + k)) for month in old
        )
        found["active"] = found["amount"] > 0
    else:
        payments = within(scope, payment_rows())
        found = pd.concat(payment_members(payments, month, k) for month in old)
    return _largest_first(
        Behind(
            customer_id=int(row.customer),
            amount=unscaled_decimal(row.amount),
            state=HERE if row.active else GONE,
        )
        for row in _rows(found)
    )


def behind_renewals(first: date, last: date, known_until: date, scope: Scope) -> list[Behind]:
    """The contracts that ended from `first` to `last`, one row each: their ARR, their end, the start
    of their renewal; `state` is the outcome."""
    judged = judged_terms(within(scope, contract_terms()), known_until)
    days = judged["ended_on"]
    judged = judged[(days >= first.toordinal()) & (days <= last.toordinal())]
    return _largest_first(
        Behind(
            customer_id=int(row.customer),
            amount=unscaled_decimal(row.arr),
            first_on=date.fromordinal(int(row.ended_on)),
            second_on=_day(row.renewed_on),
            state=row.outcome,
        )
        for row in _rows(judged)
    )


def behind_conversion(month: date, until: date, zone: ZoneInfo, scope: Scope) -> list[Behind]:
    """Who came as a trial or prospect in the month: when, when it signed, after how many days."""
    found = prospects_of_month(within(scope, prospects(zone)), month, until)
    rows = []
    for row in _rows(found):
        came = date.fromordinal(int(row.entered_on))
        signed = _day(row.converted_on) if row.is_converted else None
        rows.append(
            Behind(
                customer_id=int(row.customer),
                first_on=came,
                second_on=signed,
                number=(signed - came).days if signed else None,
                state=CONVERTED if signed else WAITING,
            )
        )
    return sorted(rows, key=lambda row: (row.first_on or until, row.customer_id))


def behind_persons(month: date, until: date, zone: ZoneInfo, scope: Scope) -> list[Behind]:
    """Customers with new persons in the month: how many, and how many were back by D1, D7, D30."""
    ids = None if scope.is_whole else scope.ids
    return [
        Behind(customer_id=customer, number=new, counts=tuple(returned))
        for customer, new, *returned in persons_by_customer(month, until, zone, ids)
    ]


def behind_outcome(
    scheme: str, tier: str, start: date, end: date, measure: Measure, scope: Scope
) -> list[Behind]:
    """The customers that a figure of a tier is made of, each once.

    ValueError for a scheme that is none.
    """
    ids = None if scope.is_whole else scope.ids
    rows: list[Behind] = []
    for customer, before, after, active in customers_behind(scheme, tier, start, end, ids):
        had, has = bool(before), bool(after)
        known = before is not None and after is not None
        counted = {
            "activity": active is not None,
            "retention": known and had,
            "conversion": known and not had,
        }
        if counted.get(measure, False):
            rows.append(
                Behind(
                    customer_id=customer,
                    amount=before,
                    amount_after=after,
                    number=active,
                    state=HERE if has else GONE,
                )
            )
    return _largest_first(rows)


def _rows(frame: pd.DataFrame) -> Any:
    return frame.itertuples(index=False)


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else date.fromordinal(int(value))


def _largest_first(rows: Any) -> list[Behind]:
    return sorted(rows, key=lambda row: (-(row.amount or 0), row.customer_id))
