"""Spans of days that a screen of past projects can be asked for: the last twelve months, a calendar
year, a quarter."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

LATEST = "12m"
YEARS, QUARTERS = 5, 8


@dataclass(frozen=True)
class Period:
    """``key``: as addresses have it; both days count."""

    key: str
    first: date
    last: date

    @property
    def label(self) -> str:
        if self.key == LATEST:
            return _("Last 12 months")
        year, _dash, quarter = self.key.partition("-Q")
        if not quarter:
            return year
        return _("%(year)s, quarter %(quarter)s") % {"year": year, "quarter": quarter}


def periods(today: date, first: date | None) -> list[Period]:
    """What is offered on a day: the last twelve months, then years and quarters back to the first day
    of which something is known, the latest first."""
    found = [Period(LATEST, _year_before(today), today)]
    if first is None:
        return found
    found += [
        Period(str(year), date(year, 1, 1), date(year, 12, 31))
        for year in range(today.year, max(first.year, today.year - YEARS + 1) - 1, -1)
    ]
    number = today.year * 4 + (today.month - 1) // 3
    earliest = first.year * 4 + (first.month - 1) // 3
    return found + [
        _quarter(one) for one in range(number, max(earliest, number - QUARTERS + 1) - 1, -1)
    ]


def period_asked(asked: str, offered: list[Period]) -> Period:
    """The one in an address, or the last twelve months."""
    return next((period for period in offered if period.key == asked), offered[0])


def _year_before(today: date) -> date:
    """The day after the same day of last year; of 29 February the day after the 28th."""
    last = monthrange(today.year - 1, today.month)[1]
    return date(today.year - 1, today.month, min(today.day, last)) + timedelta(days=1)


def _quarter(number: int) -> Period:
    year, place = divmod(number, 4)
    month = 3 * place + 3
    return Period(
        f"{year}-Q{place + 1}",
        date(year, month - 2, 1),
        date(year, month, monthrange(year, month)[1]),
    )
