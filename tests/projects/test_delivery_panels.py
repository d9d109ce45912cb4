"""The customer page shows projects against their baselines, cases and touchpoints."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    Case,
    Colleague,
    Contact,
    Customer,
    Membership,
    Tenant,
    Touchpoint,
    User,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from projects.models import Baseline, BaselineItem, ChangeRequest, Effort, Project, Sow, SowItem
from service.actions.case_sync import sync_cases
from ui.registry import customer_panels

DAY = timedelta(1)
START, DUE = date(2026, 3, 2), date(2026, 3, 13)


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    with tenant_scope(tenant.id):
        found: Customer = Customer.objects.create(key="A", name="Alpha")
        return found


@pytest.fixture
def page(client: Client, bob: User, customer: Customer) -> Callable[..., str]:
    """The customer page as words, as the service manager or somebody else reads it."""

    def get(query: str, user: User = bob) -> str:
        client.force_login(user)
        answer = client.get(f"/t/acme/customers/{customer.pk}/?{query}")
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))

    return get


def delivered(customer: Customer, key: str = "P1") -> Project:
    """A project accepted three days after its baseline, with a wish that nobody signed."""
    project = Project.objects.create(
        customer=customer,
        key=key,
        name="Go-live",
        starts_on=START,
        due_on=DUE + 5 * DAY,
        accepted_on=date(2026, 3, 18),
    )
    sow = Sow.objects.create(project=project)
    baseline = Baseline.objects.create(
        sow=sow, version=1, starts_on=START, due_on=DUE, effort_days=8
    )
    item = SowItem.objects.create(sow=sow, key="1", title="Build", effort_days=8)
    BaselineItem.objects.create(baseline=baseline, item=item, effort_days=8)
    person, _ = Colleague.objects.get_or_create(key="ann", defaults={"name": "Ann"})
    wish = ChangeRequest.objects.create(project=project, key="CR", title="More", raised_on=START)
    for number, (days, booked) in enumerate(
        (("7.125", {"item": item}), ("0.5", {}), ("2", {"change_request": wish}))
    ):
        Effort.objects.create(
            project=project,
            key=f"{key}-{number}",
            person=person,
            worked_on=START,
            days=days,
            **booked,
        )
    return project


def test_projects_stand_against_their_baselines(
    tenant: Tenant, customer: Customer, page: Callable[..., str]
) -> None:
    with tenant_scope(tenant.id):
        delivered(customer)
    words = page("part=delivery")
    assert "Against the baseline" in words
    row = words[words.index("Go-live P1", words.index("Scope creep")) :]
    assert "Accepted" in row
    assert "was 10 now 13" in row, "the baseline's days above those it took"
    assert "was 13 Mar 2026 now 18 Mar 2026" in row
    assert "+3" in row
    assert "9.625 of 8" in row
    assert "0.5 on no item" in row
    assert "25" in row[row.index("0.5 on no item") :]


def test_a_project_without_baseline_and_effort_is_no_delivery(
    tenant: Tenant, customer: Customer, page: Callable[..., str]
) -> None:
    with tenant_scope(tenant.id):
        Project.objects.create(customer=customer, key="P", name="P", starts_on=START, due_on=DUE)
    assert "Against the baseline" not in page("part=delivery")


def test_projects_that_a_member_may_not_see_have_no_figures(
    tenant: Tenant, customer: Customer, page: Callable[..., str]
) -> None:
    with tenant_scope(tenant.id):
        delivered(customer)
        VisibilityRule.objects.create(role="service_manager", record="projects", visibility="mine")
    assert "Against the baseline" not in page("part=delivery")


def test_cases_with_their_state(
    tenant: Tenant, customer: Customer, page: Callable[..., str]
) -> None:
    assert "Payslips" not in page("part=service")
    opened = datetime(2026, 3, 2, 1, tzinfo=UTC)
    with tenant_scope(tenant.id):
        for key, further in {
            "C1": {"title": "Payslips are late", "priority": "urgent"},
            "C2": {"closed_at": opened + DAY, "satisfaction": 4, "first_response_at": opened},
        }.items():
            Case.objects.create(customer=customer, key=key, opened_at=opened, **further)
        sync_cases(tenant)
    words = page("part=service")
    assert "Payslips are late C1" in words
    assert "Urgent" in words
    assert "Closed 3 Mar 2026" in words
    assert "4 of 5" in words


def test_touchpoints_as_far_as_a_member_sees_them(
    tenant: Tenant, customer: Customer, page: Callable[..., str], bob: User
) -> None:
    with tenant_scope(tenant.id):
        own = Colleague.objects.get(membership=Membership.objects.get(user=bob))
        contact = Contact.objects.create(customer=customer, key="c", name="Carla")
        for key, colleague in (("mine", own), ("other", None)):
            Touchpoint.objects.create(
                customer=customer,
                key=key,
                kind=f"Visit {key}",
                happened_on=START,
                contact=contact,
                colleague=colleague,
            )
    words = page("part=service")
    assert "Visit mine Carla bob" in words
    assert "Visit other Carla –" in words
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(
            role="service_manager", record="touchpoints", visibility="mine"
        )
    words = page("part=service")
    assert "Visit mine" in words
    assert "Visit other" not in words


def test_long_lists_have_pages_of_their_own(
    tenant: Tenant, customer: Customer, page: Callable[..., str]
) -> None:
    with tenant_scope(tenant.id):
        for number in range(15):
            Touchpoint.objects.create(
                customer=customer,
                key=f"T{number}",
                kind=f"Call {number:02}",
                happened_on=START + number * DAY,
            )
    assert "Call 14" in page("part=service")
    assert "Call 00" not in page("part=service")
    assert "Call 00" in page("part=service&touchpoints_page=2")


def test_the_page_takes_the_same_queries_whatever_the_size(
    tenant: Tenant, customer: Customer, client: Client, alice: User
) -> None:
    client.force_login(alice)

    def grow(first: int, last: int) -> None:
        with tenant_scope(tenant.id):
            contact, _ = Contact.objects.get_or_create(customer=customer, key="c", name="C")
            for number in range(first, last):
                delivered(customer, f"P{number}")
                opened = datetime(2026, 3, 2, 1, tzinfo=UTC)
                Case.objects.create(
                    customer=customer, key=f"C{number}", opened_at=opened, contact=contact
                )
                Touchpoint.objects.create(
                    customer=customer,
                    key=f"T{number}",
                    kind="call",
                    happened_on=START,
                    contact=contact,
                    colleague=Colleague.objects.get(key="ann"),
                )

    def queries() -> int:
        client.get("/t/acme/audit/")  # sessions and templates are warm
        with CaptureQueriesContext(connection) as captured:
            for part in customer_panels.parts:
                page = client.get(f"/t/acme/customers/{customer.pk}/?part={part.key}")
                assert page.status_code == 200
        return len(captured)

    grow(0, 2)
    few = queries()
    grow(2, 12)
    assert queries() == few
