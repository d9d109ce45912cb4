"""Retention: the movements of annual recurring revenue (ARR) between two days.

ARR of a customer on a day = the annual fees of its subscription lines active that day
(starts_on ≤ day ≤ ends_on, no ends_on = still running). Two days are compared customer by
customer:

    start  > 0, end  > 0   expansion (end - start, when more) or contraction (start - end)
    start  > 0, end == 0   churned: start
    start == 0, end  > 0   new: end, when it never had ARR up to the first day; else reactivated

so start_arr + new + reactivated + expansion - contraction - churned = end_arr.
GRR = (start - contraction - churned) / start, NRR = (start + expansion - contraction - churned) /
start, logo churn = customers lost / customers at the start; undefined (None) without a start.
A month compares the last day of the month before with its own last day; a longer period compares
its own first and last day and is not the sum of its months.

All amounts are whole numbers (money scaled by 10^MONEY_PLACES): nothing is rounded.
"""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

LINE_COLUMNS = ("customer", "starts_on", "ends_on", "annual_fee")

# Customers are taken in blocks so that a million of them over three years fit into memory.
_BLOCK = 100_000

Integers = npt.NDArray[np.int64]
_OPEN = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Retention:
    """The figures between two days (ARR on `first_day` against ARR on `last_day`); amounts in the
    unit of the lines' annual_fee, movements positive."""

    first_day: date
    last_day: date
    start_arr: int
    new: int
    expansion: int
    contraction: int
    churned: int
    reactivated: int
    end_arr: int
    customers_start: int
    customers_lost: int

    @property
    def grr(self) -> Fraction | None:
        return self._of_start(self.start_arr - self.contraction - self.churned)

    @property
    def nrr(self) -> Fraction | None:
        return self._of_start(self.start_arr + self.expansion - self.contraction - self.churned)

    @property
    def logo_churn(self) -> Fraction | None:
        if self.customers_start == 0:
            return None
        return Fraction(self.customers_lost, self.customers_start)

    def _of_start(self, amount: int) -> Fraction | None:
        return Fraction(amount, self.start_arr) if self.start_arr else None


def month_boundaries(first: date, last: date) -> list[date]:
    """The last day before the month of `first`, then the last day of every month up to `last`'s.

    ValueError when `last` is in an earlier month than `first`.
    """
    if (last.year, last.month) < (first.year, first.month):
        raise ValueError("the last month is before the first")
    days = [first.replace(day=1) - timedelta(days=1)]
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        days.append(date(year, month, calendar.monthrange(year, month)[1]))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return days


def monthly_retention(lines: pd.DataFrame, first: date, last: date) -> list[Retention]:
    """One Retention per month, from the month of `first` to that of `last`."""
    days = month_boundaries(first, last)
    return compare_days(lines, list(pairwise(days)))


def period_retention(lines: pd.DataFrame, first_day: date, last_day: date) -> Retention:
    """The Retention of an arbitrary period: ARR on its first day against ARR on its last."""
    if last_day < first_day:
        raise ValueError("the last day is before the first")
    return compare_days(lines, [(first_day, last_day)])[0]


def compare_days(lines: pd.DataFrame, pairs: Sequence[tuple[date, date]]) -> list[Retention]:
    """A Retention for each pair of days.

    lines: one row per subscription line that is not a trial, in any order: `customer` (any
    hashable), `starts_on` and `ends_on` (dates, datetime64, or day numbers as of date.toordinal;
    missing = still running), `annual_fee` (integer, scaled). Lines of a fee of 0, or ending before
    they start, carry no ARR.
    """
    days = sorted({day for pair in pairs for day in pair})
    position = {day: place for place, day in enumerate(days)}
    totals = [_Totals() for _ in pairs]
    for arr, first_arr in _blocks(lines, _ordinals(days)):
        for total, (start, end) in zip(totals, pairs, strict=True):
            had_before = first_arr <= start.toordinal()
            total.add(arr[:, position[start]], arr[:, position[end]], had_before)
    return [
        Retention(first_day=start, last_day=end, **vars(total))
        for total, (start, end) in zip(totals, pairs, strict=True)
    ]


