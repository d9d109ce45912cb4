"""What happens in service is told to other programs: keys and what one acts on, nobody's name."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from webhook_world import events, listening

from accounts.models import Module, Tenant, User, WebhookEvent
from service.actions.case_states import close_case, reopen_case, solve_case
from service.actions.cta_steps import complete_step, undo_change
from service.actions.cta_work import close, reopen, snooze
from service.actions.ctas import open_cta
from service.actions.plays import switch_off
from service.actions.renewal_outcomes import churn, renew, undo_outcome
from service.actions.survey_answers import give_score, give_words
from service.models import Cta
from tests.service import case_world
from tests.service.play_world import (
    MORNING,
    later,
    make_customer,
    make_play,
    move,
    run,
    stand,
    store_night,
)
from tests.service.survey_world import NOW, survey_world
from tests.service.test_renewals import TODAY, a_year, one
from tests.service.work_world import customer_of, today, work_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(scope: Tenant, alice: User) -> Any:
    """What was told since one asked last, to somebody who wants everything."""
    listening(by=alice)
    seen: set[int] = set()

    def new() -> list[tuple[str, dict[str, Any]]]:
        rows = list(WebhookEvent.objects.order_by("pk").values_list("pk", "kind", "data"))
        fresh = [(kind, data) for pk, kind, data in rows if pk not in seen]
        seen.update(pk for pk, _kind, _data in rows)
        return fresh

    return new


def test_work_is_told_as_it_opens_and_ends(scope: Tenant, alice: User, told: Any) -> None:
    customer = customer_of(None, "acme")
    cta = open_cta(customer=customer, title="Call Li Wei", due_on=today(), by=alice)
    whole = {
        "cta": cta.pk, "customer": "acme", "play": None, "state": "open",
        "opened_on": today().isoformat(), "due_on": today().isoformat(), "value_at_stake": None,
    }  # fmt: skip
    assert told() == [("cta.opened", whole)]

    def seen() -> dict[int, int]:
        return {cta.pk: Cta.objects.get(pk=cta.pk).version_seen}

    snooze(seen=seen(), until=today() + timedelta(days=3), today=today(), by=alice)
    assert told() == [], "it is open still"
    closed = close(seen=seen(), ending="done", by=alice)
    assert told() == [("cta.closed", whole | {"state": "done"})]
    assert closed.change is not None
    undo_change(change=closed.change, by=alice)
    assert told() == [("cta.reopened", whole)]
    close(seen=seen(), ending="done", by=alice)
    told()
    opened = reopen(seen=seen(), by=alice)
    assert told() == [("cta.reopened", whole)]
    assert opened.change is not None
    undo_change(change=opened.change, by=alice)
    assert told() == [("cta.closed", whole | {"state": "done"})]
    assert "Li Wei" not in json.dumps(events())


def test_the_last_step_closes_work_and_says_so(scope: Tenant, alice: User, told: Any) -> None:
    cta = work_for(customer_of(None), steps=2)
    first, second = cta.steps.all()
    done = complete_step(step=first, seen=cta.version_seen, by=alice)
    assert done.count == 1
    assert told() == []
    complete_step(step=second, seen=cta.version_seen + 1, by=alice)
    ((kind, data),) = told()
    assert (kind, data["cta"], data["state"]) == ("cta.closed", cta.pk, "done")


def test_what_plays_open_and_close_is_told(scope: Tenant, alice: User, told: Any) -> None:
    customer = make_customer()
    store_night(later(-1))
    stand(customer, later(-1), tier="active")
    move(customer, store_night(), "active", "lost")
    play = make_play(key="winback")
    run(scope)
    ((kind, data),) = told()
    assert (kind, data["customer"], data["play"], data["state"]) == (
        "cta.opened", "C1", "winback", "open",
    )  # fmt: skip
    assert data["value_at_stake"] == "1000.0000"
    run(scope, now=MORNING + timedelta(hours=1))
    assert told() == [], "the same night opens nothing twice"
    switch_off(play=play, seen=play.version, open_work="close", by=alice)
    ((kind, data),) = told()
    assert (kind, data["state"]) == ("cta.closed", "switched_off")


def test_a_score_is_told_and_not_whose_it_is(tenant: Tenant, bob: User, told: Any) -> None:
    world = survey_world(tenant, bob)
    invitation, _path = world.asked()
    answer = give_score(invitation=invitation, score=3, tenant=tenant, now=NOW)
    whole = {
        "answer": answer.key, "customer": world.ann.customer.key, "kind": answer.kind, "score": 3,
        "answered_on": answer.answered_on.isoformat(), "changed": False,
    }  # fmt: skip
    assert told() == [("survey.answered", whole)]
    give_score(invitation=invitation, score=3, tenant=tenant, now=NOW)
    give_words(invitation=invitation, comment="Slow", further={}, now=NOW)
    assert told() == [], "neither the same again nor words are another score"
    give_score(invitation=invitation, score=9, tenant=tenant, now=NOW)
    assert told() == [("survey.answered", whole | {"score": 9, "changed": True})]


def test_renewals_are_told_as_they_are_decided_and_taken_back(
    scope: Tenant, alice: User, told: Any
) -> None:
    Module.objects.create(key="core", name="Core HR")
    contract = one()
    outcome = renew(contract=contract, term=a_year(contract, 1200), note="", today=TODAY, by=alice)
    whole = {
        "contract": "ct-w", "customer": "w", "outcome": "expanded", "due_on": "2026-06-30",
        "renewed_by": "ct-w-2", "churn_reason": None,
    }  # fmt: skip
    ((kind, data),) = told()
    figures = {name: Decimal(data.pop(name)) for name in ("arr_before", "arr_after")}
    assert (kind, data) == ("renewal.decided", whole)
    assert figures == {"arr_before": 1000, "arr_after": 1200}
    undo_outcome(outcome=outcome, by=alice)
    taken_back = {name: whole[name] for name in ("contract", "customer", "outcome")}
    assert told() == [("renewal.reverted", taken_back)]
    churn(
        contract=contract, reason="price", last_day=date(2026, 6, 30), note="", today=TODAY,
        by=alice,
    )  # fmt: skip
    ((kind, data),) = told()
    assert (kind, data["outcome"], data["churn_reason"]) == ("renewal.decided", "churned", "price")


def test_cases_are_told(tenant: Tenant, alice: User, told: Any) -> None:
    work = case_world.report(case_world.make_customer(), tenant)
    case = work.case
    whole = {"case": case.key, "customer": "C1", "kind": "problem", "priority": work.priority}
    assert told() == [("case.opened", whole | {"reopened": False})]
    solve_case(case=case, text="Done", tenant=tenant, by=alice, now=case_world.at(10))
    assert told() == [("case.solved", whole | {"state": "solved"})]
    reopened = reopen_case(case=case, why="Not yet", tenant=tenant, by=alice, now=case_world.at(11))
    assert told() == [("case.opened", whole | {"reopened": True})]
    closed = close_case(case=case, seen=reopened.version, why="Twice", tenant=tenant, by=alice)
    assert told() == [("case.solved", whole | {"state": "closed"})]
    assert closed.state == "closed"


def test_what_is_solved_already_is_not_told_again_when_it_is_closed(
    tenant: Tenant, alice: User, told: Any
) -> None:
    work = case_world.report(case_world.make_customer(), tenant)
    solve_case(case=work.case, text="Done", tenant=tenant, by=alice, now=case_world.at(10))
    told()
    work.refresh_from_db()
    close_case(case=work.case, seen=work.version, why="Over", tenant=tenant, by=alice)
    assert told() == []
