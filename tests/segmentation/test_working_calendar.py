"""The trend of usage counts by the tenant's calendar, as it was known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from night_facts import customer, sign, use

from accounts.calendars.document import HOLIDAY, WORKING, CalendarDocument, SpecialDay
from accounts.models import CalendarVersion, Tenant
from accounts.queries.calendars import working_calendar
from accounts.tenancy import tenant_scope
from segmentation.actions.results import gather_night
from segmentation.frames.asof import AsOf
from segmentation.frames.reading import gather_facts
from segmentation.queries.rules import current_rules

DAY = timedelta(1)
TONIGHT = date(2026, 3, 10)
ADOPTED = datetime(2026, 3, 11, 9, tzinfo=UTC)

# Spring Festival of 2026: nine days off, two Saturdays worked for them.
FESTIVAL = CalendarDocument(country="CN", years=frozenset({2026})).with_days(
    [
        *(SpecialDay(date(2026, 2, 15) + DAY * n, HOLIDAY, "春节") for n in range(9)),
        SpecialDay(date(2026, 2, 14), WORKING),
        SpecialDay(date(2026, 2, 28), WORKING),
    ]
)


def adopt(document: CalendarDocument, known_from: datetime) -> CalendarVersion:
    return CalendarVersion.objects.create(
        version=CalendarVersion.objects.count() + 1,
        document=document.to_json(),
        known_from=known_from,
    )


@pytest.fixture
def office(db: None) -> Iterator[Tenant]:
    """A tenant without a calendar, as in an older database; its one customer uses the product
    whenever offices work."""
    tenant = Tenant.objects.create(slug="office", name="Office")
    worked = FESTIVAL.working_calendar()
    with tenant_scope(tenant.id):
        whom = customer("office")
        sign(whom, date(2025, 1, 1))
        for number in range(70):
            day = TONIGHT - DAY * number
            if worked.is_working(day):
                use(whom, day, times=10)
        yield tenant


def trend(tenant: Tenant, known_at: datetime, day: date = TONIGHT) -> float:
    gathered = gather_night(tenant=tenant, day=day, known_at=known_at, rules=current_rules())
    return float(gathered.facts.table.column("usage_trend").iloc[0])


def test_holidays_move_nobody(office: Tenant) -> None:
    without = trend(office, ADOPTED)
    adopt(FESTIVAL, ADOPTED)
    assert without == pytest.approx(18 / 22)
    assert trend(office, ADOPTED) == 1
    assert trend(office, ADOPTED, TONIGHT - DAY) == 1


def test_a_moment_before_a_version_counts_by_the_one_before(office: Tenant) -> None:
    assert working_calendar(ADOPTED).weekdays == set(range(1, 6))
    before = trend(office, ADOPTED - timedelta(seconds=1))
    adopt(FESTIVAL, ADOPTED)
    adopt(CalendarDocument(weekdays=frozenset(range(1, 7))), ADOPTED + DAY)
    assert trend(office, ADOPTED - timedelta(seconds=1)) == before
    assert trend(office, ADOPTED) == trend(office, ADOPTED + timedelta(hours=23)) == 1
    assert working_calendar(ADOPTED + DAY).is_working(date(2026, 2, 21))
    assert working_calendar() == working_calendar(ADOPTED + DAY)


def test_without_a_calendar_monday_to_friday_are_worked(office: Tenant) -> None:
    known_at = datetime.combine(TONIGHT + DAY, time(1), UTC)
    asof = AsOf(office.id, TONIGHT, known_at, office.zone)
    by_weekday = float(gather_facts(asof).table.column("usage_trend").iloc[0])
    assert trend(office, known_at) == by_weekday
    # Of the last 30 days and the 30 before, from a Monday and a Saturday on.
    parameters = asof.parameters()
    assert (parameters["working_days_30"], parameters["working_days_before"]) == (22, 20)
