"""The effort page of a project: burn by item, forecast, and the entries behind every figure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Colleague, Customer, Membership, Tenant, User, VisibilityRule
from accounts.tenancy import tenant_scope
from projects.actions.templates import keep_shipped
from projects.models import (
    Baseline,
    BaselineItem,
    ChangeRequest,
    Effort,
    Phase,
    Plan,
    PlanTemplateVersion,
    Project,
    Side,
    Sow,
    SowItem,
    Task,
)
from projects.queries.burn import SIGNED, UNAPPROVED, burn_of
from projects.queries.delivery import deliveries
from projects.queries.templates import latest_version

START, TODAY = date(2026, 3, 2), date(2026, 3, 20)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 3, 20, 4, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def pam(tenant: Tenant, make_member) -> Membership:  # type: ignore[no-untyped-def]
    member: Membership = make_member(tenant, "pam@acme.example", "project_manager")
    return member


def book(project: Project, days: str, on: date = START, who: str = "ann", **place: object) -> None:
    person, _ = Colleague.objects.get_or_create(key=who, defaults={"name": who.title()})
    Effort.objects.create(
        project=project, key=f"e{Effort.objects.count()}", person=person, worked_on=on, days=days,
        **place,
    )  # fmt: skip


@pytest.fixture
def project(tenant: Tenant, pam: Membership) -> Project:
    """Two items of 6 and 4 days; a signed change of 2, one nobody signed, an item taken out."""
    with tenant_scope(tenant.id):
        customer = Customer.objects.create(key="C", name="Carpenter")
        made: Project = Project.objects.create(
            customer=customer, key="P", name="HR core", starts_on=START, due_on=START + timedelta(60),
            manager=Colleague.objects.get(membership=pam.pk),
        )  # fmt: skip
        sow = Sow.objects.create(project=made)
        build = SowItem.objects.create(
            sow=sow, key="1", title="Build", effort_days=6, phase="Build"
        )
        train = SowItem.objects.create(
            sow=sow, key="2", title="Train", effort_days=4, phase="Train"
        )
        gone = SowItem.objects.create(sow=sow, key="3", title="Gone", effort_days=1)
        more = SowItem.objects.create(sow=sow, key="S", title="Signed more", effort_days=2)
        signed = ChangeRequest.objects.create(
            project=made, key="S", title="Signed more", raised_on=START, state="signed",
            signed_on=START + timedelta(1), effort_days=2,
        )  # fmt: skip
        wish = ChangeRequest.objects.create(project=made, key="W", title="Wish", raised_on=START)
        first = Baseline.objects.create(
            sow=sow, version=1, starts_on=START, due_on=START + timedelta(40), effort_days=11
        )
        for item in (build, train, gone):
            BaselineItem.objects.create(baseline=first, item=item, effort_days=item.effort_days)
        second = Baseline.objects.create(
            sow=sow, version=2, starts_on=START, due_on=START + timedelta(40), effort_days=12,
            change_request=signed, valid_from=START + timedelta(1),
        )  # fmt: skip
        for item in (build, train, more):
            BaselineItem.objects.create(baseline=second, item=item, effort_days=item.effort_days)
        book(made, "3", item=build)
        book(made, "0.125", item=build, change_request=wish)
        book(made, "1.5", change_request=signed)
        book(made, "0.5", item=more)
        book(made, "0.25", item=gone)
        book(made, "1", who="bea")
        book(made, "9", on=TODAY + timedelta(1), item=train)
        return made


def planned(project: Project, *efforts: tuple[str, bool]) -> None:
    version: PlanTemplateVersion | None = latest_version(keep_shipped(language="en"))
    assert version is not None
    Plan.objects.create(project=project, template_version=version)
    phase = Phase.objects.create(project=project, position=1, title="Work")
    for number, (effort, is_done) in enumerate(efforts, start=1):
        Task.objects.create(
            project=project, phase=phase, number=number, title=f"T{number}", starts_on=START,
            ends_on=START + timedelta(4), effort_days=effort, state="done" if is_done else "todo",
            started_on=START if is_done else None, finished_on=START if is_done else None,
        )  # fmt: skip


def test_parts_are_those_of_the_delivery_figures(tenant: Tenant, project: Project) -> None:
    with tenant_scope(tenant.id):
        burn = burn_of(project, TODAY)
        (figures,) = deliveries(TODAY, [project.pk])
    assert burn.booked == figures.actual_effort == 6_375
    assert burn.unapproved == figures.unapproved_effort == 375
    signed = sum(row.booked for row in burn.rows if row.part == SIGNED)
    # What was booked on an added item itself is in scope; here it stands with the change.
    assert signed == 2_000 == figures.approved_change_effort + 500
    assert sum(row.baseline or 0 for row in burn.rows) == figures.baseline_effort == 12_000
    assert sum(whole for whole, _part in burn.weeks.values()) == figures.actual_effort


def test_each_item_has_what_was_agreed_and_what_was_booked(
    tenant: Tenant, project: Project
) -> None:
    with tenant_scope(tenant.id):
        rows = {row.title: row for row in burn_of(project, TODAY).rows}
    assert {title: (row.baseline, row.booked, row.left) for title, row in rows.items()} == {
        "Build": (6_000, 3_000, 3_000),
        "Train": (4_000, 0, 4_000),
        "Signed more": (2_000, 2_000, 0),
        "Gone": (None, 250, None),
        "Wish": (None, 125, None),
        "": (None, 1_000, None),
    }
    assert rows["Wish"].part == rows["Gone"].part == UNAPPROVED


def test_before_the_signature_the_change_is_unapproved(tenant: Tenant, project: Project) -> None:
    with tenant_scope(tenant.id):
        burn = burn_of(project, START)
        (figures,) = deliveries(START, [project.pk])
    assert burn.unapproved == figures.unapproved_effort
    assert burn.booked == figures.actual_effort
    assert burn.forecast.budget == 11_000


def test_the_forecast_without_a_plan_is_at_least(tenant: Tenant, project: Project) -> None:
    with tenant_scope(tenant.id):
        found = burn_of(project, TODAY).forecast
    # 6.375 booked, 3 of Build, 4 of Train left, nothing of the change.
    assert (found.basis, found.low, found.over) == ("items", 13_375, (1_375, 1_375))


def test_the_forecast_with_a_plan_is_a_range(tenant: Tenant, project: Project, pam) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        planned(project, ("5", True), ("15", False))
        Task.objects.create(  # of the customer: their effort is not ours
            project=project, phase=Phase.objects.get(), number=9, title="Theirs", side=Side.CUSTOMER,
            starts_on=START, ends_on=START, effort_days=50,
        )  # fmt: skip
        found = burn_of(project, TODAY).forecast
    # A quarter done: 6.375 + ¾ × 12; and 6 ÷ ¼ + 0.375.
    assert (found.as_planned, found.as_paced) == (15_375, 24_375)
    page = shown(pam, project)
    assert "15.4 to 24.4" in page
    assert "+3.4 to +12.4 against the baseline" in page
    assert "6.375 booked + (1 − 25% done) × 12" in page
    assert "6 booked on what was agreed ÷ 25% done + 0.375 unapproved" in page


def client_of(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def shown(member: Membership, project: Project, path: str = "") -> str:
    answer = client_of(member).get(f"/t/acme/projects/{project.pk}/effort/{path}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_page_says_it_and_leads_to_the_entries(
    tenant: Tenant, project: Project, pam: Membership
) -> None:
    page = shown(pam, project)
    assert "at least 13.4" in page
    assert "Is more spent than should be by now?" in page
    assert "As a table" in page, "the chart has its words"
    html = client_of(pam).get(f"/t/acme/projects/{project.pk}/effort/").content.decode()
    links = set(re.findall(r'href="([^"]*effort/rows/\?on=[^"]*)"', html))
    assert len(links) == 6
    whole = Decimal(0)
    for link in links:
        rows = client_of(pam).get(link + "&format=csv").content.decode("utf-8-sig")
        whole += sum(Decimal(row["Person-days"]) for row in csv.DictReader(io.StringIO(rows)))
    assert whole == Decimal("6.375"), "every entry is behind exactly one row"
    rows = shown(pam, project, "rows/?part=unapproved")
    assert "0.375 person-days" in rows
    assert "W Wish" in rows
    xlsx = client_of(pam).get(f"/t/acme/projects/{project.pk}/effort/rows/?format=xlsx")
    assert xlsx.content.startswith(b"PK")


def test_who_worked_is_seen_as_the_tenant_allows(
    tenant: Tenant, project: Project, bob: User, pam: Membership
) -> None:
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", record="effort", visibility="mine")
        VisibilityRule.objects.create(role="project_manager", record="effort", visibility="mine")
        member = Membership.objects.get(user=bob)
    page = shown(member, project, "rows/")
    assert "Ann" not in page
    assert "6.375 more person-days were booked by people whose weeks you do not see" in page
    answer = client_of(member).get(f"/t/acme/projects/{project.pk}/effort/rows/?format=csv")
    assert "Ann" not in answer.content.decode("utf-8-sig")
    assert "Ann" in shown(pam, project, "rows/"), "she manages it"


def test_what_is_not_there_is_a_404(tenant: Tenant, project: Project, pam, charlie: User) -> None:  # type: ignore[no-untyped-def]
    base = f"/t/acme/projects/{project.pk}/effort/"
    for path in ("rows/?on=item-999999", "rows/?part=x", "rows/?format=pdf"):
        assert client_of(pam).get(base + path).status_code == 404
    client = Client()
    client.force_login(charlie)
    assert client.get(base).status_code == 404
    assert client.get(f"/t/other/projects/{project.pk}/effort/").status_code == 404
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="project_manager", record="projects", visibility="mine")
        Project.objects.update(manager=None)
    assert client_of(pam).get(base).status_code == 404


def test_empty_and_without_a_baseline_it_says_so(tenant: Tenant, project: Project, pam) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        bare = Project.objects.create(customer=project.customer, key="B", name="Bare",
                                      starts_on=START, due_on=START)  # fmt: skip
    assert "No effort and no baseline yet" in shown(pam, bare)
    with tenant_scope(tenant.id):
        book(bare, "1")
    assert "It cannot be said" in shown(pam, bare)


def test_the_number_of_queries_does_not_grow(tenant: Tenant, project: Project, pam) -> None:  # type: ignore[no-untyped-def]
    base = f"/t/acme/projects/{project.pk}/effort/"
    client = client_of(pam)

    def counted() -> list[int]:
        numbers = []
        for path in (base, base + "rows/"):
            client.get(path)
            with CaptureQueriesContext(connection) as captured:
                client.get(path)
            numbers.append(len(captured))
        return numbers

    few = counted()
    with tenant_scope(tenant.id):
        sow = Sow.objects.get()
        for number in range(20):
            item = SowItem.objects.create(sow=sow, key=f"n{number}", title="N", effort_days=1)
            for week in range(3):
                book(
                    project, "0.5", on=START + timedelta(7 * week - 7), who=f"p{number}", item=item
                )
    assert counted() == few
