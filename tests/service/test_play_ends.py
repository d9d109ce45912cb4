"""When work that plays opened is closed by a night."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Colleague, Notification
from accounts.tenancy import tenant_scope
from segmentation.models import MeasureRow, Night
from service.actions.play_notices import OPENED
from service.actions.play_run_work import work_on_run
from service.compute.play_documents import End, Step
from service.models import Cta, PlayRun
from service.tasks import run_night_plays, sweep_plays
from service.triggers import StepKind, step_kinds
from tests.service.play_world import (
    DAY,
    MORNING,
    later,
    make_customer,
    make_play,
    move,
    run,
    stand,
    store_night,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost(scope):
    """A customer that entered the tier Lost last night."""
    customer = make_customer(face="eve@acme.example")
    store_night(later(-1))
    stand(customer, later(-1), tier="active")
    move(customer, store_night(), "active", "lost")
    return customer


def test_work_is_closed_when_its_reason_is_gone(scope, lost) -> None:
    make_play()
    run(scope)
    move(lost, store_night(later(1)), "lost", "active")

    outcome = run(scope, later(1))

    assert outcome.closed == 1
    assert Cta.objects.get().state == "condition_gone"


def test_work_stays_where_the_play_says_so(scope, lost) -> None:
    make_play(end=End(trigger_gone=False, expires_days=None))
    run(scope)
    move(lost, store_night(later(1)), "lost", "active")

    run(scope, later(1))

    assert Cta.objects.get().state == "open"


def test_work_is_closed_when_the_condition_is_gone(scope, lost) -> None:
    make_play(
        condition={
            "match": "all",
            "conditions": [{"field": "arr", "operator": "at_least", "value": 500}],
        },
        end=End(trigger_gone=False, condition_gone=True, expires_days=None),
    )
    run(scope)
    store_night(later(1))
    run(scope, later(1))
    assert Cta.objects.get().state == "open"
    store_night(later(2))
    MeasureRow.objects.update(arr=10)

    run(scope, later(2))

    assert Cta.objects.get().state == "condition_gone"


def test_work_expires_but_not_while_it_is_put_off(scope, lost) -> None:
    make_play(end=End(trigger_gone=False, expires_days=2))
    run(scope)
    Cta.objects.update(snoozed_until=later(3))
    store_night(later(2))
    run(scope, later(2))
    assert Cta.objects.get().state == "open"
    store_night(later(3))

    run(scope, later(3))

    assert Cta.objects.get().state == "expired"


def test_work_whose_steps_do_themselves_is_done(scope, lost, monkeypatch) -> None:
    asked = []

    def opened(steps, day) -> None:
        asked.append((steps.count(), day))
        steps.update(done_at=MORNING)

    monkeypatch.setitem(step_kinds, "echo", StepKind("echo", "Echo", opened=opened))
    by_itself = Step({"en": "Echo"}, kind="echo")
    make_play(steps=(by_itself,))
    make_play(steps=(by_itself, Step({"en": "Call"})), key="q")

    run(scope)
    run(scope, now=MORNING + timedelta(hours=1))

    # Once for a step, and the work of which a task is left stays.
    assert asked == [(2, later(1))]
    assert dict(Cta.objects.values_list("play__key", "state")) == {"p": "done", "q": "open"}


def test_plays_that_fail_four_times_are_given_up_and_shown(tenant, alice, monkeypatch) -> None:
    with tenant_scope(tenant.id):
        store_night()
        run_id = PlayRun.objects.create(as_of=DAY).pk

    def fail(_day) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("service.actions.play_runs.after_runs", [fail])
    for _attempt in range(5):
        assert not work_on_run(tenant=tenant, run_id=run_id)
        with tenant_scope(tenant.id):
            PlayRun.objects.update(not_before=None)
    with tenant_scope(tenant.id):
        run_row = PlayRun.objects.get()
    assert (run_row.state, run_row.attempts) == ("dead", 4)
    client = Client()
    client.force_login(alice)
    assert "The latest night set nothing off" in client.get("/t/acme/plays/").content.decode()


def test_owners_are_told_once_how_much_a_night_opened(scope, lost, bob) -> None:
    other = make_customer("C2")
    stand(other, later(-1), tier="active")
    move(other, Night.objects.get(as_of=DAY), "active", "lost")
    Colleague.objects.create(key="bob", name="Bob", membership=bob.memberships.get())
    by_bob = Step({"en": "Call"}, owner="member", member="bob")
    make_play(steps=(by_bob,))
    make_play(steps=(Step({"en": "Call"}),), key="q")

    run(scope)
    run(scope, now=MORNING + timedelta(hours=1))

    told = Notification.objects.get()
    assert (told.member.user, told.kind, told.values) == (bob, OPENED, {"count": 2})


def test_the_sweeper_hands_each_tenant_its_run_once(
    tenant, make_tenant, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    yesterday = tenant.last_ended_day()
    for one in (tenant, make_tenant("other")):
        with tenant_scope(one.id):
            store_night(yesterday)
    handed = []
    monkeypatch.setattr("service.tasks.run_night_plays.delay", lambda *ids: handed.append(ids))

    for _sweep in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            sweep_plays()

    assert len(handed) == 2
    for tenant_id, run_id in handed:
        run_night_plays(tenant_id, run_id)
        with tenant_scope(tenant_id):
            assert PlayRun.objects.get(pk=run_id).state == Night.State.DONE
