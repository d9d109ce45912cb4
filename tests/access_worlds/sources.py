"""A write key, a dead letter, a message of an unknown customer, and a key that means nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from accounts.actions.audit import record
from segmentation.models import CustomerAlias, DeadLetter, EventSeen, HeldEvent, WriteKey


def make(world: Any) -> dict[str, Any]:
    now = timezone.now()
    key = WriteKey.objects.create(name="K", secret_hash="0" * 64)
    HeldEvent.objects.create(
        key=key, group_key="U", message_id="h", event="e", occurred_at=now, received_at=now,
        body="{}",
    )  # fmt: skip
    EventSeen.objects.create(kind="track", event="e", last_at=now)
    return {
        "write_key": key,
        "dead_letter": DeadLetter.objects.create(
            key=key, received_at=now, reason="no_event", message_id="d", body="{}"
        ),
        "discarded": record("dead_letters.discarded", by=None, count=0, letters=[]),
        "customer_alias": CustomerAlias.objects.create(key="A", is_ignored=True),
    }


def of(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"pk": world.further[name].pk}


OBJECTS = {
    "write_key": of("write_key"),
    "write_key_revocations": of("write_key"),
    "dead_letter": of("dead_letter"),
    "dead_letter_undoings": of("discarded"),
    "customer_alias_removals": of("customer_alias"),
}
