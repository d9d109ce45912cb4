"""Plays and surveys: a step asks, an answer sets off."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import Tenant, User
from service.actions.survey_answers import give_score
from service.compute.play_documents import Step
from service.models import Cta, CtaStep, Survey, SurveyAnswer, SurveyInvitation, SurveyRound
from service.queries.survey_results import follow_ups
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
from tests.service.survey_world import NOW, person, survey_world

ASKS = (
    Step({"en": "Ask them", "zh-hans": "发送问卷"}, due=1, kind="survey", survey="nps"),
    Step({"en": "Call", "zh-hans": "致电"}, due=3),
)


@pytest.fixture
def lost(scope: Tenant) -> list[Any]:
    """Three customers that entered the tier Lost last night."""
    customers = [make_customer(key, face="eve@acme.example") for key in ("C1", "C2", "C3")]
    store_night(later(-1))
    night = store_night()
    for customer in customers:
        stand(customer, later(-1), tier="active")
        move(customer, night, "active", "lost")
    return customers


def test_a_step_asks_once_and_is_done_where_somebody_was_asked(
    scope: Tenant, lost: list[Any]
) -> None:
    person(lost[0], "ann", "key_user")
    person(lost[1], "dan", "decision_maker")
    person(lost[2], "end", "end_user")
    make_play(steps=ASKS)
    run(scope)
    made = SurveyRound.objects.get()
    assert (made.why, made.survey.kind, made.started_by) == ("play", "nps", None)
    names = SurveyInvitation.objects.order_by("name").values_list("name", flat=True)
    assert list(names) == ["Ann", "Dan"]
    done = CtaStep.objects.exclude(done_at=None)
    assert sorted(done.values_list("cta__customer__key", "position")) == [("C1", 0), ("C2", 0)]
    # Run again for the same night: nobody is asked again.
    run(scope, now=MORNING)
    assert SurveyRound.objects.count() == 1


def test_without_a_survey_in_use_the_step_is_left_to_a_person(
    scope: Tenant, lost: list[Any]
) -> None:
    person(lost[0], "ann", "key_user")
    Survey.objects.create(kind="nps", name="Old", shipped="relationship", is_active=False)
    make_play(steps=ASKS)
    run(scope)
    assert not SurveyRound.objects.exists()
    assert not CtaStep.objects.exclude(done_at=None).exists()


def test_who_was_asked_lately_is_not_asked_by_a_play(
    scope: Tenant, lost: list[Any], bob: User
) -> None:
    ann = person(lost[0], "ann", "key_user")
    SurveyAnswer.objects.create(
        customer=lost[0], contact=ann, key="f", kind="csat", score=4, answered_on=date(2026, 11, 1)
    )
    make_play(steps=ASKS)
    run(scope)
    assert not SurveyInvitation.objects.exists()
    assert SurveyRound.objects.get().left_out == {"capped": 1}


def test_a_detractor_sets_off_one_piece_of_work(scope: Tenant, bob: User) -> None:
    world = survey_world(scope, bob)
    make_play({"kind": "survey", "survey": "nps", "way": "at_most", "score": 6})
    low, _path = world.asked(world.ann, now=NOW)
    high, _path = world.asked(world.ben, now=NOW)
    answer = give_score(invitation=low, score=3, tenant=scope, now=NOW)
    give_score(invitation=high, score=9, tenant=scope, now=NOW)
    day = scope.local_date(NOW)
    store_night(day)
    run(scope, day)
    cta = Cta.objects.get()
    assert (cta.customer, cta.event_key) == (world.ann.customer, f"survey:{answer.pk}")
    assert follow_ups([answer]) == {answer.pk: cta}
    # Changed and looked at by a later night: the same answer.
    give_score(invitation=low, score=2, tenant=scope, now=NOW)
    store_night(later(1))
    run(scope, later(1))
    assert Cta.objects.count() == 1
    assert day < DAY
