"""Training, links, payments and figures of projects through the API."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from api_program import Program, program
from django.utils import timezone
from members import make_member

from accounts.models import (
    ApiAnswer,
    Contact,
    ContactRole,
    Contract,
    Customer,
    Instalment,
    Module,
    OutgoingMail,
    Tenant,
    VisibilityRule,
)
from accounts.queries.calendars import working_calendar
from accounts.tenancy import tenant_scope
from projects.models import (
    Attendance,
    Effort,
    MilestonePayment,
    Project,
    ProjectPageLink,
    Task,
    TrainingSession,
)
from projects.queries.burn import burn_of
from projects.queries.plan_facts import plan_facts
from projects.queries.standing import standings
from tests.projects.change_world import ChangeWorld, change_world

API = "/api/v1"
SESSIONS, LINKS = f"{API}/training-sessions", f"{API}/page-links"


@pytest.fixture
def world(tenant: Tenant) -> ChangeWorld:
    with tenant_scope(tenant.pk):
        return change_world(tenant, make_member)


def today(tenant: Tenant) -> date:
    return tenant.local_date(timezone.now())


def tagged(crm: Program, path: str) -> str:
    return str(crm.get(path)["ETag"])


def test_training_is_held_and_attended(tenant: Tenant, world: ChangeWorld) -> None:
    crm = program(tenant, "projects:read", "training:write")
    with tenant_scope(tenant.pk):
        Module.objects.create(key="payroll", name="Payroll")
        customer = world.project.customer
        others = [
            Contact.objects.create(customer=customer, key=f"c{n}", name=f"C{n}") for n in "12"
        ]
    given = {"customer": "W", "project": "W-P1", "title": "Month end", "kind": "end_user",
             "held_on": "2026-10-12", "minutes": 90, "modules": ["payroll"]}  # fmt: skip
    made = crm.post(given, path=SESSIONS)
    assert made.status_code == 201, made.content
    one = made.json()
    at = f"{SESSIONS}/{one['key']}"
    assert crm.get(at).json() == one
    assert (one["project"], one["modules"], one["attendances"]) == ("W-P1", ["payroll"], [])
    told = crm.post(
        {"people": [{"contact": "zhou", "state": "excused"}], "rest": True}, path=f"{at}/attend"
    ).json()
    assert {row["contact"]: row["state"] for row in told["attendances"]} == {
        "zhou": "excused", "c1": "present", "c2": "present",
    }  # fmt: skip
    crm.post({"people": [{"contact": "c1", "state": None}]}, path=f"{at}/attend")
    assert crm.post({"people": [{"contact": "no", "state": None}]},
                    path=f"{at}/attend").status_code == 400  # fmt: skip
    joined = crm.post({"name": "Bo Li"}, path=f"{at}/add-person").json()
    assert [row["name"] for row in joined["attendances"] if row["state"] == "present"] == [
        "C2", "Bo Li",
    ]  # fmt: skip
    tag = tagged(crm, at)
    changed = crm.patch(at, {"title": "Year end", "project": None, "modules": []}, if_match=tag)
    assert (changed.json()["title"], changed.json()["project"]) == ("Year end", None)
    assert crm.patch(at, {"title": "x"}, if_match=tag).status_code == 412
    for wrong in ({"project": "none"}, {"modules": ["none"]}, {"minutes": 0}, {"title": " "},
                  {"trainer": "none"}, {"held_on": "1800-01-01"}):  # fmt: skip
        assert crm.patch(at, wrong, if_match="*").status_code == 400, wrong
    with tenant_scope(tenant.pk):
        assert ContactRole.objects.get(contact__name="Bo Li").role == "end_user"
        assert Attendance.objects.filter(contact=others[0]).count() == 0
    eve = program(tenant, "projects:read", "training:write", member=world.approver)
    assert eve.delete(at, if_match="*").status_code == 403
    assert crm.delete(at, if_match=tagged(crm, at)).status_code == 204
    with tenant_scope(tenant.pk):
        assert not TrainingSession.objects.exists()


def test_a_contact_is_given_a_link_that_is_shown_once(tenant: Tenant, world: ChangeWorld) -> None:
    hers = program(tenant, "projects:read", "projects:share", member=world.author)
    given = {"project": "W-P1", "contact": "zhou", "language": "en"}
    made = hers.post(given, path=LINKS, key="k")
    assert made.status_code == 201, made.content
    one = made.json()
    assert f"/r/{tenant.pk}." in one["address"]
    with tenant_scope(tenant.pk):
        assert OutgoingMail.objects.get().to == "zhou@rookcombe.example"
    at = f"{LINKS}/{one['id']}"
    assert hers.get(at).json() == one | {"address": None}
    assert hers.get(at)["ETag"] == made["ETag"]
    again = hers.post(given, path=LINKS, key="k").json()
    assert again == one | {"address": None}, "an address is kept nowhere"
    with tenant_scope(tenant.pk):
        assert one["address"] not in str(ApiAnswer.objects.values_list("body", flat=True))
    renewed = hers.post({}, path=f"{at}/renew")
    assert renewed.status_code == 201, renewed.content
    assert renewed.json()["address"] not in (None, one["address"])
    assert hers.get(at).json()["closed"] == "revoked"
    last = f"{LINKS}/{renewed.json()['id']}"
    assert hers.post({}, path=f"{last}/revoke").json()["closed"] == "revoked"
    assert hers.post({}, path=f"{last}/revoke").status_code == 409
    assert hers.post(given | {"contact": "none"}, path=LINKS).status_code == 400
    sam = make_member(tenant, "sam@acme.example", "service_manager")
    his = program(tenant, "projects:read", "projects:share", member=sam)
    assert his.post(given, path=LINKS).status_code == 403
    assert len(his.get(LINKS).json()["results"]) == 2
    with tenant_scope(tenant.pk):
        assert ProjectPageLink.objects.filter(revoked_at=None).count() == 0


def test_instalments_are_tied_to_milestones(tenant: Tenant, world: ChangeWorld) -> None:
    crm = program(tenant, "contracts:read", "instalments:tie", "projects:read", "projects:write")
    crm.post({"template": "standard"}, path=f"{API}/projects/W-P1/plan")
    with tenant_scope(tenant.pk):
        customer = world.project.customer
        contract = Contract.objects.create(customer=customer, key="K", currency="CNY")
        for days in (0, 90):
            Instalment.objects.create(
                contract=contract, due_on=today(tenant) + timedelta(days=days), amount=100
            )
        milestone = Task.objects.filter(project=world.project, is_milestone=True).first()
        no_milestone = Task.objects.filter(project=world.project, is_milestone=False).first()
        assert milestone is not None
        assert no_milestone is not None
    path = f"{API}/projects/W-P1/instalments"
    first, second = crm.get(path).json()["results"]
    assert (first["state"], first["milestone"], second["state"]) == ("due", None, "to_come")
    at = f"{path}/{first['id']}"
    tag = tagged(crm, at)
    tied = crm.patch(at, {"milestone": milestone.number}, if_match=tag)
    assert tied.status_code == 200, tied.content
    assert (tied.json()["state"], tied.json()["milestone"]) == ("held_up", milestone.number)
    assert crm.patch(at, {"milestone": None}, if_match=tag).status_code == 412
    assert crm.patch(at, {"milestone": no_milestone.number}, if_match="*").status_code == 400
    assert crm.get(path, is_free="true").json()["results"] == [second]
    standing = crm.get(f"{API}/project-standings/W-P1").json()
    assert Decimal(standing["payments"]["held_up"]) == 100
    with tenant_scope(tenant.pk):
        other = Project.objects.create(
            customer=customer, key="W-P2", name="x", starts_on=today(tenant), due_on=today(tenant)
        )
    beside = crm.get(f"{API}/projects/W-P2/instalments").json()["results"]
    assert beside[0]["milestone_project"] == "W-P1"
    refused = crm.patch(f"{API}/projects/W-P2/instalments/{first['id']}", {"milestone": None},
                        if_match="*")  # fmt: skip
    assert refused.status_code == 409
    eve = program(tenant, "contracts:read", "instalments:tie", member=world.approver)
    assert eve.patch(at, {"milestone": None}, if_match="*").status_code == 403
    assert crm.patch(at, {"milestone": None}, if_match="*").json()["milestone"] is None
    with tenant_scope(tenant.pk):
        assert not MilestonePayment.objects.exists()
        assert other.pk


def test_a_milestone_in_hand_keeps_its_day(tenant: Tenant, world: ChangeWorld) -> None:
    crm = program(tenant, "projects:read", "projects:write")
    crm.post({"template": "standard"}, path=f"{API}/projects/W-P1/plan")
    began = today(tenant) - timedelta(days=5)
    with tenant_scope(tenant.pk):
        task = Task.objects.filter(project=world.project, is_milestone=True)[0]
        Task.objects.filter(pk=task.pk).update(state="doing", started_on=began)
    at = f"{API}/tasks/W-P1/{task.number}"
    named = crm.patch(at, {"title": "Signed"}, if_match=tagged(crm, at)).json()
    assert (named["title"], named["started_on"]) == ("Signed", str(began))


def test_figures_are_those_of_the_screens(tenant: Tenant, world: ChangeWorld) -> None:
    crm = program(tenant, "projects:read", "projects:write")
    crm.post({"template": "standard"}, path=f"{API}/projects/W-P1/plan")
    with tenant_scope(tenant.pk):
        colleague = world.project.manager
        for key, days, item in (("a", "2.5", world.items[0]), ("b", "1", None)):
            Effort.objects.create(project=world.project, key=key, person=colleague, item=item,
                                  worked_on=today(tenant), days=Decimal(days))  # fmt: skip
        burn = burn_of(world.project, today(tenant))
        calendar = working_calendar()
        facts = plan_facts([world.project.pk], calendar)[world.project.pk]
        stands = standings([world.project], today(tenant), calendar)[world.project.pk]
        count = Task.objects.filter(project=world.project).count()
    said = crm.get(f"{API}/projects/W-P1/figures").json()
    assert Decimal(said["booked"]) * 1000 == burn.booked == 3500
    assert {row["key"]: row["booked"] for row in said["rows"]} == {
        "1": "2.500", "2": "0.000", "": "1.000",
    }  # fmt: skip
    assert said["forecast"]["basis"] == burn.forecast.basis
    assert said["training"]["users"] == 0
    assert said["critical"]
    one = crm.get(f"{API}/project-standings/W-P1").json()
    assert (one["phase"], one["days_over"], one["stage"], one["days"]) == (
        facts.phase, facts.days_over, "running", 30,
    )  # fmt: skip
    assert one["expected_acceptance_on"] == str(stands.acceptance)
    assert Decimal(one["worked_days"]) == facts.effort_days == Decimal("3.5")
    rows = f"{API}/project-standings"
    assert crm.get(rows, stage="running").json()["results"] == [one]
    assert crm.get(rows, stage="late").json()["results"] == []
    assert crm.get(rows, only="risks").json()["results"] == []
    assert crm.get(rows, only="nothing").status_code == 400
    page = crm.get(f"{API}/projects/W-P1/customer-page")
    assert page.status_code == 200, page.content
    assert page.json()["plan"]["tasks"] == count
    assert "effort" not in str(page.json())


def test_of_others_nothing_is_told(tenant: Tenant, world: ChangeWorld, make_tenant: Any) -> None:
    member = make_member(tenant, "mia@acme.example", "team_member")
    with tenant_scope(tenant.pk):
        for kind in ("projects", "customers"):
            VisibilityRule.objects.create(role="team_member", record=kind, visibility="mine")
        TrainingSession.objects.create(
            customer=world.project.customer, key="S", title="x", held_on=today(tenant)
        )
    scopes = ("projects:read", "contracts:read", "training:write")
    his, other = program(tenant, *scopes, member=member), program(make_tenant("other"), *scopes)
    for crm in (his, other):
        for path in (SESSIONS, LINKS, f"{API}/project-standings"):
            assert crm.get(path).json()["results"] == [], path
        for path in ("figures", "customer-page", "instalments"):
            assert crm.get(f"{API}/projects/W-P1/{path}").status_code == 404, path
        assert crm.delete(f"{SESSIONS}/S", if_match="*").status_code == 404


def test_many_ask_no_more_than_few(
    tenant: Tenant, world: ChangeWorld, django_assert_max_num_queries: Any,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    with tenant_scope(tenant.pk):
        day = today(tenant)
        for number in range(30):
            customer = Customer.objects.create(key=f"C{number}", name="x")
            contact = Contact.objects.create(customer=customer, key="c", name="c")
            project = Project.objects.create(
                customer=customer, key=f"P{number}", name="x", starts_on=day, due_on=day,
                manager=world.project.manager,
            )  # fmt: skip
            session = TrainingSession.objects.create(
                customer=customer, project=project, key=f"S{number}", title="x", held_on=day
            )
            Attendance.objects.create(session=session, contact=contact, state="present")
            ProjectPageLink.objects.create(
                project=project, contact=contact, name="c", language="en",
                secret_hash=f"{number:064}", expires_at=timezone.now() + timedelta(days=9),
            )  # fmt: skip
    crm = program(tenant, "projects:read")
    for path, most in ((SESSIONS, 16), (LINKS, 12), (f"{API}/project-standings", 45)):
        crm.get(path)
        with django_assert_max_num_queries(most) as few:
            crm.get(path, limit=3)
        with django_assert_num_queries(len(few)):
            assert len(crm.get(path, limit=30).json()["results"]) == 30
