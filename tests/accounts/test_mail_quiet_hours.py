"""Quiet hours by the reader's clock, through every change of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.compute.quiet_hours import QuietHours, allowed_from

SHANGHAI = ZoneInfo("Asia/Shanghai")
USUAL = QuietHours(time(20), time(8), weekends=True)
HOURS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
QUIET = st.builds(QuietHours, HOURS, HOURS, st.booleans())
# Clocks jump at all hours here: at midnight, by half an hour, over a whole day.
ZONES = st.sampled_from(
    ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut",
     "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu", "Africa/Cairo"]
).map(ZoneInfo)  # fmt: skip
MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
# A clock jumps by this much at most, but for Apia, which left out a day.
JUMP = timedelta(hours=1)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("written", "leaves"),
    [
        ("2026-11-18 10:00", "2026-11-18 10:00"),  # a Wednesday
        ("2026-11-18 19:59", "2026-11-18 19:59"),
        ("2026-11-18 20:00", "2026-11-19 08:00"),
        ("2026-11-19 07:59", "2026-11-19 08:00"),
        ("2026-11-20 21:00", "2026-11-23 08:00"),  # Friday evening
        ("2026-11-22 12:00", "2026-11-23 08:00"),  # Sunday noon
    ],
)
def test_a_letter_waits_for_the_morning(written: str, leaves: str) -> None:
    assert allowed_from(at(written), SHANGHAI, USUAL) == at(leaves)


def test_the_readers_clock_counts() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    noon_in_shanghai = at("2026-11-18 12:00")
    assert allowed_from(noon_in_shanghai, berlin, USUAL) == at("2026-11-18 08:00", berlin)


def test_in_the_night_of_the_change_of_clocks_it_is_eight_by_the_new_time() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    every_day = QuietHours(time(20), time(8), weekends=False)
    spring = allowed_from(at("2026-03-28 22:00", berlin), berlin, every_day)
    assert spring == datetime(2026, 3, 29, 6, tzinfo=UTC)
    autumn = allowed_from(at("2026-10-24 22:00", berlin), berlin, every_day)
    assert autumn == datetime(2026, 10, 25, 7, tzinfo=UTC)


@given(MOMENTS, ZONES, QUIET)
def test_what_leaves_leaves_not_before_and_not_in_quiet_hours(
    moment: datetime, zone: ZoneInfo, quiet: QuietHours
) -> None:
    leaves = allowed_from(moment, zone, quiet)
    assert leaves >= moment
    assert not quiet.holds(leaves.astimezone(zone))
    assert allowed_from(leaves, zone, quiet) == leaves
    assert leaves - moment <= timedelta(days=5)


@given(MOMENTS, ZONES, QUIET)
def test_it_waits_no_longer_than_it_has_to(
    moment: datetime, zone: ZoneInfo, quiet: QuietHours
) -> None:
    leaves = allowed_from(moment, zone, quiet)
    earlier = moment
    while earlier < leaves - JUMP:
        assert quiet.holds(earlier.astimezone(zone)), earlier
        earlier += timedelta(minutes=15)
