"""When a case has to be answered and solved; what waiting, answering and a new priority do to that."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.compute.working_days import MONDAY_TO_FRIDAY
from accounts.compute.working_hours import OfficeHours, WorkingHours
from service.compute.case_clocks import (
    Clock,
    answered,
    measured,
    paused,
    resumed,
    run_out,
    solved,
    wound,
)
from service.compute.case_rules import SHIPPED, RulesFault, read_rules, suggest_priority

HOURS = WorkingHours(MONDAY_TO_FRIDAY, OfficeHours(time(9), time(18), "UTC"))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Of November 2026; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


START = at(23, 10)
TARGET = (60, 9 * 60)
FRESH = wound(Clock(START), TARGET, HOURS, now=None)


def test_both_moments_are_counted_in_working_hours_from_the_start() -> None:
    assert (FRESH.response_due_at, FRESH.resolution_due_at) == (at(23, 11), at(24, 10))
    assert FRESH.due_at == at(23, 11)


def test_the_first_words_answer_and_later_ones_change_nothing() -> None:
    early = answered(FRESH, at(23, 10, 30))
    assert (early.responded_at, early.response_breached_at) == (at(23, 10, 30), None)
    assert answered(early, at(25, 9)) == early
    assert early.due_at == at(24, 10)


def test_words_that_come_late_are_a_breach_of_the_moment_that_passed() -> None:
    late = answered(FRESH, at(23, 11, 1))
    assert late.response_breached_at == at(23, 11)


def test_a_breach_is_seen_once_and_stays() -> None:
    broken = run_out(FRESH, at(25, 9))
    assert (broken.response_breached_at, broken.resolution_breached_at) == (at(23, 11), at(24, 10))
    assert run_out(broken, at(26, 9)) == broken
    assert wound(broken, (600, 6000), HOURS, now=at(26, 9)).response_breached_at == at(23, 11)


def test_the_moment_itself_is_in_time() -> None:
    assert answered(FRESH, at(23, 11)).response_breached_at is None


def test_waiting_for_the_customer_moves_the_solution_by_the_working_time_waited() -> None:
    waiting = paused(answered(FRESH, at(23, 10, 30)), at(23, 17))
    assert waiting.due_at is None
    # However long it takes, nothing runs out.
    assert run_out(waiting, at(30, 9)).resolution_breached_at is None
    back = resumed(waiting, HOURS, at(24, 10))
    assert back.waited == timedelta(hours=2)
    assert back.resolution_due_at == at(24, 12)
    assert back.due_at == at(24, 12)


def test_solving_while_waiting_counts_the_wait() -> None:
    waiting = paused(answered(FRESH, at(23, 10, 30)), at(23, 17))
    done = solved(waiting, HOURS, at(25, 10))
    assert done.resolution_breached_at is None
    assert (done.solved_at, done.waiting_since, done.due_at) == (at(25, 10), None, None)


def test_solving_late_is_a_breach() -> None:
    done = solved(answered(FRESH, at(23, 10, 30)), HOURS, at(24, 10, 1))
    assert done.resolution_breached_at == at(24, 10)


def test_a_higher_priority_makes_no_breach_in_the_past() -> None:
    now = at(23, 10, 45)
    urgent = wound(FRESH, (30, 60), HOURS, now=now)
    # Half an hour from the start has passed; counted from now, but not later than it was.
    assert urgent.response_due_at == at(23, 11)
    assert urgent.resolution_due_at == at(23, 11)
    assert run_out(urgent, now).response_breached_at is None


def test_a_lower_priority_gives_more_time_from_the_start() -> None:
    low = wound(FRESH, (120, 1080), HOURS, now=at(23, 10, 5))
    assert low.response_due_at == at(23, 12)
    assert wound(FRESH, (None, None), HOURS, now=at(23, 10, 5)).due_at is None


def test_a_case_from_a_file_is_measured_by_its_own_moments() -> None:
    clock = Clock(START, responded_at=at(23, 12), solved_at=at(23, 17))
    found = measured(clock, TARGET, HOURS, now=at(27, 9))
    assert found.response_breached_at == at(23, 11)
    assert found.resolution_breached_at is None
    still = measured(Clock(START), TARGET, HOURS, now=at(24, 11))
    assert still.resolution_breached_at == at(24, 10)


minutes = st.integers(5, 5000)


@given(minutes, st.integers(0, 20_000), st.integers(0, 20_000))
def test_waiting_in_two_parts_or_not_at_all(target: int, first: int, second: int) -> None:
    """Of a solution that is worked on for the target's time, nothing is breached, however long one
    waited in between."""
    clock = answered(wound(Clock(START), (None, target), HOURS, now=None), START)
    half = HOURS.add(START, timedelta(minutes=target // 2))
    waiting = paused(clock, half)
    back = resumed(waiting, HOURS, half + timedelta(minutes=first))
    twice = resumed(
        paused(back, half + timedelta(minutes=first)),
        HOURS,
        half + timedelta(minutes=first + second),
    )
    resumed_at = half + timedelta(minutes=first + second)
    rest = timedelta(minutes=target - target // 2)
    assert twice.resolution_due_at is not None
    assert HOURS.between(resumed_at, twice.resolution_due_at) == rest


def test_targets_of_a_tier_fall_back_to_those_of_every_one() -> None:
    promise = read_rules(
        {**SHIPPED, "targets": {"": {"high": [60, 600]}, "vip": {"urgent": [5, 50]}}}, zone="UTC"
    )
    assert promise.target("vip", "urgent") == (5, 50)
    assert promise.target("vip", "high") == (60, 600)
    assert promise.target("", "low") == (None, None)
    assert promise.office.zone == "UTC"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"targets": {"": {"high": [4, 600]}}}, "targets..high"),
        ({"targets": {"": {"high": [600, 60]}}}, "targets..high"),
        ({"reopen_days": -1}, "reopen_days"),
        ({"warn_minutes": 4801}, "warn_minutes"),
        ({"office": {"opens": "18:00", "closes": "09:00"}}, "office"),
        ({"office": {"opens": "09:00", "closes": "18:00", "zone": "Mars/Olympus"}}, "office"),
    ],
)
def test_promises_that_make_no_sense_name_their_field(change: dict, field: str) -> None:
    with pytest.raises(RulesFault) as fault:
        read_rules({**SHIPPED, **change}, zone="UTC")
    assert fault.value.field == field


def test_more_is_at_stake_with_the_dearest_tiers() -> None:
    assert suggest_priority("problem", "vip") == "high"
    assert suggest_priority("problem", "") == "medium"
    assert suggest_priority("question", "high") == "medium"
    assert suggest_priority("question", "low") == "low"
