"""Letters, unreachable addresses, channels and what somebody was told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.actions.notifications import notify
from accounts.models import Channel, OutgoingMail, UnreachableAddress
from accounts.sealing import seal


def make(world: Any) -> dict[str, Any]:
    return {
        "letter": OutgoingMail.objects.create(
            purpose="work", to="c@c.example", language="en", template="t", subject="S",
            message_id="<1@c.example>", state="unclear",
        ),
        "unreachable": UnreachableAddress.objects.create(address="x@c.example", kind="bounced"),
        "channel": Channel.objects.create(
            name="C", service="slack", sealed_address=seal("slack://a/b/c", purpose="channel")
        ),
        "told": notify(member=world.member, kind="mail.down", values={"reason": "r"}),
    }  # fmt: skip


def of(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"pk": world.further[name].pk}


OBJECTS = {
    "letter": of("letter"),
    "letter_sendings": of("letter"),
    "letter_confirmations": of("letter"),
    "letter_removals": of("letter"),
    "mail_address_removals": of("unreachable"),
    "channel": of("channel"),
    "channel_tests": of("channel"),
    "channel_removal": of("channel"),
    "notification_readings": of("told"),
}
