"""Messages that could not be taken, as people look through them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet

from segmentation.models import DeadLetter


def dead_letters(
    *,
    zone: ZoneInfo,
    state: str = DeadLetter.State.OPEN,
    reason: str = "",
    key: int | None = None,
    text: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[DeadLetter]:
    """Dead letters with their key, without what was sent.

    Args:
        zone: the tenant's, in which ``since`` and ``until`` (both included) are days.
        state: empty: whatever it is.
        key: of a write key.
        text: part of the event's name or the message's id.
    """
    found: QuerySet[DeadLetter] = DeadLetter.objects.select_related("key", "decided_by").defer(
        "body"
    )
    if state:
        found = found.filter(state=state)
    if reason:
        found = found.filter(reason=reason)
    if key is not None:
        found = found.filter(key_id=key)
    if text:
        found = found.filter(event__icontains=text) | found.filter(message_id=text)
    if since:
        found = found.filter(received_at__gte=datetime.combine(since, time.min, zone))
    if until:
        end = datetime.combine(until + timedelta(days=1), time.min, zone)
        found = found.filter(received_at__lt=end)
    return found


def open_reasons() -> list[tuple[str, int]]:
    """(reason, how many wait because of it), the most frequent first."""
    found = (
        DeadLetter.objects.filter(state=DeadLetter.State.OPEN)
        .values_list("reason")
        .annotate(number=Count("pk"))
        .order_by("-number", "reason")
    )
    return list(found)


def chosen(ids: Iterable[int]) -> list[int]:
    """Of these keys those that wait to be decided."""
    found = DeadLetter.objects.filter(pk__in=list(ids), state=DeadLetter.State.OPEN)
    return list(found.values_list("pk", flat=True))


def readable(body: str) -> str:
    """What was sent, indented; as it stands where it is no JSON (it may have been cut)."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body
