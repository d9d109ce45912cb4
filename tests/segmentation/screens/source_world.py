"""What senders left behind, as the screens of sources find it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from segmentation.models import DeadLetter, EventSeen, HeldEvent, IngestCount, WriteKey

numbers = count(1)


def key(name: str = "Web application", **values: Any) -> WriteKey:
    return WriteKey.objects.create(name=name, secret_hash=f"{next(numbers):064}", **values)


def dead(reason: str = "no_event", **values: Any) -> DeadLetter:
    number = next(numbers)
    body = {"type": "track", "messageId": f"d{number}", "userId": "ann", "event": ""}
    values = {
        "received_at": timezone.now(),
        "message_id": f"d{number}",
        "kind": "track",
        "event": f"Event {number}",
        "body": json.dumps(body),
    } | values
    return DeadLetter.objects.create(reason=reason, **values)


def held(group_key: str, **values: Any) -> HeldEvent:
    number, now = next(numbers), timezone.now()
    body = {
        "type": "track", "messageId": f"h{number}", "userId": "ann", "event": "Report opened",
        "context": {"groupId": group_key},
    }  # fmt: skip
    values = {
        "message_id": f"h{number}",
        "person": "ann",
        "event": "Report opened",
        "occurred_at": now,
        "received_at": now,
        "body": json.dumps(body),
    } | values
    return HeldEvent.objects.create(group_key=group_key, **values)


def seen(event: str, *, kind: str = "track", ago: int = 0, **properties: str) -> EventSeen:
    """``ago``: minutes."""
    return EventSeen.objects.create(
        kind=kind,
        event=event,
        last_at=timezone.now() - timedelta(minutes=ago),
        properties=properties,
    )


def counted(of: WriteKey, minute: datetime, slot: int = 0, **outcomes: int) -> IngestCount:
    at = minute.replace(second=0, microsecond=0)
    return IngestCount.objects.create(key=of, minute=at, slot=slot, **outcomes)
