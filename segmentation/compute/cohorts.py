"""Cohorts: those who came in the same month, and how many of them are there so many months later.

By contract: a customer belongs to the month of its first day with annual recurring revenue (ARR); it
is there after k months when it has ARR on the last day of the k-th month after that month (k = 0: the
month itself). By payment: the month of its first payment; there after k months when it pays in the
k-th month after. A customer that left and came back is there again; `unbroken` counts only those that
never were away on the way, so it never rises with k.

A cohort has a cell for every month that has ended; what has not ended yet has none. Amounts are whole
numbers (money scaled by 10^MONEY_PLACES).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation.compute.months import (
    last_day_of,
    last_ended_month,
    month_number,
    month_of,
    months_of,
)
from segmentation.compute.retention import arr_on_days

Integers = npt.NDArray[np.int64]

# Customers are taken in blocks so that a million of them over years fit into memory.
_BLOCK = 100_000
_OPEN = np.iinfo(np.int64).max
_DAYS_OF_A_YEAR = 366


@dataclass(frozen=True)
class Cohort:
    """`size` came in the month that begins on `month`. Of the k-th month after it: `active[k]` are
    there, `unbroken[k]` have been all along, `amounts[k]` is their ARR or what they paid.

    `unbroken` and `amounts` are empty where they are not known.
    """

    month: date
    size: int
    active: tuple[int, ...]
    unbroken: tuple[int, ...] = ()
    amounts: tuple[int, ...] = ()

    def rate(self, k: int) -> Fraction | None:
        """The share that is there after k months; None when that month has not ended."""
        if not 0 <= k < len(self.active) or not self.size:
            return None
        return Fraction(self.active[k], self.size)

    def unbroken_rate(self, k: int) -> Fraction | None:
        if not 0 <= k < len(self.unbroken) or not self.size:
            return None
        return Fraction(self.unbroken[k], self.size)

    def amount_rate(self, k: int) -> Fraction | None:
        """The amount after k months against that of the first month; None without one."""
        if not 0 <= k < len(self.amounts) or not self.amounts[0]:
            return None
        return Fraction(self.amounts[k], self.amounts[0])


def pooled_rate(cohorts: Iterable[Cohort], k: int) -> Fraction | None:
    """Over all cohorts that are k months old: those there ÷ those who came."""
    old = [cohort for cohort in cohorts if k < len(cohort.active)]
    came = sum(cohort.size for cohort in old)
    return Fraction(sum(cohort.active[k] for cohort in old), came) if came else None


def by_year(cohorts: Sequence[Cohort]) -> list[Cohort]:
    """Cohorts of one calendar year taken together, oldest first; k still counts from each one's own
    month, and there is a cell as far as the youngest of them reaches."""
    found = []
    for year in sorted({cohort.month.year for cohort in cohorts}):
        members = [cohort for cohort in cohorts if cohort.month.year == year]
        length = min(len(cohort.active) for cohort in members)

        def added(rows: Iterable[tuple[int, ...]], length: int = length) -> tuple[int, ...]:
            kept = [row[:length] for row in rows if row]
            return tuple(sum(column) for column in zip(*kept, strict=True))

        found.append(
            Cohort(
                month=date(year, 1, 1),
                size=sum(cohort.size for cohort in members),
                active=added(cohort.active for cohort in members),
                unbroken=added(cohort.unbroken for cohort in members),
                amounts=added(cohort.amounts for cohort in members),
            )
        )
    return found


def arr_cohorts(lines: pd.DataFrame, until: date) -> list[Cohort]:
    """Cohorts by the first month with ARR, oldest first, as of the end of `until`.

    lines: as `compute.retention` takes them, with day numbers (date.toordinal); `customer`,
    `starts_on`, `ends_on` (NA: still running), `annual_fee` (whole number, not negative).
    """
    customers, starts, ends, fees = _lines_with_arr(lines)
    last = last_ended_month(until)
    if len(customers) == 0 or month_number(date.fromordinal(int(starts.min()))) > last:
        return []
    first = month_number(date.fromordinal(int(starts.min())))
    month_ends = np.array(
        [last_day_of(number).toordinal() for number in range(first, last + 1)], dtype=np.int64
    )
    triangle = _Triangle(first, last)
    for block in _blocks(customers):
        size = int(customers[block][-1] - customers[block][0]) + 1
        rows = customers[block] - customers[block][0]
        came = np.full(size, _OPEN, dtype=np.int64)
        np.minimum.at(came, rows, starts[block])
        arr = arr_on_days(rows, starts[block], ends[block], fees[block], size, month_ends)
        cohort = np.searchsorted(month_ends, came, side="left")
        triangle.add(cohort, arr > 0, arr)
    return triangle.cohorts()


def has_long_terms(lines: pd.DataFrame) -> bool:
    """Whether most terms are longer than a year, so that hardly anybody can leave within one.

    lines: as for `arr_cohorts`. A line that is still running without an end tells nothing.
    """
    ended = lines[(lines["annual_fee"] > 0) & lines["ends_on"].notna()]
    days = ended["ends_on"].to_numpy(np.int64) - ended["starts_on"].to_numpy(np.int64) + 1
    return bool(2 * np.count_nonzero(days > _DAYS_OF_A_YEAR) > len(days))


def arr_members(lines: pd.DataFrame, month: date, day: date) -> pd.DataFrame:
    """Who came in the month that begins on `month`: `customer` and its ARR on `day`, in any order."""
    keys, starts, ends, fees = _lines_with_arr(lines, keep_keys=True)
    frame = pd.DataFrame({"customer": keys, "starts_on": starts, "ends_on": ends, "fee": fees})
    came = frame.groupby("customer")["starts_on"].min()
    low = month.toordinal()
    high = last_day_of(month_number(month)).toordinal()
    members = came[(came >= low) & (came <= high)].index
    on_day = day.toordinal()
    running = frame[(frame["starts_on"] <= on_day) & (frame["ends_on"] >= on_day)]
    arr = running.groupby("customer")["fee"].sum().reindex(members, fill_value=0)
    return pd.DataFrame({"customer": members.to_numpy(), "amount": arr.to_numpy(dtype=np.int64)})


def payment_cohorts(payments: pd.DataFrame, until: date) -> list[Cohort]:
    """Cohorts by the month of the first payment, oldest first, as of the end of `until`.

    payments: `customer`, `paid_on` (day number), `amount` (whole number). A payment of zero is one; a
    refund (negative) is none, and lowers the amount of its month.
    """
    last = last_ended_month(until)
    days = payments["paid_on"].to_numpy(dtype=np.int64)
    known = days <= last_day_of(last).toordinal()
    days = days[known]
    amounts = payments["amount"].to_numpy(dtype=np.int64)[known]
    customers = pd.factorize(payments["customer"][known], sort=True)[0].astype(np.int64)
    is_payment = amounts >= 0
    if not is_payment.any():
        return []
    months = months_of(days)
    first = int(months[is_payment].min())
    triangle = _Triangle(first, last)
    order = np.argsort(customers, kind="stable")
    customers, months = customers[order], months[order]
    amounts, is_payment = amounts[order], is_payment[order]
    width = last - first + 1
    for block in _blocks(customers):
        base = customers[block][0]
        rows, columns = customers[block] - base, months[block] - first
        size = int(customers[block][-1] - base) + 1
        pays = is_payment[block]
        paid = np.zeros((size, width), dtype=bool)
        paid[rows[pays], columns[pays]] = True
        money = np.zeros((size, width), dtype=np.int64)
        # What was refunded before anybody's first month is in no cell.
        seen = columns >= 0
        np.add.at(money, (rows[seen], columns[seen]), amounts[block][seen])
        cohort = np.where(paid.any(axis=1), paid.argmax(axis=1), width)
        triangle.add(cohort, paid, money)
    return triangle.cohorts()


def payment_members(payments: pd.DataFrame, month: date, k: int) -> pd.DataFrame:
    """Who paid first in the month: `customer`, `amount` (what it paid in the k-th month after) and
    `active` (whether it paid anything then)."""
    number = month_number(month)
    frame = pd.DataFrame(
        {
            "customer": payments["customer"].to_numpy(),
            "month": months_of(payments["paid_on"].to_numpy(dtype=np.int64)),
            "amount": payments["amount"].to_numpy(dtype=np.int64),
        }
    )
    came = frame[frame["amount"] >= 0].groupby("customer")["month"].min()
    members = came[came == number].index
    then = frame[frame["month"] == number + k]
    amount = then.groupby("customer")["amount"].sum().reindex(members, fill_value=0)
    paid = then[then["amount"] >= 0]["customer"].unique()
    return pd.DataFrame(
        {
            "customer": members.to_numpy(),
            "amount": amount.to_numpy(dtype=np.int64),
            "active": members.isin(paid),
        }
    )


def cohorts_of_counts(rows: Iterable[tuple[int, int, int]], until: date) -> list[Cohort]:
    """Cohorts counted elsewhere: (month they came, month, how many of them were there), as month
    numbers. Everybody is there in the first month."""
    counts = {(came, month): number for came, month, number in rows}
    last = last_ended_month(until)
    return [
        Cohort(
            month=month_of(came),
            size=counts[came, came],
            active=tuple(counts.get((came, month), 0) for month in range(came, last + 1)),
        )
        for came in sorted({came for came, _ in counts})
        if came <= last
    ]


class _Triangle:
    """Adds up blocks of customers; cohorts and months are counted from the first month."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.width = first, last - first + 1
        self.sizes = np.zeros(self.width, dtype=np.int64)
        self.active, self.unbroken, self.amounts = (
            np.zeros((self.width, self.width), dtype=np.int64) for _ in range(3)
        )

    def add(self, cohort: Integers, active: npt.NDArray[np.bool_], amounts: Integers) -> None:
        """cohort: per customer the place of its month, `width` or more: none yet; the others: customers
        × months."""
        self.sizes += np.bincount(cohort[cohort < self.width], minlength=self.width)
        steady = np.ones(len(cohort), dtype=bool)
        for place in range(self.width):
            here = active[:, place]
            came = cohort <= place
            steady &= here | ~came
            self.active[:, place] += np.bincount(cohort[came & here], minlength=self.width)
            self.unbroken[:, place] += np.bincount(cohort[came & steady], minlength=self.width)
            np.add.at(self.amounts[:, place], cohort[came], amounts[came, place])

    def cohorts(self) -> list[Cohort]:
        def row(table: Integers, place: int) -> tuple[int, ...]:
            return tuple(int(value) for value in table[place, place:])

        return [
            Cohort(
                month=month_of(self.first + place),
                size=int(self.sizes[place]),
                active=row(self.active, place),
                unbroken=row(self.unbroken, place),
                amounts=row(self.amounts, place),
            )
            for place in range(self.width)
            if self.sizes[place]
        ]