@dataclass
class _Totals:
    start_arr: int = 0
    new: int = 0
    expansion: int = 0
    contraction: int = 0
    churned: int = 0
    reactivated: int = 0
    end_arr: int = 0
    customers_start: int = 0
    customers_lost: int = 0

    def add(self, start: Integers, end: Integers, had_before: npt.NDArray[np.bool_]) -> None:
        had, has = start > 0, end > 0
        gain = end - start
        came = ~had & has
        self.start_arr += int(start.sum())
        self.end_arr += int(end.sum())
        self.new += int(end[came & ~had_before].sum())
        self.reactivated += int(end[came & had_before].sum())
        self.expansion += int(gain[had & has & (gain > 0)].sum())
        self.contraction -= int(gain[had & has & (gain < 0)].sum())
        self.churned += int(start[had & ~has].sum())
        self.customers_start += int(had.sum())
        self.customers_lost += int((had & ~has).sum())


def _blocks(lines: pd.DataFrame, days: Integers) -> Iterator[tuple[Integers, Integers]]:
    """Per block of customers: ARR (customers × days) and each customer's first day with ARR."""
    codes = pd.factorize(lines["customer"])[0].astype(np.int64)
    starts = _day_numbers(lines["starts_on"], missing=_OPEN)
    ends = _day_numbers(lines["ends_on"], missing=_OPEN)
    fees = lines["annual_fee"].to_numpy(dtype=np.int64)
    real = (fees != 0) & (starts <= ends) & (starts != _OPEN)
    order = np.argsort(codes[real], kind="stable")
    codes, starts, ends, fees = (a[real][order] for a in (codes, starts, ends, fees))
    if len(codes) == 0:
        return
    _, codes = np.unique(codes, return_inverse=True)
    for low in range(0, int(codes[-1]) + 1, _BLOCK):
        here = slice(*np.searchsorted(codes, [low, low + _BLOCK]))
        block = codes[here] - low
        size = int(block[-1]) + 1
        yield (
            arr_on_days(block, starts[here], ends[here], fees[here], size, days),
            _first_day_with_arr(block, starts[here], ends[here], fees[here], size),
        )


def arr_on_days(
    customers: Integers, starts: Integers, ends: Integers, fees: Integers, size: int, days: Integers
) -> Integers:
    """ARR, customers × days. customers: of each line, numbered below `size`; starts and ends: its
    first and last day (date.toordinal); days: ascending."""
    steps = np.zeros((size, len(days) + 1), dtype=np.int64)
    np.add.at(steps, (customers, np.searchsorted(days, starts, side="left")), fees)
    np.subtract.at(steps, (customers, np.searchsorted(days, ends, side="right")), fees)
    result: Integers = np.cumsum(steps[:, :-1], axis=1)
    return result


def _first_day_with_arr(
    customers: Integers, starts: Integers, ends: Integers, fees: Integers, size: int
) -> Integers:
    """The first day on which a customer's fees add up to more than nothing.

    Walked through as one sorted list of fees that begin and fees that stop (the day after
    ends_on); only the state at the end of a day counts.
    """
    closing = ends != _OPEN
    who = np.concatenate([customers, customers[closing]])
    when = np.concatenate([starts, ends[closing] + 1])
    change = np.concatenate([fees, -fees[closing]])
    order = np.lexsort((when, who))
    who, when, change = who[order], when[order], change[order]
    running = np.cumsum(change)
    first_of_customer = np.flatnonzero(np.diff(who, prepend=-1))
    opening = np.concatenate([[0], running])[first_of_customer]
    running -= np.repeat(opening, np.diff(first_of_customer, append=len(who)))
    last_of_day = np.append((np.diff(who) != 0) | (np.diff(when) != 0), True)
    positive = last_of_day & (running > 0)
    first = np.full(size, _OPEN, dtype=np.int64)
    np.minimum.at(first, who[positive], when[positive])
    return first


def _ordinals(days: Sequence[date]) -> Integers:
    return np.array([day.toordinal() for day in days], dtype=np.int64)


_EPOCH = date(1970, 1, 1).toordinal()


def _day_numbers(column: pd.Series, missing: int) -> Integers:
    """Ordinals of dates of any year."""
    if pd.api.types.is_integer_dtype(column.dtype):
        return column.to_numpy(dtype=np.int64, na_value=missing)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        days = column.to_numpy().astype("datetime64[D]")
    else:
        days = np.array(
            [np.datetime64("NaT") if pd.isna(day) else day for day in column], dtype="datetime64[D]"
        )
    numbers = days.astype(np.int64) + _EPOCH
    return np.where(np.isnat(days), missing, numbers)
