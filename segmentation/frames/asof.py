"""What a night may see: facts dated up to a day, known by a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.compute.working_days import MONDAY_TO_FRIDAY, WorkingCalendar
from segmentation.compute.trends import WorkedDays

USAGE_DAYS = 90
"""Days, up to and including the as-of day, of which usage is kept day by day."""

TREND_DAYS = 30
"""The trend compares this many days with as many before."""

WEEKS = 12


@dataclass(frozen=True)
class EarlierNight:
    """The stored night that a night is compared with."""

    day: date
    known_at: datetime


@dataclass(frozen=True)
class AsOf:
    """One tenant's facts, as of the end of ``day`` there, as known at ``known_at``.

    ``window_days``: the look-back window of frequency and monetary; None: all payments.
    ``earlier``: of which facts the changes since are flagged. ``calendar``: the tenant's, as known
    at ``known_at``; the trend of usage counts by it.
    """

    tenant_id: int
    day: date
    known_at: datetime
    zone: ZoneInfo
    window_days: int | None = None
    earlier: EarlierNight | None = None
    calendar: WorkingCalendar = MONDAY_TO_FRIDAY

    def start_of(self, day: date) -> datetime:
        """The moment at which a day begins where the tenant is."""
        return datetime.combine(day, time.min, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment that is not seen any more."""
        return self.start_of(self.day + timedelta(days=1))

    @property
    def window_from(self) -> date:
        """The first day of the look-back window."""
        if self.window_days is None:
            return date.min
        return self.day - timedelta(days=min(self.window_days, self.day.toordinal()) - 1)

    @property
    def day_starts(self) -> list[datetime]:
        """The beginnings of the last ``USAGE_DAYS`` days, ascending."""
        first = self.day - timedelta(days=USAGE_DAYS - 1)
        return [self.start_of(first + timedelta(days=number)) for number in range(USAGE_DAYS)]

    @property
    def worked_days(self) -> WorkedDays:
        """What the trend of usage divides by."""
        lately = self.day - timedelta(days=TREND_DAYS)
        before = lately - timedelta(days=TREND_DAYS)
        return WorkedDays(
            lately=self.calendar.working_days(lately + timedelta(days=1), self.day),
            before=self.calendar.working_days(before + timedelta(days=1), lately),
        )

    def parameters(self) -> dict[str, Any]:
        """For the statements of this package."""
        worked, earlier = self.worked_days, self.earlier
        return {
            "tenant": self.tenant_id,
            "day": self.day,
            "end": self.end,
            "known_at": self.known_at,
            "zone": self.zone.key,
            "window_from": self.window_from,
            "day_starts": self.day_starts,
            "first_start": self.day_starts[0],
            "month_starts": self.day_starts[-TREND_DAYS:],
            "month_start": self.day_starts[-TREND_DAYS],
            "working_days_30": worked.lately,
            "working_days_before": worked.before,
            "earlier_day": earlier and earlier.day,
            "earlier_end": earlier and self.start_of(earlier.day + timedelta(days=1)),
            "earlier_known_at": earlier and earlier.known_at,
        }
