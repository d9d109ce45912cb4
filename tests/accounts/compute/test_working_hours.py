"""Working time is counted while the office is open, in its own zone, over breaks and holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.compute.working_days import MONDAY_TO_FRIDAY, WorkingCalendar
from accounts.compute.working_hours import OfficeHours, WorkingHours

SHANGHAI, BERLIN, NEW_YORK = "Asia/Shanghai", "Europe/Berlin", "America/New_York"
MONDAY = date(2026, 11, 23)


def office(zone: str = SHANGHAI, **fields: time) -> OfficeHours:
    return OfficeHours(**({"opens": time(9), "closes": time(18)} | fields), zone=zone)


NINE_TO_SIX = WorkingHours(MONDAY_TO_FRIDAY, office())
WITH_LUNCH = WorkingHours(MONDAY_TO_FRIDAY, office(break_from=time(12), break_to=time(13)))


def at(day: date, hour: int, minute: int = 0, zone: str = SHANGHAI) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone))


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_what_does_not_fit_today_is_worked_tomorrow() -> None:
    assert NINE_TO_SIX.add(at(MONDAY, 17), hours(2)) == at(date(2026, 11, 24), 10)
    assert NINE_TO_SIX.add(at(MONDAY, 17), hours(1)) == at(MONDAY, 18)


def test_nobody_works_at_night_at_the_weekend_or_at_lunch() -> None:
    friday, next_monday = date(2026, 11, 27), date(2026, 11, 30)
    assert NINE_TO_SIX.add(at(friday, 23), hours(1)) == at(next_monday, 10)
    assert WITH_LUNCH.add(at(MONDAY, 11, 30), hours(1)) == at(MONDAY, 13, 30)
    assert WITH_LUNCH.between(at(MONDAY, 9), at(MONDAY, 18)) == hours(8)
    assert not WITH_LUNCH.is_open(at(MONDAY, 12, 30))
    assert WITH_LUNCH.is_open(at(MONDAY, 13))
    assert WITH_LUNCH.day_length == hours(8)


def test_holidays_are_not_worked_and_made_up_weekends_are() -> None:
    saturday = date(2026, 11, 28)
    calendar = WorkingCalendar(
        MONDAY_TO_FRIDAY.weekdays, frozenset({date(2026, 11, 27)}), frozenset({saturday})
    )
    worked = WorkingHours(calendar, office())
    assert worked.add(at(date(2026, 11, 26), 17, 30), hours(1)) == at(saturday, 9, 30)


def test_the_offices_own_zone_counts_whoever_asks() -> None:
    # Nine in Shanghai is one in the morning, UTC.
    assert NINE_TO_SIX.add(datetime(2026, 11, 23, 0, 30, tzinfo=UTC), hours(1)) == datetime(
        2026, 11, 23, 2, tzinfo=UTC
    )


def test_an_hour_that_summer_time_skips_is_not_worked_and_one_that_it_repeats_is_worked_twice() -> (
    None
):
    every_day = WorkingCalendar(frozenset(range(1, 8)))
    always = WorkingHours(every_day, office(BERLIN, opens=time(0), closes=time(0)))
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    for day, length in ((spring, 23), (autumn, 25), (date(2026, 6, 1), 24)):
        following = day + timedelta(days=1)
        assert always.between(at(day, 0, 0, BERLIN), at(following, 0, 0, BERLIN)) == hours(length)
    assert always.add(at(spring, 1, 30, BERLIN), hours(1)) == at(spring, 3, 30, BERLIN)


def test_office_hours_keep_their_wall_clock_over_the_change() -> None:
    worked = WorkingHours(MONDAY_TO_FRIDAY, office(BERLIN))
    friday, monday = date(2026, 3, 27), date(2026, 3, 30)
    assert worked.add(at(friday, 17, 0, BERLIN), hours(2)) == at(monday, 10, 0, BERLIN)


@pytest.mark.parametrize(
    "fields",
    [
        {"opens": time(18), "closes": time(9)},
        {"opens": time(9), "closes": time(9)},
        {"break_from": time(12)},
        {"break_from": time(8), "break_to": time(10)},
        {"break_from": time(13), "break_to": time(12)},
        {"break_from": time(17), "break_to": time(18)},
    ],
)
def test_hours_that_make_no_sense_are_refused(fields: dict[str, time]) -> None:
    with pytest.raises(ValueError, match=r"break|closes"):
        office(**fields)


def test_working_time_is_not_taken_away_and_ends_where_nobody_works_any_more() -> None:
    with pytest.raises(ValueError, match="added"):
        NINE_TO_SIX.add(at(MONDAY, 9), -hours(1))
    with pytest.raises(OverflowError):
        NINE_TO_SIX.add(at(MONDAY, 9), timedelta(days=3000))


moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
worked_times = st.integers(1, 60 * 120).map(lambda minutes: timedelta(minutes=minutes))
offices = st.builds(
    lambda zone, opens, length, lunch: OfficeHours(
        opens=time(opens),
        closes=time((opens + length) % 24),
        zone=zone,
        break_from=time(opens + 1) if lunch else None,
        break_to=time(opens + 1, 30) if lunch else None,
    ),
    st.sampled_from([SHANGHAI, BERLIN, NEW_YORK, "Australia/Lord_Howe"]),
    st.integers(0, 12),
    st.integers(3, 12),
    st.booleans(),
)


@given(moments, worked_times, offices)
def test_adding_and_counting_agree(
    moment: datetime, worked: timedelta, hours_: OfficeHours
) -> None:
    found = WorkingHours(MONDAY_TO_FRIDAY, hours_)
    later = found.add(moment, worked)
    assert found.between(moment, later) == worked
    # The earliest such moment: just before it, something is left to work.
    assert found.between(moment, later - timedelta(microseconds=1)) < worked
    assert found.between(later, moment) == -worked


@given(moments, moments, moments, offices)
def test_counting_adds_up(
    first: datetime, second: datetime, third: datetime, hours_: OfficeHours
) -> None:
    found = WorkingHours(MONDAY_TO_FRIDAY, hours_)
    assert found.between(first, second) + found.between(second, third) == found.between(
        first, third
    )


@given(moments, worked_times, worked_times, offices)
def test_adding_in_parts_is_adding_at_once(
    moment: datetime, one: timedelta, other: timedelta, hours_: OfficeHours
) -> None:
    found = WorkingHours(MONDAY_TO_FRIDAY, hours_)
    assert found.add(found.add(moment, one), other) == found.add(moment, one + other)
