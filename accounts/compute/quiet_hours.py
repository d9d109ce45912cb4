"""When a letter may come, by the reader's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5
# A weekend between two nights at most; ten days are more than any hours need.
DAYS_AHEAD = 10


@dataclass(frozen=True)
class QuietHours:
    """From ``start`` to before ``end`` each day, over midnight where start is the later one; equal:
    no hours. ``weekends``: Saturdays and Sundays as a whole as well."""

    start: time
    end: time
    weekends: bool

    def holds(self, local: datetime) -> bool:
        """Whether a moment, in the reader's zone, is quiet."""
        if self.weekends and local.weekday() >= SATURDAY:
            return True
        clock = local.time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


def allowed_from(moment: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """The first moment from ``moment`` on (aware) that is not quiet in ``zone``; in UTC.

    Clocks that are set forward or back lose nothing: a time of day that comes twice counts both
    times, and an end that never comes that day is made up for within as much as the clock jumped.
    """
    moment = moment.astimezone(UTC)
    local = moment.astimezone(zone)
    if not quiet.holds(local):
        return moment
    ends = sorted(
        datetime.combine(local.date() + timedelta(days=days), clock, zone)
        .replace(fold=fold)
        .astimezone(UTC)
        for days in range(DAYS_AHEAD)
        for clock in (time.min, quiet.end)
        for fold in (0, 1)
    )
    for end in ends:
        if end >= moment and not quiet.holds(end.astimezone(zone)):
            return end
    return moment
