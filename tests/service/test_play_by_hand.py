"""Work opened by hand, or by other code than the night's plays."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.models import AuditRecord
from service.actions.ctas import NewStep, open_cta
from service.models import Cta
from tests.service.play_world import make_customer, make_play

pytestmark = pytest.mark.django_db
FAR = date(2099, 1, 1)


def test_it_is_there_with_its_steps_and_recorded(scope, alice) -> None:
    cta = open_cta(
        customer=make_customer(),
        title=" Call  them ",
        due_on=FAR,
        steps=[NewStep("Dial", FAR)],
        by=alice,
    )

    assert cta.title == "Call them"
    assert cta.reason == {"kind": "by_hand"}
    assert [step.title for step in cta.steps.all()] == ["Dial"]
    assert AuditRecord.objects.filter(verb="cta.opened").exists()


def test_work_opened_twice_for_an_event_is_one(scope, alice) -> None:
    customer = make_customer()
    first = open_cta(customer=customer, title="Call", due_on=FAR, event_key="case:7", by=alice)

    again = open_cta(customer=customer, title="Call", due_on=FAR, event_key="case:7", by=alice)
    another = open_cta(customer=customer, title="Call", due_on=FAR, event_key="case:8", by=alice)

    assert again == first
    assert another != first


def test_of_a_play_one_is_open(scope, alice) -> None:
    customer, play = make_customer(), make_play(is_on=False)
    first = open_cta(customer=customer, title="Call", due_on=FAR, play=play, by=alice)

    assert open_cta(customer=customer, title="Call", due_on=FAR, play=play, by=alice) == first
    assert first.version is not None
    assert first.words("zh-hans") == "致电客户"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"due_on": date(2020, 1, 1)}, "due_on"),
    ],
)
def test_bad_input_names_its_field_and_saves_nothing(scope, alice, wrong, field) -> None:
    given = {"title": "Call", "due_on": FAR, **wrong}

    with pytest.raises(ValidationError) as caught:
        open_cta(customer=make_customer(), by=alice, **given)

    assert list(caught.value.message_dict) == [field]
    assert not Cta.objects.exists()
