"""Days counted from the last day of the demo, and the rhythm of a Chinese working year."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from config.demo.chance import Floats, Integers

Days = NDArray[np.datetime64]

# A day that is not to come. Everything real lies within some thousand days of the last day, so
# "has happened" stays the plain comparison `day <= 0`.
NEVER = 1_000_000

# First days of Spring Festival, Dragon Boat and Mid-Autumn, which follow the moon.
_SPRING_FESTIVAL = (
    "2015-02-19 2016-02-08 2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01 "
    "2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03 "
    "2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08"
)
_DRAGON_BOAT = (
    "2015-06-20 2016-06-09 2017-05-30 2018-06-18 2019-06-07 2020-06-25 2021-06-14 2022-06-03 "
    "2023-06-22 2024-06-10 2025-05-31 2026-06-19 2027-06-09 2028-05-28 2029-06-16 2030-06-05 "
    "2031-06-24 2032-06-12 2033-06-01 2034-06-20 2035-06-10"
)
_MID_AUTUMN = (
    "2015-09-27 2016-09-15 2017-10-04 2018-09-24 2019-09-13 2020-10-01 2021-09-21 2022-09-10 "
    "2023-09-29 2024-09-17 2025-10-06 2026-09-25 2027-09-15 2028-10-03 2029-09-22 2030-09-12 "
    "2031-10-01 2032-09-19 2033-09-08 2034-09-27 2035-09-16"
)
# How much of a working day's use a day of the week sees, Monday first.
_WEEK = np.array([1.04, 1.06, 1.03, 1.0, 0.92, 0.07, 0.04])
# January first: year-end reviews, the weeks around Spring Festival, a quiet summer, budgets.
_YEAR = np.array([1.06, 0.86, 1.05, 1.02, 0.98, 1.0, 0.93, 0.92, 1.0, 1.0, 1.05, 1.13])
_HOLIDAY = 0.05


def _holidays(first_year: int, last_year: int) -> Days:
    """Days on which Chinese offices are closed besides weekends (swapped Saturdays ignored)."""
    days: list[date] = []
    for year in range(first_year, last_year + 1):
        days += [date(year, 1, 1), date(year, 4, 4), date(year, 4, 5)]
        days += [date(year, 5, day) for day in range(1, 6)]
        days += [date(year, 10, day) for day in range(1, 8)]
    for text, length, lead in ((_SPRING_FESTIVAL, 7, 1), (_DRAGON_BOAT, 1, 0), (_MID_AUTUMN, 1, 0)):
        for first in map(date.fromisoformat, text.split()):
            days += [first + timedelta(days=step) for step in range(-lead, length)]
    return np.unique(np.array(days, dtype="datetime64[D]"))


class Timeline:
    """The days around `until`. A day is an integer: 0 is `until`, -1 the day before."""

    def __init__(self, until: date) -> None:
        self.until = until
        self._zero = np.datetime64(until, "D")

    @cached_property
    def _closed(self) -> Days:
        return _holidays(self.until.year - 20, self.until.year + 5)

    def dates(self, days: Integers) -> Days:
        """Calendar dates; `NEVER` becomes NaT."""
        dates = self._zero + np.where(days >= NEVER, 0, days).astype("timedelta64[D]")
        return np.where(days >= NEVER, np.datetime64("NaT", "D"), dates).astype("datetime64[s]")

    def day_of(self, when: date) -> int:
        return (when - self.until).days

    def years_later(self, days: Integers, years: int | Integers) -> Integers:
        """The same calendar day so many years on; 29 February becomes the 28th."""
        return self.months_later(days, np.asarray(years) * 12)

    def months_later(self, days: Integers, months: int | Integers) -> Integers:
        """The same day so many months on, or the last day of a month that is too short."""
        dates = self._zero + days.astype("timedelta64[D]")
        before = dates.astype("datetime64[M]")
        within = (dates - before.astype("datetime64[D]")).astype(np.int64)
        target = before + np.asarray(months).astype("timedelta64[M]")
        first = target.astype("datetime64[D]")
        length = ((target + np.timedelta64(1, "M")).astype("datetime64[D]") - first).astype(
            np.int64
        )
        landed = first + np.minimum(within, length - 1).astype("timedelta64[D]")
        return np.asarray((landed - self._zero).astype(np.int64))

    def office_day(self, days: Integers) -> Integers:
        """The day itself, or the last working day before it: nobody signs or pays on a holiday."""
        real = np.where(days >= NEVER, 0, days)
        dates = self._zero + real.astype("timedelta64[D]")
        rolled = np.busday_offset(dates, 0, roll="backward", holidays=self._closed)
        return np.where(days >= NEVER, NEVER, (rolled - self._zero).astype(np.int64))

    def rhythm(self, days: Integers) -> Floats:
        """Use of a day against a usual working day: weekends, holidays, the season."""
        dates = self._zero + days.astype("timedelta64[D]")
        weekday = (dates.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
        month = dates.astype("datetime64[M]").astype(np.int64) % 12
        usual = _WEEK[weekday] * _YEAR[month]
        return np.where(np.isin(dates, self._closed), _HOLIDAY, usual)

    def months_of_year(self, days: Integers) -> Integers:
        """0 for January … 11 for December."""
        dates = self._zero + days.astype("timedelta64[D]")
        return np.asarray(dates.astype("datetime64[M]").astype(np.int64) % 12)

    def months(self, first: int, last: int) -> list[Integers]:
        """The days from first to last, cut where a calendar month ends."""
        days = np.arange(first, last + 1, dtype=np.int64)
        dates = self._zero + days.astype("timedelta64[D]")
        breaks = np.flatnonzero(np.diff(dates.astype("datetime64[M]").astype(np.int64))) + 1
        return list(np.split(days, breaks))
