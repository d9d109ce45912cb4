"""Weeks of effort: booked by the cell or as one form, looked back at, seen by who answers for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions.teams import create_team
from accounts.models import (
    AuditRecord,
    Colleague,
    Customer,
    Membership,
    RowVersion,
    Tenant,
    User,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from projects.models import ChangeRequest, Effort, Project, Sow, SowItem

# A Thursday.
NOW = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
MONDAY, TODAY = date(2026, 3, 2), date(2026, 3, 5)
WEEK = "/t/acme/week/"
CELLS = "/t/acme/week/cells/"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def tom(tenant: Tenant, make_member) -> Membership:  # type: ignore[no-untyped-def]
    member: Membership = make_member(tenant, "tom@acme.example", "team_member")
    return member


@pytest.fixture
def pam(tenant: Tenant, make_member) -> Membership:  # type: ignore[no-untyped-def]
    member: Membership = make_member(tenant, "pam@acme.example", "project_manager")
    return member


@pytest.fixture
def project(tenant: Tenant, pam: Membership) -> Project:
    with tenant_scope(tenant.id):
        customer = Customer.objects.create(key="C", name="Carpenter", search_text="carpenter c")
        made: Project = Project.objects.create(
            customer=customer, key="P", name="HR core", starts_on=MONDAY,
            due_on=MONDAY + timedelta(90), manager=Colleague.objects.get(membership=pam.pk),
        )  # fmt: skip
        sow = Sow.objects.create(project=made)
        SowItem.objects.create(sow=sow, key="1", title="Build", effort_days=8)
        ChangeRequest.objects.create(project=made, key="CR", title="More", raised_on=MONDAY)
        return made


def client_of(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def key_of(project: Project, item: bool = False) -> str:
    with tenant_scope(project.tenant_id):
        return f"{project.pk}-{SowItem.objects.get().pk if item else 0}-0"


def put(client: Client, row: str, day: date, text: str, seen: str = ""):  # type: ignore[no-untyped-def]
    at = f"{row}.{day.isoformat()}"
    return client.post(CELLS, {f"d.{at}": text, f"s.{at}": seen}, headers={"HX-Request": "true"})


def seen_in(html: str, row: str, day: date) -> str:
    found = re.search(rf'name="s\.{row}\.{day.isoformat()}" value="([^"]*)"', html)
    assert found, html
    return found[1]


@pytest.fixture
def booked(tenant: Tenant) -> Callable[[], list[tuple[date, Decimal]]]:
    def get() -> list[tuple[date, Decimal]]:
        with tenant_scope(tenant.id):
            return list(Effort.objects.order_by("worked_on", "pk").values_list("worked_on", "days"))

    return get


def test_a_cell_is_booked_changed_and_taken_away_and_the_past_stays(
    tenant: Tenant, tom: Membership, project: Project, booked
) -> None:  # type: ignore[no-untyped-def]
    client, row = client_of(tom), key_of(project, item=True)
    first = put(client, row, TODAY, "4h")
    assert first.status_code == 200
    assert booked() == [(TODAY, Decimal("0.5"))]
    html = first.content.decode()
    assert 'value="0.5"' in html
    assert "hx-swap-oob" in html
    seen = seen_in(html, row, TODAY)
    html = put(client, row, TODAY, "0,75", seen).content.decode()
    assert booked() == [(TODAY, Decimal("0.75"))]
    with tenant_scope(tenant.id):
        entry = Effort.objects.get()
        assert entry.item is not None
        assert entry.person.key == "tom@acme.example"
        made, before = RowVersion.objects.filter(table="projects_effort").order_by("pk")
        assert made.before is None
        assert Decimal(str(before.before["days"])) == Decimal("0.5")
        assert before.known_to == entry.known_from
    put(client, row, TODAY, "", seen_in(html, row, TODAY))
    assert booked() == []
    with tenant_scope(tenant.id):
        assert RowVersion.objects.filter(table="projects_effort").count() == 3
        verbs = list(AuditRecord.objects.filter(verb__startswith="effort.").order_by("pk"))
        assert [found.verb for found in verbs] == [
            "effort.booked", "effort.changed", "effort.removed",
        ]  # fmt: skip
        assert verbs[1].data["before"] == {"days": "0.5"}


def test_the_later_of_two_windows_is_told_and_may_insist(
    tom: Membership, project: Project, booked
) -> None:  # type: ignore[no-untyped-def]
    client, row = client_of(tom), key_of(project)
    put(client, row, TODAY, "1")
    answer = put(client, row, TODAY, "0.25")
    html = answer.content.decode()
    assert answer.status_code == 409
    assert booked() == [(TODAY, Decimal(1))]
    assert "Another window saved 1 meanwhile" in html
    assert 'value="0.25"' in html
    assert 'data-stored="1"' in html
    assert put(client, row, TODAY, "0.25", seen_in(html, row, TODAY)).status_code == 200
    assert booked() == [(TODAY, Decimal("0.25"))]


def test_the_same_in_both_windows_is_no_conflict(tom: Membership, project: Project, booked) -> None:  # type: ignore[no-untyped-def]
    client, row = client_of(tom), key_of(project)
    put(client, row, TODAY, "1")
    assert put(client, row, TODAY, "8h").status_code == 200
    assert booked() == [(TODAY, Decimal(1))]


@pytest.mark.parametrize(
    ("day", "text", "why"),
    [
        (TODAY, "lots", "Write days"),
        (TODAY, "0.1234", "three decimals"),
        (TODAY, "4", "24 hours"),
        (TODAY + timedelta(1), "1", "still to come"),
        (MONDAY - timedelta(70), "1", "more than 60 days ago"),
    ],
)
def test_what_is_refused_says_why_and_keeps_what_was_typed(
    tom: Membership, project: Project, booked, day: date, text: str, why: str
) -> None:  # type: ignore[no-untyped-def]
    at = f"{key_of(project)}.{day.isoformat()}"
    client = client_of(tom)
    page = client.post(f"{WEEK}?day={day}", {f"d.{at}": text, f"s.{at}": ""})
    assert page.status_code == 200
    assert booked() == []
    if day > MONDAY - timedelta(60):
        assert why in put(client, key_of(project), day, text).content.decode()
        assert why in page.content.decode()
    else:
        assert why in page.content.decode()


def test_a_day_holds_24_hours_over_all_rows(tom: Membership, project: Project, booked) -> None:  # type: ignore[no-untyped-def]
    client = client_of(tom)
    put(client, key_of(project), TODAY, "2")
    answer = put(client, key_of(project, item=True), TODAY, "1.5")
    assert "3 person-days in all" in answer.content.decode()
    assert booked() == [(TODAY, Decimal(2))]


def test_without_scripts_the_week_is_one_form(tom: Membership, project: Project, booked) -> None:  # type: ignore[no-untyped-def]
    client, row = client_of(tom), key_of(project)
    days = [MONDAY + timedelta(n) for n in range(3)]
    fields = {f"d.{row}.{day}": text for day, text in zip(days, ("1", "0,5", ""), strict=True)}
    answer = client.post(f"{WEEK}?add={row}", fields | {f"s.{row}.{day}": "" for day in days})
    assert answer.status_code == 302
    assert booked() == [(days[0], Decimal(1)), (days[1], Decimal("0.5"))]
    page = client.get(answer["Location"]).content.decode()
    assert "HR core" in page
    assert "<strong>1.5</strong> person-days of 5 working days" in re.sub(r"\s+", " ", page)
    # Another window changes Monday; this one, still as it was, changes Tuesday only.
    seen = {day: seen_in(page, row, day) for day in days}
    put(client, row, days[0], "0.25", seen[days[0]])
    fields = {f"d.{row}.{day}": text for day, text in zip(days, ("1", "0.75", ""), strict=True)}
    fields |= {f"s.{row}.{day}": mark for day, mark in seen.items()}
    assert client.post(WEEK, fields).status_code == 302
    assert booked() == [(days[0], Decimal("0.25")), (days[1], Decimal("0.75"))]


def test_rows_of_last_week_come_without_their_days(
    tenant: Tenant, tom: Membership, project: Project, booked
) -> None:  # type: ignore[no-untyped-def]
    client, row = client_of(tom), key_of(project, item=True)
    put(client, row, MONDAY - timedelta(3), "1")
    assert f"d.{row}." not in client.get(WEEK).content.decode()
    page = client.get(f"{WEEK}?copy=1").content.decode()
    # Monday to today are open, the days to come are not.
    assert len(re.findall(rf'name="d\.{row}\.[^"]*" value=""', page)) == 4
    assert booked() == [(MONDAY - timedelta(3), Decimal(1))]


def test_the_search_finds_what_can_be_booked_on(tom: Membership, project: Project) -> None:
    client = client_of(tom)
    page = client.get(f"{WEEK}?q=carp").content.decode()
    for words in (
        "HR core",
        "Not on an item",
        "1 Build",
        "CR More",
        f"add={key_of(project, True)}",
    ):
        assert words in page
    assert "No project matches" in client.get(f"{WEEK}?q=nothing-such").content.decode()


def test_projects_that_a_member_does_not_see_are_not_to_be_booked_on(
    tenant: Tenant, tom: Membership, project: Project, booked
) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="team_member", record="projects", visibility="mine")
    client, row = client_of(tom), key_of(project)
    assert put(client, row, TODAY, "1").status_code == 404
    assert booked() == []
    assert "HR core" not in client.get(f"{WEEK}?q=HR&add={row}").content.decode()
    with tenant_scope(tenant.id):  # who has worked in it goes on
        Effort.objects.create(project=project, key="e", worked_on=MONDAY, days=1,
                              person=Colleague.objects.get(membership=tom.pk))  # fmt: skip
    assert put(client, row, TODAY, "1").status_code == 200


@pytest.mark.parametrize("broken", ["0-0-0", "1-2", "x-0-0", "999999-0-0"])
def test_a_row_that_cannot_be_is_refused(tom: Membership, project: Project, broken: str) -> None:
    client = client_of(tom)
    assert put(client, broken, TODAY, "1").status_code in (400, 404)
    assert client.get(f"{WEEK}?add={broken}").status_code == 200


def test_an_item_of_another_project_is_refused(
    tenant: Tenant, tom: Membership, project: Project, booked
) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        other = Project.objects.create(customer=project.customer, key="Q", name="Q",
                                       starts_on=MONDAY, due_on=MONDAY)  # fmt: skip
        mixed = f"{other.pk}-{SowItem.objects.get().pk}-0"
    assert put(client_of(tom), mixed, TODAY, "1").status_code == 404
    assert booked() == []


def test_several_entries_of_a_file_are_shown_and_not_typed_over(
    tenant: Tenant, tom: Membership, project: Project, booked
) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        person = Colleague.objects.get(membership=tom.pk)
        for key in "ab":
            Effort.objects.create(
                project=project, key=key, person=person, worked_on=TODAY, days=0.5
            )
    client, row = client_of(tom), key_of(project)
    page = client.get(WEEK).content.decode()
    assert f'name="d.{row}.{TODAY}"' not in page
    assert '<span class="week-fixed">1</span>' in page
    put(client, row, TODAY, "2", "")
    assert booked() == [(TODAY, Decimal("0.5")), (TODAY, Decimal("0.5"))]


def test_an_old_week_is_looked_at_and_the_limit_is_the_tenants(
    tenant: Tenant, tom: Membership, project: Project
) -> None:
    with tenant_scope(tenant.id):
        Effort.objects.create(project=project, key="old", worked_on=date(2025, 12, 1), days=1,
                              person=Colleague.objects.get(membership=tom.pk))  # fmt: skip
    client = client_of(tom)
    page = client.get(f"{WEEK}?day=2025-12-01").content.decode()
    assert "HR core" in page
    assert "more than 60 days ago" in page
    assert 'name="d.' not in page
    Tenant.objects.filter(pk=tenant.pk).update(effort_edit_days=100)
    assert 'name="d.' in client.get(f"{WEEK}?day=2025-12-01").content.decode()


def words(answer) -> str:  # type: ignore[no-untyped-def]
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_managers_see_the_weeks_of_others_on_their_projects_only(
    tenant: Tenant, tom: Membership, pam: Membership, project: Project, make_member
) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        person = Colleague.objects.get(membership=tom.pk)
        other = Project.objects.create(customer=project.customer, key="Q", name="Payroll",
                                       starts_on=MONDAY, due_on=MONDAY)  # fmt: skip
        for number, (where, days) in enumerate(((project, "0.5"), (other, "0.25"))):
            Effort.objects.create(
                project=where, key=str(number), person=person, worked_on=TODAY, days=days
            )
    page = words(client_of(pam).get("/t/acme/weeks/"))
    row = page[page.index(" tom ") :]
    assert row.split()[:3] == ["tom", "0.5", "0.5"], "Payroll is not hers"
    mine = words(client_of(pam).get(f"/t/acme/weeks/?person={person.pk}"))
    assert "HR core" in mine
    assert "Payroll" not in mine
    assert "Nothing booked in this week" in words(client_of(tom).get("/t/acme/weeks/"))
    assert client_of(tom).get(f"/t/acme/weeks/?person={person.pk}").status_code == 404
    for bad in ("x", "9" * 30, "999999"):
        assert client_of(pam).get("/t/acme/weeks/", {"person": bad}).status_code == 404
    alice = make_member(tenant, "alice@acme.example", "admin")
    assert "0.75" in words(client_of(alice).get("/t/acme/weeks/"))
    # The lead of the manager's team answers for her projects.
    with tenant_scope(tenant.id):
        team = create_team(name="North", by=None)  # type: ignore[arg-type]
        Membership.objects.filter(pk=pam.pk).update(team=team)
    lead = make_member(tenant, "lea@acme.example", "executive", team=team, leads_team=True)
    assert "HR core" in words(client_of(lead).get(f"/t/acme/weeks/?person={person.pk}"))
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="executive", record="effort", visibility="mine")
    assert "Nothing booked in this week" in words(client_of(lead).get("/t/acme/weeks/"))


def test_a_holiday_is_shaded_and_not_in_the_target(tom: Membership, project: Project) -> None:
    # In China 1 to 8 October 2026 are days off, 10 October a Saturday that is worked.
    with time_machine.travel(datetime(2026, 10, 8, 4, tzinfo=UTC)):
        page = words(client_of(tom).get(f"{WEEK}?day=2026-10-08&add={key_of(project)}"))
    assert re.search(r"of [1-4] working day", page)
    assert "not worked" in page


def test_the_number_of_queries_does_not_grow(
    tenant: Tenant, tom: Membership, pam: Membership, project: Project
) -> None:
    def count(member: Membership, path: str) -> int:
        client = client_of(member)
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    def fill(number: int) -> None:
        with tenant_scope(tenant.id):
            person = Colleague.objects.get(membership=tom.pk)
            manager = Colleague.objects.get(membership=pam.pk)
            for n in range(number):
                made = Project.objects.create(
                    customer=project.customer, key=f"{number}-{n}", name=f"N {n}", starts_on=MONDAY,
                    due_on=MONDAY, manager=manager,
                )  # fmt: skip
                who = Colleague.objects.create(key=f"{number}-{n}", name=f"X{n}")
                for day in range(-7, 4):
                    for whom in (person, who):
                        Effort.objects.create(
                            project=made, key=f"{number}-{n}-{day}-{whom.pk}", person=whom,
                            worked_on=MONDAY + timedelta(day), days="0.125",
                        )  # fmt: skip

    fill(1)
    paths = [(tom, f"{WEEK}?copy=1"), (tom, f"{WEEK}?q=N"), (pam, "/t/acme/weeks/")]
    few = [count(member, path) for member, path in paths]
    fill(9)
    assert [count(member, path) for member, path in paths] == few


def test_strangers_and_other_roles_have_no_week(
    tenant: Tenant, project: Project, bob: User, charlie: User
) -> None:
    for user in (bob, charlie):
        client = Client()
        client.force_login(user)
        assert client.get(WEEK).status_code == 404
        assert put(client, key_of(project), TODAY, "1").status_code == 404
