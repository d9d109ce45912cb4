"""Work that must not be lost or doubled: requests at once, locks that others hold, nights meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections
from django.utils import timezone
from ingest_world import Sender, counts, dead, events, make_customers, make_key, track
from night_facts import customer, pay

from accounts.actions import identities
from accounts.models import Contact, Customer, Module, Tenant
from accounts.tenancy import tenant_scope
from segmentation import ingest_http
from segmentation.actions import following, ingest_inbox, ingesting
from segmentation.actions.nights import compute_and_store, known_now, run_night
from segmentation.models import IngestInbox, Night, PersonAlias, UsageEvent
from segmentation.tasks import sweep_ingestion

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_detours"),
]


def at_once(*works: Callable[[], Any]) -> list[Any]:
    results: list[Any] = [None] * len(works)
    gate = threading.Barrier(len(works))

    def run(place: int) -> None:
        try:
            gate.wait()
            results[place] = works[place]()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def inbox(tenant: Tenant) -> list[tuple[str, int]]:
    with tenant_scope(tenant.id):
        return list(IngestInbox.objects.order_by("pk").values_list("state", "attempts"))


def make_due(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        IngestInbox.objects.update(not_before=timezone.now())


def test_the_same_batch_twice_at_once_is_written_once(tenant: Tenant, sender: Sender) -> None:
    many = [track(number, properties={"module": f"module {number % 7}"}) for number in range(100)]
    send = [
        lambda batch=batch: Sender(sender.key).post("batch", {"batch": batch}).status_code
        for batch in (many, many[::-1], many, many[50:] + many[:50])
    ]
    assert at_once(*send) == [200] * 4
    sweep_ingestion()
    assert len(events(tenant)) == 100
    assert counts(sender.key) == {"accepted": 100, "duplicates": 300}
    assert inbox(tenant) == []


def test_groups_and_contacts_at_once_are_made_once(tenant: Tenant, sender: Sender) -> None:
    batch = [
        {"type": "group", "userId": f"p{n}", "groupId": f"g{n % 3}", "traits": {"name": "G"}}
        for n in range(20)
    ]
    batch += [{"type": "identify", "userId": f"p{n}", "traits": {"name": "P"}} for n in range(20)]
    send = [
        lambda batch=batch: Sender(sender.key).post("batch", {"batch": batch}).status_code
        for batch in (batch, batch[::-1], batch)
    ]
    assert at_once(*send) == [200] * 3
    for _attempt in range(3):
        make_due(tenant)
        sweep_ingestion()
    assert inbox(tenant) == []
    with tenant_scope(tenant.id), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_customer WHERE key LIKE 'g%'")
        assert cursor.fetchone() == (3,)
        cursor.execute("SELECT count(*), count(DISTINCT key) FROM accounts_contact")
        assert cursor.fetchone() == (20, 20)


def test_what_calls_say_of_a_customer_at_once_is_all_kept(
    tenant: Tenant, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = identities.change_customer

    def slowly(**given: Any) -> Any:
        time.sleep(0.5)
        return change(**given)

    monkeypatch.setattr(identities, "change_customer", slowly)
    send = [
        lambda name=name: Sender(sender.key).post("group", {"groupId": "acme", "traits": {name: 1}})
        for name in ("one", "other")
    ]
    assert [answer.status_code for answer in at_once(*send)] == [200] * 2
    with tenant_scope(tenant.id):
        assert Customer.objects.get().attributes == {"one": 1, "other": 1}


@pytest.mark.parametrize(
    ("calls", "lead"),
    [
        ([("a", "b"), ("b", "c")], ({"a": "c", "b": "c"}, {"a": "c", "b": "c"})),
        ([("a", "b"), ("b", "a")], ({"a": "b"}, {"b": "a"})),
    ],
    ids=["chain", "circle"],
)
def test_names_at_once_lead_to_one(
    tenant: Tenant, sender: Sender, monkeypatch: pytest.MonkeyPatch, calls: Any, lead: Any
) -> None:
    canonical = following.canonical

    def slowly(persons: Any) -> Any:
        found = canonical(persons)
        time.sleep(0.5)
        return found

    monkeypatch.setattr(following, "canonical", slowly)
    send = [
        lambda call=call: Sender(sender.key).post(
            "alias", {"previousId": call[0], "userId": call[1]}
        )
        for call in calls
    ]
    assert [answer.status_code for answer in at_once(*send)] == [200] * 2
    with tenant_scope(tenant.id):
        assert dict(PersonAlias.objects.values_list("previous", "person")) in lead


def test_what_a_load_holds_up_is_kept_and_written_later(
    tenant: Tenant, sender: Sender, make_tenant: Callable[..., Tenant]
) -> None:
    other = make_tenant("other")
    make_customers(other, "acme")
    elsewhere = Sender(make_key(other))
    written, done = threading.Event(), threading.Event()

    def load() -> None:
        """Makes a module, and takes its time."""
        with tenant_scope(tenant.id):
            Module.objects.create(key="new", name="New")
            written.set()
            done.wait(20)

    def send() -> None:
        written.wait(20)
        try:
            batch = {"batch": [track(1, properties={"module": "new"})]}
            started = time.monotonic()
            assert sender.post("batch", batch).status_code == 200
            assert time.monotonic() - started < 5
            # The next ones do not wait at all, nor do those of others.
            started = time.monotonic()
            assert sender.post("batch", {"batch": [track(2)]}).status_code == 200
            assert elsewhere.post("batch", {"batch": [track(1)]}).status_code == 200
            assert time.monotonic() - started < 1
            assert len(events(other)) == 1
            assert inbox(tenant) == [("waiting", 0), ("waiting", 0)]
            # Nor can the sweeper write the first yet; the second it can.
            sweep_ingestion()
            assert inbox(tenant) == [("waiting", 1)]
            assert [event.message_id for event in events(tenant)] == ["m-2"]
        finally:
            done.set()

    at_once(load, send)
    make_due(tenant)
    sweep_ingestion()
    assert inbox(tenant) == []
    assert [event.message_id for event in events(tenant)] == ["m-1", "m-2"]
    assert events(tenant)[0].module.key == "new"


def test_what_postgresql_refuses_does_not_sink_its_batch(
    tenant: Tenant, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = ingesting.take

    def refusing(read: Any, **further: Any) -> Any:
        taken = take(read, **further)
        if any(row["event"] == "poison" for row in read.events):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return taken

    monkeypatch.setattr(ingesting, "take", refusing)
    batch = [track(1), track(2, event="poison"), track(3)]
    assert sender.post("batch", {"batch": batch}).status_code == 200
    assert events(tenant) == []
    for _attempt in range(ingest_inbox.TRIES_WHOLE + 1):
        make_due(tenant)
        sweep_ingestion()
    assert inbox(tenant) == []
    assert [event.message_id for event in events(tenant)] == ["m-1", "m-3"]
    assert dead(tenant) == [("not_saved", "")]


def test_what_cannot_even_be_kept_is_to_be_sent_again(
    tenant: Tenant, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: Any, **_further: Any) -> None:
        raise DatabaseError("no room")

    monkeypatch.setattr(ingest_http, "ingest", fail)
    monkeypatch.setattr(ingest_http, "keep", fail)
    answer = sender.post("batch", {"batch": [track(1)]})
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert events(tenant) == []


def test_trouble_with_one_tenant_holds_up_no_other(
    tenant: Tenant,
    sender: Sender,
    make_tenant: Callable[..., Tenant],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = make_tenant("other")
    make_customers(other, "acme")
    elsewhere = Sender(make_key(other))

    def fail(*_given: Any, **_further: Any) -> None:
        raise DatabaseError("not now")

    with monkeypatch.context() as patch:
        patch.setattr(ingest_http, "ingest", fail)
        assert sender.post("batch", {"batch": [track(1)]}).status_code == 200
        assert elsewhere.post("batch", {"batch": [track(1)]}).status_code == 200
    work_off = ingest_inbox.work_off

    def failing(tenant_id: int) -> int:
        if tenant_id == tenant.pk:
            raise RuntimeError
        return work_off(tenant_id)

    monkeypatch.setattr("segmentation.tasks.work_off", failing)
    sweep_ingestion()
    assert (len(events(tenant)), len(events(other))) == (0, 1)


def test_a_night_knows_what_was_received_before_it(
    tenant: Tenant, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that has its moment, and is not done, is waited for."""
    begun = threading.Event()
    write = ingesting.write_events

    def slowly(*given: Any, **further: Any) -> Any:
        begun.set()
        time.sleep(1)
        return write(*given, **further)

    monkeypatch.setattr(ingesting, "write_events", slowly)

    def received_by(moment: datetime) -> int:
        return int(UsageEvent.objects.filter(received_at__lte=moment).count())

    def note() -> tuple[datetime, int]:
        begun.wait(20)
        with tenant_scope(tenant.id):
            moment = known_now()
            return moment, received_by(moment)

    answer, (moment, seen) = at_once(lambda: sender.post("batch", {"batch": [track()]}), note)
    assert answer.status_code == 200
    with tenant_scope(tenant.id):
        assert received_by(moment) == seen == 1


