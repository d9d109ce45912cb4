"""How ingestion stands over all tenants, for probes. No tenant, key or person is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, Sum

from segmentation.models import IngestCount, IngestInbox
from segmentation.queries.probes import recalled, remember
from segmentation.queries.sources import OUTCOMES

KEY = "ingestion-pulse"


def tenant_ingestion(now: datetime) -> dict[str, float]:
    """Of the tenant whose scope is open: requests that wait and that were given up, how long the oldest
    has waited, and messages of the last whole minute by outcome."""
    inbox = IngestInbox.objects.aggregate(
        inbox_waiting=Count("pk", filter=Q(state=IngestInbox.State.WAITING)),
        inbox_dead=Count("pk", filter=Q(state=IngestInbox.State.DEAD)),
        since=Min("received_at", filter=Q(state=IngestInbox.State.WAITING)),
    )
    since = inbox.pop("since")
    minute = now.replace(second=0, microsecond=0) - timedelta(minutes=1)
    counted = IngestCount.objects.filter(minute=minute).aggregate(
        **{f"minute_{outcome}": Sum(outcome, default=0) for outcome in OUTCOMES}
    )
    waited = (now - since).total_seconds() if since else 0.0
    return {**inbox, "inbox_oldest_wait_seconds": max(waited, 0.0), **counted}


def remember_ingestion(tenants: Iterable[Mapping[str, float]]) -> None:
    """Keep what was found of all tenants, as one."""
    total: dict[str, float] = {}
    for found in tenants:
        for name, value in found.items():
            known = total.get(name, 0)
            total[name] = max(known, value) if name.endswith("_seconds") else known + value
    remember(KEY, total)


def last_ingestion() -> dict[str, float]:
    """What the sweeper found last; empty when it has not looked for an hour."""
    return recalled(KEY)
