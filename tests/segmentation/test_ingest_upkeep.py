"""Keys, settings and rules as people change them; what is forgotten in time; figures for probes."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client, override_settings
from django.utils import timezone
from ingest_world import Sender, dead, events, held, make_customers, make_key, track

from accounts.models import AuditRecord, Customer, Module, Tenant
from accounts.queries.overview import facts_words, has_facts
from accounts.tenancy import tenant_scope
from segmentation.actions import ingest_limits
from segmentation.actions.event_rules import RulesChanged, save_event_rules
from segmentation.actions.ingest_inbox import keep, tidy
from segmentation.actions.ingest_settings import change_ingest_settings
from segmentation.actions.quarantine import resolve_unknown
from segmentation.actions.write_keys import change_write_key, make_write_key, revoke_write_key
from segmentation.compute.event_rules import RuleValues, seal_of
from segmentation.models import DeadLetter, EventSeen, HeldEvent, IngestCount, IngestInbox, WriteKey
from segmentation.queries import sources
from segmentation.queries.doors import door_of
from segmentation.queries.ingestion import event_rules, ingest_settings
from segmentation.queries.quarantine import count_of_unknown
from segmentation.queries.sources import Waiting, waiting
from segmentation.tasks import sweep_ingestion
from segmentation.views import source_frame


def verbs() -> list[str]:
    """What was recorded since the tenant came to be."""
    rows = AuditRecord.objects.exclude(verb="tenant.created").order_by("pk")
    return list(rows.values_list("verb", flat=True))


def test_a_key_is_kept_as_its_hash_alone(scope: Tenant) -> None:
    key, shown = make_write_key(name=" Web ", source="app.example", by=None)
    assert (key.name, key.source) == ("Web", "app.example")
    assert shown.startswith(f"tnw_{scope.pk}_")
    assert shown.split("_", 2)[2] not in str(WriteKey.objects.values().get())
    assert shown[-20:] not in str(list(AuditRecord.objects.values()))


@pytest.mark.parametrize("given", [{"name": " "}, {"events_per_second": 0}])
def test_a_key_needs_a_name_and_a_limit_that_is_one(scope: Tenant, given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_write_key(**{"name": "Web", "by": None, **given})
    assert not WriteKey.objects.exists()


def test_changing_and_revoking_a_key_is_recorded_once(scope: Tenant) -> None:
    key, shown = make_write_key(name="Web", by=None)
    values: dict[str, Any] = {"name": "Web", "source": "", "events_per_second": 7}
    assert change_write_key(key=key, by=None, **values)
    assert not change_write_key(key=key, by=None, **values)
    door = door_of(shown)
    assert door is not None
    assert door.events_per_second == 7
    revoke_write_key(key=key, by=None)
    revoke_write_key(key=key, by=None)
    assert door_of(shown) is None
    assert verbs() == ["write_key.made", "write_key.changed", "write_key.revoked"]


def test_settings_are_the_defaults_until_they_are_changed(scope: Tenant) -> None:
    assert ingest_settings().create_customers
    assert change_ingest_settings(values={"create_customers": False}, by=None)
    assert not change_ingest_settings(values={"create_customers": False}, by=None)
    assert not ingest_settings().create_customers
    with pytest.raises(ValidationError):
        change_ingest_settings(values={"events_per_second": 0}, by=None)
    with pytest.raises(ValueError, match="version"):
        change_ingest_settings(values={"version": 1}, by=None)
    assert verbs() == ["ingest_settings.changed"]


@pytest.mark.parametrize(
    "rule",
    [
        RuleValues(),
        RuleValues(module="m", is_ignored=True),
        RuleValues(kind="dance", module="m"),
        RuleValues(pattern="", module="m"),
        RuleValues(property_value="v", module="m"),
        RuleValues(pattern="x" * 201, module="m"),
        RuleValues(module="a\x00"),
    ],
)
def test_a_rule_says_one_thing(scope: Tenant, rule: RuleValues) -> None:
    with pytest.raises(ValidationError, match="2"):
        save_event_rules(rules=[RuleValues(module="m"), rule], by=None)
    assert event_rules() == []


def test_nobody_overwrites_rules_that_they_have_not_seen(scope: Tenant) -> None:
    one, other = [RuleValues(module="one")], [RuleValues(module="other"), *[RuleValues(module="x")]]
    empty = seal_of([])
    assert save_event_rules(rules=one, seen=empty, by=None)
    with pytest.raises(RulesChanged):
        save_event_rules(rules=other, seen=empty, by=None)
    assert save_event_rules(rules=other, seen=seal_of(one), by=None)
    assert not save_event_rules(rules=other, by=None)
    assert event_rules() == other


def test_usage_that_was_sent_is_a_fact_of_the_first_steps(tenant: Tenant, sender: Sender) -> None:
    with tenant_scope(tenant.id):
        assert not has_facts()
    sender.batch(track())
    with tenant_scope(tenant.id):
        assert has_facts()
        assert "There: Usage." in facts_words()


def test_what_is_old_is_forgotten(tenant: Tenant, sender: Sender) -> None:
    sender.batch(track(1), track(2, event=""), track(3, userId=""))
    with tenant_scope(tenant.id):
        long_ago = timezone.now() - timedelta(days=91)
        first = DeadLetter.objects.order_by("pk").first()
        assert first is not None
        DeadLetter.objects.filter(pk=first.pk).update(received_at=long_ago)
        EventSeen.objects.update(last_at=long_ago)
        IngestCount.objects.update(minute=long_ago)
    tidy(tenant.id)
    assert dead(tenant) == [("no_person", "userId")]
    with tenant_scope(tenant.id):
        assert not EventSeen.objects.exists()
        assert not IngestCount.objects.exists()
    assert len(events(tenant)) == 1


def test_what_nobody_came_for_is_forgotten(tenant: Tenant, sender: Sender) -> None:
    """Held messages and requests that were given up hold what was sent as dead letters do."""
    sender.batch(track(1, context={"groupId": "old"}), track(2, context={"groupId": "new"}))
    door = door_of(sender.key)
    assert door is not None
    long_ago = timezone.now() - timedelta(days=91)
    for arrived in (long_ago, long_ago, timezone.now()):
        keep(b"{}", door=door, call="batch", arrived=arrived)
    with tenant_scope(tenant.id):
        HeldEvent.objects.filter(group_key="old").update(received_at=long_ago)
        waiting, *given_up = IngestInbox.objects.order_by("pk")
        IngestInbox.objects.filter(pk__in=[row.pk for row in given_up]).update(state="dead")
    tidy(tenant.id)
    assert held(tenant) == [("new", "m-2")]
    with tenant_scope(tenant.id):
        assert list(IngestInbox.objects.order_by("pk")) == [waiting, given_up[1]]


def test_events_do_not_make_modules_for_ever(
    tenant: Tenant, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond so many an event is written without; a rule of the tenant makes one all the same."""
    monkeypatch.setattr("segmentation.frames.ingestion.MOST_MODULES", 2)
    monkeypatch.setattr("segmentation.frames.releasing.MOST_MODULES", 2)
    with tenant_scope(tenant.id):
        save_event_rules(rules=[RuleValues(pattern="ruled", module="own")], by=None)
    named = [track(n, properties={"module": f"m{n}"}) for n in range(4)]
    waiting = track(5, context={"groupId": "bolt"}, properties={"module": "m5"})
    told = sender.batch(*named, waiting, track(6, event="ruled"))
    assert told == {"accepted": 5, "held": 1}
    make_customers(tenant, "bolt")
    tidy(tenant.id)
    modules = [event.module and event.module.key for event in events(tenant)]
    assert modules == ["m0", "m1", None, None, None, "own"]


