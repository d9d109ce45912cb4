"""Plans that came in files: their pages open as those of planned projects, with what was worked on
each task beside what was planned, and as quickly with many tasks."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions.loads import load_file
from accounts.loads.registry import find_kind
from accounts.loads.running import LoadOptions
from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from projects.actions.plans import lock_dates
from projects.actions.tasks import remove_task
from projects.models import Project, Task
from projects.queries.delivery import deliveries

TODAY = date(2026, 6, 15)
PAGES = ("", "board/", "timeline/", "effort/", "scope/")


@pytest.fixture
def pam(tenant: Tenant, make_member: Callable) -> User:
    return make_member(tenant, "pam@acme.example", "project_manager").user


@pytest.fixture
def page(pam: User, client: Client) -> Callable[[str], str]:
    client.force_login(pam)

    def get(path: str) -> str:
        answer = client.get(f"/t/acme/{path}")
        assert answer.status_code == 200, path
        return answer.content.decode()

    with time_machine.travel(f"{TODAY}T04:00Z", tick=False):
        yield get


def load(tenant: Tenant, kind: str, text: str) -> None:
    found = find_kind(kind)
    assert found is not None
    with tenant_scope(tenant.id):
        _loaded, result = load_file(
            handle=io.BytesIO(text.encode()), filename=f"{kind}.csv", kind=found,
            options=LoadOptions(), tenant=tenant, by=None, dry_run=False,
        )  # fmt: skip
    assert not result.refused, result.faults


def history(tenant: Tenant, key: str, tasks: int, manager: str, accepted: str = "") -> Project:
    """A project with so many tasks, each with an entry of effort, half a day more than planned for
    every tenth; its SOW has an item per phase of ten."""
    load(tenant, "customers", f"key,name\n{key},{key}\n")
    load(
        tenant,
        "projects",
        "customer,key,name,manager,starts_on,due_on,accepted_on\n"
        f"{key},{key},{key},{manager},2026-03-02,2026-06-26,{accepted}\n",
    )
    phases = max(1, tasks // 10)
    load(
        tenant,
        "sow",
        "project,key,title,effort_days\n"
        + "".join(f"{key},I{phase},Item {phase},10\n" for phase in range(phases)),
    )
    load(
        tenant,
        "tasks",
        "project,key,title,phase,starts_on,ends_on,effort_days,started_on,finished_on,after\n"
        + "".join(
            f"{key},T{n},Task {n},Phase {n // 10},2026-03-02,2026-03-06,1,2026-03-02,2026-03-06,"
            f"{f'T{n - 1}' if n % 10 else ''}\n"
            for n in range(tasks)
        ),
    )
    load(
        tenant,
        "effort",
        "project,key,person,worked_on,days,item,task\n"
        + "".join(
            f"{key},{key}-{n},Ann,2026-03-0{2 + n % 5},{1.5 if n % 10 == 0 else 1},I{n // 10},T{n}\n"
            for n in range(tasks)
        ),
    )
    with tenant_scope(tenant.id):
        return Project.objects.get(key=key)


def test_every_page_of_a_loaded_plan_opens(
    tenant: Tenant, pam: User, page: Callable[[str], str]
) -> None:
    project = history(tenant, "P", 20, pam.email)
    for path in PAGES:
        page(f"projects/{project.pk}/{path}")
    shown = page(f"projects/{project.pk}/")
    assert "None: the plan was loaded from a file" in shown
    assert "Task 19" in shown
    # Two tasks of twenty took half a day more than planned.
    assert shown.count("worked 1.5 (+0.5)") == 2
    assert shown.count("worked 1<") == 18
    with tenant_scope(tenant.id):
        (figures,) = deliveries(TODAY)
    assert figures.person_days("actual_effort") == Decimal(21)
    assert figures.person_days("effort_variance") == Decimal(1)


def test_what_is_left_of_an_open_task_is_no_variance(
    tenant: Tenant, pam: User, page: Callable[[str], str]
) -> None:
    project = history(tenant, "P", 10, pam.email)
    with tenant_scope(tenant.id):
        Task.objects.filter(key="T1").update(state="doing", finished_on=None, effort_days=4)
        Task.objects.filter(key="T2").update(effort_days=4)
    shown = page(f"projects/{project.pk}/")
    assert shown.count("worked 1 (−3)") == 1
    assert shown.count("worked 1<") == 8


def test_variance_is_against_what_was_locked(
    tenant: Tenant, pam: User, page: Callable[[str], str]
) -> None:
    project = history(tenant, "P", 10, pam.email)
    with tenant_scope(tenant.id):
        lock_dates(project=project, by=pam)
        Task.objects.filter(key="T1").update(effort_days=3)
    assert page(f"projects/{project.pk}/").count("worked 1<") == 9


def test_a_task_with_effort_stays(tenant: Tenant, pam: User) -> None:
    history(tenant, "P", 10, pam.email)
    with tenant_scope(tenant.id):
        Task.objects.filter(key="T9").update(state="todo", started_on=None, finished_on=None)
        task = Task.objects.get(key="T9")
        with pytest.raises(Exception, match="Effort was booked on it"):
            remove_task(task=task, seen=task.version, by=pam)


def test_pages_ask_as_often_for_five_hundred_tasks_as_for_fifty(
    tenant: Tenant, pam: User, page: Callable[[str], str]
) -> None:
    few, many = (history(tenant, key, n, pam.email) for key, n in (("A", 50), ("B", 500)))

    def asked(project: Project, path: str) -> int:
        page(f"projects/{project.pk}/{path}")
        with CaptureQueriesContext(connection) as captured:
            page(f"projects/{project.pk}/{path}")
        return len(captured)

    for path in PAGES:
        assert asked(few, path) == asked(many, path), path


def test_a_scorecard_asks_as_often_for_five_hundred_tasks_as_for_fifty(
    tenant: Tenant, pam: User, page: Callable[[str], str]
) -> None:
    asked = []
    for key, tasks in (("A", 50), ("B", 500)):
        history(tenant, key, tasks, pam.email, accepted="2026-06-12")
        for path in ("scorecard/", "scorecards/", "scorecard/projects/"):
            page(path)
            with CaptureQueriesContext(connection) as captured:
                page(path)
            asked.append(len(captured))
    assert asked[:3] == asked[3:]
