"""When a plan will be done as it stands today."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.compute.working_days import WorkingCalendar
from projects.compute.forecast_days import Progress, forecast_ends
from projects.compute.schedule import Span

WEEKDAYS = frozenset(range(1, 6))
CALENDAR = WorkingCalendar(WEEKDAYS)
MONDAY = date(2026, 3, 2)


def day(number: int) -> date:
    """So many working days after a Monday."""
    return CALENDAR.add_working_days(MONDAY, number)


def span(key: str, first: int, last: int, **further: Any) -> Span[str]:
    return Span(key, day(first), day(last), **further)


PLAN = [span("a", 0, 4), span("b", 5, 9), span("end", 9, 9, is_milestone=True)]
LINKS = {"b": ["a"], "end": ["b"]}


def ends(
    progress: dict[str, Progress], today: int, plan: list[Span[str]] = PLAN
) -> dict[str, date]:
    return forecast_ends(plan, progress, LINKS, day(today), CALENDAR)


def test_what_goes_as_planned_ends_as_planned() -> None:
    assert ends({}, 0) == {"a": day(4), "b": day(9), "end": day(9)}


def test_what_was_not_begun_cannot_begin_before_today() -> None:
    assert ends({}, 2) == {"a": day(6), "b": day(11), "end": day(11)}


def test_what_was_begun_and_is_late_ends_today_at_best() -> None:
    found = ends({"a": Progress(is_begun=True)}, 7)
    assert found == {"a": day(7), "b": day(12), "end": day(12)}


def test_what_finished_early_pulls_nothing_forward() -> None:
    done = Progress(is_begun=True, finished_on=day(1))
    assert ends({"a": done}, 2) == {"a": day(1), "b": day(9), "end": day(9)}


def test_what_finished_late_pushes_what_waited() -> None:
    done = Progress(is_begun=True, finished_on=day(8))
    assert ends({"a": done}, 8) == {"a": day(8), "b": day(13), "end": day(13)}


def test_a_wait_between_two_tasks_is_kept() -> None:
    plan = [span("a", 0, 4), span("b", 8, 9, offset=3)]
    found = forecast_ends(plan, {}, {"b": ["a"]}, day(1), CALENDAR)
    assert found == {"a": day(5), "b": day(10)}


def test_days_off_are_no_days_of_work() -> None:
    closed = WorkingCalendar(WEEKDAYS, holidays=frozenset({day(5)}))
    found = forecast_ends(PLAN[:2], {}, LINKS, day(1), closed)
    assert found["a"] == day(6)
    # Planned over the day off, it has four days of work.
    assert found["b"] == day(10)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8)), min_size=1, max_size=12),
    st.integers(0, 60),
    st.data(),
)
def test_nothing_ends_before_today_nor_before_what_it_waits_for(
    works: list[tuple[int, int]], today: int, data: st.DataObject
) -> None:
    plan = [span(str(n), first, first + days - 1) for n, (first, days) in enumerate(works)]
    links = {
        str(n): data.draw(st.lists(st.sampled_from([str(m) for m in range(n)]), max_size=3))
        for n in range(1, len(works))
    }
    found = forecast_ends(plan, {}, links, day(today), CALENDAR)
    for one in plan:
        assert found[one.key] >= max(one.last, day(today))
        length = CALENDAR.working_days(one.first, one.last)
        for before in links.get(one.key, ()):
            assert found[one.key] >= CALENDAR.add_working_days(found[before], length)
    later = forecast_ends(plan, {}, links, day(today) + timedelta(days=1), CALENDAR)
    assert all(later[key] >= end for key, end in found.items())


def test_a_circle_is_told() -> None:
    with pytest.raises(Exception, match="a"):
        forecast_ends(PLAN, {}, {"a": ["b"], "b": ["a"]}, MONDAY, CALENDAR)
