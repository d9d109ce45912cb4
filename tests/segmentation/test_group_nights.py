"""Who is in a customer group on which night: history, causes, broken groups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from night_facts import customer as known_customer
from night_facts import pay

from accounts.models import AuditRecord, Customer
from accounts.tenancy import tenant_scope
from segmentation.actions.customer_groups import (
    archive_group,
    change_group,
    make_group,
    restore_group,
)
from segmentation.actions.group_nights import evaluate_groups
from segmentation.actions.nights import run_night
from segmentation.compute.conditions import ConditionFaulty
from segmentation.models import (
    CustomerGroup,
    CustomerGroupMember,
    CustomerGroupNight,
    CustomerGroupVersion,
    MeasureRow,
    Night,
)
from segmentation.queries.customer_groups import members_of
from tests.segmentation.screens.screen_world import customer, night

FIRST = date(2026, 6, 1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def low() -> dict[str, Any]:
    return {"match": "all", "conditions": [{"field": "tier", "operator": "is", "value": "low"}]}


def poor(most: int = 100) -> dict[str, Any]:
    return {"match": "all", "conditions": [{"field": "arr", "operator": "at_most", "value": most}]}


def group(condition: dict[str, Any] | None = None, name: str = "G") -> CustomerGroup:
    return make_group(name=name, condition=condition or low(), owner=None, is_shared=True, by=None)


def change(found: CustomerGroup, condition: dict[str, Any]) -> None:
    change_group(
        group=found, name=found.name, note="", condition=condition, is_shared=True, by=None
    )


def says(day: date, **standing: dict[str, Any]) -> Night:
    """A night that says this of the customers of these names, and has its groups evaluated."""
    found = Night.objects.filter(as_of=day).first() or night(day)
    MeasureRow.objects.filter(as_of=day).delete()
    for name, values in standing.items():
        whom = Customer.objects.filter(name=name).first() or customer(name)
        MeasureRow.objects.create(customer=whom, as_of=day, **values)
    with transaction.atomic():
        evaluate_groups(night=found)
    return found


def inside(found: CustomerGroup, day: date | None = None) -> set[str]:
    return set(members_of(found, day).values_list("name", flat=True))


def spans(found: CustomerGroup) -> list[tuple[Any, ...]]:
    rows = CustomerGroupMember.objects.filter(group=found).order_by("customer__name", "valid_from")
    return [
        (name, (start - FIRST).days, end and (end - FIRST).days, entered, left)
        for name, start, end, entered, left in rows.values_list(
            "customer__name", "valid_from", "valid_to", "entered_by", "left_by"
        )
    ]


def test_a_group_is_evaluated_when_it_is_made_and_by_every_night(scope) -> None:  # type: ignore[no-untyped-def]
    says(FIRST, a={"tier": "low"}, b={"tier": "high"})
    found = group()
    assert inside(found) == {"a"}
    assert spans(found) == [("a", 0, None, "condition", "")]
    says(FIRST + DAY, a={"tier": "high"}, b={"tier": "low"})
    assert spans(found) == [
        ("a", 0, 1, "condition", "customer"),
        ("b", 1, None, "customer", ""),
    ]
    assert (inside(found, FIRST), inside(found, FIRST + DAY)) == ({"a"}, {"b"})
    sizes = CustomerGroupNight.objects.order_by("as_of").values_list("members", "version")
    assert list(sizes) == [(1, 1), (1, 1)]


def test_a_night_that_changes_nothing_adds_no_span(scope) -> None:  # type: ignore[no-untyped-def]
    for back in range(4):
        says(FIRST + back * DAY, a={"tier": "low"})
        found = CustomerGroup.objects.first() or group()
    assert spans(found) == [("a", 0, None, "condition", "")]


def test_a_changed_condition_is_told_apart_from_changed_customers(scope) -> None:  # type: ignore[no-untyped-def]
    said = {
        "stays": {"tier": "low", "arr": 1},
        "only_low": {"tier": "low", "arr": 900},
        "only_poor": {"tier": "mid", "arr": 1},
    }
    says(FIRST, **said, turns_low={"tier": "mid", "arr": 900}, turns={"tier": "low", "arr": 1})
    found = group()
    CustomerGroup.objects.filter(pk=found.pk).update(version=2, condition=poor())
    CustomerGroupVersion.objects.create(group=found, version=2, condition=poor())
    # The night reads the new condition and other customers at once.
    says(
        FIRST + DAY, **said, turns_low={"tier": "low", "arr": 1}, turns={"tier": "mid", "arr": 900}
    )
    assert spans(found) == [
        ("only_low", 0, 1, "condition", "condition"),
        ("only_poor", 1, None, "condition", ""),
        ("stays", 0, None, "condition", ""),
        # Both conditions see these two come and go: the customers changed.
        ("turns", 0, 1, "condition", "customer"),
        ("turns_low", 1, None, "customer", ""),
    ]


def test_a_saved_change_is_evaluated_at_once_and_keeps_its_version(scope) -> None:  # type: ignore[no-untyped-def]
    says(FIRST, a={"tier": "low", "arr": 900}, b={"tier": "mid", "arr": 1})
    found = group()
    says(FIRST + DAY, a={"tier": "low", "arr": 900}, b={"tier": "mid", "arr": 1})
    change(found, poor())
    assert spans(found) == [
        ("a", 0, 1, "condition", "condition"),
        ("b", 1, None, "condition", ""),
    ]
    change(found, poor())
    assert found.version == 2
    versions = CustomerGroupVersion.objects.order_by("version").values_list("condition", flat=True)
    assert list(versions) == [low(), poor()]
    assert CustomerGroupNight.objects.get(as_of=FIRST + DAY).version == 2
    assert AuditRecord.objects.filter(verb="group.changed").count() == 2


def test_a_condition_that_cannot_be_read_is_not_kept(scope) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConditionFaulty):
        group({"match": "all", "conditions": []})
    found = group()
    with pytest.raises(ConditionFaulty):
        change(found, {"match": "all", "conditions": []})
    found.refresh_from_db()
    assert (found.condition, found.version) == (low(), 1)


def test_a_broken_group_keeps_its_members_and_the_night_says_why(scope) -> None:  # type: ignore[no-untyped-def]
    says(FIRST, a={"tier": "low"})
    whole, broken = group(), group(name="B")
    gone = {"match": "all", "conditions": [{"field": "gone", "operator": "is_known"}]}
    CustomerGroup.objects.filter(pk=broken.pk).update(version=2, condition=gone)
    CustomerGroupVersion.objects.create(group=broken, version=2, condition=gone)
    says(FIRST + DAY, a={"tier": "high"}, b={"tier": "low"})
    assert (inside(whole), inside(broken)) == ({"b"}, {"a"})
    told = CustomerGroupNight.objects.get(group=broken, as_of=FIRST + DAY)
    assert told.members is None
    assert told.faults == [
        {"path": "conditions[0].field", "code": "field_unknown", "told": {"field": "gone"}}
    ]
    change(broken, low())
    assert inside(broken) == {"b"}
    # The last night that could read it asked the same: it was the customer that changed.
    assert spans(broken)[0] == ("a", 0, 1, "condition", "customer")


def test_an_archived_group_rests_and_a_restored_one_goes_on(scope, alice) -> None:  # type: ignore[no-untyped-def]
    says(FIRST, a={"tier": "low"})
    found = group()
    archive_group(group=found, by=alice)
    says(FIRST + DAY, a={"tier": "high"})
    assert inside(found) == {"a"}
    assert not CustomerGroupNight.objects.filter(as_of=FIRST + DAY).exists()
    restore_group(group=found, by=alice)
    assert inside(found) == set()


def test_a_night_stored_again_replaces_its_own_day_only(scope) -> None:  # type: ignore[no-untyped-def]
    for back in range(3):
        says(FIRST + back * DAY, a={"tier": "low"}, b={"tier": "mid"})
        found = CustomerGroup.objects.first() or group()
    restated = Night.objects.get(as_of=FIRST + DAY)
    restated.restated_at = restated.known_at
    restated.save()
    # A group made since, and a condition changed since, are not what that night asked.
    other = group(name="New")
    change(found, poor())
    says(FIRST + DAY, a={"tier": "mid", "arr": 1}, b={"tier": "low", "arr": 900})
    assert [inside(found, FIRST + back * DAY) for back in range(3)] == [{"a"}, {"b"}, set()]
    assert spans(other) == [("a", 2, None, "condition", "")]
    says(FIRST + DAY, a={"tier": "low"}, b={"tier": "mid"})
    assert [inside(found, FIRST + back * DAY) for back in range(3)] == [{"a"}, {"a"}, set()]


def test_evaluating_costs_the_same_statements_whatever_the_customers(scope) -> None:  # type: ignore[no-untyped-def]
    group()

    def statements(many: int, day: date) -> int:
        found = night(day)
        for number in range(many):
            MeasureRow.objects.create(customer=customer(f"{day}-{number}"), as_of=day, tier="low")
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            evaluate_groups(night=found)
        return len(queries)

    first = statements(2, FIRST)
    assert statements(40, FIRST + DAY) == first
    assert first < 50


def test_a_real_night_evaluates_groups_also_where_measures_are_not_kept(scope) -> None:  # type: ignore[no-untyped-def]
    day = date(2026, 6, 29)
    one, two = known_customer("one"), known_customer("two")
    pay(one, date(2026, 6, 1))
    pay(two, date(2026, 1, 1), 700)
    recent = {
        "match": "all",
        "conditions": [
            {"field": "recency_days", "operator": "at_most", "value": 90},
            {"field": "nps", "operator": "is_unknown"},
        ],
    }
    found = group(recent)
    run_night(tenant=scope, as_of=day)
    assert inside(found) == {"One"}
    run_night(tenant=scope, as_of=day + DAY)
    # A night before the stored ones, of which no measures are kept.
    earlier = date(2026, 3, 15)
    run_night(tenant=scope, as_of=earlier)
    assert not MeasureRow.objects.filter(as_of=earlier).exists()
    assert inside(found, earlier) == {"Two"}
    assert inside(found, day) == inside(found) == {"One"}


def test_members_are_the_tenants_own(tenant, make_tenant) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        says(FIRST, a={"tier": "low"})
        found = group()
    with tenant_scope(make_tenant("second").id):
        assert not members_of(found).exists()
        assert not CustomerGroup.objects.exists()


KEYS = ("a", "b", "c")
words = st.fixed_dictionaries({key: st.sampled_from(["low", "mid", None]) for key in KEYS})


@pytest.fixture
def three(scope) -> Iterator[CustomerGroup]:  # type: ignore[no-untyped-def]
    for key in KEYS:
        customer(key)
    return group()


@given(st.lists(st.tuples(st.integers(0, 6), words), max_size=10))
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_history_says_of_every_night_what_it_said(
    three: CustomerGroup, said: list[tuple[int, dict[str, str | None]]]
) -> None:
    """Whatever the order in which nights come and are stored again."""
    with transaction.atomic():
        told: dict[date, set[str]] = {}
        for place, tiers in said:
            day = FIRST + place * DAY
            says(day, **{key: {"tier": tier} for key, tier in tiers.items() if tier})
            told[day] = {key for key, tier in tiers.items() if tier == "low"}
            assert {day: inside(three, day) for day in told} == told
        for key in KEYS:
            held = list(
                CustomerGroupMember.objects.filter(customer__name=key).order_by("valid_from")
            )
            assert all(one.valid_to < next_.valid_from for one, next_ in pairwise(held))
            assert all(bool(one.left_by) == bool(one.valid_to) for one in held)
        transaction.set_rollback(True)
