"""Who is who: identify, group and alias, customers that nobody knows, and dead letters sent again."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from ingest_world import Sender, counts, dead, events, held, make_customers, track

from accounts.models import AuditRecord, Contact, Customer, RowVersion, Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.dead_letters import (
    Replayed,
    discard_letters,
    reopen_letters,
    replay_letters,
)
from segmentation.actions.ingest_inbox import tidy
from segmentation.actions.ingest_settings import change_ingest_settings
from segmentation.actions.quarantine import forget_alias, resolve_unknown
from segmentation.models import CustomerAlias, DeadLetter, PersonAlias, PersonGroup


def identify(person: str = "ann", **traits: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": person, "traits": traits}


def group(key: str = "acme", person: str | None = "ann", **traits: Any) -> dict[str, Any]:
    return {"type": "group", "userId": person, "groupId": key, "traits": traits}


def allow(tenant: Tenant, **values: Any) -> None:
    with tenant_scope(tenant.id):
        change_ingest_settings(values=values, by=None)


def contacts(tenant: Tenant) -> list[tuple[str, str, str, str]]:
    with tenant_scope(tenant.id):
        rows = Contact.objects.order_by("customer__key", "key")
        return list(rows.values_list("customer__key", "key", "name", "email"))


# --- identify ---------------------------------------------------------------------------------------


def test_a_person_becomes_a_contact_once_the_customer_is_known(
    tenant: Tenant, sender: Sender
) -> None:
    sender.batch(identify(firstName="Ann", lastName="Lee", email="ann@acme.example", plan="pro"))
    assert contacts(tenant) == []
    sender.batch(group())
    assert contacts(tenant) == [("acme", "ann", "Ann Lee", "ann@acme.example")]
    sender.batch(identify(title="CTO", plan="max", seats=3, age=41))
    with tenant_scope(tenant.id):
        contact = Contact.objects.get()
        assert (contact.title, contact.attributes) == ("CTO", {"plan": "max", "seats": 3})
        assert not PersonGroup.objects.exclude(traits={}).exists()
        assert RowVersion.objects.filter(table="accounts_contact").count() == 2
        told = AuditRecord.objects.filter(verb__startswith="contact.").order_by("pk")
        assert [(row.verb, row.actor_label) for row in told] == [
            ("contact.added", "Product"),
            ("contact.changed", "Product"),
        ]


def test_the_same_traits_again_write_nothing(tenant: Tenant, sender: Sender) -> None:
    batch = [group("acme", name="Acme Ltd", employees=12), identify(name="Ann")]
    sender.batch(*batch)
    with tenant_scope(tenant.id):
        before = (RowVersion.objects.count(), AuditRecord.objects.count())
    sender.batch(*batch)
    with tenant_scope(tenant.id):
        assert (RowVersion.objects.count(), AuditRecord.objects.count()) == before


def test_a_contact_is_known_by_its_address(tenant: Tenant, sender: Sender) -> None:
    with tenant_scope(tenant.id):
        acme = Customer.objects.get()
        Contact.objects.create(customer=acme, key="crm-1", name="A. Lee", email="Ann@acme.example")
    sender.batch(group(), identify(email="ann@ACME.example", phone="+86 10"))
    assert contacts(tenant) == [("acme", "crm-1", "A. Lee", "Ann@acme.example")]
    with tenant_scope(tenant.id):
        assert Contact.objects.get().phone == "+86 10"


def test_an_address_that_is_there_is_never_changed(tenant: Tenant, sender: Sender) -> None:
    """Reports go to it, and a key in a browser is anybody's."""
    sender.batch(group(), identify(email="ann@acme.example"))
    sender.batch(identify(email="thief@elsewhere.example", name="Ann"))
    assert contacts(tenant) == [("acme", "ann", "Ann", "ann@acme.example")]


def test_whoever_is_not_signed_in_becomes_no_contact(tenant: Tenant, sender: Sender) -> None:
    message = {"type": "identify", "anonymousId": "x", "groupId": "acme", "traits": {"name": "X"}}
    assert sender.batch(message) == {"ignored": 1}
    assert contacts(tenant) == []


def test_contacts_come_and_change_only_as_allowed(tenant: Tenant, sender: Sender) -> None:
    allow(tenant, create_contacts=False)
    sender.batch(group(), identify(name="Ann"))
    assert contacts(tenant) == []
    allow(tenant, create_contacts=True, update_contacts=False)
    sender.batch(identify(name="Ann"))
    sender.batch(identify(name="Anna"))
    assert contacts(tenant) == [("acme", "ann", "Ann", "")]


