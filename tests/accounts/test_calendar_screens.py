"""The screens of the working calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.actions.calendars import CalendarBusy, change_calendar
from accounts.calendars.changes import CalendarChange
from accounts.calendars.document import CalendarDocument
from accounts.models import AuditRecord, CalendarVersion, Tenant, User
from accounts.queries.calendars import document_of, latest_calendar, working_calendar
from accounts.tenancy import tenant_scope

CALENDAR = "/t/acme/settings/calendar/"
NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def in_force(tenant: Tenant) -> CalendarDocument:
    with tenant_scope(tenant.id):
        return document_of(latest_calendar())


@pytest.mark.parametrize("path", ["", "days/", "weekdays/", "holidays/", "file/", "versions/1/"])
def test_only_administrators_see_it(client: Client, bob: User, charlie: User, path: str) -> None:
    for user in (bob, charlie):
        client.force_login(user)
        assert client.get(CALENDAR + path).status_code == 404
        assert client.post(CALENDAR + path, {}).status_code in (404, 405)


def test_a_year_at_a_glance(admin: Client) -> None:
    text = text_of(admin.get(CALENDAR))
    assert "Monday to Friday" in text
    assert "<dd>248</dd>" in text
    assert "<dd>China</dd>" in text
    assert text.count('class="calendar-month"') == 12
    assert text.count('data-state="holiday" href') == 22
    assert text.count('data-state="made_up" href') == 6
    assert "Holiday: National Day" in text
    assert text.count('aria-current="date"') == 1
    # No tab of its own for strangers to styles and scripts.
    assert " style=" not in text


def test_another_year_and_nonsense_for_a_year(admin: Client) -> None:
    assert "<h2>2025</h2>" in text_of(admin.get(CALENDAR, {"year": "2025"}))
    for nonsense in ("x", "-1", "99999", "２０２５"):
        assert "<h2>2026</h2>" in text_of(admin.get(CALENDAR, {"year": nonsense}))
    assert "<h2>2199</h2>" in text_of(admin.get(CALENDAR, {"year": "9999"}))


def test_it_is_readable_in_chinese(admin: Client) -> None:
    admin.cookies["django_language"] = "zh-hans"
    text = text_of(admin.get(CALENDAR))
    assert "国庆节" in text
    assert "National Day" not in text


def test_a_day_is_marked_and_unmarked(admin: Client, tenant: Tenant, alice: User) -> None:
    page = text_of(admin.get(CALENDAR + "days/", {"day": "2026-12-24"}))
    assert 'value="2026-12-24"' in page
    said = {"first": "2026-12-24", "last": "2026-12-25", "kind": "holiday", "name": "Retreat"}
    response = admin.post(CALENDAR + "days/", said, follow=True)
    assert response.redirect_chain[-1][0] == CALENDAR + "?year=2026"
    assert "It counts from the next night on" in text_of(response)
    with tenant_scope(tenant.id):
        assert not working_calendar().is_working(date(2026, 12, 25))
        record = AuditRecord.objects.latest("id")
        assert (record.verb, record.actor, record.data["days"]) == ("calendar.changed", alice, 2)
    assert "Retreat" in text_of(admin.get(CALENDAR + "days/", {"day": "2026-12-24"}))
    admin.post(CALENDAR + "days/", {**said, "kind": "usual"})
    with tenant_scope(tenant.id):
        assert working_calendar().is_working(date(2026, 12, 25))
        assert CalendarVersion.objects.count() == 3


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"first": ""}, "required"),
        ({"last": "2026-12-23"}, "The end lies before the start"),
        ({"last": "2028-12-23"}, "At most 366 days"),
        ({"first": "0001-01-01"}, "The year is not between"),
        ({"kind": "feast"}, "valid choice"),
        ({"name": "x" * 101}, "at most 100"),
    ],
)
def test_what_is_no_day_is_refused(admin: Client, tenant: Tenant, wrong: Any, words: str) -> None:
    before = in_force(tenant)
    said = {"first": "2026-12-24", "last": "", "kind": "holiday", "name": "", **wrong}
    assert words in text_of(admin.post(CALENDAR + "days/", said))
    assert in_force(tenant) == before


def test_a_day_that_is_none_is_not_found(admin: Client) -> None:
    assert admin.get(CALENDAR + "days/", {"day": "2026-02-30"}).status_code == 404


def test_weekdays_change(admin: Client, tenant: Tenant) -> None:
    assert admin.get(CALENDAR + "weekdays/").status_code == 200
    assert "required" in text_of(admin.post(CALENDAR + "weekdays/", {"note": "None"}))
    admin.post(CALENDAR + "weekdays/", {"weekdays": ["1", "3"], "note": "Short weeks"})
    assert in_force(tenant).weekdays == {1, 3}
    assert "Monday, Wednesday" in text_of(admin.get(CALENDAR))
    version = text_of(admin.get(CALENDAR + "versions/2/"))
    assert "Monday to Friday" in version
    assert "Short weeks" in version


def test_days_from_pasted_rows_and_from_a_file(admin: Client, tenant: Tenant) -> None:
    rows = "day,kind,name\n2027-01-01,holiday,元旦\n2027-01-09,working,元旦\n"
    response = admin.post(CALENDAR + "file/", {"text": rows, "is_complete": "on"}, follow=True)
    assert response.redirect_chain[-1][0] == CALENDAR + "?year=2027"
    assert [special.name for special in in_force(tenant).of_year(2027)] == ["元旦", "元旦"]
    assert 2027 in in_force(tenant).years
    file = SimpleUploadedFile("d.csv", "日期,类型\n2027-05-01,休\n".encode("gb18030"))
    admin.post(CALENDAR + "file/", {"file": file})
    assert len(in_force(tenant).of_year(2027)) == 3
    text = text_of(
        admin.post(CALENDAR + "file/", {"text": "day,kind\n2027-05-01,holiday\n"}, follow=True)
    )
    assert "Nothing to change" in text


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("day,kind\n2027-01-01,holiday\n2027-01-32,holiday", "Line 3: day: "),
        ("day,kind\n2027-01-01,<b>", "&lt;b&gt;"),
        ("", "one of the two"),
    ],
)
def test_a_row_that_is_wrong_saves_none(
    admin: Client, tenant: Tenant, rows: str, words: str
) -> None:
    before = in_force(tenant)
    assert words in text_of(admin.post(CALENDAR + "file/", {"text": rows}))
    assert in_force(tenant) == before


def test_the_days_of_a_version_can_be_loaded_again(admin: Client, tenant: Tenant) -> None:
    before = in_force(tenant)
    data = admin.get(CALENDAR + "versions/1/days.csv").content
    admin.post(CALENDAR + "days/", {"first": "2026-10-01", "kind": "usual"})
    assert in_force(tenant) != before
    admin.post(CALENDAR + "file/", {"file": SimpleUploadedFile("d.csv", data)})
    assert in_force(tenant).working_calendar() == before.working_calendar()
    untouched = [special for special in in_force(tenant).days if special.day != date(2026, 10, 1)]
    assert untouched == [special for special in before.days if special.day != date(2026, 10, 1)]


def test_from_november_on_the_next_year_is_missed_and_taken_over(
    admin: Client, tenant: Tenant, noon: Any
) -> None:
    missing = "The holidays of 2027 are not complete"
    for page in (CALENDAR, "/t/acme/settings/", "/t/acme/overview/"):
        assert missing in text_of(admin.get(page)), page
    noon.move_to(datetime(2026, 10, 22, tzinfo=UTC))
    assert missing not in text_of(admin.get(CALENDAR))
    noon.move_to(NOON)

    page = admin.get(CALENDAR + "holidays/", {"year": "2027"})
    text = text_of(page)
    # The State Council has not said which weekends are worked.
    assert "More days of 2027 are to come" in text
    offered = [row["iso"] for row in page.context["rows"]]
    assert "2027-02-05" in offered
    assert all(row["is_ticked"] for row in page.context["rows"])
    assert in_force(tenant).of_year(2027) == ()

    days = CALENDAR + "holidays/?year=2027"
    admin.post(days, {"take": ["2027-01-01", "2027-02-05"]})
    assert [special.day for special in in_force(tenant).of_year(2027)] == [
        date(2027, 1, 1),
        date(2027, 2, 5),
    ]
    assert missing in text_of(admin.get(CALENDAR))
    admin.post(days, {"take": ["2027-02-06"], "is_complete": "on"})
    assert len(in_force(tenant).of_year(2027)) == 3
    assert missing not in text_of(admin.get(CALENDAR))


def test_only_what_is_offered_can_be_taken(admin: Client, tenant: Tenant) -> None:
    before = in_force(tenant)
    text = text_of(admin.post(CALENDAR + "holidays/?year=2027", {"take": ["2027-07-07"]}))
    assert "valid choice" in text
    assert in_force(tenant) == before


def test_another_country_replaces_days_but_not_those_of_the_tenant(
    admin: Client, tenant: Tenant
) -> None:
    admin.post(
        CALENDAR + "days/", {"first": "2026-07-03", "kind": "holiday", "name": "Company day"}
    )
    asked = CALENDAR + "holidays/?country=DE&region=BY&year=2026"
    page = admin.get(asked)
    ticked = {row["iso"]: row["is_ticked"] for row in page.context["rows"]}
    assert ticked["2026-01-06"]
    assert ticked["2026-10-02"]
    assert not ticked["2026-07-03"]
    admin.post(asked, {"take": [day for day, is_ticked in ticked.items() if is_ticked]})
    document = in_force(tenant)
    assert (document.country, document.years) == ("DE-BY", frozenset())
    assert {special.source for special in document.of_year(2026)} == {"DE-BY", ""}
    assert document.by_day()[date(2026, 7, 3)].name == "Company day"
    assert document.working_calendar().is_working(date(2026, 10, 7))
    assert "Bayern" in text_of(admin.get(CALENDAR))


def test_weekdays_of_another_country_are_offered(admin: Client, tenant: Tenant) -> None:
    asked = CALENDAR + "holidays/?country=SA&region=&year=2026"
    assert "Work on the weekdays of this country" in text_of(admin.get(asked))
    admin.post(asked, {"weekdays": "on"})
    assert in_force(tenant).weekdays == {7, 1, 2, 3, 4}
    assert "Work on the weekdays of this country" not in text_of(admin.get(asked))


@pytest.mark.parametrize("query", ["country=XX", "year=x", "country=DE&region=XX", "year=1"])
def test_what_cannot_be_proposed_is_refused(admin: Client, query: str) -> None:
    response = admin.get(CALENDAR + f"holidays/?{query}")
    assert response.status_code == 200
    assert "proposal" not in response.context


def test_what_was_typed_stays_while_a_file_is_loaded(
    admin: Client, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(**_given: Any) -> None:
        raise CalendarBusy("A file is being loaded.")

    monkeypatch.setattr("accounts.views.calendar_changes.change_calendar", busy)
    said = {"first": "2026-12-24", "kind": "holiday", "name": "Retreat"}
    for path, typed, kept in (
        ("days/", said, "Retreat"),
        ("weekdays/", {"weekdays": "1", "note": "Short"}, "Short"),
        ("file/", {"text": "day,kind\n2027-05-01,holiday\n"}, "2027-05-01"),
        ("holidays/?year=2027", {"take": ["2027-01-01"], "note": "All"}, "All"),
    ):
        text = text_of(admin.post(CALENDAR + path, typed))
        assert "A file is being loaded." in text
        assert kept in text


def test_versions_say_who_and_when(admin: Client, tenant: Tenant, alice: User) -> None:
    admin.post(CALENDAR + "days/", {"first": "2026-12-24", "kind": "holiday", "note": "Agreed"})
    text = text_of(admin.get(CALENDAR))
    assert str(alice) in text
    assert "Agreed" in text
    version = text_of(admin.get(CALENDAR + "versions/2/"))
    assert "24 Dec 2026" in version
    assert "in force" in version
    first = text_of(admin.get(CALENDAR + "versions/1/"))
    assert "By the platform" in first
    assert "in force</span>" not in first
    assert admin.get(CALENDAR + "versions/9/").status_code == 404


def test_an_older_tenant_is_shown_the_way(client: Client, make_member: Callable[..., Any]) -> None:
    older = Tenant.objects.create(slug="older", name="Older")
    client.force_login(make_member(older, "olga@older.example", "admin").user)
    text = text_of(client.get("/t/older/settings/calendar/"))
    assert "There is no working calendar yet" in text
    assert "Monday to Friday" in text
    assert "<dd>261</dd>" in text
    page = client.get("/t/older/settings/calendar/holidays/")
    take = [row["iso"] for row in page.context["rows"]]
    assert len(take) == 28
    client.post("/t/older/settings/calendar/holidays/", {"take": take, "is_complete": "on"})
    assert in_force(older).country == "CN"
    assert "<dd>248</dd>" in text_of(client.get("/t/older/settings/calendar/"))


def test_the_pages_ask_as_much_with_many_versions_as_with_few(
    admin: Client, tenant: Tenant, django_assert_max_num_queries: Any
) -> None:
    with tenant_scope(tenant.id):
        for number in range(12):
            change_calendar(change=CalendarChange(weekdays=frozenset({1, 2 + number % 2})), by=None)
    with django_assert_max_num_queries(12):
        assert admin.get(CALENDAR).status_code == 200
