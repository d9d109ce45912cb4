"""The history of assignments: spans that say for every stored night what that night said, whatever
the order in which nights came and were restated."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from night_facts import customer

from accounts.models import Customer
from accounts.tenancy import tenant_scope
from segmentation.actions.storing import HELD, SCORED, hand_over, store_assignments
from segmentation.models import Assignment

FIRST = date(2026, 6, 1)
KEYS = ("a", "b", "c")
# One night's word on each customer; None: the night did not know it.
Said = dict[str, str | None]
nights = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.fixed_dictionaries({key: st.sampled_from(["low", "mid", None]) for key in KEYS}),
    ),
    max_size=12,
)


def store(day: date, said: Said, ids: dict[str, int], others: set[date]) -> None:
    known = {ids[key]: tier for key, tier in said.items() if tier is not None}
    frame = pd.DataFrame(
        {
            **dict.fromkeys((*HELD, *SCORED), "x"),
            **dict.fromkeys(("r", "f", "m"), pd.Series(pd.NA, index=list(known), dtype="Int8")),
            "worse_nights": 0,
            "tier": pd.Series(known, dtype=object),
        },
        index=pd.Index(list(known), dtype="int64"),
    )
    hand_over(frame)
    later = [other for other in others if other > day]
    store_assignments(day, following=min(later, default=None))


def said_on(day: date) -> dict[str, str]:
    held = Assignment.objects.filter(valid_from__lte=day).exclude(valid_to__lte=day)
    return dict(held.values_list("customer__key", "tier"))


@given(nights)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_stored_night_keeps_what_it_said(tenant: Any, came: list[tuple[int, Said]]) -> None:
    with tenant_scope(tenant.id):
        ids = {key: Customer.objects.get_or_create(key=key, name=key)[0].pk for key in KEYS}
        Assignment.objects.all().delete()
        stored: dict[date, Said] = {}
        for number, said in came:
            day = FIRST + timedelta(number)
            store(day, said, ids, set(stored) - {day})
            stored[day] = said
            for night, words in stored.items():
                wanted = {key: tier for key, tier in words.items() if tier is not None}
                assert said_on(night) == wanted, (night, day)
        spans = list(
            Assignment.objects.order_by("customer", "valid_from").values_list(
                "customer", "valid_from", "valid_to", "tier"
            )
        )
        for left, right in pairwise(spans):
            if left[0] == right[0]:
                assert left[2] is not None, "only the last span is open"
                assert left[2] <= right[1], "spans do not overlap"
                assert (left[2], left[3]) != (right[1], right[3]), "equal neighbours are one span"


def test_equal_nights_are_one_row(scope) -> None:  # type: ignore[no-untyped-def]
    ids = {"a": customer("a").pk}
    for number in (0, 2, 1):
        store(FIRST + timedelta(number), {"a": "mid"}, ids, {FIRST, FIRST + timedelta(2)})
    row = Assignment.objects.get()
    assert (row.valid_from, row.valid_to) == (FIRST, None)


@pytest.mark.parametrize("column", ["facet_value", "reason", "branch", "worse_nights"])
def test_any_difference_begins_a_span(scope, column: str) -> None:  # type: ignore[no-untyped-def]
    whom = customer("a")
    store(FIRST, {"a": "mid"}, {"a": whom.pk}, set())
    Assignment.objects.update(**{column: 7 if column == "worse_nights" else "other"})
    store(FIRST + timedelta(1), {"a": "mid"}, {"a": whom.pk}, {FIRST})
    assert Assignment.objects.count() == 2
