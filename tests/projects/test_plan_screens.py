"""Screens of plans: made, listed, moved, fought over, and as quick with thousands of tasks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Colleague, Contact, Customer, Tenant, User, VisibilityRule
from accounts.tenancy import tenant_scope
from projects.actions.plans import make_project
from projects.actions.templates import keep_shipped
from projects.models import (
    Baseline,
    Phase,
    Plan,
    PlanTemplate,
    PlanTemplateVersion,
    Project,
    Sow,
    Task,
    TaskLink,
)
from projects.queries.templates import latest_version

START = date(2026, 3, 2)
NEW = "/t/acme/projects/new/"


@pytest.fixture
def pam(tenant: Tenant, make_member: Callable) -> User:
    return make_member(tenant, "pam@acme.example", "project_manager").user


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    with tenant_scope(tenant.id):
        made = Customer.objects.create(key="C", name="Carpenter")
        Contact.objects.create(customer=made, key="z", name="Zhang Wei")
        return made


@pytest.fixture
def project(tenant: Tenant, customer: Customer, pam: User) -> Project:
    with tenant_scope(tenant.id):
        version = latest_version(keep_shipped(language="en"))
        assert version is not None
        return make_project(
            customer=customer, name="HR core", manager=Colleague.objects.get(key=pam.email),
            starts_on=START, template_version=version, language="en", by=pam,
        )  # fmt: skip


def first_task(tenant: Tenant) -> Task:
    with tenant_scope(tenant.id):
        return Task.objects.select_related("project", "phase").get(number=1)


def form_of(task: Task, **changes: object) -> dict[str, object]:
    """What the task's page would post."""
    return {
        "title": task.title, "state": task.state, "side": task.side, "role": task.role, "who": "",
        "starts_on": task.starts_on, "ends_on": task.ends_on, "effort_days": task.effort_days,
        "after": "", "offset_days": task.offset_days, "started_on": "", "finished_on": "",
        "seen": task.version,
    } | changes  # fmt: skip


def test_a_project_is_made_from_the_template(
    client: Client, tenant: Tenant, customer: Customer, pam: User
) -> None:
    client.force_login(pam)
    page = client.get(f"{NEW}?customer={customer.pk}").content.decode()
    assert 'value="C"' in page
    assert 'value="standard"' in page
    with tenant_scope(tenant.id):
        manager = Colleague.objects.get(key=pam.email).pk
    given = {"customer": "Carpenter", "name": "HR core", "manager": manager, "starts_on": "2026-03-02",
             "template": "standard", "language": "en"}  # fmt: skip
    answer = client.post(NEW, given)
    with tenant_scope(tenant.id):
        made = Project.objects.get()
        assert Plan.objects.filter(project=made).exists()
    assert answer["Location"] == f"/t/acme/projects/{made.pk}/"
    page = client.get(answer["Location"]).content.decode()
    assert "Read contract and SOW" in page
    assert "Both teams are named" in page
    assert client.post(NEW, given | {"customer": "Nobody"}).status_code == 200
    assert b"Another project has this key" in client.post(NEW, given | {"key": made.key}).content


def test_a_loaded_project_is_planned_by_one_click(
    client: Client, tenant: Tenant, customer: Customer, pam: User
) -> None:
    with tenant_scope(tenant.id):
        loaded = Project.objects.create(
            customer=customer, key="L", name="L", starts_on=START, due_on=START
        )
    client.force_login(pam)
    url = f"/t/acme/projects/{loaded.pk}/"
    assert b"No plan yet" in client.get(url).content
    client.post(f"{url}plans/", {"template": "standard", "language": "zh-hans"})
    assert "研读合同与 SOW" in client.get(url).content.decode()