# --- group ------------------------------------------------------------------------------------------


def test_a_group_is_a_customer(tenant: Tenant, sender: Sender) -> None:
    traits = {"name": "Bolt Ltd", "industry": "Steel", "employees": 120, "plan": "pro"}
    sender.batch(group("bolt", **traits), group("acme", None, name="Acme Ltd", avatar="x"))
    with tenant_scope(tenant.id):
        bolt, acme = Customer.objects.get(key="bolt"), Customer.objects.get(key="acme")
        assert (bolt.name, bolt.industry, bolt.size) == ("Bolt Ltd", "Steel", "120")
        assert (bolt.attributes, bolt.search_text) == ({"plan": "pro"}, "bolt ltd bolt")
        assert (acme.name, acme.attributes) == ("Acme Ltd", {})
        assert RowVersion.objects.get(row_id=acme.pk, before__isnull=False).before["name"] == "Acme"
        verbs = set(AuditRecord.objects.values_list("verb", flat=True))
        assert {"customer.added", "customer.changed"} <= verbs


def test_customers_come_and_change_only_as_allowed(tenant: Tenant, sender: Sender) -> None:
    allow(tenant, create_customers=False, update_customers=False)
    sender.batch(group("bolt", name="Bolt"), group("acme", name="Other"))
    with tenant_scope(tenant.id):
        assert list(Customer.objects.values_list("key", "name")) == [("acme", "Acme")]


def test_an_event_without_a_group_is_of_the_persons_last(tenant: Tenant, sender: Sender) -> None:
    make_customers(tenant, "bolt")
    sender.batch(
        {**group("bolt"), "timestamp": "2026-03-02T00:00:00Z"},
        {**group("acme"), "timestamp": "2026-03-01T00:00:00Z"},
        track(1, context={}),
        track(2, context={}, userId="bob"),
    )
    assert [event.customer.key for event in events(tenant)] == ["bolt"]
    assert dead(tenant) == [("no_customer", "groupId")]


@pytest.mark.parametrize(
    ("traits", "kept"),
    [
        ([{f"t{n * 50 + i}": 1 for i in range(50)} for n in range(5)], 200),
        ([{f"t{n}": "x" * 500} for n in range(70)], 64),
    ],
    ids=["many", "long"],
)
def test_attributes_do_not_grow_for_ever(
    tenant: Tenant, sender: Sender, traits: list[dict[str, Any]], kept: int
) -> None:
    """Those that are there go on being changed, and a person's other fields too."""
    for said in traits:
        sender.batch(group(**said), identify(**said))
    sender.batch(group(t0=2, name="Acme Ltd"), identify(t0=2, name="Ann"))
    with tenant_scope(tenant.id):
        for row, name in [(Customer.objects.get(), "Acme Ltd"), (Contact.objects.get(), "Ann")]:
            assert row.name == name
            assert row.attributes["t0"] == 2
            assert len(row.attributes) == kept


# --- alias ------------------------------------------------------------------------------------------


def test_what_comes_under_another_name_is_the_persons(tenant: Tenant, sender: Sender) -> None:
    sender.batch(group("acme", "anonymous"), identify("anonymous", name="Ann"))
    sender.batch(
        {"type": "alias", "previousId": "anonymous", "userId": "temporary"},
        {"type": "alias", "previousId": "temporary", "userId": "ann"},
    )
    sender.batch(track(1, userId=None, anonymousId="anonymous", context={}))
    sender.batch(track(2, userId="temporary"), track(3))
    assert [event.person for event in events(tenant)] == ["ann", "ann", "ann"]
    # Around in a circle changes nothing.
    sender.batch({"type": "alias", "previousId": "ann", "userId": "anonymous"})
    with tenant_scope(tenant.id):
        rows = PersonAlias.objects.order_by("previous").values_list("previous", "person")
        assert list(rows) == [("anonymous", "ann"), ("temporary", "ann")]


# --- Customers that nobody knows ----------------------------------------------------------------------


