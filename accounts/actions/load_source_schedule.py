"""When a load source is looked at."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import LoadSource

# After a failed look, doubled with each, up to the longest.
FIRST_REST = timedelta(minutes=5)
LONGEST_REST = timedelta(hours=4)


def next_look_after(source: LoadSource, now: datetime, zone: ZoneInfo) -> datetime:
    """The regular one: so many minutes later, or at its hour where the tenant is."""
    if source.schedule == LoadSource.Schedule.EVERY:
        return now + timedelta(minutes=source.minutes or 60)
    today = now.astimezone(zone).date()
    at = datetime.combine(today, time(source.hour or 0), zone)
    return at if at > now else datetime.combine(today + timedelta(days=1), at.time(), zone)


def next_try_after(source: LoadSource, now: datetime, zone: ZoneInfo) -> datetime:
    """After ``source.failures`` looks that failed: later and later where looks are frequent, sooner
    than a day where they are not."""
    rest = min(FIRST_REST * 2 ** min(source.failures - 1, 10), LONGEST_REST)
    if source.schedule == LoadSource.Schedule.EVERY:
        return now + max(rest, timedelta(minutes=source.minutes or 60))
    return min(now + rest, next_look_after(source, now, zone))
