"""What is typed into a week, as person-days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.compute.effort_entries import (
    MOST_OF_A_DAY,
    NotDays,
    may_still_change,
    person_days,
    totals,
    typed,
    week_of,
)

DAYS = st.integers(0, 3000).map(lambda thousandths: Decimal(thousandths) / 1000)
DATES = st.dates(date(1, 1, 8), date(9999, 12, 20))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("0.5", "0.5"),
        ("0,25", "0.25"),
        (".5", "0.5"),
        (" 1 ", "1"),
        ("4h", "0.5"),
        ("4 H", "0.5"),
        ("1,5 hours", "0.188"),
        ("6小时", "0.75"),
        ("０．５", "0.5"),
        ("0。5", "0.5"),
        ("1天", "1"),
        ("24h", "3"),
        ("", "0"),
        ("-", "0"),
        ("0", "0"),
    ],
)
def test_what_people_type(text: str, days: str) -> None:
    assert person_days(text) == Decimal(days)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("half", "unreadable"),
        ("-1", "unreadable"),
        ("1.2.3", "unreadable"),
        ("1e2", "unreadable"),
        ("NaN", "unreadable"),
        ("1\x00", "unreadable"),
        ("4m", "unreadable"),
        ("0.1234", "too_fine"),
        ("3.001", "too_much"),
        ("25h", "too_much"),
        ("9" * 400, "unreadable"),
    ],
)
def test_what_is_refused(text: str, reason: str) -> None:
    with pytest.raises(NotDays) as refused:
        person_days(text)
    assert refused.value.reason == reason


@given(DAYS)
def test_what_stands_in_a_cell_reads_as_itself(days: Decimal) -> None:
    assert person_days(typed(days)) == days
    assert person_days(typed(days).replace(".", ",")) == days


@given(st.integers(0, 24 * 60).map(lambda minutes: Decimal(minutes) / 60))
def test_hours_are_eighths_of_a_day(hours: Decimal) -> None:
    exact = hours.quantize(Decimal("0.0001"))
    assert abs(person_days(f"{exact:f}h") - exact / 8) <= Decimal("0.0005")


@given(st.text(max_size=12))
def test_any_text_is_days_or_refused(text: str) -> None:
    try:
        days = person_days(text)
    except NotDays:
        return
    assert 0 <= days <= MOST_OF_A_DAY
    assert days == days.quantize(Decimal("0.001"))


@given(DATES)
def test_a_week_is_monday_to_sunday_around_its_day(day: date) -> None:
    week = week_of(day)
    assert [other.isoweekday() for other in week] == [1, 2, 3, 4, 5, 6, 7]
    assert day in week
    assert all(week_of(other) == week for other in week)


@given(DATES, st.integers(0, 400))
def test_a_week_can_be_changed_for_so_many_days_after_it_ended(day: date, back: int) -> None:
    week = week_of(day)
    try:
        last = week[-1] + timedelta(days=back)
        after = last + timedelta(days=1)
    except OverflowError:
        return
    assert may_still_change(week, last, back)
    assert not may_still_change(week, after, back)


@given(st.dictionaries(st.tuples(st.sampled_from("abc"), st.integers(0, 6)), DAYS))
def test_rows_and_days_add_up_to_the_same(cells: dict[tuple[str, int], Decimal]) -> None:
    week = week_of(date(2026, 3, 4))
    found = totals({(row, week[n]): days for (row, n), days in cells.items()}, "abcd", week)
    assert sum(found.by_row.values()) == sum(found.by_day.values()) == found.whole
    assert found.whole == sum(cells.values())
    assert found.by_row["d"] == 0
    assert set(found.by_day) == set(week)
