"""The trend of usage counts by the tenant's calendar, as it was known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pandas as pd
import pytest
from night_facts import customer, sign, use

from accounts.calendars.document import HOLIDAY, WORKING, CalendarDocument, SpecialDay
from accounts.models import CalendarVersion, Customer, Tenant
from accounts.queries.calendars import working_calendar
from accounts.tenancy import tenant_scope
from segmentation.actions.nights import run_night
from segmentation.actions.results import gather_night
from segmentation.actions.rule_sets import publish_rules
from segmentation.compute.trends import WorkedDays
from segmentation.frames.asof import AsOf
from segmentation.frames.reading import gather_facts
from segmentation.models import MeasureRow, Move
from segmentation.queries.printed import moves_printed
from segmentation.queries.rules import current_rules
from segmentation.reasons import move_sentence
from segmentation.rules.defaults import default_rules
from segmentation.rules.merging import merge_rules

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
    gathered = gather_night(
        tenant=tenant, day=day, known_at=known_at, zone=tenant.zone, rules=current_rules()
    )
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


def test_the_trend_by_other_days_is_what_a_night_would_measure(office: Tenant) -> None:
    facts = gather_facts(AsOf(office.id, TONIGHT, ADOPTED, office.zone))
    by_calendar = AsOf(
        office.id, TONIGHT, ADOPTED, office.zone, calendar=FESTIVAL.working_calendar()
    )
    wanted = gather_facts(by_calendar)
    for days in (WorkedDays(0, 20), by_calendar.worked_days):
        counted = facts.counted_by(days)
        expected = [None] if days.lately == 0 else wanted.table.column("usage_trend").to_list()
        for column in (
            counted.table.column("usage_trend"),
            counted.stage_facts.frame["usage_trend"],
        ):
            assert [None if pd.isna(value) else value for value in column] == expected


# Half of January was off: each working day of it saw more than twice as much.
CLOSED = FESTIVAL.with_days(
    [SpecialDay(date(2026, 1, 10) + DAY * n, HOLIDAY, "Stocktaking") for n in range(18)]
)


@pytest.fixture
def collapsing(office: Tenant) -> Tenant:
    """Usage collapses at six tenths of the month before, from one night to the next."""
    stages = {"collapse": {"ratio": 0.6, "min_events": 1}}
    rules = merge_rules(default_rules(), {"stages": stages, "hysteresis_nights": 0})
    publish_rules(rules=rules, by=None)
    return office


def morning_after(day: date) -> datetime:
    return datetime.combine(day + DAY, time(1), UTC)


def test_a_move_that_only_the_changed_calendar_made_is_put_down_to_the_rules(
    collapsing: Tenant,
) -> None:
    adopt(FESTIVAL, morning_after(TONIGHT - 9 * DAY))
    run_night(tenant=collapsing, as_of=TONIGHT - DAY, known_at=morning_after(TONIGHT - DAY))
    adopt(CLOSED, morning_after(TONIGHT) - timedelta(hours=1))
    run_night(tenant=collapsing, as_of=TONIGHT, known_at=morning_after(TONIGHT))
    move = Move.objects.get(kind="stage")
    assert (move.from_value, move.to_value, move.cause) == ("active", "dormant", "rules")
    assert "; rules: calendar [18,20]→[18,8]" in moves_printed(TONIGHT)[0][-1]
    assert "the working calendar counts other days" in move_sentence(move.kind, move.reason)
    assert set(Move.objects.filter(kind="tier").values_list("cause", flat=True)) <= {"rules"}


@pytest.mark.parametrize("is_changed", [False, True])
def test_a_calendar_that_counts_the_same_days_moves_nobody(
    collapsing: Tenant, is_changed: bool
) -> None:
    adopt(CLOSED, morning_after(TONIGHT - 9 * DAY))
    run_night(tenant=collapsing, as_of=TONIGHT - DAY, known_at=morning_after(TONIGHT - DAY))
    if is_changed:
        next_year = SpecialDay(date(2027, 1, 1), HOLIDAY)
        adopt(CLOSED.with_days([next_year]), morning_after(TONIGHT) - timedelta(hours=1))
    use(Customer.objects.get(), TONIGHT, times=400, known=morning_after(TONIGHT))
    run_night(tenant=collapsing, as_of=TONIGHT, known_at=morning_after(TONIGHT))
    move = Move.objects.get(kind="stage")
    assert (move.from_value, move.to_value, move.cause) == ("dormant", "active", "behaviour")
    assert "calendar" not in moves_printed(TONIGHT)[0][-1]


def test_a_night_is_replayed_by_the_calendar_known_then(office: Tenant) -> None:
    adopt(FESTIVAL, ADOPTED)
    known_at = ADOPTED + timedelta(hours=1)
    night = run_night(tenant=office, as_of=TONIGHT, known_at=known_at)
    adopt(CLOSED, known_at + timedelta(hours=1))
    again = run_night(tenant=office, as_of=TONIGHT, known_at=known_at)
    assert (again.digest, again.stored) == (night.digest, "unchanged")
    kept = MeasureRow.objects.get(as_of=TONIGHT)
    assert kept.usage_trend == 1
    assert trend(office, known_at + timedelta(hours=2)) == pytest.approx(8 / 20)