@pytest.mark.parametrize("late", ["web", "database"])
def test_clocks_that_differ_make_nothing_known_before_a_night(
    tenant: Tenant, sender: Sender, monkeypatch: pytest.MonkeyPatch, late: str
) -> None:
    """Whichever host is a minute behind, what comes after a night's moment is known after it."""
    true, minute = timezone.now, timedelta(minutes=1)
    send = [
        track(1),
        track(2, context={"groupId": "bolt"}),
        {"type": "group", "groupId": "acme", "traits": {"name": "Acme Ltd"}},
        {"type": "group", "userId": "ann", "groupId": "bolt", "traits": {}},
        {"type": "identify", "userId": "ann", "traits": {"name": "Ann"}},
    ]
    with monkeypatch.context() as patch, tenant_scope(tenant.id):
        if late == "database":
            patch.setattr(timezone, "now", lambda: true() + minute)
        moment = known_now()
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: true() - (minute if late == "web" else 0 * minute))
        sender.batch(*send)
    with tenant_scope(tenant.id):
        known = [
            *UsageEvent.objects.values_list("received_at", flat=True),
            *Customer.objects.values_list("known_from", flat=True),
            *Contact.objects.values_list("known_from", flat=True),
        ]
    assert len(known) == 5
    assert min(known) > moment