def test_locking_is_offered_while_a_baseline_has_not_locked_the_days(
    client: Client, tenant: Tenant, project: Project, pam: User
) -> None:
    client.force_login(pam)
    url = f"/t/acme/projects/{project.pk}/"
    assert "date-locks" not in client.get(url).content.decode()
    with tenant_scope(tenant.id):
        sow = Sow.objects.create(project=project)
        Baseline.objects.create(sow=sow, version=1, starts_on=START, due_on=START, effort_days=100)
    assert f'action="{url}date-locks/"' in client.get(url).content.decode()
    client.post(f"{url}date-locks/")
    assert "date-locks" not in client.get(url).content.decode()


def test_the_three_views_show_the_same_tasks(
    client: Client, tenant: Tenant, project: Project, pam: User
) -> None:
    client.force_login(pam)
    pages = [
        client.get(f"/t/acme/projects/{project.pk}/{view}").content.decode()
        for view in ("", "board/", "timeline/")
    ]
    with tenant_scope(tenant.id):
        tasks = list(Task.objects.values_list("pk", flat=True))
    for page in pages:
        assert all(f"/projects/{project.pk}/tasks/{pk}/" in page for pk in tasks)
    # The gates stand among them as marks.
    gates = pages[2].count('data-key="gate-')
    assert pages[2].count('class="gantt-bar') == len(tasks) + gates
    assert gates == 4
    assert "is-critical" in pages[2]
    one_side = client.get(f"/t/acme/projects/{project.pk}/?side=customer").content.decode()
    assert "Read contract and SOW" not in one_side.split('id="plan"')[1]


def test_who_may_not_edit_reads(
    client: Client, tenant: Tenant, project: Project, bob: User
) -> None:
    client.force_login(bob)
    task = first_task(tenant)
    url = f"/t/acme/projects/{project.pk}/tasks/{task.pk}/"
    assert "disabled" in client.get(url).content.decode()
    assert client.post(url, form_of(task, title="Mine")).status_code == 404
    assert client.get(f"{url}row/").status_code == 404
    assert client.get(NEW).status_code == 404
    assert first_task(tenant).title == task.title


def test_a_project_that_one_does_not_see_is_not_there(
    client: Client, tenant: Tenant, project: Project, make_member: Callable
) -> None:
    other = make_member(tenant, "tom@acme.example", "project_manager").user
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="project_manager", record="projects", visibility="mine")
    client.force_login(other)
    task = first_task(tenant)
    url = f"/t/acme/projects/{project.pk}/"
    for path in ("", "board/", "timeline/", f"tasks/{task.pk}/", "tasks/new/"):
        assert client.get(url + path).status_code == 404
    assert client.post(f"{url}tasks/{task.pk}/moves/", {"days": 1, "seen": 1}).status_code == 404


def test_two_people_see_each_others_version_and_keep_what_they_typed(
    client: Client, tenant: Tenant, project: Project, pam: User, alice: User
) -> None:
    task = first_task(tenant)
    url = f"/t/acme/projects/{project.pk}/tasks/{task.pk}/"
    client.force_login(alice)
    assert client.post(url, form_of(task, title="Theirs", effort_days="7")).status_code == 302
    client.force_login(pam)
    answer = client.post(url, form_of(task, title="Mine"))
    assert answer.status_code == 409
    page = answer.content.decode()
    rows = re.findall(r"<th scope=\"row\">([^<]+)</th><td>([^<]*)</td><td>([^<]*)</td>", page)
    assert ("Title", "Theirs", "Mine") in rows
    assert ("Person-days", "7", "2.000") in rows
    assert 'value="Mine"' in page
    assert 'name="seen" value="2"' in page
    assert first_task(tenant).title == "Theirs"
    assert client.post(url, form_of(task, title="Mine", seen=2)).status_code == 302
    assert first_task(tenant).title == "Mine"


