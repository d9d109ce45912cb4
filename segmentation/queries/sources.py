"""What other programs send, as people look at it: how it goes now, and what came lately."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Q, QuerySet, Sum

from accounts.tenancy import current_tenant_id
from segmentation.models import (
    DeadLetter,
    EventSeen,
    HeldEvent,
    IngestCount,
    IngestInbox,
    WriteKey,
)

# What becomes of a message, in the order of the chart.
OUTCOMES = ("accepted", "duplicates", "ignored", "held", "dead")
MINUTES = 60
LATEST = 20
# Without an event for so long a source is said to be silent.
SILENT_AFTER = timedelta(hours=24)
LIVE_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Health:
    """``waiting``: requests that are kept and not worked off; ``given_up``: of them those that no
    further try is made of."""

    last_at: datetime | None
    waiting: int
    given_up: int

    def is_live(self, now: datetime) -> bool:
        return self.last_at is not None and now - self.last_at < LIVE_FOR

    def is_silent(self, now: datetime) -> bool:
        return self.last_at is not None and now - self.last_at >= SILENT_AFTER


@dataclass(frozen=True)
class LastHour:
    """``minutes``: when each begins, oldest first; ``counts``: outcome → a number for each."""

    minutes: list[datetime]
    counts: Mapping[str, list[int]]

    def total(self, outcome: str) -> int:
        return sum(self.counts[outcome])

    @property
    def is_empty(self) -> bool:
        return not any(map(self.total, self.counts))


def write_keys() -> QuerySet[WriteKey]:
    """Every key, those in force first, then the latest."""
    order = (F("revoked_at").desc(nulls_first=True), "-made_at", "-pk")
    found: QuerySet[WriteKey] = WriteKey.objects.select_related("made_by").order_by(*order)
    return found


def health() -> Health:
    inbox = IngestInbox.objects.aggregate(
        waiting=Count("pk", filter=Q(state=IngestInbox.State.WAITING)),
        given_up=Count("pk", filter=Q(state=IngestInbox.State.DEAD)),
    )
    last_at = WriteKey.objects.aggregate(last=Max("last_used_at"))["last"]
    return Health(last_at, inbox["waiting"], inbox["given_up"])


def last_hour(now: datetime) -> LastHour:
    """What came in the last sixty minutes, the one that runs included; one statement."""
    running = now.replace(second=0, microsecond=0)
    minutes = [running - timedelta(minutes=back) for back in reversed(range(MINUTES))]
    found = (
        IngestCount.objects.filter(minute__gte=minutes[0])
        .values("minute")
        .annotate(**{f"sum_{outcome}": Sum(outcome) for outcome in OUTCOMES})
        .order_by("minute")
    )
    by_minute = {row["minute"]: row for row in found}
    nothing: dict[str, int] = {}
    return LastHour(
        minutes,
        {
            outcome: [by_minute.get(minute, nothing).get(f"sum_{outcome}", 0) for minute in minutes]
            for outcome in OUTCOMES
        },
    )


def latest_names(most: int = LATEST) -> list[EventSeen]:
    """Names of events, those that came last first."""
    return list(EventSeen.objects.order_by("-last_at", "event")[:most])


@dataclass(frozen=True)
class Waiting:
    """What somebody has to decide: dead letters, and held messages of so many unknown customers. Each
    is counted up to ``MOST_COUNTED``: every page of the sources asks, and there may be a million."""

    dead: int
    held: int
    customers: int

    @property
    def is_any(self) -> bool:
        return bool(self.dead or self.held)


MOST_COUNTED = 1000

# From key to key by the index, whatever waits under each.
_KEYS = """
WITH RECURSIVE keys (key, place) AS (
(SELECT group_key, 1 FROM segmentation_heldevent WHERE tenant_id = %(tenant)s
  ORDER BY group_key LIMIT 1)
UNION ALL
SELECT (SELECT h.group_key FROM segmentation_heldevent h
         WHERE h.tenant_id = %(tenant)s AND h.group_key > keys.key
         ORDER BY h.group_key LIMIT 1), keys.place + 1
  FROM keys WHERE keys.key IS NOT NULL AND keys.place < %(most)s
)
SELECT count(key) FROM keys
"""


def waiting() -> Waiting:
    dead = DeadLetter.objects.filter(state=DeadLetter.State.OPEN)
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, {"tenant": current_tenant_id(), "most": MOST_COUNTED})
        customers = cursor.fetchone()[0]
    return Waiting(_count(dead), _count(HeldEvent.objects.all()), customers)


def _count(rows: QuerySet[Any]) -> int:
    return int(rows.order_by().values("pk")[:MOST_COUNTED].count())
