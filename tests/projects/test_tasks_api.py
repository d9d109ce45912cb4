"""Plans through the API: made from templates, their tasks changed with the same consequences as on
screen."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from api_program import Program, program
from django.utils import timezone
from members import make_member

from accounts.models import (
    AuditRecord,
    Colleague,
    Contact,
    Customer,
    Membership,
    Tenant,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from projects.actions.plans import make_project
from projects.actions.templates import keep_shipped
from projects.models import Baseline, Plan, Project, Sow, Task, TaskBaseline, TaskLink
from projects.queries.templates import latest_version

PROJECTS, TASKS, MOVES = "/api/v1/projects", "/api/v1/tasks", "/api/v1/plan-moves"
BOTH = ("projects:read", "projects:write")
START = date(2026, 3, 2)


@pytest.fixture
def crm(tenant: Tenant) -> Program:
    return program(tenant, *BOTH)


@pytest.fixture
def pam(tenant: Tenant) -> Membership:
    return make_member(tenant, "pam@acme.example", "project_manager")


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    with tenant_scope(tenant.pk):
        made = Customer.objects.create(key="C", name="Carpenter")
        Contact.objects.create(customer=made, key="z", name="Zhang Wei")
        return made


def planned(tenant: Tenant, customer: Customer, pam: Membership, key: str = "P/1") -> Project:
    with tenant_scope(tenant.pk):
        version = latest_version(keep_shipped(language="en"))
        assert version is not None
        return make_project(
            customer=customer, name="HR core", key=key, starts_on=START, language="en",
            manager=Colleague.objects.get(membership=pam), template_version=version, by=pam.user,
        )  # fmt: skip


@pytest.fixture
def project(tenant: Tenant, customer: Customer, pam: Membership) -> Project:
    return planned(tenant, customer, pam)


def state_of(tenant: Tenant, project: str) -> dict[int, tuple[Any, ...]]:
    """Number → all that a plan says of its tasks."""
    with tenant_scope(tenant.pk):
        rows = Task.objects.filter(project__key=project).values_list(
            "number", "title", "starts_on", "ends_on", "state", "started_on", "finished_on",
            "effort_days", "side", "role", "offset_days", "is_milestone",
        )  # fmt: skip
        return {row[0]: row[1:] for row in rows}


def a_pair(tenant: Tenant, project: str) -> tuple[int, int]:
    """Numbers of a task and of one that waits for it, neither of which is a milestone."""
    with tenant_scope(tenant.pk):
        link = TaskLink.objects.filter(
            project__key=project, predecessor__is_milestone=False, successor__is_milestone=False
        ).order_by("predecessor__number").select_related("predecessor", "successor")[0]  # fmt: skip
        return link.predecessor.number, link.successor.number


def path(number: int, project: str = "P~11") -> str:
    return f"{TASKS}/{project}/{number}"


def test_a_project_is_made_from_a_template_as_on_screen(
    tenant: Tenant, crm: Program, customer: Customer, project: Project, pam: Membership
) -> None:
    given = {
        "customer": "C", "name": "HR core", "key": "P/2", "manager": "pam@acme.example",
        "starts_on": str(START), "template": "standard",
    }  # fmt: skip
    made = crm.post(given, path=PROJECTS, key="once")
    assert made.status_code == 201, made.content
    assert crm.post(given, path=PROJECTS, key="once").json() == made.json()
    assert made.json()["due_on"] == str(project.due_on)
    assert crm.get(f"{PROJECTS}/P~12").json() == made.json()
    assert state_of(tenant, "P/2") == state_of(tenant, "P/1")
    with tenant_scope(tenant.pk):
        assert Plan.objects.get(project__key="P/2").made_by is None
        assert AuditRecord.objects.get(verb="project.made", actor=None).actor_label == "tickets"
    for wrong, field in (
        ({"customer": "none"}, "customer"), ({"template": "none"}, "template"),
        ({"key": "P/2"}, "key"), ({"starts_on": "1999-12-31"}, "starts_on"),
        ({"manager": "none"}, "manager"), ({"language": "xx"}, "language"),
    ):  # fmt: skip
        refused = crm.post(given | {"key": ""} | wrong, path=PROJECTS)
        assert refused.status_code == 400, wrong
        assert [one["field"] for one in refused.json()["errors"]] == [field]


def test_a_loaded_project_is_planned_once(tenant: Tenant, crm: Program, customer: Customer) -> None:
    with tenant_scope(tenant.pk):
        Project.objects.create(customer=customer, key="L", name="L", starts_on=START, due_on=START)
    given = {"template": "standard", "language": "zh-hans"}
    assert crm.post({"project": "L", "phase": 1, "title": "x", "starts_on": str(START),
                     "ends_on": str(START)}, path=TASKS).status_code == 409  # fmt: skip
    assert crm.post({"template": "none"}, path=f"{PROJECTS}/L/plan").status_code == 400
    assert crm.post(given, path=f"{PROJECTS}/L/plan").status_code == 200
    assert crm.get(TASKS, project="L").json()["results"][0]["starts_on"] == str(START)
    assert crm.post(given, path=f"{PROJECTS}/L/plan").status_code == 409
    phases = crm.get("/api/v1/phases", project="L").json()["results"]
    assert [one["position"] for one in phases] == list(range(1, len(phases) + 1))
    assert sum(one["tasks"] for one in phases) == len(state_of(tenant, "L"))


def test_days_are_locked_once_for_each_version_of_the_baseline(
    tenant: Tenant, crm: Program, project: Project
) -> None:
    lock = f"{PROJECTS}/P~11/lock-dates"
    assert crm.post({}, path=lock).status_code == 409
    with tenant_scope(tenant.pk):
        sow = Sow.objects.create(project=project)
        Baseline.objects.create(sow=sow, version=1, starts_on=START, due_on=START, effort_days=9)
    assert crm.post({}, path=lock).status_code == 200
    again = crm.post({}, path=lock)
    assert again.status_code == 409
    assert "Only a signed change" in again.json()["detail"]
    one = crm.get(path(1)).json()
    assert one["locked"] == {name: one[name] for name in ("starts_on", "ends_on", "effort_days")}
    refused = crm.delete(path(1), if_match=crm.get(path(1))["ETag"])
    assert refused.status_code == 409
    with tenant_scope(tenant.pk):
        assert TaskBaseline.objects.count() == Task.objects.count()


def test_a_later_task_pushes_as_on_screen_and_is_taken_back(
    tenant: Tenant, crm: Program, project: Project, customer: Customer, pam: Membership
) -> None:
    """The same change once through the API, once through the action that the screen calls."""
    from projects.actions.tasks import move_task

    planned(tenant, customer, pam, "P2")
    first, second = a_pair(tenant, "P/1")
    before = state_of(tenant, "P/1")
    tag = crm.get(path(first))["ETag"]
    moved = crm.post({"days": 3}, path=f"{path(first)}/move", if_match=tag)
    assert moved.status_code == 200, moved.content
    with tenant_scope(tenant.pk):
        task = Task.objects.get(project__key="P2", number=first)
        move_task(task=task, seen=task.version, days=3, by=pam.user)
    assert state_of(tenant, "P/1") == state_of(tenant, "P2")
    assert state_of(tenant, "P/1")[second] != before[second]
    assert crm.post({"days": 1}, path=f"{path(first)}/move", if_match=tag).status_code == 412
    (told,) = crm.get(MOVES, project="P/1").json()["results"]
    assert (told["project"], told["task"]) == ("P/1", first)
    assert {one["task"] for one in told["moved"]} >= {first, second}
    assert crm.get(f"{MOVES}/{told['id']}").json() == told
    assert program(tenant, *BOTH, member=pam).get(MOVES, project="P/1").json()["results"] == []
    assert crm.post({}, path=f"{MOVES}/{told['id']}/undo").status_code == 200
    assert state_of(tenant, "P/1") == before
    assert crm.post({}, path=f"{MOVES}/{told['id']}/undo").status_code == 409
    assert crm.get(MOVES, project="P2").json()["results"] == []
    assert crm.post({"days": 10**6}, path=f"{path(first)}/move").status_code == 400


def test_a_task_is_changed_with_the_days_that_its_state_needs(
    tenant: Tenant, crm: Program, project: Project
) -> None:
    first, second = a_pair(tenant, "P/1")
    today = str(tenant.local_date(timezone.now()))

    def change(number: int, given: dict[str, Any]) -> Any:
        return crm.patch(path(number), given, if_match=crm.get(path(number))["ETag"])

    doing = change(first, {"state": "doing", "person": "pam@acme.example", "effort_days": "2.5"})
    assert doing.status_code == 200, doing.content
    one = doing.json()
    assert (one["started_on"], one["person"], one["effort_days"]) == (
        today, "pam@acme.example", "2.500",
    )  # fmt: skip
    assert crm.get(path(first)).json() == one
    theirs = change(first, {"contact": "z", "side": "customer"}).json()
    assert (theirs["contact"], theirs["person"], theirs["side"]) == ("z", None, "customer")
    done = change(first, {"state": "done"}).json()
    assert (done["state"], done["finished_on"]) == ("done", today)
    back = change(first, {"state": "todo"}).json()
    assert (back["started_on"], back["finished_on"]) == (None, None)
    last = (date.fromisoformat(back["ends_on"]) + timedelta(days=30)).isoformat()
    later = change(first, {"ends_on": last})
    assert later.status_code == 200
    assert crm.get(path(second)).json()["starts_on"] > last
    number = crm.get(path(second)).json()
    assert first in number["after"]
    for wrong, field in (
        ({"ends_on": "2026-01-01"}, "ends_on"), ({"finished_on": today}, "finished_on"),
        ({"started_on": today}, "started_on"), ({"after": [second]}, "after"),
        ({"after": [10**6]}, "after"), ({"contact": "none"}, "contact"), ({"title": " "}, "title"),
        ({"person": "pam@acme.example", "contact": "z"}, "contact"),
        ({"effort_days": "-1"}, "effort_days"), ({"offset_days": 10**9}, "offset_days"),
        ({"version": 1}, "version"),
    ):  # fmt: skip
        refused = change(first, wrong)
        assert refused.status_code == 400, (wrong, refused.content)
        assert [one["field"].partition(".")[0] for one in refused.json()["errors"]] == [field]
    too_early = change(second, {"starts_on": str(START), "ends_on": str(START)})
    assert too_early.json()["errors"][0]["field"] == "starts_on"
    assert crm.patch(path(first), {"title": "x"}).status_code == 428
    assert crm.patch(path(first), {"title": "x"}, if_match='"old"').status_code == 412


def test_a_milestone_is_moved_by_its_day(tenant: Tenant, crm: Program, project: Project) -> None:
    with tenant_scope(tenant.pk):
        last = Task.objects.filter(project=project, is_milestone=True).order_by("-ends_on")[0]
    at = path(last.number)
    day = str(last.ends_on + timedelta(days=7))
    moved = crm.patch(at, {"ends_on": day}, if_match=crm.get(at)["ETag"]).json()
    assert (moved["starts_on"], moved["ends_on"]) == (day, day)
    tag = crm.get(at)["ETag"]
    for wrong in ({"starts_on": "2026-01-01"}, {"effort_days": "3"}, {"started_on": day}):
        assert crm.patch(at, wrong, if_match=tag).status_code == 400, wrong
    assert crm.post({"longer": 1}, path=f"{at}/move").status_code == 409
    reached = crm.patch(at, {"state": "done"}, if_match=tag).json()
    assert reached["started_on"] == reached["finished_on"] is not None


def test_tasks_are_added_and_taken_away(tenant: Tenant, crm: Program, project: Project) -> None:
    far = "2027-06-01"
    given = {"project": "P/1", "phase": 2, "title": "Further", "starts_on": far, "ends_on": far,
             "effort_days": "1.5", "after": [1]}  # fmt: skip
    made = crm.post(given, path=TASKS)
    assert made.status_code == 201, made.content
    one = made.json()
    assert (one["phase"], one["after"], one["effort_days"]) == (2, [1], "1.500")
    assert crm.get(path(one["number"])).json() == one
    assert crm.get(path(one["number"]))["ETag"] == made["ETag"]
    for wrong, field in (
        ({"phase": 99}, "phase"), ({"project": "none"}, "project"), ({"after": [9999]}, "after"),
        ({"ends_on": "2027-05-01"}, "ends_on"), ({"title": "a\x00b"}, "title"),
    ):  # fmt: skip
        refused = crm.post(given | wrong, path=TASKS)
        assert refused.status_code == 400, wrong
        assert refused.json()["errors"][0]["field"].startswith(field)
    gone = crm.delete(path(one["number"]), if_match=made["ETag"])
    assert gone.status_code == 204
    assert crm.get(path(one["number"])).status_code == 404
    begun = crm.patch(path(1), {"state": "doing"}, if_match=crm.get(path(1))["ETag"])
    assert crm.delete(path(1), if_match=begun["ETag"]).status_code == 409


def test_who_may_and_who_sees(
    tenant: Tenant, project: Project, pam: Membership, make_tenant: Any
) -> None:
    sam = make_member(tenant, "sam@acme.example", "service_manager")
    his = program(tenant, *BOTH, member=sam)
    assert his.get(path(1)).status_code == 200
    assert his.patch(path(1), {"title": "x"}, if_match="*").status_code == 403
    assert his.post({"days": 1}, path=f"{path(1)}/move").status_code == 403
    hers = program(tenant, *BOTH, member=pam)
    assert hers.patch(path(1), {"title": "x"}, if_match="*").status_code == 200
    with tenant_scope(tenant.pk):
        VisibilityRule.objects.create(role="service_manager", record="projects", visibility="mine")
        assert Task.objects.get(number=1).changed_by == pam.user
    assert his.get(path(1)).status_code == 404
    assert his.get(TASKS).json()["results"] == []
    assert his.get("/api/v1/phases").json()["results"] == []
    other = program(make_tenant("other"), *BOTH)
    assert other.get(TASKS).json()["results"] == []
    assert other.get(path(1)).status_code == 404
    assert program(tenant, "projects:read").post({}, path=TASKS).status_code == 403


def test_many_ask_no_more_than_few(
    tenant: Tenant, crm: Program, project: Project, django_assert_max_num_queries: Any,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    assert Decimal(crm.get(TASKS, limit=1).json()["results"][0]["effort_days"]) >= 0
    for address in (TASKS, "/api/v1/phases"):
        with django_assert_max_num_queries(14) as few:
            crm.get(address, limit=1)
        with django_assert_num_queries(len(few)):
            crm.get(address, limit=500)
