"""Who somebody is, said late, again and by thousands: what is newer stays, and nobody waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.dispatch import receiver
from ingest_world import Sender, held, make_customers, make_key, meanwhile, track

from accounts.actions import follow_ups
from accounts.actions.follow_ups import follow_up
from accounts.models import AuditRecord, ChangedCustomer, Contact, Customer, Responsibility, Tenant
from accounts.signals import customer_facts_changed
from accounts.tenancy import tenant_scope
from segmentation.models import IngestInbox, PersonGroup, TraitsSaid
from segmentation.tasks import sweep_ingestion
from service.actions.renewal_upkeep import take_renewals_turn

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_detours"),
]


def identify(minute: int, message_id: str = "", **traits: Any) -> dict[str, Any]:
    return {
        "type": "identify",
        "userId": "ann",
        "messageId": message_id or f"i-{minute}",
        "timestamp": f"2026-03-01T09:{minute:02d}:00Z",
        "traits": traits,
    }


def group(minute: int, key: str = "acme", **traits: Any) -> dict[str, Any]:
    return {**identify(minute, f"g-{key}-{minute}", **traits), "type": "group", "groupId": key}


def contact(tenant: Tenant) -> tuple[str, str, dict[str, Any]]:
    with tenant_scope(tenant.id):
        row = Contact.objects.get()
    return row.name, row.title, row.attributes


# --- Late and twice ---------------------------------------------------------------------------------


def test_what_comes_late_overwrites_nothing_newer(tenant: Tenant, sender: Sender) -> None:
    sender.batch(group(0), identify(5, name="Ann Lee", plan="pro"))
    sender.batch(identify(3, name="A. Lee", title="CTO", plan="free"))
    # What nobody has said since is taken.
    assert contact(tenant) == ("Ann Lee", "CTO", {"plan": "pro"})
    sender.batch(identify(7, plan="max"), identify(6, plan="free", seats=3))
    assert contact(tenant) == ("Ann Lee", "CTO", {"plan": "max", "seats": 3})


def test_what_was_said_again_lately_stays_too(tenant: Tenant, sender: Sender) -> None:
    """The same value again is noted, if not at every page."""
    sender.batch(group(0), identify(1, name="Ann", plan="pro"))
    sender.batch(identify(9, plan="pro"))
    sender.batch(identify(5, plan="free"))
    assert contact(tenant)[2] == {"plan": "pro"}


def test_of_the_same_moment_the_same_one_counts_whatever_comes_first(
    tenant: Tenant, sender: Sender, make_tenant: Callable[..., Tenant]
) -> None:
    other = make_tenant("other")
    make_customers(other, "acme")
    both = [identify(5, "one", plan="pro"), identify(5, "other", plan="max")]
    elsewhere = Sender(make_key(other))
    for to, messages in ((sender, both), (elsewhere, both[::-1])):
        to.batch(group(0))
        for message in messages:
            to.batch(message)
    assert contact(tenant) == contact(other)


def test_of_a_customer_as_well(tenant: Tenant, sender: Sender) -> None:
    sender.batch(group(5, name="Acme Ltd", plan="pro"), group(4, "bolt", name="Bolt"))
    sender.batch(group(3, name="Acme", industry="Steel", plan="free"))
    sender.batch(group(2, "bolt", name="Old Bolt"))
    with tenant_scope(tenant.id):
        rows = Customer.objects.order_by("key").values_list("name", "industry", "attributes")
        assert list(rows) == [("Acme Ltd", "Steel", {"plan": "pro"}), ("Bolt", "", {})]
        # Late, neither is the person's customer.
        assert PersonGroup.objects.get().group_key == "acme"


def test_traits_that_wait_overwrite_nothing_newer_once_they_need_not(
    tenant: Tenant, sender: Sender
) -> None:
    sender.batch(
        identify(1, name="A.", title="CTO"), {**identify(5, name="Ann"), "groupId": "acme"}
    )
    assert contact(tenant) == ("Ann", "", {})
    sender.batch(identify(0, name="Nobody"))
    sender.batch(group(6))
    assert contact(tenant) == ("Ann", "CTO", {})
    sender.batch(identify(3, name="A. L."))
    assert contact(tenant)[0] == "Ann"


def test_of_identifications_that_wait_for_a_customer_the_latest_counts(
    tenant: Tenant, sender: Sender
) -> None:
    unknown = {"groupId": "bolt"}
    sender.batch({**identify(5, name="Ann"), **unknown}, {**identify(3, name="A."), **unknown})
    assert len(held(tenant)) == 2
    sender.batch(group(6, "bolt"))
    assert contact(tenant)[0] == "Ann"
    sender.batch({**identify(4, name="A. L."), **unknown})
    assert contact(tenant)[0] == "Ann"


# --- Nobody waits -----------------------------------------------------------------------------------


def in_time(sender: Sender, *messages: dict[str, Any]) -> None:
    """It has not waited for a lock in vain, which would have put it into the inbox."""
    sender.batch(*messages)
    with tenant_scope(int(sender.key.split("_")[1])):
        assert not IngestInbox.objects.exists()


def test_the_same_traits_again_lock_and_write_nothing(tenant: Tenant, sender: Sender) -> None:
    sender.batch(group(1, name="Acme Ltd", plan="pro"), identify(1, name="Ann", plan="pro"))

    def hold() -> None:
        for model in (Customer, Contact, TraitsSaid, PersonGroup):
            assert list(model.objects.select_for_update(no_key=True))

    with tenant_scope(tenant.id):
        before = AuditRecord.objects.count()
    with meanwhile(tenant, hold):
        in_time(sender, group(1, name="Acme Ltd", plan="pro"), identify(1, name="Ann", plan="pro"))
        in_time(sender, group(1, name="Acme Ltd"), identify(1, plan="pro"), track())
    with tenant_scope(tenant.id):
        assert AuditRecord.objects.count() == before


def test_changes_wait_for_nothing_that_is_the_whole_tenants(tenant: Tenant, sender: Sender) -> None:
    def hold() -> None:
        take_renewals_turn()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('faces', %s))", [tenant.pk]
            )

    with meanwhile(tenant, hold):
        in_time(
            sender,
            group(1, name="Acme Ltd"),
            group(2, "bolt", name="Bolt"),
            identify(3, name="Ann"),
        )
        # What follows is not done yet, and not lost.
        sweep_ingestion()
        with tenant_scope(tenant.id):
            assert ChangedCustomer.objects.count() == 2
    sweep_ingestion()
    with tenant_scope(tenant.id):
        assert not ChangedCustomer.objects.exists()
        assert Responsibility.objects.filter(customer__key="bolt").exists()


def test_what_follows_is_done_once_for_many(
    tenant: Tenant, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[int]] = []

    @receiver(customer_facts_changed, dispatch_uid="test")
    def note(*, customer_ids: list[int], **_further: Any) -> None:
        told.append(customer_ids)
        if len(told) == 1:
            raise RuntimeError

    try:
        sender.batch(*(group(n, f"c{n}") for n in range(20)))
        sender.batch(*(group(20 + n, f"c{n}", name="C") for n in range(20)))
        assert told == []
        with pytest.raises(RuntimeError):
            follow_up(tenant.id)
        monkeypatch.setattr(follow_ups, "MOST_AT_ONCE", 30)
        assert [follow_up(tenant.id) for _time in range(3)] == [20, 10, 0]
    finally:
        customer_facts_changed.disconnect(dispatch_uid="test")
    assert [len(ids) for ids in told] == [20, 20, 10]


def test_one_tenants_messages_wait_for_no_others(
    tenant: Tenant, sender: Sender, make_tenant: Callable[..., Tenant]
) -> None:
    """Whatever a batch locks, none of it is another tenant's."""
    other = make_tenant("other")
    make_customers(other, "acme")
    elsewhere = Sender(make_key(other))
    everything = [
        group(1, name="Acme Ltd"),
        group(2, "bolt", name="Bolt"),
        identify(3, name="Ann"),
        {"type": "alias", "previousId": "x", "userId": "ann"},
        track(1, properties={"module": "new"}),
        track(2, context={"groupId": "nobody"}),
        track(3, event=""),
    ]

    def send() -> None:
        sender.batch(*everything)

    with meanwhile(tenant, send):
        with connection.cursor() as cursor:
            cursor.execute("SELECT locktype, count(*) FROM pg_locks WHERE granted GROUP BY 1")
            assert dict(cursor.fetchall())["advisory"] >= 2
        in_time(elsewhere, *everything)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            assert cursor.fetchone() == (0,)
