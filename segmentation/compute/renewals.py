"""Renewal rate of the due (到期续约率): of the contracts that ended in a period, those renewed.

A contract is renewed when another names it as what it renews and starts at the latest 90 days after
its end. Contracts whose 90 days are not over are `open`: they stand apart and are in no rate, renewed
or not, because those who have not renewed yet may still do so. A customer is renewed when one of its
contracts that ended in the period was. Amounts are the ARR that a contract had on its last day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation.compute.renewal_terms import RENEWED_WITHIN_DAYS

RENEWED, LOST, OPEN = "renewed", "lost", "open"


@dataclass(frozen=True)
class DueRenewals:
    """Of the contracts that ended from `first_day` to `last_day`; open ones are only in `open_…`, of
    which `open_renewed…` are renewed so far."""

    first_day: date
    last_day: date
    contracts: int
    contracts_renewed: int
    customers: int
    customers_renewed: int
    arr: int
    arr_renewed: int
    open_contracts: int
    open_renewed: int
    open_arr: int
    open_arr_renewed: int

    @property
    def customer_rate(self) -> Fraction | None:
        """Customers renewed ÷ customers due; None when none was."""
        return Fraction(self.customers_renewed, self.customers) if self.customers else None

    @property
    def arr_rate(self) -> Fraction | None:
        return Fraction(self.arr_renewed, self.arr) if self.arr else None


def judged_terms(terms: pd.DataFrame, known_until: date) -> pd.DataFrame:
    """Terms that have ended by `known_until`, with `outcome`: RENEWED, LOST or OPEN, and `is_renewed`.

    terms: a row per contract that ends: `contract`, `customer`, `ended_on`, `arr`, `renewed_on` (day
    numbers as of date.toordinal; NA: not renewed).
    """
    ended = terms[terms["ended_on"] <= known_until.toordinal()]
    ended_on = ended["ended_on"].to_numpy(dtype=np.int64)
    never = np.iinfo(np.int64).max
    renewed_on = ended["renewed_on"].to_numpy(dtype=np.int64, na_value=never)
    is_renewed = renewed_on <= ended_on + RENEWED_WITHIN_DAYS
    is_open = ended_on + RENEWED_WITHIN_DAYS > known_until.toordinal()
    outcome = np.where(is_open, OPEN, np.where(is_renewed, RENEWED, LOST))
    return ended.assign(outcome=outcome, is_renewed=is_renewed)


def due_renewals(
    terms: pd.DataFrame, periods: Sequence[tuple[date, date]], known_until: date
) -> list[DueRenewals]:
    """One DueRenewals for each period (first day, last day), both counted."""
    judged = judged_terms(terms, known_until)
    days = judged["ended_on"].to_numpy(dtype=np.int64)
    return [
        _of_period(judged[(days >= first.toordinal()) & (days <= last.toordinal())], first, last)
        for first, last in periods
    ]


def _of_period(judged: pd.DataFrame, first: date, last: date) -> DueRenewals:
    is_open = judged["outcome"].to_numpy() == OPEN
    is_renewed = judged["is_renewed"].to_numpy(dtype=bool)
    arr = judged["arr"].to_numpy(dtype=np.int64)
    customers = judged["customer"]

    def people(rows: npt.NDArray[np.bool_]) -> int:
        return int(customers[rows].nunique())

    def money(rows: npt.NDArray[np.bool_]) -> int:
        return int(arr[rows].sum())

    closed, kept = ~is_open, ~is_open & is_renewed
    return DueRenewals(
        first_day=first,
        last_day=last,
        contracts=int(closed.sum()),
        contracts_renewed=int(kept.sum()),
        customers=people(closed),
        customers_renewed=people(kept),
        arr=money(closed),
        arr_renewed=money(kept),
        open_contracts=int(is_open.sum()),
        open_renewed=int((is_open & is_renewed).sum()),
        open_arr=money(is_open),
        open_arr_renewed=money(is_open & is_renewed),
    )
