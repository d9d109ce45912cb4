"""What one message, one lock or one customer cannot have keeps nothing else from being written."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DataError, connections
from django.utils import timezone
from ingest_world import (
    Sender,
    counts,
    dead,
    events,
    held,
    make_customers,
    meanwhile,
    track,
)

from accounts.models import AuditRecord, Contact, Module, Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions import dead_letters, ingest_inbox, ingesting, releasing
from segmentation.actions.dead_letters import Replayed, replay_letters
from segmentation.actions.given_up_requests import discard_given_up, retry_given_up
from segmentation.actions.ingest_inbox import keep, tidy, work_off
from segmentation.compute.message_values import contact_key
from segmentation.models import DeadLetter, IngestInbox, WriteKey
from segmentation.queries.doors import Door, door_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_detours"),
]


def the_door(sender: Sender) -> Door:
    door = door_of(sender.key)
    assert door is not None
    return door


def kept(sender: Sender, *messages: Any, times: int = 1) -> None:
    raw = json.dumps({"batch": list(messages)}).encode()
    for _time in range(times):
        keep(raw, door=the_door(sender), call="batch", arrived=timezone.now())


def inbox(tenant: Tenant) -> list[tuple[str, int]]:
    with tenant_scope(tenant.id):
        return list(IngestInbox.objects.order_by("pk").values_list("state", "attempts"))


def test_a_huge_number_keeps_nothing_from_being_released(tenant: Tenant, sender: Sender) -> None:
    traits = {"name": "Ann", "huge": 10**400, "seats": 5}
    sender.batch(
        {"type": "identify", "userId": "ann", "context": {"groupId": "bolt"}, "traits": traits},
        {"type": "identify", "userId": "bob", "traits": traits},
        {"type": "group", "userId": "bob", "groupId": "acme", "traits": {"huge": 10**400}},
        track(1, context={"groupId": "cask"}),
    )
    assert len(held(tenant)) == 2
    make_customers(tenant, "bolt", "cask")
    tidy(tenant.id)
    assert held(tenant) == []
    with tenant_scope(tenant.id):
        found = Contact.objects.order_by("key").values_list("key", "name", "attributes")
        assert list(found) == [("ann", "Ann", {"seats": 5}), ("bob", "Ann", {"seats": 5})]


def test_one_customer_keeps_no_other_from_being_released(
    tenant: Tenant, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender.batch(track(1, event=""), *(track(n, context={"groupId": f"g{n}"}) for n in (2, 3, 4)))
    make_customers(tenant, "g2", "g3", "g4")
    with tenant_scope(tenant.id):
        DeadLetter.objects.update(received_at=timezone.now() - timedelta(days=91))
    release = releasing.release_held

    def failing(*, group_keys: Any) -> int:
        if "g2" in group_keys:
            raise OverflowError
        return release(group_keys=group_keys)

    monkeypatch.setattr(ingest_inbox, "release_held", failing)
    tidy(tenant.id)
    assert held(tenant) == [("g2", "m-2")]
    assert dead(tenant) == []


@pytest.mark.parametrize("error", [DataError, OverflowError])
def test_one_dead_letter_keeps_no_other_from_being_taken(
    tenant: Tenant, sender: Sender, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    sender.batch(*(track(number, userId="") for number in range(4)))
    with tenant_scope(tenant.id):
        letters = list(DeadLetter.objects.order_by("message_id"))
        for letter in letters:
            letter.body = json.dumps({**json.loads(letter.body), "userId": "ann"})
            letter.save()
    take = ingesting.take

    def refusing(read: Any, **further: Any) -> Any:
        taken = take(read, **further)
        if any(row["message_id"] == "m-2" for row in read.events):
            raise error
        return taken

    monkeypatch.setattr(dead_letters, "take", refusing)
    with tenant_scope(tenant.id):
        found = replay_letters(ids=[letter.pk for letter in letters], by=None)
        assert found == Replayed(taken=3, held=0, dead=1)
        still = DeadLetter.objects.filter(state=DeadLetter.State.OPEN)
        assert list(still.values_list("message_id", "reason")) == [("m-2", "not_saved")]
    assert [event.message_id for event in events(tenant)] == ["m-0", "m-1", "m-3"]


def test_a_long_id_that_is_no_text_is_a_dead_letter(tenant: Tenant, sender: Sender) -> None:
    said = sender.batch(track(1), track(2, messageId="\ud800" * 201, userId=""), track(3))
    assert said == {"accepted": 2, "dead": 1}
    assert inbox(tenant) == []


@pytest.mark.parametrize("where", ["", "further", "properties", "userId"])
def test_what_is_nested_as_deeply_as_can_be_read_keeps_nothing_else(
    tenant: Tenant, sender: Sender, where: str
) -> None:
    """What can just be read cannot be written as JSON any more, further down in the program."""
    good = [json.dumps(track(number)).encode() for number in (1, 3)]
    bolt = json.dumps(track(2, context={"groupId": "bolt"})).encode()[:-1]
    for levels in range(1000, 500, -1):
        deep = b"[" * levels + b"]" * levels
        if where:
            deep = bolt + b', "' + where.encode() + b'": ' + deep + b"}"
        body = b'{"batch": [' + b",".join([good[0], deep, good[1]]) + b"]}"
        if sender.post("batch", body).status_code == 200:
            break
    assert inbox(tenant) == []
    said = counts(sender.key)
    assert said.pop("accepted") == 2
    assert said in ({"dead": 1}, {"held": 1})


def test_an_offset_that_postgresql_does_not_know_holds_nothing_up(
    tenant: Tenant, sender: Sender
) -> None:
    assert sender.batch(track(1, timestamp="2026-03-31T09:30:00+16:00")) == {"accepted": 1}
    assert events(tenant)[0].occurred_at.isoformat() == "2026-03-30T17:30:00+00:00"


def test_what_is_worked_off_does_not_lock_its_key(
    tenant: Tenant, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(sender, track(1))
    ingest = ingesting.ingest
    begun, done = threading.Event(), threading.Event()

    def slowly(*given: Any, **further: Any) -> Any:
        begun.set()
        done.wait(8)
        return ingest(*given, **further)

    monkeypatch.setattr(ingest_inbox, "ingest", slowly)

    def run() -> None:
        try:
            work_off(tenant.id)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    assert begun.wait(20)
    try:
        started = time.monotonic()
        assert sender.batch(track(2)) == {"accepted": 1}
        assert time.monotonic() - started < 1.5
    finally:
        done.set()
        thread.join()
    assert [event.message_id for event in events(tenant)] == ["m-1", "m-2"]


def test_what_cannot_be_kept_soon_is_to_be_sent_again(tenant: Tenant, sender: Sender) -> None:
    def lock() -> None:
        assert WriteKey.objects.select_for_update().get()

    with meanwhile(tenant, lock):
        started = time.monotonic()
        assert sender.post("batch", {"batch": [track(1)]}).status_code == 503
        assert time.monotonic() - started < 8
    assert events(tenant) == []


def test_who_waits_for_a_lock_does_not_wait_for_each_request(
    tenant: Tenant, sender: Sender
) -> None:
    kept(sender, track(1, properties={"module": "new"}), times=5)
    with meanwhile(tenant, lambda: Module.objects.create(key="new", name="New")):
        assert work_off(tenant.id) == 0
    tried = [attempts for _state, attempts in inbox(tenant)]
    assert tried == [1] * ingest_inbox.MOST_IN_VAIN + [0] * (5 - ingest_inbox.MOST_IN_VAIN)
    # The next time the others have their turn.
    assert work_off(tenant.id) == 5 - ingest_inbox.MOST_IN_VAIN


def test_persons_with_long_names_are_told_from_each_other(tenant: Tenant, sender: Sender) -> None:
    one, other = ("x" * 220 + end for end in "ab")
    for title in ("Buyer", "Head"):
        for person in (one, other):
            traits = {"title": title, "name": person[-1]}
            sender.batch({"type": "identify", "userId": person, "traits": traits})
        sender.batch(
            *({"type": "group", "userId": person, "groupId": "acme"} for person in (one, other))
        )
    with tenant_scope(tenant.id):
        found = Contact.objects.values_list("key", "name", "title")
        assert set(found) == {(contact_key(one), "a", "Head"), (contact_key(other), "b", "Head")}


def give_up(tenant: Tenant, sender: Sender) -> list[int]:
    kept(sender, track(1))
    kept(sender, track(2))
    with tenant_scope(tenant.id):
        rows = IngestInbox.objects.order_by("pk")
        rows.update(state=IngestInbox.State.DEAD, attempts=50, error="RuntimeError")
        return list(rows.values_list("pk", flat=True))


def test_requests_that_were_given_up_are_tried_again_or_deleted(
    tenant: Tenant, sender: Sender
) -> None:
    first, second = give_up(tenant, sender)
    assert work_off(tenant.id) == 0
    with tenant_scope(tenant.id):
        assert retry_given_up(ids=[first], by=None) == 1
        assert retry_given_up(ids=[first], by=None) == 0
        assert discard_given_up(ids=[first, second], by=None) == 1
        verbs = AuditRecord.objects.filter(verb__startswith="given_up_requests.").order_by("pk")
        assert [(row.verb, row.data) for row in verbs] == [
            ("given_up_requests.retried", {"count": 1}),
            ("given_up_requests.discarded", {"count": 1}),
        ]
    assert work_off(tenant.id) == 1
    assert [event.message_id for event in events(tenant)] == ["m-1"]
    assert inbox(tenant) == []


def test_who_runs_the_installation_sees_what_was_given_up(
    tenant: Tenant, sender: Sender, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*arguments: str) -> list[dict[str, Any]]:
        call_command("given_up_requests", *arguments, "--tenant", tenant.slug)
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    first, second = give_up(tenant, sender)
    listed = told()
    assert [row["id"] for row in listed] == [first, second]
    assert (listed[0]["error"], listed[0]["key"]) == ("RuntimeError", "Product")
    assert "Report opened" not in json.dumps(listed)
    with pytest.raises(CommandError):
        told("--discard")
    assert told(str(second), "--discard") == [{"discarded": 1}]
    assert told("--retry") == [{"retried": 1}]
    assert told() == []
    assert inbox(tenant) == [("waiting", 0)]
