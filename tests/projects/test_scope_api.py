"""Effort, requirements and risks through the API."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from api_program import Program, program
from django.utils import timezone
from members import make_member

from accounts.models import AuditRecord, Colleague, Membership, Tenant, VisibilityRule
from accounts.tenancy import tenant_scope
from projects.models import ChangeRequest, Classification, Effort, Project, Requirement, Risk
from tests.projects.change_world import ChangeWorld, change_world

EFFORT, REQUIREMENTS, RISKS = "/api/v1/effort", "/api/v1/requirements", "/api/v1/risks"


@pytest.fixture
def world(tenant: Tenant) -> ChangeWorld:
    with tenant_scope(tenant.pk):
        return change_world(tenant, make_member)


def today(tenant: Tenant) -> Any:
    return tenant.local_date(timezone.now())


def tagged(crm: Program, path: str) -> str:
    return str(crm.get(path)["ETag"])


def test_ones_own_effort_is_booked_changed_and_taken_away(
    tenant: Tenant, world: ChangeWorld
) -> None:
    hers = program(tenant, "projects:read", "effort:write", member=world.author)
    given = {"project": "W-P1", "worked_on": str(today(tenant)), "days": "0.5", "item": "1"}
    made = hers.post(given, path=EFFORT, key="k")
    assert made.status_code == 201, made.content
    one = made.json()
    assert (one["item"], one["days"], one["person"]) == ("1", "0.500", "pam@acme.example")
    assert hers.post(given, path=EFFORT, key="k").json() == one
    at = f"{EFFORT}/{one['key']}"
    assert hers.get(at).json() == one
    again = hers.post(given | {"days": "0.25"}, path=EFFORT)
    assert again.status_code == 409
    tag = tagged(hers, at)
    more = hers.patch(at, {"days": "0.75"}, if_match=tag)
    assert (more.status_code, more.json()["days"]) == (200, "0.750")
    assert hers.patch(at, {"days": "1"}, if_match=tag).status_code == 412
    for wrong in ({"days": "3.001"}, {"days": "0"}, {"days": "0.0001"}, {"item": "none"},
                  {"project": "none"}, {"item": "1", "change_request": "x"}):  # fmt: skip
        assert hers.post(given | {"item": "2"} | wrong, path=EFFORT).status_code == 400, wrong
    day = today(tenant)
    for worked_on in (day + timedelta(days=1), day - timedelta(days=tenant.effort_edit_days + 9)):
        refused = hers.post(given | {"worked_on": str(worked_on)}, path=EFFORT)
        assert refused.status_code == 409, worked_on
    full = hers.post(given | {"item": "2", "days": "2.5"}, path=EFFORT)
    assert full.status_code == 409, "a day has 24 hours"
    with tenant_scope(tenant.pk):
        assert Effort.objects.get().days == Decimal("0.75")
        told = AuditRecord.objects.filter(verb__startswith="effort.").order_by("pk")
        assert [row.verb for row in told] == ["effort.booked", "effort.changed"]
        assert {(row.actor, row.data["program"]) for row in told} == {
            (world.author.user, "tickets")
        }
    assert hers.delete(at, if_match=tagged(hers, at)).status_code == 204
    assert hers.get(at).status_code == 404


def test_nobody_books_for_others(tenant: Tenant, world: ChangeWorld) -> None:
    given = {"project": "W-P1", "worked_on": str(today(tenant)), "days": "0.5"}
    crm = program(tenant, "projects:read", "effort:write")
    assert crm.post(given, path=EFFORT).status_code == 403, "it takes a person"
    chief = program(
        tenant, "projects:read", "effort:write",
        member=make_member(tenant, "chief@acme.example", "project_manager"),
    )  # fmt: skip
    with tenant_scope(tenant.pk):
        person = Colleague.objects.get(membership=world.author)
        Effort.objects.create(
            project=world.project, key="E1", person=person, worked_on=today(tenant), days=1
        )
    assert chief.get(f"{EFFORT}/E1").status_code == 200
    refused = chief.patch(f"{EFFORT}/E1", {"days": "2"}, if_match="*")
    assert refused.status_code == 403
    assert chief.delete(f"{EFFORT}/E1", if_match="*").status_code == 403
    admin = program(tenant, "projects:read", "effort:write", member=make_member(
        tenant, "root@acme.example", "admin"))  # fmt: skip
    assert admin.post(given, path=EFFORT).status_code == 403, "screens do not let them either"
    with tenant_scope(tenant.pk):
        assert Effort.objects.get().days == 1
        VisibilityRule.objects.create(role="project_manager", record="projects", visibility="mine")
    places = "/api/v1/bookable-projects"
    assert [one["key"] for one in crm.get(places).json()["results"]] == ["W-P1"]
    assert chief.get(places).json()["results"] == []
    assert chief.post(given, path=EFFORT).status_code == 400
    hers = program(tenant, "projects:read", "effort:write", member=world.author)
    (place,) = hers.get(places).json()["results"]
    assert [one["key"] for one in place["items"]] == ["1", "2"]


def test_requirements_are_captured_and_classified(tenant: Tenant, world: ChangeWorld) -> None:
    scopes = ("projects:read", "requirements:write", "requirements:classify")
    hers = program(tenant, *scopes, member=world.author)
    day = str(today(tenant))
    given: dict[str, Any] = {
        "project": "W-P1", "text": "A second company", "raised_on": day, "contact": "zhou",
    }  # fmt: skip
    made = hers.post(given, path=REQUIREMENTS)
    assert made.status_code == 201, made.content
    one = made.json()
    at = f"{REQUIREMENTS}/W-P1/{one['number']}"
    assert hers.get(at).json() == one
    assert (one["classification"], one["captured_by"]) == ("", "pam@acme.example")
    classify = f"{at}/classify"
    for wrong, status in (
        ({"kind": "in_scope", "why": "x"}, 400), ({"kind": "in_scope", "item": "9", "why": "x"}, 400),
        ({"kind": "clarification", "why": " "}, 400), ({"kind": "maybe", "why": "x"}, 400),
    ):  # fmt: skip
        assert hers.post(wrong, path=classify).status_code == status, wrong
    told = hers.post({"kind": "in_scope", "item": "1", "why": "Named."}, path=classify)
    assert (told.status_code, told.json()["classification"]) == (200, "in_scope")
    last = hers.post({"kind": "out_of_scope", "why": "One company."}, path=classify).json()
    assert [row["kind"] for row in last["classifications"]] == ["out_of_scope", "in_scope"]
    assert hers.get(REQUIREMENTS, classification="out_of_scope").json()["results"] == [last]
    assert hers.get(REQUIREMENTS, classification="in_scope").json()["results"] == []
    for odd, field in (
        ({"contact": None}, "contact"), ({"contact": "none"}, "contact"), ({"text": " "}, "text"),
        ({"colleague": "pam@acme.example"}, "contact"), ({"touchpoint": "none"}, "touchpoint"),
        ({"raised_on": str(today(tenant) + timedelta(days=1))}, "raised_on"),
    ):  # fmt: skip
        refused = hers.post(given | odd, path=REQUIREMENTS)
        assert refused.status_code == 400, odd
        assert refused.json()["errors"][0]["field"] == field
    crm = program(tenant, *scopes)
    assert crm.post(given, path=REQUIREMENTS).status_code == 403, (
        "a contact writes without a person"
    )
    with tenant_scope(tenant.pk):
        found = Requirement.objects.get()
        found.change_request = ChangeRequest.objects.create(
            project=world.project, key="CR-1", title="More", raised_on=today(tenant)
        )
        found.save()
        assert Classification.objects.count() == 2
    refused = crm.post({"kind": "clarification", "why": "x"}, path=classify)
    assert refused.status_code == 400
    assert "change request" in refused.json()["errors"][0]["message"]
    sam = make_member(tenant, "sam@acme.example", "service_manager")
    his = program(tenant, *scopes, member=sam)
    assert his.post({"kind": "clarification", "why": "x"}, path=classify).status_code == 403
    assert his.post(given, path=REQUIREMENTS).status_code == 201


def test_what_waits_for_a_person_is_told_to_them(tenant: Tenant, world: ChangeWorld) -> None:
    with tenant_scope(tenant.pk):
        Requirement.objects.create(
            project=world.project, number=1, text="More", raised_on=today(tenant),
            contact=world.contact,
        )  # fmt: skip
    path = "/api/v1/project-decisions"

    def told(member: Membership) -> list[Any]:
        rows = program(tenant, "projects:read", member=member).get(path).json()["results"]
        return [row for row in rows if row["title"] == "More"]

    (one,) = told(world.author)
    assert (one["project"], one["since"], one["until"]) == ("W-P1", str(today(tenant)), None)
    assert told(world.approver) == [], "executives classify nothing"
    assert program(tenant, "projects:read").get(path).status_code == 403


def test_the_signed_scope_is_changed_by_no_program(tenant: Tenant, world: ChangeWorld) -> None:
    crm = program(tenant, "projects:read", "projects:write")
    assert crm.post({"key": "3"}, path="/api/v1/sow-items").status_code == 405
    assert len(crm.get("/api/v1/sow-items").json()["results"]) == 2


def test_risks_are_raised_changed_settled_and_happen(tenant: Tenant, world: ChangeWorld) -> None:
    crm = program(tenant, "projects:read", "risks:raise", "risks:write")
    given = {"project": "W-P1", "title": "Late data", "probability": 3, "impact": 2,
             "contact": "zhou"}  # fmt: skip
    made = crm.post(given, path=RISKS)
    assert made.status_code == 201, made.content
    one = made.json()
    assert (one["weight"], one["side"], one["contact"]) == (6, "customer", "zhou")
    at = f"{RISKS}/W-P1/{one['number']}"
    assert crm.get(at).json() == one
    tag = tagged(crm, at)
    changed = crm.patch(at, {"person": "pam@acme.example", "impact": 3}, if_match=tag).json()
    assert (changed["weight"], changed["side"], changed["contact"]) == (9, "vendor", None)
    assert crm.patch(at, {"impact": 1}, if_match=tag).status_code == 412
    nobody = crm.patch(at, {"side": "customer"}, if_match=tagged(crm, at)).json()
    assert (nobody["side"], nobody["person"]) == ("customer", None)
    held = crm.post({"state": "mitigated", "why": "Tested."}, path=f"{at}/settle").json()
    assert (held["state"], held["state_why"]) == ("mitigated", "Tested.")
    assert crm.post({"state": "mitigated", "why": "x"}, path=f"{at}/settle").status_code == 409
    assert crm.post({"state": "happened", "why": "x"}, path=f"{at}/settle").status_code == 400
    issue = crm.post({"why": "It came late."}, path=f"{at}/happen")
    assert issue.status_code == 201, issue.content
    told = issue.json()
    assert (told["kind"], told["came_of"], told["probability"], told["text"]) == (
        "issue", one["number"], None, "It came late.",
    )  # fmt: skip
    assert crm.get(at).json()["state"] == "happened"
    assert crm.post({"why": "x"}, path=f"{at}/happen").status_code == 409
    path = f"{RISKS}/W-P1/{told['number']}"
    assert crm.patch(path, {"probability": 1}, if_match="*").status_code == 400
    assert [row["number"] for row in crm.get(RISKS, state="open").json()["results"]] == [2]
    for wrong, field in (
        ({"impact": 4}, "impact"), ({"contact": "none"}, "contact"), ({"title": " "}, "title"),
        ({"person": "pam@acme.example"}, "contact"), ({"due_on": "1800-01-01"}, "due_on"),
    ):  # fmt: skip
        refused = crm.post(given | wrong, path=RISKS)
        assert refused.status_code == 400, wrong
        assert refused.json()["errors"][0]["field"] == field
    eve = program(tenant, "projects:read", "risks:raise", "risks:write", member=world.approver)
    assert eve.post(given, path=RISKS).status_code == 201, "every role raises"
    assert eve.patch(at, {"impact": 1}, if_match="*").status_code == 403
    with tenant_scope(tenant.pk):
        assert set(Risk.objects.values_list("changed_by__email", flat=True)) == {
            None, "eve@acme.example",
        }  # fmt: skip


def test_of_others_nothing_is_told(
    tenant: Tenant, world: ChangeWorld, make_tenant: Any, pam_only: Membership
) -> None:
    with tenant_scope(tenant.pk):
        Risk.objects.create(project=world.project, number=1, title="x", probability=1,
                            raised_on=today(tenant))  # fmt: skip
        Requirement.objects.create(
            project=world.project, number=1, text="x", raised_on=today(tenant),
            contact=world.contact,
        )  # fmt: skip
    his = program(tenant, "projects:read", "risks:write", member=pam_only)
    other = program(make_tenant("other"), "projects:read", "risks:write")
    for crm in (his, other):
        for path in (RISKS, REQUIREMENTS, "/api/v1/bookable-projects", "/api/v1/sow-items"):
            assert crm.get(path).json()["results"] == [], path
        assert crm.get(f"{RISKS}/W-P1/1").status_code == 404
        assert crm.patch(f"{RISKS}/W-P1/1", {"impact": 1}, if_match="*").status_code == 404
        assert crm.get(f"{REQUIREMENTS}/W-P1/1").status_code == 404


@pytest.fixture
def pam_only(tenant: Tenant) -> Membership:
    """Sees the projects that are their own alone: none."""
    member = make_member(tenant, "mia@acme.example", "team_member")
    with tenant_scope(tenant.pk):
        VisibilityRule.objects.create(role="team_member", record="projects", visibility="mine")
    return member


def test_many_ask_no_more_than_few(
    tenant: Tenant, world: ChangeWorld, django_assert_max_num_queries: Any,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    with tenant_scope(tenant.pk):
        day = today(tenant)
        person = Colleague.objects.get(membership=world.author)
        for number in range(1, 31):
            Project.objects.create(
                customer=world.project.customer, key=f"P{number}", name="x", starts_on=day,
                due_on=day,
            )  # fmt: skip
            Risk.objects.create(project=world.project, number=number, title="x", probability=1,
                                raised_on=day, person=person)  # fmt: skip
            found = Requirement.objects.create(
                project=world.project, number=number, text="x", raised_on=day,
                contact=world.contact,
            )  # fmt: skip
            Classification.objects.create(
                requirement=found, kind="in_scope", item=world.items[0], why="x"
            )
            Effort.objects.create(
                project=world.project, key=f"E{number}", person=person, worked_on=day, days=1
            )
    crm = program(tenant, "projects:read")
    for path in (RISKS, REQUIREMENTS, EFFORT, "/api/v1/bookable-projects"):
        crm.get(path)
        with django_assert_max_num_queries(16) as few:
            crm.get(path, limit=3)
        with django_assert_num_queries(len(few)):
            assert len(crm.get(path, limit=30).json()["results"]) == 30
