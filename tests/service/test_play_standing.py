"""Plays set off by where customers stand: measures, segments, groups."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from accounts.tenancy import tenant_scope
from segmentation.models import (
    Assignment,
    CustomerGroup,
    CustomerGroupMember,
    MeasureRow,
    Night,
    NightScores,
    RuleSet,
)
from service.actions.plays import change_play, switch_on
from service.labels.plays import reason_words
from service.models import Cta, Play, PlayStanding
from service.triggers import Names
from tests.service.play_world import (
    DAY,
    document,
    later,
    make_customer,
    make_play,
    run,
    store_night,
)

pytestmark = pytest.mark.django_db
NAMES = Names("CNY")


@pytest.fixture
def customer(scope):
    return make_customer()


def words() -> str:
    return reason_words(Cta.objects.get().reason, NAMES)


def test_a_measure_that_crosses_a_value(scope, alice, customer) -> None:
    high = make_customer("C2")
    store_night(later(-1))
    MeasureRow.objects.filter(customer=customer).update(arr=10)
    play = make_play(
        {"kind": "measure", "measure": "arr", "way": "rises", "number": 500}, is_on=False
    )
    switch_on(play=play, seen=1, by=alice)
    Play.objects.update(on_from=date(2026, 1, 1))
    assert [one.customer for one in PlayStanding.objects.all()] == [high]
    store_night()

    run(scope)

    # C2 was beyond before the play was on.
    assert [cta.customer for cta in Cta.objects.all()] == [customer]
    assert Cta.objects.get().reason["value"] == 1000
    store_night(later(1))
    run(scope, later(1))
    assert Cta.objects.count() == 1
    store_night(later(2))
    MeasureRow.objects.update(arr=None)
    run(scope, later(2))
    assert Cta.objects.get().state == "condition_gone"
    assert not PlayStanding.objects.exists()


def test_a_changed_play_counts_from_who_stands_where_now(scope, alice, customer) -> None:
    store_night(later(-1))
    play = make_play(
        {"kind": "measure", "measure": "arr", "way": "rises", "number": 5000}, is_on=False
    )
    switch_on(play=play, seen=1, by=alice)
    Play.objects.update(on_from=date(2026, 1, 1))
    assert not PlayStanding.objects.exists()
    changed = document({"kind": "measure", "measure": "arr", "way": "rises", "number": 500})
    change_play(play=play, seen=1, document=changed, by=alice)
    store_night()

    run(scope)

    assert not Cta.objects.exists()
    assert [one.customer for one in PlayStanding.objects.all()] == [customer]


def test_a_restated_night_crosses_nothing_again(scope, alice, customer) -> None:
    store_night(later(-1))
    MeasureRow.objects.update(arr=10)
    play = make_play(
        {"kind": "measure", "measure": "arr", "way": "rises", "number": 500}, is_on=False
    )
    switch_on(play=play, seen=1, by=alice)
    Play.objects.update(on_from=date(2026, 1, 1))
    night = store_night()
    MeasureRow.objects.update(arr=10)
    run(scope)
    Night.objects.filter(pk=night.pk).update(digest="two")
    MeasureRow.objects.update(arr=1000)

    run(scope)

    assert not Cta.objects.exists()
    assert PlayStanding.objects.count() == 1


def test_a_segment_entered_under_the_same_rules(scope, customer) -> None:
    other = make_customer("C2")
    for one in (customer, other):
        Assignment.objects.create(customer=one, valid_from=later(-1))
    rules = RuleSet.objects.create(version=1, rules={})
    for day, segments in ((later(-1), ["loyal", "at_risk"]), (DAY, ["at_risk", "at_risk"])):
        night = store_night(day)
        night.rule_set = rules
        night.save()
        NightScores.objects.create(
            as_of=day,
            customers=[customer.pk, other.pk],
            eleven=segments,
            class8=["", ""],
            **{name: [1, 1] for name in "rfm"},
        )
    make_play({"kind": "segment", "way": "enters", "value": "at_risk"})
    make_play({"kind": "segment", "way": "leaves", "value": "at_risk"}, key="left")

    run(scope)

    assert [cta.customer for cta in Cta.objects.all()] == [customer]
    assert words() == "Entered the segment At risk"


def test_a_segment_left(scope, customer) -> None:
    Assignment.objects.create(customer=customer, valid_from=later(-1))
    for day, segment in ((later(-1), "at_risk"), (DAY, "loyal")):
        store_night(day)
        NightScores.objects.create(
            as_of=day,
            customers=[customer.pk],
            eleven=[segment],
            class8=[""],
            **{name: [1] for name in "rfm"},
        )
    make_play({"kind": "segment", "way": "leaves", "value": "at_risk"})

    run(scope)

    assert words() == "Left the segment At risk"


def test_a_group_entered_and_left(scope, customer) -> None:
    group = CustomerGroup.objects.create(name="Big", condition={})
    span = CustomerGroupMember.objects.create(
        group=group, customer=customer, valid_from=DAY, entered_by="customer"
    )
    CustomerGroupMember.objects.create(
        group=group, customer=make_customer("C2"), valid_from=DAY, entered_by="condition"
    )
    make_play({"kind": "group", "way": "enters", "group": group.pk})
    store_night()
    run(scope)
    assert [cta.customer for cta in Cta.objects.all()] == [customer]
    span.valid_to, span.left_by = later(1), "customer"
    span.save()
    store_night(later(1))

    run(scope, later(1))

    assert Cta.objects.get().state == "condition_gone"


def test_a_group_tells_which_plays_it_sets_off(tenant, alice) -> None:
    with tenant_scope(tenant.id):
        group = CustomerGroup.objects.create(name="Big", condition={}, is_shared=True)
        other = CustomerGroup.objects.create(name="Small", condition={}, is_shared=True)
        play = make_play({"kind": "group", "way": "enters", "group": group.pk})
    client = Client()
    client.force_login(alice)

    link = f"/plays/{play.pk}/"

    assert link in client.get(f"/t/acme/groups/{group.pk}/").content.decode()
    assert link not in client.get(f"/t/acme/groups/{other.pk}/").content.decode()