def test_what_is_about_an_unknown_customer_waits_for_a_load(
    tenant: Tenant, sender: Sender, tmp_path: Path
) -> None:
    unknown = {"context": {"groupId": "bolt"}}
    told = sender.batch(
        track(1, **unknown, properties={"module": "new", "count": 2}),
        track(1, **unknown),
        {**identify(name="Ann"), "messageId": "i-1", **unknown},
    )
    assert told == {"held": 2, "duplicates": 1}
    assert held(tenant) == [("bolt", "i-1"), ("bolt", "m-1")]
    assert events(tenant) == []
    file = tmp_path / "customers.csv"
    file.write_text("key,name\nbolt,Bolt\n")
    call_command("load", "customers", str(file), tenant="acme", stdout=io.StringIO())
    assert held(tenant) == []
    (event,) = events(tenant)
    assert (event.customer.key, event.module.key, event.count) == ("bolt", "new", 2)
    assert contacts(tenant) == [("bolt", "ann", "Ann", "")]


def test_what_waits_is_released_by_a_group_call(tenant: Tenant, sender: Sender) -> None:
    sender.batch(track(1, context={"groupId": "bolt"}))
    sender.batch(group("bolt", name="Bolt"))
    assert [event.customer.name for event in events(tenant)] == ["Bolt"]
    assert held(tenant) == []


def test_the_sweeper_releases_too(tenant: Tenant, sender: Sender) -> None:
    sender.batch(track(1, context={"groupId": "bolt"}))
    tidy(tenant.id)
    assert held(tenant) == [("bolt", "m-1")]
    make_customers(tenant, "bolt")
    tidy(tenant.id)
    assert held(tenant) == []
    assert [event.message_id for event in events(tenant)] == ["m-1"]


def test_somebody_says_who_is_meant(tenant: Tenant, sender: Sender) -> None:
    sender.batch(track(1, context={"groupId": "Acme Inc"}), track(2, context={"groupId": "spam"}))
    sender.batch(track(3, context={"groupId": "bolt-7"}))
    with tenant_scope(tenant.id):
        acme = Customer.objects.get()
        assert resolve_unknown(group_key="Acme Inc", customer=acme, by=None) == 1
        assert resolve_unknown(group_key="spam", by=None) == 1
        assert resolve_unknown(group_key="bolt-7", new=("bolt", "Bolt"), by=None) == 1
        with pytest.raises(ValidationError):
            resolve_unknown(group_key="other", new=("bolt", "Bolt"), by=None)
    told = sender.batch(
        track(4, context={"groupId": "Acme Inc"}),
        track(5, context={"groupId": "spam"}),
        track(6, context={"groupId": "bolt-7"}),
    )
    assert (told["accepted"], told["ignored"]) == (2, 1)
    assert [(event.message_id, event.customer.key) for event in events(tenant)] == [
        ("m-1", "acme"),
        ("m-3", "bolt"),
        ("m-4", "acme"),
        ("m-6", "bolt"),
    ]
    with tenant_scope(tenant.id):
        forget_alias(alias=CustomerAlias.objects.get(key="spam"), by=None)
    sender.batch(track(7, context={"groupId": "spam"}))
    assert held(tenant) == [("spam", "m-7")]


# --- Dead letters -----------------------------------------------------------------------------------


def test_dead_letters_are_sent_again_once_their_cause_is_mended(
    tenant: Tenant, sender: Sender
) -> None:
    at = "2026-03-31T09:30:00+00:00"
    sender.batch(
        track(1, context={}, timestamp=at), track(2, event=""), sentAt="2026-03-31T09:31:00Z"
    )
    sender.batch(group())
    with tenant_scope(tenant.id):
        first, second = DeadLetter.objects.order_by("message_id")
        ids = [first.pk, second.pk]
        assert replay_letters(ids=ids, by=None) == Replayed(taken=1, held=0, dead=1)
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == ("replayed", "open")
        assert replay_letters(ids=ids, by=None) == Replayed(dead=1)
    (event,) = events(tenant)
    # A minute before it was sent, by our clock.
    assert (first.received_at - event.occurred_at).total_seconds() == pytest.approx(60, abs=5)
    assert event.received_at > first.received_at


def test_discarded_letters_may_be_taken_back(tenant: Tenant, sender: Sender) -> None:
    sender.batch(track(1, event=""))
    with tenant_scope(tenant.id):
        letter = DeadLetter.objects.get()
        told, count = discard_letters(ids=[letter.pk], by=None)
        assert count == 1
        assert told is not None
        assert told.data["letters"] == [letter.pk]
        assert replay_letters(ids=[letter.pk], by=None) == Replayed()
        assert discard_letters(ids=[letter.pk], by=None) == (None, 0)
        assert reopen_letters(ids=[letter.pk], by=None) == 1
    assert counts(sender.key) == {"dead": 1}
