"""Nights by worker and sweeper: in order, each once, none lost; a poison one ends dead and visible."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.db import connection, connections, transaction
from night_facts import customer, pay
from workers import start_worker

from accounts.models import AuditRecord, Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions import claims, tries
from segmentation.actions.claims import due_night, retry_night, work_on_night
from segmentation.actions.nights import run_night
from segmentation.actions.progress import report_progress
from segmentation.actions.turns import Turn, take_turn
from segmentation.models import Assignment, MeasureRow, Move, Night
from segmentation.queries.progress import night_progress
from segmentation.tasks import compute_night, sweep_nights

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 7, 1, 4, tzinfo=UTC)  # in Shanghai
YESTERDAY = date(2026, 6, 30)
DAY = timedelta(1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def busy_tenant(tenant: Tenant) -> Tenant:
    """A tenant with six customers who paid."""
    with tenant_scope(tenant.id):
        for number in range(6):
            pay(customer(f"c{number}"), YESTERDAY - number * DAY, number)
    return tenant


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[Any]]]:
    """A queue of the test's own in the real broker; calling it takes out what waits there."""
    name = f"nights-{uuid4()}"

    def enqueue(*ids: int) -> None:
        compute_night.apply_async(ids, queue=name)

    monkeypatch.setattr(compute_night, "delay", enqueue)

    broker = redis.from_url(settings.REDIS_URL)

    def taken() -> list[Any]:
        bodies = [json.loads(message)["body"] for message in broker.lrange(name, 0, -1)]
        broker.delete(name)
        return [tuple(json.loads(b64decode(body))[0]) for body in reversed(bodies)]

    taken.name = name  # type: ignore[attr-defined]
    yield taken
    broker.delete(name)
    broker.close()


def due(tenant: Tenant, now: datetime = NOON) -> int | None:
    with tenant_scope(tenant.id):
        return due_night(tenant=tenant, now=now)


def nights(tenant: Tenant) -> list[tuple[date, str]]:
    with tenant_scope(tenant.id):
        return list(Night.objects.order_by("as_of").values_list("as_of", "state"))


def the_night(tenant: Tenant) -> Night:
    with tenant_scope(tenant.id):
        return Night.objects.get()


def elsewhere(work: Callable[[], Any], times: int = 1) -> list[Any]:
    """Results of some work in threads, each with a connection of its own."""
    results: list[Any] = []
    gate = threading.Barrier(times)

    def run() -> None:
        try:
            gate.wait()
            results.append(work())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


# --- What is due ----------------------------------------------------------------------------------


def test_last_night_is_due_from_the_tenants_night_hour_on(busy_tenant: Tenant) -> None:
    Tenant.objects.update(night_hour=3)
    busy_tenant.refresh_from_db()
    midnight = datetime(2026, 6, 30, 16, tzinfo=UTC)
    before = midnight + 3 * 60 * MINUTE - MINUTE
    assert due(busy_tenant, before) is not None
    assert nights(busy_tenant) == [(YESTERDAY - DAY, "queued")]
    assert due(busy_tenant, before + MINUTE) is None, "the earlier night comes first"
    assert nights(busy_tenant) == [(YESTERDAY - DAY, "queued"), (YESTERDAY, "queued")]


