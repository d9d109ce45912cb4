"""Effort at completion."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.compute.forecast import Forecast, PlannedWork, forecast, share_done


def said(**given: Any) -> Forecast:
    values: dict[str, Any] = {
        "budget": 100_000,
        "booked": 30_000,
        "unapproved": 0,
        "done": None,
        "left_of_items": None,
        "is_accepted": False,
    }
    return forecast(**values | given)


def test_two_forecasts_make_a_range() -> None:
    # A quarter is done and cost 30 of 25 days: the rest as planned 75, at this pace 90.
    found = said(done=Fraction(1, 4))
    assert (found.basis, found.as_planned, found.as_paced) == ("range", 105_000, 120_000)
    assert (found.low, found.high, found.over) == (105_000, 120_000, (5_000, 20_000))


def test_cheaper_than_planned_the_pace_is_the_lower_end() -> None:
    found = said(done=Fraction(1, 2))
    assert (found.low, found.high) == (60_000, 80_000)
    assert found.over == (-40_000, -20_000)


def test_unapproved_effort_is_spent_and_not_multiplied() -> None:
    found = said(booked=40_000, unapproved=10_000, done=Fraction(1, 4))
    assert (found.as_planned, found.as_paced) == (115_000, 130_000)


@pytest.mark.parametrize("values", [{"done": Fraction(9, 100)}, {"done": Fraction(1, 2), "booked": 0},
                                    {"done": Fraction(1, 2), "unapproved": 30_000}])  # fmt: skip
def test_without_a_pace_only_the_plan_speaks(values: dict[str, Any]) -> None:
    found = said(**values)
    assert (found.basis, found.as_paced) == ("planned", None)
    assert found.low == found.high == found.as_planned


def test_without_tasks_items_give_the_least() -> None:
    found = said(left_of_items=80_000)
    assert (found.basis, found.low, found.over) == ("items", 110_000, (10_000, 10_000))


@pytest.mark.parametrize("values", [{}, {"budget": None, "done": Fraction(1, 2)}])
def test_what_cannot_be_said_is_not_said(values: dict[str, Any]) -> None:
    found = said(**values)
    assert (found.basis, found.low, found.high, found.over) == ("nothing", None, None, None)


def test_an_accepted_project_took_what_was_booked() -> None:
    found = said(is_accepted=True, done=Fraction(1, 2))
    assert (found.basis, found.low, found.high, found.over) == (
        "accepted", 30_000, 30_000, (-70_000, -70_000),
    )  # fmt: skip


WORK = st.lists(st.builds(PlannedWork, st.integers(0, 50_000), st.booleans()), max_size=12)


@given(WORK, st.integers(0, 500_000), st.integers(0, 500_000), st.integers(0, 500_000))
def test_laws(work: list[PlannedWork], budget: int, booked: int, unapproved: int) -> None:
    done = share_done(work)
    assert done is None or 0 <= done <= 1
    unapproved = min(unapproved, booked)
    found = said(
        budget=budget, booked=booked, unapproved=unapproved, done=done, left_of_items=0,
    )  # fmt: skip
    assert found.low is not None
    assert found.high is not None
    assert booked <= found.low <= found.high
    if done == 1:
        assert found.low == booked, "nothing is left to do"


def test_share_done_counts_finished_tasks_only() -> None:
    assert share_done([]) is None
    assert share_done([PlannedWork(0, True)]) is None
    assert share_done([PlannedWork(1000, True), PlannedWork(3000, False)]) == Fraction(1, 4)
