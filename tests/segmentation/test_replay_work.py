"""Replays as work of workers: claimed once, tried again, given up, brought back by the sweeper."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from night_facts import customer, sign, use_daily
from time_machine import TimeMachineFixture

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation import tasks
from segmentation.actions.claims import LONG_SECONDS
from segmentation.actions.nights import NightRefused, run_night
from segmentation.actions.replay_claims import due_replay, retry_replay, work_on_replay
from segmentation.actions.replay_requests import request_replay
from segmentation.models import Night, Replay
from segmentation.queries.progress import replay_progress

DAY = date(2026, 6, 17)


@pytest.fixture
def replay(tenant: Tenant) -> Replay:
    with tenant_scope(tenant.id):
        whom = customer("ann")
        sign(whom, DAY - timedelta(400))
        use_daily(whom, DAY - timedelta(20), DAY)
        run_night(tenant=tenant, as_of=DAY)
        return request_replay(night=Night.objects.get(), facts="then", rules="then", by=None)


def state(tenant: Tenant, replay: Replay) -> Replay:
    with tenant_scope(tenant.id):
        return Replay.objects.select_related("night").get(pk=replay.pk)


def test_a_replay_is_computed_once_however_often_its_id_comes(
    tenant: Tenant, replay: Replay
) -> None:
    work_on_replay(tenant=tenant, replay_id=replay.pk)
    done = state(tenant, replay)
    assert (done.state, done.attempts, done.is_same) == ("done", 1, True)
    work_on_replay(tenant=tenant, replay_id=replay.pk)
    again = state(tenant, replay)
    assert (again.attempts, again.finished_at) == (1, done.finished_at)
    assert replay_progress(again) is None


def test_a_failure_is_tried_again_and_the_fourth_is_the_last(
    tenant: Tenant, replay: Replay
) -> None:
    for attempt in range(1, 5):
        with patch(
            "segmentation.actions.replay_claims.compute_replay", side_effect=RuntimeError("x")
        ):
            work_on_replay(tenant=tenant, replay_id=replay.pk)
        found = state(tenant, replay)
        assert found.attempts == attempt
        assert found.state == ("failed" if attempt < 4 else "dead")
        assert "RuntimeError" in found.error
        with tenant_scope(tenant.id):
            Replay.objects.update(not_before=None)
    work_on_replay(tenant=tenant, replay_id=replay.pk)
    assert state(tenant, replay).state == "dead"
    with tenant_scope(tenant.id):
        retry_replay(replay=replay)
    work_on_replay(tenant=tenant, replay_id=replay.pk)
    assert state(tenant, replay).state == "done"


def test_what_is_refused_is_not_tried_again(tenant: Tenant, replay: Replay) -> None:
    with patch(
        "segmentation.actions.replay_claims.compute_replay", side_effect=NightRefused("Why not.")
    ):
        work_on_replay(tenant=tenant, replay_id=replay.pk)
    found = state(tenant, replay)
    assert (found.state, found.error) == ("dead", "Why not.")


def test_two_sweepers_give_a_replay_once_and_a_forgotten_one_again(
    tenant: Tenant, replay: Replay
) -> None:
    now = timezone.now()
    with tenant_scope(tenant.id):
        assert due_replay(now=now) == replay.pk
        assert due_replay(now=now) is None
        assert due_replay(now=now + timedelta(minutes=6)) == replay.pk


def test_nights_come_first(tenant: Tenant, replay: Replay) -> None:
    with tenant_scope(tenant.id):
        waiting = Night.objects.create(as_of=DAY + timedelta(1))
        assert due_replay(now=timezone.now()) is None
        Night.objects.filter(pk=waiting.pk).update(state="dead")
        assert due_replay(now=timezone.now()) == replay.pk


def test_a_replay_whose_worker_died_is_followed_at_once(tenant: Tenant, replay: Replay) -> None:
    now = timezone.now()
    with tenant_scope(tenant.id):
        Replay.objects.update(state="running", attempts=1, started_at=now - timedelta(minutes=1))
        assert due_replay(now=now) == replay.pk
    found = state(tenant, replay)
    assert (found.state, found.error) == ("failed", "WorkerLost")
    work_on_replay(tenant=tenant, replay_id=replay.pk)
    assert state(tenant, replay).state == "done"


def test_a_tenant_without_replays_costs_one_statement(tenant: Tenant) -> None:
    with tenant_scope(tenant.id), CaptureQueriesContext(connection) as queries:
        assert due_replay(now=timezone.now()) is None
    assert len(queries) == 1


def test_replays_and_warming_of_a_tenant_with_long_nights_go_to_its_queue(
    tenant: Tenant, replay: Replay, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(datetime(2026, 6, 18, 12, tzinfo=UTC), tick=False)
    with (
        patch.object(tasks.compute_replay, "delay") as soon,
        patch.object(tasks.compute_replay, "apply_async") as long,
        TestCase.captureOnCommitCallbacks(execute=True),
    ):
        tasks.sweep_nights()
        soon.assert_not_called()
    soon.assert_called_once_with(tenant.id, replay.pk)
    long.assert_not_called()

    with tenant_scope(tenant.id):
        Night.objects.update(seconds=LONG_SECONDS)
        Replay.objects.update(queued_at=None)
    with (
        patch.object(tasks.compute_replay, "delay") as soon,
        patch.object(tasks.compute_replay, "apply_async") as long,
        TestCase.captureOnCommitCallbacks(execute=True),
    ):
        tasks.enqueue_due(tenant)
    soon.assert_not_called()
    long.assert_called_once_with((tenant.id, replay.pk), queue=tasks.LONG_NIGHTS)

    with (
        patch.object(tasks, "work_on_night", return_value=True),
        patch.object(tasks.warm_figures, "apply_async") as warming,
    ):
        tasks.compute_night(tenant.id, replay.night_id)
    warming.assert_called_once_with((tenant.id,), queue=tasks.LONG_NIGHTS)


def test_a_sweep_gives_the_night_that_is_due_before_the_replay(
    tenant: Tenant, replay: Replay, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(datetime(2026, 6, 19, 12, tzinfo=UTC), tick=False)
    with (
        patch.object(tasks.compute_night, "delay") as night,
        patch.object(tasks.compute_replay, "delay") as again,
        TestCase.captureOnCommitCallbacks(execute=True),
    ):
        tasks.sweep_nights()
    night.assert_called_once()
    again.assert_not_called()


def test_a_replay_that_hangs_is_ended(tenant: Tenant, replay: Replay) -> None:
    assert tasks.compute_replay.soft_time_limit == tasks.compute_night.soft_time_limit > 0
    with (
        patch("segmentation.actions.tries.STATEMENT_TIMEOUT", "50ms"),
        patch("segmentation.actions.replay_claims.compute_replay", side_effect=sleeping_statement),
    ):
        work_on_replay(tenant=tenant, replay_id=replay.pk)
    found = state(tenant, replay)
    assert (found.state, found.attempts) == ("failed", 1)
    assert "57014" in found.error


def sleeping_statement(**_: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(20)")