def test_a_night_beside_ingestion_can_be_computed_again(tenant: Tenant, sender: Sender) -> None:
    """What a night did not see is known later than the night: as known then, it says the same."""
    day = tenant.last_ended_day(timezone.now())
    with tenant_scope(tenant.id):
        pay(customer("bolt"), day - timedelta(days=3))
    ending = threading.Event()
    sent = [0, 0, 0]

    def send(place: int) -> None:
        while not ending.is_set():
            at = (timezone.now() - timedelta(days=2)).isoformat()
            batch = [
                track(
                    f"{place}-{sent[place]}-{n}",  # type: ignore[arg-type]
                    timestamp=at,
                    userId=f"p{place}-{sent[place]}-{n}",
                )
                for n in range(20)
            ]
            assert Sender(sender.key).post("batch", {"batch": batch}).status_code == 200
            sent[place] += 1

    def compute() -> list[Any]:
        try:
            found = []
            for number in range(3):
                time.sleep(0.3)
                night = day - timedelta(days=2 - number)
                found.append(run_night(tenant=tenant, as_of=night))
            return found
        finally:
            ending.set()

    *_senders, outcomes = at_once(*(lambda place=place: send(place) for place in range(3)), compute)
    assert min(sent) > 0
    for outcome in outcomes:
        with tenant_scope(tenant.id):
            stored = Night.objects.get(as_of=outcome.as_of)
            again = compute_and_store(tenant=tenant, night=stored, known_at=stored.known_at)
        assert (again.digest, again.stored) == (outcome.digest, "unchanged")
