"""When work that plays opened is closed by a night."""

from __future__ import annotations

import pytest

from segmentation.models import MeasureRow
from service.compute.play_documents import End
from service.models import Cta
from tests.service.play_world import (
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
