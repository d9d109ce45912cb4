"""The tenant's calendar: what it starts from, and its versions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.actions import calendars
from accounts.actions.calendars import change_calendar
from accounts.calendars.changes import CalendarChange, missing_years
from accounts.calendars.document import HOLIDAY, WORKING, CalendarDocument, SpecialDay
from accounts.loads.running import LOCK_CLASS
from accounts.models import AuditRecord, CalendarVersion, Tenant, User
from accounts.queries.calendars import document_of, latest_calendar, working_calendar
from accounts.tenancy import tenant_scope

PARTY = SpecialDay(date(2026, 7, 3), HOLIDAY, "Company party")
NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def test_a_new_tenant_works_as_its_country(make_tenant: Callable[..., Tenant]) -> None:
    with tenant_scope(make_tenant("china").id):
        version = latest_calendar()
        assert version is not None
        assert (version.version, version.known_from) == (1, NOON)
        document = document_of(version)
        assert document.country == "CN"
        # The State Council has not said yet how 2027 is arranged.
        assert document.years == set(range(2021, 2027))
        assert working_calendar().is_working(date(2026, 2, 14))
        assert not working_calendar().is_working(date(2026, 10, 7))
    with tenant_scope(make_tenant("berlin", timezone="Europe/Berlin", currency="EUR").id):
        assert document_of(latest_calendar()).years == set(range(2021, 2028))
        assert not working_calendar().is_working(date(2026, 10, 3))
        assert working_calendar().is_working(date(2026, 10, 7))
    with tenant_scope(make_tenant("nowhere", timezone="UTC", currency="EUR").id):
        assert document_of(latest_calendar()) == CalendarDocument()


def test_a_demo_has_always_worked_by_it(make_tenant: Callable[..., Tenant]) -> None:
    with tenant_scope(make_tenant("demo", is_demo=True).id):
        assert working_calendar(NOON - timedelta(days=3650)) == working_calendar()


def test_a_tenant_of_an_older_database_works_monday_to_friday(db: None, alice: User) -> None:
    tenant = Tenant.objects.create(slug="older", name="Older")
    with tenant_scope(tenant.id):
        assert latest_calendar() is None
        assert working_calendar().is_working(date(2026, 10, 1))
        change_calendar(change=CalendarChange(put=(PARTY,)), by=None)
        assert document_of(latest_calendar()).days == (PARTY,)
        assert working_calendar(NOON - timedelta(seconds=1)).is_working(PARTY.day)


def test_every_change_is_another_version(scope: Tenant, alice: User, noon: Any) -> None:
    noon.shift(60)
    version = change_calendar(change=CalendarChange(put=(PARTY,)), note="Voted for", by=alice)
    assert version is not None
    assert (version.version, version.published_by, version.note) == (2, alice, "Voted for")
    assert not working_calendar().is_working(PARTY.day)
    assert working_calendar(NOON).is_working(PARTY.day)
    noon.shift(60)
    change_calendar(change=CalendarChange(drop=(PARTY.day,)), by=alice)
    assert working_calendar().is_working(PARTY.day)
    assert not working_calendar(NOON + timedelta(seconds=60)).is_working(PARTY.day)

    record = AuditRecord.objects.filter(verb="calendar.changed").latest("id")
    assert (record.actor, record.object_label) == (alice, "v3")
    assert (record.data["version"], record.data["days"]) == (3, 1)


def test_a_change_that_changes_nothing_is_no_version(scope: Tenant, alice: User) -> None:
    holiday = document_of(latest_calendar()).by_day()[date(2026, 10, 1)]
    assert change_calendar(change=CalendarChange(put=(holiday,)), by=alice) is None
    assert change_calendar(change=CalendarChange(), by=alice) is None
    # Said again by hand, it keeps its names in other languages.
    again = SpecialDay(holiday.day, holiday.kind, holiday.name)
    assert change_calendar(change=CalendarChange(put=(again,)), by=alice) is None
    assert CalendarVersion.objects.count() == 1


def test_nobody_waits_for_a_large_load(
    scope: Tenant, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendars, "PATIENCE_SECONDS", 1)
    held, done = Event(), Event()

    def load() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s + %s)", [LOCK_CLASS, scope.id])
                held.set()
                done.wait(20)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        loading = threads.submit(load)
        held.wait(20)
        with pytest.raises(calendars.CalendarBusy, match="A file is being loaded"):
            change_calendar(change=CalendarChange(put=(PARTY,)), by=alice)
        done.set()
        loading.result()
    assert change_calendar(change=CalendarChange(put=(PARTY,)), by=alice)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_weekdays_and_whole_years_can_change(scope: Tenant, alice: User) -> None:
    before = document_of(latest_calendar())
    change = CalendarChange(
        put=(PARTY,), emptied=frozenset({2026}), weekdays=frozenset(range(1, 7)), country="HK"
    )
    change_calendar(change=change, by=alice)
    after = document_of(latest_calendar())
    assert after.of_year(2026) == (PARTY,)
    assert after.of_year(2025) == before.of_year(2025)
    assert (after.weekdays, after.country) == ({1, 2, 3, 4, 5, 6}, "HK")


def test_versions_are_neither_altered_nor_counted_twice(scope: Tenant) -> None:
    version = latest_calendar()
    assert version is not None
    for statement in (
        "UPDATE accounts_calendarversion SET version = 9",
        "DELETE FROM accounts_calendarversion",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarVersion.objects.create(version=1, document=version.document)


def test_the_next_year_is_missed_from_november_on() -> None:
    document = CalendarDocument(country="CN", years=frozenset({2025, 2026}))
    assert missing_years(document, date(2026, 10, 31)) == []
    assert missing_years(document, date(2026, 11, 1)) == [2027]
    # In January the trend still looks back into the year before.
    assert missing_years(document, date(2027, 1, 15)) == [2027]
    assert missing_years(CalendarDocument(country="CN"), date(2026, 1, 15)) == [2025, 2026]
    assert missing_years(CalendarDocument(), date(2026, 11, 1)) == []


def test_a_document_is_read_as_it_was_written(scope: Tenant) -> None:
    document = document_of(latest_calendar())
    assert CalendarDocument.from_json(document.to_json()) == document
    with pytest.raises(ValueError, match="twice"):
        CalendarDocument(days=(PARTY, PARTY))
    with pytest.raises(ValueError, match="kind"):
        SpecialDay(PARTY.day, "feast")


def test_the_commands(tenant: Tenant, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "2027.csv"
    file.write_text("day,kind,name\n2027-01-01,holiday,元旦\n2027-01-09,working,\n", "utf-8")
    call_command("load_calendar", str(file), tenant="acme", complete=True, note="2027")
    assert '"version": 2' in capsys.readouterr().out
    call_command("load_calendar", str(file), tenant="acme")
    told = capsys.readouterr()
    assert '"version": null' in told.out
    assert "Nothing to change" in told.err
    with tenant_scope(tenant.id):
        document = document_of(latest_calendar())
        assert 2027 in document.years
        assert [special.kind for special in document.of_year(2027)] == [HOLIDAY, WORKING]
    call_command("show_calendar", tenant="acme", year=2027)
    assert capsys.readouterr().out.splitlines() == [
        "day,kind,name",
        "2027-01-01,holiday,元旦",
        "2027-01-09,working,",
    ]
    call_command("show_calendar", tenant="acme", version_number=1, year=2027)
    assert capsys.readouterr().out.splitlines() == ["day,kind,name"]


def test_a_file_with_a_fault_changes_nothing(tenant: Tenant, tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    file.write_text("day,kind\n2027-01-01,holiday\n2027-01-32,holiday\n", "utf-8")
    with pytest.raises(CommandError, match=r"nothing was saved\.\nLine 3: day"):
        call_command("load_calendar", str(file), tenant="acme")
    with pytest.raises(CommandError, match="no version 9"):
        call_command("show_calendar", tenant="acme", version_number=9)
    with tenant_scope(tenant.id):
        assert CalendarVersion.objects.count() == 1
