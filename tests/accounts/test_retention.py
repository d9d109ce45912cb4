"""What people were told, and letters, are deleted when the tenant's time for it is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions import retention
from accounts.actions.retention import forget_old
from accounts.models import (
    Channel,
    ChannelPost,
    MailSettings,
    Membership,
    Notification,
    OutgoingMail,
    Tenant,
    UnreachableAddress,
)
from accounts.tasks import sweep_old
from accounts.tenancy import tenant_scope


def told(member: Membership, days: int, **further: Any) -> Notification:
    at = timezone.now() - timedelta(days=days)
    made: Notification = Notification.objects.create(
        member=member, kind=f"told.{days}", created_at=at, **further
    )
    return made


def letter(days: int, state: str = "sent") -> OutgoingMail:
    at = timezone.now() - timedelta(days=days)
    made: OutgoingMail = OutgoingMail.objects.create(
        purpose="work", to="ann@one.example", language="en", template="t",
        subject=f"{state} {days}", message_id=f"{state}.{days}", state=state, created_at=at,
    )  # fmt: skip
    return made


def subjects() -> set[str]:
    return set(OutgoingMail.objects.values_list("subject", flat=True))


def test_what_is_older_than_is_kept_goes(
    tenant: Tenant, make_tenant: Callable[..., Tenant], make_member: Callable[..., Membership]
) -> None:
    ann = make_member(tenant, "ann@acme.example", "admin")
    other = make_tenant("other")
    bea = make_member(other, "bea@other.example", "admin")
    with tenant_scope(tenant.id):
        old, _new = letter(731), letter(729)
        told(ann, 401)
        told(ann, 399, digest=old)
        UnreachableAddress.objects.create(address="ann@one.example", kind="bounced", mail=old)
    with tenant_scope(other.id):
        MailSettings.objects.create(notifications_kept_days=500, letters_kept_days=60)
        letter(61)
        letter(59)
        told(bea, 401)
        told(bea, 501)
    sweep_old()
    with tenant_scope(tenant.id):
        assert subjects() == {"sent 729"}
        assert [one.kind for one in Notification.objects.all()] == ["told.399"]
        # What the letter taught stays.
        assert UnreachableAddress.objects.get().mail is None
    with tenant_scope(other.id):
        assert subjects() == {"sent 59"}
        assert [one.kind for one in Notification.objects.all()] == ["told.401"]


def test_posts_to_chats_go_with_notifications(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        channel = Channel.objects.create(name="Chat", service="slack")
        for days, state in ((401, "sent"), (401, "given_up"), (401, "queued"), (399, "sent")):
            ChannelPost.objects.create(
                channel=channel, kind="x", key=f"{state} {days}", state=state,
                created_at=timezone.now() - timedelta(days=days),
            )  # fmt: skip
    forget_old(tenant_id=tenant.id)
    with tenant_scope(tenant.id):
        left = set(ChannelPost.objects.values_list("key", flat=True))
    assert left == {"queued 401", "sent 399"}


def test_letters_that_somebody_has_to_look_at_stay(tenant: Tenant) -> None:
    states = OutgoingMail.State.values
    with tenant_scope(tenant.id):
        for state in states:
            letter(1000, state)
    assert forget_old(tenant_id=tenant.id) == len(states) - 3
    with tenant_scope(tenant.id):
        left = {one.split()[0] for one in subjects()}
    assert left == {"queued", "sending", "unclear"}


def test_much_goes_in_parts_and_what_is_left_on_the_next_night(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    monkeypatch.setattr(retention, "MOST_PARTS", 2)
    with tenant_scope(tenant.id):
        for number in range(5):
            letter(800 + number)
    assert forget_old(tenant_id=tenant.id) == 4
    with tenant_scope(tenant.id):
        assert subjects() == {"sent 800"}, "the oldest first"
    assert forget_old(tenant_id=tenant.id) == 1
