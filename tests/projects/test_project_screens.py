"""My projects: a row per project, the urgent first; the projects on a customer's page."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actions.teams import create_team
from accounts.models import Colleague, Customer, Membership, Tenant, VisibilityRule
from accounts.signals import customer_facts_changed
from accounts.tenancy import tenant_scope
from projects.models import Project
from projects.queries import portfolio as queries

TODAY = date(2026, 6, 15)


def project(key: str, starts: date, due: date, accepted: date | None = None, **values) -> Project:  # type: ignore[no-untyped-def]
    return Project(
        key=key, name=f"Project {key}", starts_on=starts, due_on=due, accepted_on=accepted, **values
    )


@pytest.mark.parametrize(
    ("starts", "due", "accepted", "stage", "days"),
    [
        (0, 10, None, "running", 10),
        (-10, 0, None, "running", 0),  # the due day itself is not late
        (-10, -1, None, "late", 1),
        (1, 10, None, "to_come", 1),
        (-20, -10, 0, "accepted", 10),  # accepted today, ten days after it was due
        (-20, -10, -12, "accepted", -2),
        (-20, -10, 1, "late", 10),  # an acceptance dated tomorrow does not count yet
    ],
)
def test_stage_and_days(starts: int, due: int, accepted: int | None, stage: str, days: int) -> None:
    def day(shift: int) -> date:
        return TODAY + timedelta(days=shift)

    found = project("p", day(starts), day(due), None if accepted is None else day(accepted))
    row = queries.row_of(found, TODAY)
    assert (row.stage, row.days) == (stage, days)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    starts=st.integers(-30, 30),
    length=st.integers(0, 60),
    accepted=st.one_of(st.none(), st.integers(0, 90)),
)
def test_python_and_sql_agree_on_the_stage(
    scope: Tenant, starts: int, length: int, accepted: int | None
) -> None:
    """Of the four conditions exactly one holds in the database, the one that Python names."""
    customer, _ = Customer.objects.get_or_create(key="C", name="C")
    Project.objects.all().delete()
    begin = TODAY + timedelta(days=starts)
    found = project(
        "p",
        begin,
        begin + timedelta(days=length),
        None if accepted is None else begin + timedelta(days=accepted),
        customer=customer,
    )
    found.save()
    conditions = queries.stages(TODAY).items()
    holding = [stage for stage, q in conditions if Project.objects.filter(q).exists()]
    assert holding == [queries.stage_of(found, TODAY)]


@pytest.fixture
def today(tenant: Tenant) -> date:
    return tenant.local_date(timezone.now())


@pytest.fixture
def pam(tenant: Tenant, make_member) -> Membership:  # type: ignore[no-untyped-def]
    """Project manager in a team with tom."""
    with tenant_scope(tenant.id):
        team = create_team(name="North", by=None)  # type: ignore[arg-type]
    make_member(tenant, "tom@acme.example", "project_manager", team=team)
    member: Membership = make_member(tenant, "pam@acme.example", "project_manager", team=team)
    return member


@pytest.fixture
def plan(tenant: Tenant, today: date, pam: Membership):  # type: ignore[no-untyped-def]
    """Makes a project: key, manager, days from now to start, due and acceptance."""

    def make(
        key: str, manager: str | None, starts: int, due: int, accepted: int | None = None
    ) -> Customer:
        def day(shift: int) -> date:
            return today + timedelta(days=shift)

        with tenant_scope(tenant.id):
            customer, _ = Customer.objects.get_or_create(key=f"C{key}", name=f"Customer {key}")
            found = project(key, day(starts), day(due), None if accepted is None else day(accepted))
            found.customer = customer
            if manager:
                found.manager = Colleague.objects.get(key=f"{manager}@acme.example")
            found.save()
            customer_facts_changed.send(sender=Project, customer_ids=[customer.pk])
            made: Customer = customer
            return made

    return make


@pytest.fixture
def rows(client: Client, pam: Membership):  # type: ignore[no-untyped-def]
    client.force_login(pam.user)

    def get(query: str = "") -> list[str]:
        answer = client.get(f"/t/acme/projects/?{query}")
        assert answer.status_code == 200
        return re.findall(r"data-row[^>]*>Project ([\w ]+)<", answer.content.decode())

    return get


def test_a_project_manager_starts_with_their_own_the_urgent_first(rows, plan) -> None:  # type: ignore[no-untyped-def]
    plan("running", "pam", -10, 30)
    plan("long ago", "pam", -300, -200, -200)
    plan("accepted", "pam", -90, -30, -20)
    plan("later", "pam", 5, 60)
    plan("late", "pam", -90, -3)
    plan("later2", "pam", -90, -1)
    plan("toms", "tom", -10, 30)
    plan("nobodys", None, -10, 30)
    assert rows() == ["late", "later2", "running", "later", "accepted", "long ago"]
    team = ["late", "later2", "running", "toms", "later", "accepted", "long ago"]
    assert rows("view=team") == team
    assert set(rows("view=all")) == {*team, "nobodys"}


def test_rows_are_filtered_and_sorted(rows, plan) -> None:  # type: ignore[no-untyped-def]
    plan("a", "pam", -10, 30)
    plan("b", "pam", -90, -3)
    plan("c", "pam", -90, -30, -20)
    assert rows("stage=late") == ["b"]
    assert rows("stage=accepted") == ["c"]
    assert rows("q=customer+A") == ["a"]
    assert rows("q=project+b") == ["b"]
    assert rows("sort=-customer") == ["c", "b", "a"]
    assert rows("sort=due") == ["c", "b", "a"]
    assert rows("stage=nonsense&view=nonsense&sort=nonsense") == ["b", "a", "c"]


def test_each_row_says_who_manages_and_the_file_who_is_the_face(
    client: Client, rows, plan, pam
) -> None:  # type: ignore[no-untyped-def]
    plan("running", "pam", -10, 30)
    page = client.get("/t/acme/projects/?view=all").content.decode()
    assert 'cell-away">pam<' in page
    assert "30 days left" in page
    # Of one's own it goes without saying; who the face is stands in the file, and with the customer.
    assert 'cell-away">pam<' not in client.get("/t/acme/projects/?view=mine").content.decode()
    exported = client.get("/t/acme/projects/?format=csv").content.decode()
    assert exported.splitlines()[1].endswith("pam")


def test_a_project_manager_starts_with_their_own_while_one_is_open(
    client: Client, rows, plan, pam, tenant
) -> None:  # type: ignore[no-untyped-def]
    none = "No project of yours is open"
    plan("toms", "tom", -10, 30)
    plan("done", "pam", -90, -30, -20)
    assert set(rows()) == {"toms", "done"}
    assert none in client.get("/t/acme/projects/").content.decode()
    assert rows("view=mine") == ["done"]
    assert none not in client.get("/t/acme/projects/?view=mine").content.decode()
    plan("mine", "pam", -10, 30)
    assert set(rows()) == {"mine", "done"}
    assert "<h1>My projects</h1>" in client.get("/t/acme/projects/").content.decode()
    with tenant_scope(tenant.id):
        Membership.objects.filter(pk=pam.pk).update(leads_team=True)
    assert set(rows()) == {"mine", "done"}


def test_another_lead_starts_with_the_team(rows, plan, pam, tenant) -> None:  # type: ignore[no-untyped-def]
    plan("toms", "tom", -10, 30)
    plan("nobodys", None, -10, 30)
    with tenant_scope(tenant.id):
        Membership.objects.filter(pk=pam.pk).update(leads_team=True, roles=["team_member"])
    assert rows() == ["toms"]


def test_projects_of_customers_one_does_not_see_are_not_there(rows, plan, tenant) -> None:  # type: ignore[no-untyped-def]
    plan("mine", "pam", -10, 30)
    plan("toms", "tom", -10, 30)
    plan("nobodys", None, -10, 30)
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="project_manager", visibility="mine")
    assert rows("view=all") == ["mine"]
    with tenant_scope(tenant.id):
        VisibilityRule.objects.update(visibility="team")
    assert set(rows("view=all")) == {"mine", "toms"}


def test_a_role_may_see_fewer_projects_than_customers(
    client: Client, rows, plan, tenant, pam
) -> None:  # type: ignore[no-untyped-def]
    plan("mine", "pam", -10, 30)
    plan("toms", "tom", -10, 30)
    plan("nobodys", None, -10, 30)
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="project_manager", record="projects", visibility="mine")
        toms = Project.objects.get(key="toms").customer_id
    # Whatever is asked for, and on the customer's page as in the list.
    assert rows("view=all") == rows("view=team") == rows() == ["mine"]
    assert "view=all" not in client.get("/t/acme/projects/").content.decode()
    page = client.get(f"/t/acme/customers/{toms}/?part=delivery")
    assert page.status_code == 200
    assert "Project toms" not in page.content.decode()
    with tenant_scope(tenant.id):
        VisibilityRule.objects.update(visibility="team")
    assert set(rows("view=team")) == {"mine", "toms"}
    assert "Project toms" in client.get(f"/t/acme/customers/{toms}/?part=delivery").content.decode()


def test_the_page_takes_the_same_queries_at_any_size(client: Client, rows, plan) -> None:  # type: ignore[no-untyped-def]
    def queries_of_page() -> int:
        client.get("/t/acme/projects/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/t/acme/projects/?view=all")
        return len(captured)

    plan("0", "pam", -10, 30)
    few = queries_of_page()
    for number in range(1, 25):
        plan(str(number), "pam", -10, 30)
    assert queries_of_page() == few


def test_without_projects_the_page_says_what_to_look_at(client: Client, rows) -> None:  # type: ignore[no-untyped-def]
    assert rows() == []
    assert b"You manage no project" in client.get("/t/acme/projects/?view=mine").content


def test_a_customers_page_shows_its_projects_or_offers_one_to_who_may_make_it(
    client: Client,
    rows,  # type: ignore[no-untyped-def]
    plan,  # type: ignore[no-untyped-def]
    tenant: Tenant,
    bob,  # type: ignore[no-untyped-def]
) -> None:
    customer = plan("p1", "pam", -90, -30, -20)
    page = client.get(f"/t/acme/customers/{customer.pk}/?part=delivery").content.decode()
    assert "Project p1" in page
    assert 'id="projects"' in page
    with tenant_scope(tenant.id):
        bare = Customer.objects.create(key="X", name="X")
    path = f"/t/acme/customers/{bare.pk}/?part=delivery"
    assert f"/projects/new/?customer={bare.pk}" in client.get(path).content.decode()
    client.force_login(bob)
    assert 'id="projects"' not in client.get(path).content.decode()


def test_the_list_goes_out_as_a_file_filtered_as_it_is_shown(client: Client, rows, plan) -> None:  # type: ignore[no-untyped-def]
    plan("a", "pam", -10, 30)
    plan("=b", "pam", -90, -3)
    answer = client.get("/t/acme/projects/?stage=late&format=csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert "acme-projects-" in answer["Content-Disposition"]
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("Customer,Project,Project manager,Stage")
    assert ",Late," in lines[1]
    sheet = client.get("/t/acme/projects/?format=xlsx").content
    assert sheet.startswith(b"PK")
    assert client.get("/t/acme/projects/?format=exe").status_code == 404