def test_new_names_push_out_the_oldest(
    tenant: Tenant, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segmentation.frames.ingestion.MOST_NAMES_SEEN", 3)
    for number in range(5):
        sender.batch(track(number, event=f"{tenant.slug} {sender.key[-9:]} {number}"))
    with tenant_scope(tenant.id):
        names = EventSeen.objects.order_by("event").values_list("event", flat=True)
        assert [name[-1] for name in names] == ["2", "3", "4"]


def test_what_waits_is_counted_up_to_a_limit(
    tenant: Tenant, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender.batch(*(track(n, context={"groupId": f"c{n % 5}"}) for n in range(20)))
    with tenant_scope(tenant.id):
        assert waiting() == Waiting(dead=0, held=20, customers=5)
        monkeypatch.setattr(sources, "MOST_COUNTED", 3)
        assert waiting() == Waiting(dead=0, held=3, customers=3)
        assert count_of_unknown() == 5
        assert count_of_unknown("C1") == 1
    monkeypatch.setattr(source_frame, "MOST_COUNTED", 3)
    assert (source_frame.up_to(2), source_frame.up_to(3)) == ("2", "3+")


@override_settings(METRICS_TOKEN="let me see")
def test_probes_are_told_what_waits(tenant: Tenant, sender: Sender) -> None:
    door = door_of(sender.key)
    assert door is not None
    keep(b'{"batch": 1}', door=door, call="batch", arrived=timezone.now() - timedelta(minutes=5))
    sender.batch(track(1))
    with tenant_scope(tenant.id):
        minute = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=1)
        IngestCount.objects.update(minute=minute)
    sweep_ingestion()
    told = Client().get("/metrics", HTTP_AUTHORIZATION="Bearer let me see").content.decode()
    lines = dict(line.split() for line in told.splitlines() if not line.startswith("#"))
    # What cannot be read has been tried, and waits.
    assert lines["tenure_ingest_inbox_waiting"] == "1"
    assert float(lines["tenure_ingest_inbox_oldest_wait_seconds"]) >= 300
    assert lines["tenure_ingest_minute_accepted"] == "1"


def test_without_redis_nothing_is_limited(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(**_given: Any) -> int:
        raise redis.ConnectionError

    monkeypatch.setattr(ingest_limits._buckets, "script", gone)
    monkeypatch.setattr(ingest_limits._buckets, "silent_until", 0.0)
    make_customers(tenant, "acme")
    sender = Sender(make_key(tenant, events_per_second=1))
    for number in range(5):
        sender.batch(track(number))
    assert len(events(tenant)) == 5


@pytest.mark.django_db(transaction=True)
def test_a_decision_does_not_wait_for_a_load(tenant: Tenant, sender: Sender) -> None:
    sender.batch(track(1, context={"groupId": "bolt"}, properties={"module": "new"}))
    with tenant_scope(tenant.id):
        Module.objects.all().delete()
    made, done = threading.Event(), threading.Event()

    def load() -> None:
        try:
            with tenant_scope(tenant.id):
                Module.objects.create(key="new", name="New")
                made.set()
                done.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=load)
    thread.start()
    made.wait(20)
    try:
        with tenant_scope(tenant.id):
            acme = Customer.objects.get()
            with pytest.raises(ValidationError):
                resolve_unknown(group_key="bolt", customer=acme, by=None)
    finally:
        done.set()
        thread.join()
    with tenant_scope(tenant.id):
        assert resolve_unknown(group_key="bolt", customer=acme, by=None) == 1
    assert [str(event.module and event.module.key) for event in events(tenant)] == ["new"]