def test_a_tenant_without_facts_is_left_alone(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        customer("a")
    assert due(tenant) is None
    assert nights(tenant) == []


def test_missed_nights_are_made_up_for_in_order(busy_tenant: Tenant) -> None:
    run_night(tenant=busy_tenant, as_of=date(2026, 4, 15))
    computed = []
    while (night_id := due(busy_tenant)) is not None:
        work_on_night(tenant=busy_tenant, night_id=night_id)
        with tenant_scope(busy_tenant.id):
            computed.append(Night.objects.get(pk=night_id).as_of)
    fortnight = [YESTERDAY - number * DAY for number in reversed(range(14))]
    assert computed == [date(2026, 4, 30), date(2026, 5, 31), *fortnight]
    assert {state for _, state in nights(busy_tenant)} == {"done"}


def test_a_worker_that_is_done_enqueues_the_next_night(
    busy_tenant: Tenant, queue, time_machine
) -> None:  # type: ignore[no-untyped-def]
    time_machine.move_to(NOON, tick=False)
    run_night(tenant=busy_tenant, as_of=YESTERDAY - 2 * DAY)
    sweep_nights()
    [first] = queue()
    compute_night(*first)
    [second] = queue()
    compute_night(*second)
    assert queue() == []
    assert nights(busy_tenant)[-2:] == [(YESTERDAY - DAY, "done"), (YESTERDAY, "done")]


def test_a_night_is_enqueued_once_and_again_when_the_broker_forgot_it(  # type: ignore[no-untyped-def]
    busy_tenant: Tenant, queue, time_machine
) -> None:
    time_machine.move_to(NOON, tick=False)
    sweep_nights()
    sweep_nights()
    assert len(queue()) == 1  # taken out: the broker knows nothing of it any more
    time_machine.move_to(NOON + 4 * MINUTE, tick=False)
    sweep_nights()
    assert queue() == []
    time_machine.move_to(NOON + 6 * MINUTE, tick=False)
    sweep_nights()
    [ids] = queue()
    compute_night(*ids)
    assert nights(busy_tenant) == [(YESTERDAY, "done")]


def test_two_sweepers_at_once_enqueue_a_night_once(busy_tenant: Tenant) -> None:
    found = elsewhere(lambda: due(busy_tenant), times=4)
    assert len([night for night in found if night is not None]) == 1
    assert nights(busy_tenant) == [(YESTERDAY, "queued")]


def test_trouble_with_one_tenant_holds_up_no_other(  # type: ignore[no-untyped-def]
    busy_tenant: Tenant, make_tenant, queue, monkeypatch, time_machine
) -> None:
    time_machine.move_to(NOON, tick=False)
    other = make_tenant("zebra")
    with tenant_scope(other.id):
        pay(customer("z"), YESTERDAY)
    really = claims._add_missing

    def failing(tenant: Tenant, now: datetime) -> None:
        if tenant == busy_tenant:
            raise RuntimeError("broken")
        really(tenant, now)

    monkeypatch.setattr(claims, "_add_missing", failing)
    sweep_nights()
    assert [tenant_id for tenant_id, _ in queue()] == [other.id]


# --- Claiming and failing -------------------------------------------------------------------------


def test_of_workers_with_the_same_night_one_computes_it(busy_tenant: Tenant) -> None:
    night_id = due(busy_tenant)
    elsewhere(lambda: work_on_night(tenant=busy_tenant, night_id=night_id or 0), times=3)
    night = the_night(busy_tenant)
    assert (night.state, night.attempts) == ("done", 1)
    with tenant_scope(busy_tenant.id):
        assert Assignment.objects.count() == MeasureRow.objects.count() == 6


def test_a_message_that_comes_twice_changes_nothing(busy_tenant: Tenant) -> None:
    night_id = due(busy_tenant) or 0
    work_on_night(tenant=busy_tenant, night_id=night_id)
    before = the_night(busy_tenant).finished_at
    work_on_night(tenant=busy_tenant, night_id=night_id)
    assert the_night(busy_tenant).finished_at == before


def test_a_poison_night_is_given_up_after_four_tries_and_says_why(  # type: ignore[no-untyped-def]
    busy_tenant: Tenant, monkeypatch, time_machine
) -> None:
    def poison(**_: Any) -> None:
        raise ValueError("alice@acme.example paid 12.00")

    monkeypatch.setattr("segmentation.actions.nights.compute_result", poison)
    now = NOON
    waits = []
    for attempt in range(1, 5):
        time_machine.move_to(now, tick=False)
        night_id = due(busy_tenant, now)
        assert night_id is not None
        work_on_night(tenant=busy_tenant, night_id=night_id)
        night = the_night(busy_tenant)
        assert night.attempts == attempt
        assert night.error.startswith("ValueError in ")
        assert "test_night_work, line " in night.error
        assert "alice" not in night.error
        if night.not_before:
            work_on_night(tenant=busy_tenant, night_id=night_id)  # a message that comes too early
            assert the_night(busy_tenant).attempts == attempt
            assert due(busy_tenant, night.not_before - MINUTE / 2) is None
            waits.append(night.not_before - now)
            now = night.not_before
    assert waits == [1 * MINUTE, 5 * MINUTE, 15 * MINUTE]
    assert night.state == "dead"
    assert due(busy_tenant, now + 60 * MINUTE) is None
    with tenant_scope(busy_tenant.id):
        assert Assignment.objects.count() == 0


def test_a_dead_night_keeps_the_next_ones_from_nothing(busy_tenant: Tenant) -> None:
    with tenant_scope(busy_tenant.id):
        Night.objects.create(as_of=YESTERDAY - DAY, state=Night.State.DEAD, attempts=4)
    night_id = due(busy_tenant) or 0
    work_on_night(tenant=busy_tenant, night_id=night_id)
    assert nights(busy_tenant) == [(YESTERDAY - DAY, "dead"), (YESTERDAY, "done")]


def test_a_night_that_was_given_up_can_be_tried_again(busy_tenant: Tenant, alice) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(busy_tenant.id):
        night = Night.objects.create(as_of=YESTERDAY, state=Night.State.DEAD, attempts=4)
        retry_night(night=night, by=alice)
        assert AuditRecord.objects.get(verb="night.retried").actor == alice
    assert due(busy_tenant) == night.pk
    work_on_night(tenant=busy_tenant, night_id=night.pk)
    assert nights(busy_tenant) == [(YESTERDAY, "done")]
    with tenant_scope(busy_tenant.id):
        retry_night(night=night, by=alice)
    assert nights(busy_tenant) == [(YESTERDAY, "done")], "a stored night is left alone"


def test_a_busy_worker_is_left_alone_and_a_dead_one_replaced_at_once(busy_tenant: Tenant) -> None:
    night_id = due(busy_tenant)
    with tenant_scope(busy_tenant.id):
        Night.objects.filter(pk=night_id).update(
            state=Night.State.RUNNING, claim=uuid4(), attempts=1, started_at=NOON
        )
    with tenant_scope(busy_tenant.id):
        take_turn(Turn.NIGHTS)
        Night.objects.select_for_update().get(pk=night_id)
        assert elsewhere(lambda: due(busy_tenant, NOON + 60 * MINUTE)) == [None]
    assert nights(busy_tenant) == [(YESTERDAY, "running")]
    assert due(busy_tenant, NOON + MINUTE / 12) is None, "it may not have taken its turn yet"
    assert due(busy_tenant, NOON + MINUTE / 4) == night_id
    work_on_night(tenant=busy_tenant, night_id=night_id or 0)
    night = the_night(busy_tenant)
    assert (night.state, night.attempts, night.error) == ("done", 2, "")


def test_a_worker_that_lost_its_claim_saves_nothing(busy_tenant: Tenant, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    night_id = due(busy_tenant) or 0
    really = claims.NIGHTS.claim

    def claimed_and_then_lost(pk: int) -> Any:
        claim = really(pk)
        Night.objects.filter(pk=pk).update(state=Night.State.QUEUED, claim=None)
        return claim

    monkeypatch.setattr(claims.NIGHTS, "claim", claimed_and_then_lost)
    work_on_night(tenant=busy_tenant, night_id=night_id)
    assert nights(busy_tenant) == [(YESTERDAY, "queued")]
    with tenant_scope(busy_tenant.id):
        assert Assignment.objects.count() == 0


def test_a_worker_gives_way_to_another_night_of_the_tenant(
    busy_tenant: Tenant, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(tries, "TURN_TIMEOUT", "100ms")
    night_id = due(busy_tenant) or 0
    with tenant_scope(busy_tenant.id):
        take_turn(Turn.NIGHTS)
        elsewhere(lambda: work_on_night(tenant=busy_tenant, night_id=night_id))
    night = the_night(busy_tenant)
    assert (night.state, night.attempts, night.queued_at) == ("queued", 0, None)


def test_progress_is_told_while_a_night_runs(busy_tenant: Tenant) -> None:
    due(busy_tenant)
    night = the_night(busy_tenant)
    assert night_progress(night) is None
    report_progress(busy_tenant.id, night.pk, "scores")
    told = night_progress(night)
    assert told is not None
    assert (told.step, told.number, told.steps) == ("scores", 1, 4)
    work_on_night(tenant=busy_tenant, night_id=night.pk)
    assert night_progress(night) is None


# --- A real worker, killed ------------------------------------------------------------------------


def test_a_worker_killed_in_the_middle_of_a_night_loses_and_doubles_nothing(  # type: ignore[no-untyped-def]
    busy_tenant: Tenant, queue
) -> None:
    day = busy_tenant.last_ended_day()
    with tenant_scope(busy_tenant.id):
        night_id = Night.objects.create(as_of=day).pk
    compute_night.delay(busy_tenant.id, night_id)
    # While we hold the table of moves, a night comes as far as having written everything else.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {Move._meta.db_table} IN ACCESS EXCLUSIVE MODE")
        worker = start_worker(queue.name)
        try:
            wait_until(lambda: someone_waits_for(Move._meta.db_table), worker)
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
    wait_until(lambda: not someone_computes())
    assert nights(busy_tenant) == [(day, "running")]
    with tenant_scope(busy_tenant.id):
        assert Assignment.objects.count() == MeasureRow.objects.count() == 0

    assert due(busy_tenant, datetime.now(UTC) + MINUTE) == night_id
    compute_night.delay(busy_tenant.id, night_id)
    worker = start_worker(queue.name)
    try:
        wait_until(lambda: nights(busy_tenant) == [(day, "done")], worker)
    finally:
        worker.terminate()
        worker.wait()
    night = the_night(busy_tenant)
    assert (night.attempts, night.customers) == (2, 6)
    with tenant_scope(busy_tenant.id):
        assert Assignment.objects.count() == MeasureRow.objects.count() == 6
    assert run_night(tenant=busy_tenant, as_of=day).stored == "unchanged"


def wait_until(happened: Callable[[], bool], worker: subprocess.Popen[bytes] | None = None) -> None:
    until = time.monotonic() + 90
    while not happened():
        assert worker is None or worker.poll() is None, "the worker ended"
        assert time.monotonic() < until
        time.sleep(0.1)


def someone_waits_for(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [table]
        )
        return bool(cursor.fetchone()[0])


def someone_computes() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid() "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return bool(cursor.fetchone()[0])