def _lines_with_arr(
    lines: pd.DataFrame, *, keep_keys: bool = False
) -> tuple[npt.NDArray[np.generic], Integers, Integers, Integers]:
    """Customers as ascending codes (or as they are), starts, ends and fees of lines that carry ARR."""
    starts = lines["starts_on"].to_numpy(dtype=np.int64, na_value=_OPEN)
    ends = lines["ends_on"].to_numpy(dtype=np.int64, na_value=_OPEN)
    fees = lines["annual_fee"].to_numpy(dtype=np.int64)
    real = (fees > 0) & (starts <= ends) & (starts != _OPEN)
    customers = lines["customer"].to_numpy()[real]
    if keep_keys:
        return customers, starts[real], ends[real], fees[real]
    codes = pd.factorize(customers)[0].astype(np.int64)
    order = np.argsort(codes, kind="stable")
    return codes[order], starts[real][order], ends[real][order], fees[real][order]


def _blocks(customers: npt.NDArray[np.generic]) -> Iterator[slice]:
    """Slices of rows ordered by customer, each with whole customers."""
    if len(customers) == 0:
        return
    bounds: Sequence[int] = range(0, int(customers[-1]) + 1, _BLOCK)
    for low in bounds:
        start, stop = np.searchsorted(customers, [low, low + _BLOCK])
        if start < stop:
            yield slice(int(start), int(stop))
