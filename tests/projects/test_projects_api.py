"""Projects, change requests and effort for other programs: the numbers of the `delivery` command, and
what the token's person sees."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from api_program import program
from django.core.management import call_command
from members import make_member

from accounts.models import Colleague, Customer, Tenant, VisibilityRule
from accounts.tenancy import tenant_scope
from projects.models import Baseline, ChangeRequest, Effort, Project, Sow, SowItem

PROJECTS, CHANGES, EFFORT = "/api/v1/projects", "/api/v1/change-requests", "/api/v1/effort"
START, DUE = date(2026, 8, 3), date(2026, 11, 13)


@pytest.fixture
def world(tenant: Tenant) -> Tenant:
    with tenant_scope(tenant.pk):
        for number in range(4):
            lee = Colleague.objects.create(key=f"lee{number}", name="Lee")
            customer = Customer.objects.create(key=f"C{number}", name="C")
            project = Project.objects.create(
                customer=customer, key=f"P{number}/x", name="Rollout", manager=lee,
                starts_on=START, due_on=DUE,
            )  # fmt: skip
            sow = Sow.objects.create(project=project)
            item = SowItem.objects.create(sow=sow, key="I1", title="Setup", effort_days=10)
            Baseline.objects.create(
                sow=sow, version=1, starts_on=START, due_on=DUE, effort_days=Decimal(10)
            )
            change = ChangeRequest.objects.create(
                project=project, key="CR-1", title="More", raised_on=date(2026, 9, 1),
                effort_days=Decimal("2.5"), state="signed", signed_on=date(2026, 9, 8),
            )  # fmt: skip
            for days, of in ((3, {"item": item}), (2, {"change_request": change}), (1, {})):
                Effort.objects.create(
                    project=project, key=f"E{number}-{days}", person=lee,
                    worked_on=date(2026, 9, 9 + days), days=days, **of,
                )  # fmt: skip
    return tenant


def printed(tenant: Tenant) -> dict[str, Any]:
    out = io.StringIO()
    call_command("delivery", tenant=tenant.slug, format="json", stdout=out)
    return {row["project"]: row for row in json.loads(out.getvalue(), parse_float=Decimal)}


def test_projects_stand_as_the_delivery_command_prints_them(world: Tenant) -> None:
    crm = program(world, "projects:read")
    rows = crm.get(PROJECTS).json()["results"]
    assert [row["key"] for row in rows] == ["P0/x", "P1/x", "P2/x", "P3/x"]
    command = printed(world)
    for row in rows:
        said = command[row["key"]]
        assert row["manager"] == said["manager"]
        for name, value in row["delivery"].items():
            expected = said[name]
            found = Decimal(value) if isinstance(value, str) and name != "phase" else value
            assert found == expected, name
        assert Decimal(row["delivery"]["actual_effort"]) == 6
    one = crm.get(f"{PROJECTS}/P1~1x")
    assert one.json() == rows[1]
    assert crm.get(f"{PROJECTS}/P9").status_code == 404
    assert crm.get(PROJECTS, is_open="true", customer="C2").json()["results"] == [rows[2]]
    assert crm.get(PROJECTS, is_open="false").json()["results"] == []


def test_changes_effort_and_scope_are_listed(world: Tenant) -> None:
    crm = program(world, "projects:read")
    change = crm.get(f"{CHANGES}/P1~1x/CR-1").json()
    assert (change["state"], change["signed_on"], change["effort_days"]) == (
        "signed", "2026-09-08", "2.500",
    )  # fmt: skip
    assert len(crm.get(CHANGES, state="signed").json()["results"]) == 4
    assert crm.get(CHANGES, state="draft").json()["results"] == []
    worked = crm.get(EFFORT, project="P2/x").json()["results"]
    assert [(row["days"], row["item"], row["change_request"]) for row in worked] == [
        ("3.000", "I1", None), ("2.000", None, "CR-1"), ("1.000", None, None),
    ]  # fmt: skip
    items = crm.get("/api/v1/sow-items", project="P0/x").json()["results"]
    assert [(row["key"], row["effort_days"]) for row in items] == [("I1", "10.000")]


def test_a_person_reads_the_projects_that_the_person_sees(world: Tenant, make_tenant: Any) -> None:
    member = make_member(world, "sam@acme.example", "project_manager")
    with tenant_scope(world.pk):
        for kind in ("projects", "effort"):
            VisibilityRule.objects.create(role="project_manager", record=kind, visibility="mine")
        sam = Colleague.objects.get(membership=member)
        Project.objects.filter(key="P2/x").update(manager=sam)
    his = program(world, "projects:read", member=member)
    for path in (PROJECTS, CHANGES, EFFORT, "/api/v1/sow-items"):
        rows = his.get(path).json()["results"]
        assert rows, path
        assert {row.get("project", row["key"]) for row in rows} == {"P2/x"}, path
    assert his.get(f"{PROJECTS}/P1~1x").status_code == 404
    assert his.get(f"{CHANGES}/P1~1x/CR-1").status_code == 404
    other = program(make_tenant("other"), "projects:read")
    for path in (PROJECTS, CHANGES, EFFORT, "/api/v1/sow-items"):
        assert other.get(path).json()["results"] == []
    assert program(world, "customers:read").get(PROJECTS).status_code == 403


def test_many_ask_no_more_than_few(
    world: Tenant, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    crm = program(world, "projects:read")
    for path in (PROJECTS, CHANGES, EFFORT, "/api/v1/sow-items"):
        crm.get(path)
        with django_assert_max_num_queries(25) as few:
            crm.get(path, limit=1)
        with django_assert_num_queries(len(few)):
            crm.get(path, limit=500)