def test_a_conflict_in_the_row_is_told_in_the_row(
    client: Client, tenant: Tenant, project: Project, pam: User
) -> None:
    client.force_login(pam)
    task = first_task(tenant)
    url = f"/t/acme/projects/{project.pk}/tasks/{task.pk}/"
    client.post(url, form_of(task, title="Other"))
    quick = {"state": "todo", "starts_on": task.starts_on, "ends_on": task.ends_on,
             "effort_days": "3", "seen": 1}  # fmt: skip
    answer = client.post(f"{url}row/", quick, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "meanwhile" in answer.content.decode()
    answer = client.post(f"{url}row/", quick | {"seen": 2}, headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"
    assert first_task(tenant).effort_days == 3


def test_a_move_pushes_says_so_and_is_undone(
    client: Client, tenant: Tenant, project: Project, pam: User, alice: User
) -> None:
    client.force_login(pam)
    task = first_task(tenant)
    url = f"/t/acme/projects/{project.pk}/"
    answer = client.post(f"{url}tasks/{task.pk}/moves/", {"longer": 2, "seen": 1})
    page = client.get(answer["Location"]).content.decode()
    said = re.findall(r'data-said="([^"]+)"', page)[0]
    assert "further tasks moved with it" in said
    undo = re.findall(r'action="/t/acme(/projects/\d+/moves/\d+/undoings/)"', page)[0]
    stale = client.post(f"{url}tasks/{task.pk}/moves/", {"longer": 2, "seen": 1})
    assert stale.status_code == 409
    client.force_login(alice)
    assert client.post(f"/t/acme{undo}").status_code == 404, "only one's own"
    client.force_login(pam)
    client.post(f"/t/acme{undo}")
    assert first_task(tenant).ends_on == task.ends_on


def test_a_state_brings_its_days(
    client: Client, tenant: Tenant, project: Project, pam: User
) -> None:
    client.force_login(pam)
    url = f"/t/acme/projects/{project.pk}/tasks/{first_task(tenant).pk}/states/"
    client.post(url, {"state": "doing", "seen": 1})
    doing = first_task(tenant)
    assert (doing.state, doing.finished_on) == ("doing", None)
    assert doing.started_on is not None
    client.post(url, {"state": "done", "seen": 1})
    assert first_task(tenant).state == "doing", "an older version moves nothing"
    client.post(url, {"state": "done", "seen": 2})
    assert first_task(tenant).finished_on is not None
    client.post(url, {"state": "nonsense", "seen": 3})
    client.post(url, {"state": "todo", "seen": 3})
    assert (first_task(tenant).started_on, first_task(tenant).state) == (None, "todo")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends_on": "2026-03-01"}, "ends before it starts"),
        ({"state": "todo", "finished_on": "2026-03-03"}, "Only what is done"),
        ({"after": "1"}, "wait for each other"),
        ({"after": "3"}, "wait for each other"),
        ({"after": "99"}, "no task 99"),
        ({"after": "one"}, "numbers of tasks"),
        ({"starts_on": "1800-01-01"}, "between 2000 and 2100"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    client: Client,
    tenant: Tenant,
    project: Project,
    pam: User,
    changes: dict[str, str],
    words: str,
) -> None:
    client.force_login(pam)
    task = first_task(tenant)
    url = f"/t/acme/projects/{project.pk}/tasks/{task.pk}/"
    answer = client.post(url, form_of(task, **changes))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert first_task(tenant).version == 1


def test_a_task_is_added_and_taken_away(
    client: Client, tenant: Tenant, project: Project, pam: User
) -> None:
    client.force_login(pam)
    task = first_task(tenant)
    url = f"/t/acme/projects/{project.pk}/tasks/"
    given = form_of(task, title="Legal check", after="1", starts_on="2026-03-10",
                    ends_on="2026-03-11", seen=0, phase=task.phase_id)  # fmt: skip
    assert client.post(f"{url}new/", given).status_code == 302
    with tenant_scope(tenant.id):
        made = Task.objects.get(title="Legal check")
        assert TaskLink.objects.get(successor=made).predecessor_id == task.pk
    assert client.post(f"{url}{made.pk}/removal/").status_code == 302
    with tenant_scope(tenant.id):
        assert not Task.objects.filter(pk=made.pk).exists()


def test_a_template_is_changed_reordered_and_published(
    client: Client, tenant: Tenant, pam: User
) -> None:
    client.force_login(pam)
    url = "/t/acme/projects/templates/standard/"
    task = {"title_en": "Data protection", "title_zh": "数据保护", "phase": "setup", "days": 2,
            "effort": "1.5", "side": "vendor", "role_en": "", "role_zh": "", "after": ["name-team"],
            "offset": 0}  # fmt: skip
    assert client.post(f"{url}tasks/new/", task | {"seen": 1}).status_code == 302
    assert b"Data protection" in client.get(url).content
    stale = client.post(f"{url}tasks/new/", task | {"seen": 1})
    assert b"meanwhile" in stale.content
    with tenant_scope(tenant.id):
        key = PlanTemplate.objects.get().draft["phases"][0]["tasks"][-1]["key"]
    client.post(f"{url}orders/", {"part": key, "do": "up", "seen": 2})
    client.post(f"{url}publications/", {"note": "privacy", "seen": 3})
    with tenant_scope(tenant.id):
        version = PlanTemplateVersion.objects.get(version=2)
        assert [task["key"] for task in version.document["phases"][0]["tasks"]][-2] == key
        assert version.note == "privacy"
    assert b"Data protection" in client.get(f"{url}versions/2/").content
    circle = task | {"seen": 4, "after": [key]}
    client.post(f"{url}tasks/name-team/", circle)
    assert b"wait for each other" in client.get(url).content
    client.post(f"{url}publications/", {"note": "", "seen": 5})
    with tenant_scope(tenant.id):
        assert PlanTemplateVersion.objects.count() == 2
    client.post(f"{url}resets/")
    with tenant_scope(tenant.id):
        assert PlanTemplate.objects.get().draft is None


def large_plan(project: Project, tasks: int, phases: int = 10) -> None:
    """As many further tasks, each waiting for the one before in its phase."""
    last = Phase.objects.filter(project=project).order_by("-position").first()
    assert last is not None
    made = Phase.objects.bulk_create(
        Phase(project=project, position=last.position + n, title=f"Part {n}")
        for n in range(1, phases + 1)
    )
    rows = Task.objects.bulk_create(
        Task(
            project=project, phase=made[n * phases // tasks], number=1000 + n, position=n,
            title=f"Task {n}", starts_on=START + timedelta(days=n // 20),
            ends_on=START + timedelta(days=n // 20),
        )
        for n in range(tasks)
    )  # fmt: skip
    TaskLink.objects.bulk_create(
        TaskLink(project=project, predecessor=rows[n - 20], successor=rows[n])
        for n in range(20, tasks)
    )


@pytest.mark.parametrize("view", ["", "board/", "timeline/"])
def test_thousands_of_tasks_cost_no_further_query(
    client: Client, tenant: Tenant, project: Project, pam: User, view: str
) -> None:
    client.force_login(pam)
    url = f"/t/acme/projects/{project.pk}/{view}"

    def queries() -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    few = queries()
    with tenant_scope(tenant.id):
        large_plan(project, 2000)
    assert queries() == few
    page = client.get(f"/t/acme/projects/{project.pk}/?page=9").content.decode()
    assert "Task " in page


def test_my_projects_say_where_each_stands(
    client: Client, tenant: Tenant, project: Project, pam: User
) -> None:
    client.force_login(pam)
    page = client.get("/t/acme/projects/").content.decode()
    row = page[page.index(f"/projects/{project.pk}/") :].split("</tr>")[0]
    for words in ("Team set up", "Both teams are named", "Read contract and SOW", "120"):
        assert words in row
    lines = client.get("/t/acme/projects/?format=csv").content.decode("utf-8-sig").splitlines()
    assert "Team set up" in lines[1]
