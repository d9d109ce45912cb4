"""Months as numbers, so that they can be subtracted; days as of date.toordinal."""

from __future__ import annotations

import calendar
from datetime import date

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


def month_number(day: date) -> int:
    """Months since year 0, so that months can be subtracted."""
    return day.year * 12 + day.month - 1


def month_of(number: int) -> date:
    """The first day of the month with this number."""
    return date(number // 12, number % 12 + 1, 1)


def last_day_of(number: int) -> date:
    """The last day of the month with this number."""
    first = month_of(number)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def last_ended_month(until: date) -> int:
    """The number of the last month that has ended by the end of the day `until`."""
    number = month_number(until)
    return number if last_day_of(number) <= until else number - 1


_EPOCH = date(1970, 1, 1).toordinal()


def months_of(ordinals: Integers) -> Integers:
    """Month numbers of day numbers."""
    months = (ordinals - _EPOCH).astype("datetime64[D]").astype("datetime64[M]")
    result: Integers = months.astype(np.int64) + 1970 * 12
    return result
