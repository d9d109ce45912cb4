"""Working days, against an oracle that walks day by day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.compute.working_days import MONDAY_TO_FRIDAY, WorkingCalendar

DAY = timedelta(days=1)
days = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    holidays = draw(st.frozensets(days, max_size=60))
    return WorkingCalendar(
        draw(st.frozensets(st.integers(1, 7), min_size=1)),
        holidays,
        draw(st.frozensets(days, max_size=60)) - holidays,
    )


def worked(calendar: WorkingCalendar, day: date) -> bool:
    if day in calendar.holidays:
        return False
    return day in calendar.made_up or day.isoweekday() in calendar.weekdays


@given(calendars(), days, days)
def test_counted_as_by_walking(calendar: WorkingCalendar, first: date, last: date) -> None:
    walked = [first + DAY * n for n in range((last - first).days + 1)]
    expected = [day for day in walked if worked(calendar, day)]
    assert calendar.working_days(first, last) == len(expected)
    assert [day for day in walked if calendar.is_working(day)] == expected


@given(calendars(), days, st.integers(-80, 80))
def test_added_as_by_walking(calendar: WorkingCalendar, day: date, number: int) -> None:
    found, left = day, abs(number)
    if number == 0:
        while not worked(calendar, found):
            found += DAY
    while left:
        found += DAY if number > 0 else -DAY
        left -= worked(calendar, found)
    assert calendar.add_working_days(day, number) == found


@given(calendars(), days, days, days)
def test_distances_add_up_and_lead_there(
    calendar: WorkingCalendar, first: date, second: date, third: date
) -> None:
    between = calendar.working_days_between
    assert between(first, second) == -between(second, first)
    assert between(first, second) + between(second, third) == between(first, third)
    if calendar.is_working(first) and calendar.is_working(second):
        assert calendar.add_working_days(first, between(first, second)) == second
    if first <= second:
        assert between(first, second) == calendar.working_days(first + DAY, second)


@given(calendars(), st.lists(st.tuples(days, days, st.integers(-30, 30)), max_size=20))
def test_many_at_once_as_one_by_one(
    calendar: WorkingCalendar, rows: list[tuple[date, date, int]]
) -> None:
    firsts = np.array([row[0] for row in rows], dtype="datetime64[D]")
    seconds = np.array([row[1] for row in rows], dtype="datetime64[D]")
    numbers = np.array([row[2] for row in rows], dtype=np.int64)
    assert calendar.working_days_each(firsts, seconds).tolist() == [
        calendar.working_days(first, second) for first, second, _ in rows
    ]
    assert calendar.between_each(firsts, seconds).tolist() == [
        calendar.working_days_between(first, second) for first, second, _ in rows
    ]
    assert calendar.add_each(firsts, numbers).tolist() == [
        calendar.add_working_days(first, number) for first, _, number in rows
    ]


def test_a_long_holiday_and_the_weekends_worked_for_it() -> None:
    # Spring Festival of 2026, as the State Council arranged it.
    festival = WorkingCalendar(
        MONDAY_TO_FRIDAY.weekdays,
        frozenset(date(2026, 2, 15) + DAY * n for n in range(9)),
        frozenset({date(2026, 2, 14), date(2026, 2, 28)}),
    )
    assert festival.working_days(date(2026, 2, 1), date(2026, 2, 28)) == 16
    assert festival.add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert festival.add_working_days(date(2026, 2, 14), 1) == date(2026, 2, 24)
    assert festival.add_working_days(date(2026, 3, 1), -1) == date(2026, 2, 28)
    assert festival.working_days_between(date(2026, 2, 24), date(2026, 2, 14)) == -1


def test_monday_to_friday() -> None:
    assert MONDAY_TO_FRIDAY.working_days(date(2026, 6, 1), date(2026, 6, 7)) == 5
    assert MONDAY_TO_FRIDAY.working_days(date(2026, 6, 6), date(2026, 6, 7)) == 0
    assert MONDAY_TO_FRIDAY.working_days(date(2026, 6, 7), date(2026, 6, 1)) == 0


def test_the_ends_of_time() -> None:
    whole = MONDAY_TO_FRIDAY.working_days(date.min, date.max)
    assert MONDAY_TO_FRIDAY.add_working_days(date.min, whole - 1) == date.max
    with pytest.raises(OverflowError):
        MONDAY_TO_FRIDAY.add_working_days(date.max, 1)
    with pytest.raises(OverflowError):
        MONDAY_TO_FRIDAY.add_working_days(date.min, -1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekdays": frozenset()},
        {"weekdays": frozenset({0, 1})},
        {
            "weekdays": frozenset({1}),
            "holidays": frozenset({date(2026, 1, 1)}),
            "made_up": frozenset({date(2026, 1, 1)}),
        },
    ],
)
def test_what_is_no_calendar_is_refused(wrong: dict[str, frozenset[int]]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message names the value
        WorkingCalendar(**wrong)  # type: ignore[arg-type]
