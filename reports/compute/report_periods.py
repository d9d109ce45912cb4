"""The months and quarters that reports are about."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"([0-9]{4})-Q([1-4])")
_EARLIEST, _LATEST = 1970, 2200


@dataclass(frozen=True, order=True)
class ReportPeriod:
    """``key``: ``2026-10`` or ``2026-Q3``; ``first`` and ``last`` both count."""

    first: date
    last: date
    key: str

    @property
    def is_quarter(self) -> bool:
        return "Q" in self.key

    @property
    def opening(self) -> date:
        """The day with which the last one is compared in figures of retention: of a month the last day
        of the month before, of a quarter its own first day."""
        if self.is_quarter and self == period_with(self.first, quarter=True):
            return self.first
        return self.first - timedelta(days=1)

    @property
    def before(self) -> ReportPeriod:
        """The period of the same length that ends the day before this one begins (环比)."""
        return period_with(self.first - timedelta(days=1), quarter=self.is_quarter)

    @property
    def year_before(self) -> ReportPeriod:
        """The same period a year ago (同比)."""
        return period_with(date(self.first.year - 1, self.first.month, 1), quarter=self.is_quarter)

    @property
    def twelve_months(self) -> ReportPeriod:
        """The twelve months up to its end, under its key."""
        begins = (self.last + timedelta(days=1)).replace(year=self.last.year - 1)
        if self.last.month == 12:
            begins = date(self.last.year, 1, 1)
        return ReportPeriod(begins, self.last, self.key)

    @property
    def months(self) -> tuple[ReportPeriod, ...]:
        """The months that it is made of, oldest first."""
        count = 3 if self.is_quarter else 1
        return tuple(_month(self.first.year, self.first.month + step) for step in range(count))


def period_of(key: str) -> ReportPeriod:
    """The period with this key.

    Raises:
        ValueError: the key is neither a month nor a quarter.
    """
    if found := _MONTH.fullmatch(key):
        year, month = int(found[1]), int(found[2])
    elif found := _QUARTER.fullmatch(key):
        year, month = int(found[1]), int(found[2]) * 3 - 2
    else:
        raise ValueError(key)
    if not _EARLIEST <= year <= _LATEST:
        raise ValueError(key)
    return period_with(date(year, month, 1), quarter="Q" in key)


def period_with(day: date, *, quarter: bool) -> ReportPeriod:
    """The month or the quarter that the day is in."""
    if not quarter:
        return _month(day.year, day.month)
    place = (day.month - 1) // 3
    last_month = place * 3 + 3
    return ReportPeriod(
        date(day.year, last_month - 2, 1),
        date(day.year, last_month, monthrange(day.year, last_month)[1]),
        f"{day.year:04d}-Q{place + 1}",
    )


def _month(year: int, month: int) -> ReportPeriod:
    last = monthrange(year, month)[1]
    return ReportPeriod(date(year, month, 1), date(year, month, last), f"{year:04d}-{month:02d}")
