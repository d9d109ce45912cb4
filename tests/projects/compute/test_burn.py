"""Effort over time."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.compute.working_days import MONDAY_TO_FRIDAY
from projects.compute.burn import MOST_PERIODS, Curve, PlannedSpan, burn_curve

MONDAY = date(2026, 3, 2)
WEEK = timedelta(7)


def curve(**given_: object) -> Curve:
    values: dict[str, object] = {
        "weeks": {}, "spans": [], "between": (MONDAY, MONDAY + timedelta(18)), "budget": 15_000,
        "calendar": MONDAY_TO_FRIDAY, "today": MONDAY + timedelta(9),
    }  # fmt: skip
    found = burn_curve(**values | given_)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_without_tasks_the_baseline_is_spread_over_its_working_days() -> None:
    found = curve(weeks={MONDAY: (4_000, 1_000), MONDAY + WEEK: (2_000, 0)})
    assert found.ends == [MONDAY + timedelta(n) for n in (6, 13, 20)]
    assert found.planned == [5_000.0, 10_000.0, 15_000.0]
    assert found.booked == [4_000, 6_000, None], "the third week is to come"
    assert found.unapproved == [1_000, 1_000, None]


def test_tasks_give_the_baseline_its_shape() -> None:
    spans = [
        PlannedSpan(MONDAY, MONDAY + timedelta(4), 2_000, True),
        PlannedSpan(MONDAY + WEEK, MONDAY + timedelta(18), 1_000, False),
    ]
    assert curve(spans=spans).planned == [10_000.0, 12_500.0, 15_000.0]


def test_work_before_the_first_and_after_the_last_day_is_in_it() -> None:
    found = curve(weeks={MONDAY - WEEK: (1_000, 0), MONDAY + 4 * WEEK: (500, 0)},
                  today=MONDAY + 5 * WEEK)  # fmt: skip
    assert found.ends[0] == MONDAY - timedelta(1)
    assert found.booked[0] == 1_000
    assert found.booked[-1] == 1_500


def test_nothing_is_drawn_of_nothing() -> None:
    assert burn_curve(weeks={}, spans=[], between=None, budget=None, calendar=MONDAY_TO_FRIDAY,
                      today=MONDAY) is None  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.dictionaries(
        st.integers(0, 400).map(lambda n: MONDAY + n * WEEK),
        st.tuples(st.integers(0, 9_000), st.integers(0, 9_000)).map(lambda p: (max(p), min(p))),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 3_000),
    st.integers(0, 500),
)
def test_laws(weeks: dict[date, tuple[int, int]], length: int, age: int) -> None:
    found = curve(
        weeks=weeks,
        between=(MONDAY, MONDAY + timedelta(length)),
        today=max(weeks) + timedelta(days=age),
    )
    assert len(found.ends) <= MOST_PERIODS
    assert len(found.ends) == len(found.planned) == len(found.booked)
    booked = [value for value in found.booked if value is not None]
    assert booked == sorted(booked)
    assert booked[-1] == sum(whole for whole, _part in weeks.values())
    planned = [value for value in found.planned if value is not None]
    assert planned == sorted(planned)
    assert abs(planned[-1] - 15_000) < 1e-6
