"""What is proposed: statutory holidays, and the weekends worked for some of them."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import pytest
from django.conf import settings

from accounts.calendars.document import HOLIDAY, WORKING, CalendarDocument, SpecialDay
from accounts.calendars.proposals import (
    countries,
    country_of,
    propose,
    region_names,
    weekdays_of,
)

DAY = timedelta(1)

# 国务院办公厅关于2026年部分节假日安排的通知: (first, last) day off, days worked for it.
CHINA_2026 = {
    "元旦": (date(2026, 1, 1), date(2026, 1, 3), [date(2026, 1, 4)]),
    "春节": (date(2026, 2, 15), date(2026, 2, 23), [date(2026, 2, 14), date(2026, 2, 28)]),
    "清明节": (date(2026, 4, 4), date(2026, 4, 6), []),
    "劳动节": (date(2026, 5, 1), date(2026, 5, 5), [date(2026, 5, 9)]),
    "端午节": (date(2026, 6, 19), date(2026, 6, 21), []),
    "中秋节": (date(2026, 9, 25), date(2026, 9, 27), []),
    "国庆节": (date(2026, 10, 1), date(2026, 10, 7), [date(2026, 9, 20), date(2026, 10, 10)]),
}


def calendar_of(country: str, year: int) -> CalendarDocument:
    days = propose(country, year).days
    return CalendarDocument(weekdays_of(country), country, frozenset({year}), days)


def test_china_works_as_the_state_council_arranged() -> None:
    calendar = calendar_of("CN", 2026).working_calendar()
    off = {
        first + DAY * n
        for first, last, _ in CHINA_2026.values()
        for n in range((last - first).days + 1)
    }
    made_up = {day for _, _, days in CHINA_2026.values() for day in days}
    for number in range(365):
        day = date(2026, 1, 1) + DAY * number
        usual = day.isoweekday() <= 5
        assert calendar.is_working(day) == ((usual or day in made_up) and day not in off), day
    assert calendar.working_days(date(2026, 1, 1), date(2026, 12, 31)) == 248


def test_days_off_and_made_up_days_have_the_name_of_their_festival() -> None:
    named = calendar_of("CN", 2026).by_day()
    for festival, (_, _, made_up) in CHINA_2026.items():
        for day in made_up:
            assert (named[day].kind, named[day].name) == (WORKING, festival)
    assert named[date(2026, 2, 23)].name == "春节"
    assert named[date(2026, 2, 23)].name_in("en") == "Chinese New Year (Spring Festival)"
    assert named[date(2026, 10, 6)].name_in("zh-hans") == "国庆节"
    assert named[date(2026, 2, 16)].source == "CN"


def test_an_exchange_may_cross_the_end_of_the_year() -> None:
    # The last Monday of 2018 was off for New Year, the Saturday before it was worked.
    named = calendar_of("CN", 2018).by_day()
    assert named[date(2018, 12, 31)] == SpecialDay(
        date(2018, 12, 31), HOLIDAY, "元旦", {"en": "New Year's Day"}, "CN"
    )
    assert named[date(2018, 12, 29)].kind == WORKING


@pytest.mark.parametrize("year", range(2015, 2027))
def test_every_arranged_year_of_china_is_settled(year: int) -> None:
    proposal = propose("CN", year)
    assert proposal.is_settled
    assert any(special.kind == WORKING for special in proposal.days)
    assert {special.day.year for special in proposal.days} == {year}


def test_a_year_without_its_exchanges_is_not_settled() -> None:
    far = propose("CN", 2090)
    assert not far.is_settled
    assert all(special.kind == HOLIDAY for special in far.days)


def test_estimated_days_are_not_settled() -> None:
    assert not propose("AE", 2030).is_settled
    assert propose("DE", 2090).is_settled


def test_regions_have_holidays_of_their_own() -> None:
    bavaria = {special.day for special in propose("DE-BY", 2026).days}
    assert date(2026, 1, 6) in bavaria - {special.day for special in propose("DE", 2026).days}
    assert region_names("DE")["BY"] == "Bayern"
    assert region_names("CN") == {}


def test_weekdays_are_the_countrys() -> None:
    assert weekdays_of("CN") == weekdays_of("") == {1, 2, 3, 4, 5}
    assert weekdays_of("SA") == {7, 1, 2, 3, 4}
    # Where the law knows one day of rest, offices know two.
    assert weekdays_of("HK") == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    ("timezone", "currency", "country"),
    [
        ("Asia/Shanghai", "CNY", "CN"),
        ("Asia/Urumqi", "USD", "CN"),
        ("PRC", "CNY", "CN"),
        ("UTC", "CNY", "CN"),
        ("UTC", "JPY", "JP"),
        ("UTC", "EUR", ""),
        ("Europe/Berlin", "EUR", "DE"),
        ("America/New_York", "CNY", "US"),
        ("Asia/Hong_Kong", "CNY", "HK"),
    ],
)
def test_the_country_of_a_tenant(timezone: str, currency: str, country: str) -> None:
    assert country_of(timezone, currency) == country


@pytest.mark.parametrize("country", ["XX", "DE-XX", "", "-BY"])
def test_unknown_countries_are_refused(country: str) -> None:
    with pytest.raises(KeyError):
        propose(country, 2026)


def test_every_country_can_be_proposed() -> None:
    assert len(countries()) > 200
    for country in countries():
        days = propose(country, 2026).days
        assert CalendarDocument(days=days).working_calendar()


def test_starting_does_not_wait_for_the_library() -> None:
    program = (
        "import config.wsgi, config.urls, config.tenant_urls, sys; "
        "sys.exit('holidays' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=settings.BASE_DIR, check=False)
    assert done.returncode == 0
