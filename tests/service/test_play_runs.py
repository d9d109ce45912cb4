"""Plays are set off by a night: once, for whom they are meant, and what is over is closed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from accounts.models import Notification
from accounts.tenancy import tenant_scope
from segmentation.actions.tries import MOST_ATTEMPTS
from segmentation.models import Assignment, MeasureRow, Move, Night
from service.actions.play_run_work import due_run, work_on_run
from service.compute.play_documents import Step
from service.models import Cta, CtaStep, Play, PlayFiring, PlayRun
from service.triggers import after_runs
from tests.service.play_world import (
    DAY,
    LOST,
    MORNING,
    later,
    make_colleague,
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


def test_an_event_opens_work_with_its_steps(scope, lost) -> None:
    make_colleague("sam@acme.example")
    make_play(
        steps=(
            Step({"en": "Call"}, due=3),
            Step({"en": "Tell Sam"}, owner="member", member="sam@acme.example", due=5),
        )
    )

    run(scope)

    cta = Cta.objects.get()
    assert (cta.customer, cta.owner.key, cta.state) == (lost, "eve@acme.example", "open")
    assert cta.title in {"Call them", "致电客户"}
    assert cta.event_key == "tier:2026-11-18:active>lost"
    assert cta.reason["to"] == "lost"
    assert cta.value_at_stake == 1000
    # The morning after is Thursday; three working days after it is Tuesday, five is Thursday.
    assert (cta.opened_on, cta.due_on) == (date(2026, 11, 19), date(2026, 11, 26))
    steps = [(step.position, step.owner.key, step.due_on) for step in cta.steps.all()]
    assert steps == [
        (0, "eve@acme.example", date(2026, 11, 24)),
        (1, "sam@acme.example", date(2026, 11, 26)),
    ]


def test_a_night_run_again_fires_nothing(scope, lost) -> None:
    make_play()
    run(scope)

    again = run(scope)

    assert PlayFiring.objects.count() == Cta.objects.count() == CtaStep.objects.count() == 1
    assert again.opened == 1


def test_a_closed_cta_is_not_opened_again_by_the_same_event(scope, lost) -> None:
    make_play()
    run(scope)
    Cta.objects.update(state="done", closed_at=MORNING)

    run(scope)

    assert Cta.objects.get().state == "done"


def test_a_restated_night_fires_what_is_new_and_says_what_it_takes_back(scope, lost) -> None:
    make_play()
    other = make_customer("C2")
    stand(other, later(-1), tier="active")
    run(scope)
    # The night is restated: C1 did not move, C2 did, and moved another way first.
    night = Night.objects.get(as_of=DAY)
    Move.objects.all().delete()
    Assignment.objects.filter(customer=lost, valid_from=DAY).update(tier="active")
    move(other, night, "active", "lost")
    Night.objects.filter(pk=night.pk).update(digest="two")

    outcome = run(scope)

    assert outcome.taken_back == 1
    assert {one.customer.key for one in PlayFiring.objects.exclude(taken_back_at=None)} == {"C1"}
    assert Cta.objects.filter(customer=lost).count() == 1  # said, not undone
    assert Cta.objects.filter(customer=other).count() == 1


def test_a_restated_night_fires_once_for_a_customer_and_play(scope, lost) -> None:
    make_play({"kind": "tier", "way": "leaves", "scheme": "a", "value": "active"})
    run(scope)
    Cta.objects.update(state="done", closed_at=MORNING)
    Move.objects.update(to_value="loyal")
    Assignment.objects.filter(valid_from=DAY).update(tier="loyal")
    Night.objects.filter(as_of=DAY).update(digest="two")

    run(scope)

    assert PlayFiring.objects.count() == Cta.objects.count() == 1


def test_one_open_cta_of_a_customer_and_play(scope, lost) -> None:
    make_play({"kind": "tier", "way": "leaves", "scheme": "a", "value": "active"})
    run(scope)
    night = store_night(later(1))
    move(lost, night, "lost", "active")
    move(lost, store_night(later(2)), "active", "lost")
    # Left the tier again: open still, because its end does not look at the tier.
    Cta.objects.update(version=None)

    run(scope, later(2))

    assert Cta.objects.count() == 1
    assert [one.outcome for one in PlayFiring.objects.order_by("as_of")] == [
        "opened",
        "already_open",
    ]


def test_a_play_that_is_off_does_nothing(scope, lost) -> None:
    make_play(is_on=False)

    run(scope)

    assert not PlayFiring.objects.exists()


def test_what_happened_before_a_play_was_on_does_not_set_it_off(scope, lost) -> None:
    play = make_play()
    Play.objects.filter(pk=play.pk).update(on_from=later(1))

    run(scope)
    store_night(later(1))
    run(scope, later(1))

    assert not PlayFiring.objects.exists()


def test_conditions_narrow_whom_it_is_for(scope, lost) -> None:
    small = make_customer("C2")
    night = Night.objects.get(as_of=DAY)
    move(small, night, "active", "lost")
    MeasureRow.objects.create(customer=small, as_of=DAY, arr=10)
    make_play(
        condition={
            "match": "all",
            "conditions": [{"field": "arr", "operator": "at_least", "value": 500}],
        }
    )

    run(scope)

    assert [cta.customer for cta in Cta.objects.all()] == [lost]


def test_a_condition_that_cannot_be_read_refuses_and_says_so(scope, lost) -> None:
    make_play(condition={"match": "all", "conditions": [{"field": "gone", "operator": "is_known"}]})

    outcome = run(scope)

    assert outcome.refusals == [{"play": "p", "code": "condition_faulty"}]
    assert not PlayFiring.objects.exists()


def test_a_tier_of_another_scheme_is_not_followed(scope, lost) -> None:
    make_play({**LOST, "scheme": "b"})

    assert run(scope).refusals == [{"play": "p", "code": "other_scheme"}]


def test_changed_rules_set_nothing_off(scope, lost) -> None:
    Move.objects.update(cause="rules")
    make_play()

    run(scope)

    assert not PlayFiring.objects.exists()


def test_a_customer_seen_first_has_entered_where_customers_begin(scope, lost) -> None:
    make_play({"kind": "stage", "way": "enters", "value": "onboarding"})
    make_play({"kind": "stage", "way": "enters", "value": "loyal"}, key="q")
    new, old = make_customer("C2"), make_customer("C3")
    stand(new, DAY, stage="onboarding")
    stand(old, DAY, stage="loyal")

    run(scope)

    assert [cta.customer for cta in Cta.objects.all()] == [new]


def test_a_run_that_is_killed_leaves_nothing_and_is_done_again(tenant, monkeypatch) -> None:
    with tenant_scope(tenant.id):
        customer = make_customer()
        stand(customer, later(-1), tier="active")
        move(customer, store_night(), "active", "lost")
        make_play()

    def die(_day: date) -> None:
        raise RuntimeError("killed")

    after_runs.append(die)
    try:
        run_id = _due(tenant)
        assert not work_on_run(tenant=tenant, run_id=run_id)
    finally:
        after_runs.remove(die)
    with tenant_scope(tenant.id):
        assert not PlayFiring.objects.exists()
        assert PlayRun.objects.get().state == Night.State.FAILED
        PlayRun.objects.update(not_before=None)
    assert work_on_run(tenant=tenant, run_id=run_id)
    assert not work_on_run(tenant=tenant, run_id=run_id)
    with tenant_scope(tenant.id):
        assert Cta.objects.count() == PlayFiring.objects.count() == 1


def test_only_the_newest_night_sets_plays_off(tenant) -> None:
    with tenant_scope(tenant.id):
        customer = make_customer()
        stand(customer, later(-3), tier="active")
        store_night(later(-2))
        make_play()
    run_id = _due(tenant)
    work_on_run(tenant=tenant, run_id=run_id)
    assert _due(tenant) is None
    with tenant_scope(tenant.id):
        # Two nights are caught up at once: the run of the later one sees both.
        move(customer, store_night(later(-1)), "active", "lost")
        store_night()
    work_on_run(tenant=tenant, run_id=_due(tenant))
    with tenant_scope(tenant.id):
        assert list(PlayRun.objects.values_list("as_of", flat=True)) == [DAY, later(-2)]
        assert PlayFiring.objects.get().as_of == DAY
        # An older night, computed late, is history.
        store_night(later(-5))
    assert _due(tenant) is None
    with tenant_scope(tenant.id):
        Night.objects.filter(as_of=DAY).update(digest="restated")
    assert _due(tenant) is not None


def test_what_is_over_when_nights_are_caught_up_sets_nothing_off(scope, lost) -> None:
    make_play()
    run(scope, later(-1))
    move(lost, store_night(later(1)), "lost", "active")

    run(scope, later(1))

    assert not PlayFiring.objects.exists()


def _due(tenant) -> int | None:
    with tenant_scope(tenant.id):
        moment = datetime.combine(
            later(1), datetime.min.time(), ZoneInfo(tenant.timezone)
        ) + timedelta(hours=3)
        return due_run(tenant=tenant, now=moment)


def test_statements_of_a_run_do_not_grow_with_customers(
    scope, django_assert_num_queries, django_assert_max_num_queries
) -> None:
    make_play()
    store_night(later(-1))
    customers = [make_customer(f"C{number}") for number in range(12)]
    for customer in customers:
        stand(customer, later(-1), tier="active")
    move(customers[0], store_night(), "active", "lost")
    with django_assert_max_num_queries(40) as one:
        run(scope)
    night = store_night(later(1))
    for customer in customers[1:]:
        move(customer, night, "active", "lost")
    with django_assert_max_num_queries(len(one.captured_queries)):
        run(scope, later(1))
    assert Cta.objects.count() == 12


def test_who_looks_after_nights_is_told_of_plays_that_were_given_up(
    tenant, alice, bob, monkeypatch
) -> None:
    with tenant_scope(tenant.id):
        make_play()
        store_night(yesterday := tenant.last_ended_day())
        run_id = _due(tenant)

    def broken(**_given: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("service.actions.play_run_work.run_plays", broken)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        with tenant_scope(tenant.id):
            PlayRun.objects.update(not_before=None)
            assert not Notification.objects.exists(), attempt
        assert not work_on_run(tenant=tenant, run_id=run_id)
    with tenant_scope(tenant.id):
        assert PlayRun.objects.get().state == Night.State.DEAD
        (told,) = Notification.objects.select_related("member__user")
        assert told.member.user == alice
    shown, night = (
        _page(alice, path) for path in ("notifications/", f"nights/{yesterday.isoformat()}/")
    )
    words = f"The plays of the night of {yesterday.isoformat()} could not be run"
    assert words in shown
    assert "could not be run and were given up: RuntimeError" in night
    monkeypatch.undo()
    with tenant_scope(tenant.id):
        PlayRun.objects.update(state=Night.State.QUEUED, attempts=0)
    assert work_on_run(tenant=tenant, run_id=run_id)
    shown = _page(bob, f"nights/{yesterday.isoformat()}/")
    assert "work opened 0, closed 0" in shown
    assert "given up" not in shown


def _page(user, path: str) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(f"/t/acme/{path}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())
