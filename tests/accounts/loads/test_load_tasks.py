"""Loading plans that were made with another tool, task by task."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions.loads import undo_load
from accounts.loads.reading.guesses import guess_mapping
from accounts.loads.registry import find_kind
from accounts.loads.undo import CannotUndo
from accounts.models import Colleague, Customer, RowVersion, Tenant
from accounts.tenancy import tenant_scope
from projects.actions.tasks import edit_task
from projects.models import Effort, Phase, Plan, Project, Task, TaskLink

HEAD = "project,key,title,phase,starts_on,ends_on,effort_days"
PLAN = (
    f"{HEAD},started_on,finished_on,person,side,after,is_milestone\n"
    "P1,T1,Kick-off,Start,2026-03-02,2026-03-03,2,2026-03-02,2026-03-04,Pat,vendor,,\n"
    "P1,T2,Configure,Build,2026-03-04,2026-03-10,5.5,2026-03-05,,Ann,,T1,no\n"
    "P1,T3,Provide data,Build,2026-03-04,2026-03-06,,,,,customer,T1,\n"
    "P1,T4,Go-live,Build,2026-03-11,2026-03-11,0,,,,vendor,T2; T3,yes\n"
    "P2,T1,Alone,,2026-03-02,2026-03-02,1,,,,,,\n"
)


@pytest.fixture
def world(load: Any) -> None:
    load("customers", "key,name\nA,Alpha\n")
    load(
        "projects",
        "customer,key,name,manager,starts_on,due_on\n"
        "A,P1,One,Pat,2026-03-02,2026-05-01\nA,P2,Two,Pat,2026-03-02,2026-06-01\n",
    )


@pytest.fixture
def planned(load: Any, world: None) -> Any:
    return load("tasks", PLAN)


def task(key: str, project: str = "P1") -> Task:
    return Task.objects.get(project__key=project, key=key)


def waits() -> set[tuple[str, str]]:
    found = TaskLink.objects.values_list("predecessor__key", "successor__key")
    return set(found)


def test_a_plan_becomes_phases_tasks_and_what_waits(load: Any, planned: Any) -> None:
    assert planned.counts == (5, 0, 0, 0)
    phases = Phase.objects.order_by("project__key", "position")
    assert list(phases.values_list("project__key", "position", "title")) == [
        ("P1", 1, "Start"),
        ("P1", 2, "Build"),
        ("P2", 1, "Two"),
    ]
    one, two, three, four = (task(f"T{number}") for number in range(1, 5))
    assert (one.state, one.started_on, one.finished_on) == (
        Task.State.DONE,
        date(2026, 3, 2),
        date(2026, 3, 4),
    )
    assert (two.state, two.effort_days, str(two.person)) == ("doing", Decimal("5.5"), "Ann")
    assert (three.state, three.side, three.effort_days) == ("todo", "customer", 0)
    assert (four.is_milestone, four.number, four.position) == (True, 4, 3)
    assert (two.number, two.position) == (2, 1)
    assert waits() == {("T1", "T2"), ("T1", "T3"), ("T2", "T4"), ("T3", "T4")}
    plan = Plan.objects.get(project__key="P1")
    assert (plan.template_version, plan.next_number) == (None, 5)


def test_the_same_plan_again_changes_nothing(load: Any, planned: Any) -> None:
    versions = RowVersion.objects.count()
    assert load("tasks", PLAN).counts == (0, 0, 5, 0)
    # Columns that are not there say nothing, and neither does another order.
    part = f"{HEAD}\nP1,T2,Configure,Build,2026-03-04,2026-03-10,5.50\n"
    assert load("tasks", part).counts == (0, 0, 1, 0)
    assert RowVersion.objects.count() == versions
    assert task("T2").version == 1


def test_a_changed_plan_is_taken_over_and_taken_back(load: Any, planned: Any) -> None:
    changed = (
        PLAN.replace("2026-03-10,5.5", "2026-03-12,7")
        .replace("T2; T3", "T3")
        .replace("P2,T1,Alone,,", "P2,T1,Alone,Build,")
    )
    loaded = load("tasks", changed + "P1,T5,Later,Close,2026-04-01,2026-04-02,1,,,,,T4,\n")
    assert loaded.counts == (1, 3, 2, 0)
    assert (task("T2").ends_on, task("T2").effort_days) == (date(2026, 3, 12), 7)
    assert (task("T2").version, task("T1").version, task("T4").version) == (2, 1, 2)
    assert waits() == {("T1", "T2"), ("T1", "T3"), ("T3", "T4"), ("T4", "T5")}
    assert task("T1", "P2").phase.title == "Build"
    assert task("T5").number == 5
    assert Plan.objects.get(project__key="P1").next_number == 6
    undo_load(load=loaded.load, by=None)
    assert (task("T2").ends_on, task("T2").effort_days) == (date(2026, 3, 10), Decimal("5.5"))
    assert waits() == {("T1", "T2"), ("T1", "T3"), ("T2", "T4"), ("T3", "T4")}
    assert not Task.objects.filter(key="T5").exists()
    assert not Phase.objects.filter(title="Close").exists()
    undo_load(load=planned.load, by=None)
    assert not Task.objects.exists()
    assert not Plan.objects.exists()
    assert not Phase.objects.exists()
    assert not Colleague.objects.filter(key="Ann").exists()


def test_progress_alone_is_a_load(load: Any, planned: Any) -> None:
    """A file with days of work only tells the state by them."""
    loaded = load(
        "tasks", f"{HEAD},finished_on\nP1,T2,Configure,Build,2026-03-04,2026-03-10,5.5,2026-03-12\n"
    )
    assert loaded.counts == (0, 1, 0, 0)
    two = task("T2")
    assert (two.state, two.started_on, two.finished_on) == (
        "done",
        date(2026, 3, 5),
        date(2026, 3, 12),
    )
    assert waits() >= {("T1", "T2")}


def test_what_is_wrong_is_named_by_its_line(load: Any, world: None) -> None:
    columns = f"{HEAD},started_on,finished_on,state,person,side,after,is_milestone\n"
    days = "2026-03-02,2026-03-03,1"
    wrong = load(
        "tasks",
        columns
        + f"P1,A,A,X,{days},,,,,,,\n"
        + f"P9,B,B,X,{days},,,,,,,\n"
        + f"P1,A,Other,X,{days},,,,,,,\n"
        + "P1,C,C,X,2026-03-03,2026-03-02,1,,,,,,,\n"
        + f"P1,D,D,X,{days},,,,,,,yes\n"
        + f"P1,E,E,X,{days},,2026-03-03,,,,,\n"
        + f"P1,F,F,X,{days},2026-03-04,2026-03-03,,,,,\n"
        + f"P1,G,G,X,{days},,,done,,,,\n"
        + f"P1,H,H,X,{days},2026-03-02,2026-03-03,doing,,,,\n"
        + f"P1,I,I,X,{days},,,doing,,,,\n"
        + f"P1,J,J,X,{days},2026-03-02,,todo,,,,\n"
        + f"P1,K,K,X,{days},,,,Pat,customer,,\n"
        + f"P1,L,L,X,{days},,,,,,A;Z,\n"
        + f"P1,M,M,X,{days},,,,,,M,\n"
        + f"P1,N,N,X,{days},,,,,,C,\n"
        + f"P2,O,O,X,{days},,,,,,A,\n",
    )
    assert wrong.codes == [
        (3, "project", "unknown_project"),
        (4, "key", "repeated_task"),
        (5, "ends_on", "ends_before_start"),
        (6, "ends_on", "milestone_has_days"),
        (7, "finished_on", "finished_without_start"),
        (8, "finished_on", "finished_before_start"),
        (9, "state", "done_without_day"),
        (10, "state", "finished_but_open"),
        (11, "state", "doing_without_day"),
        (12, "state", "begun_but_to_do"),
        (13, "person", "person_of_customer"),
        (14, "after", "unknown_predecessor"),
        (15, "after", "task_after_itself"),
        (16, "after", "unknown_predecessor"),
        (17, "after", "unknown_predecessor"),
    ]
    assert wrong.refused
    assert not Task.objects.exists()


def test_circles_are_named_with_the_way_round(load: Any, planned: Any) -> None:
    """Also through tasks that the file does not have."""
    head = f"{HEAD},after\n"
    days = "X,2026-03-02,2026-03-03,1"
    in_file = load(
        "tasks",
        f"{head}P2,A,A,{days},C\nP2,B,B,{days},A\nP2,C,C,{days},B\nP2,D,D,{days},A\n",
    )
    assert in_file.codes == [
        *((line, "after", "tasks_in_circle") for line in (2, 3, 4)),
        (5, "after", "unknown_predecessor"),
    ]
    assert "A → B → C → A" in in_file.answer["errors"][0]["reason"]
    through = load("tasks", f"{HEAD},after\nP1,T1,Kick-off,Start,2026-03-02,2026-03-03,2,T4\n")
    assert through.codes == [(2, "after", "tasks_in_circle")]
    assert waits() == {("T1", "T2"), ("T1", "T3"), ("T2", "T4"), ("T3", "T4")}


def test_the_rest_of_a_plan_may_be_loaded_without_its_bad_rows(load: Any, world: None) -> None:
    """A row that waits for a refused one is refused with it."""
    days = "X,2026-03-02,2026-03-03,1"
    loaded = load(
        "tasks",
        f"{HEAD},after\nP9,A,A,{days},\nP1,B,B,{days},\nP1,C,C,{days},B\nP1,D,D,{days},Q\n"
        f"P1,E,E,{days},D\nP1,F,F,{days},C\n",
        skip_bad=True,
    )
    assert loaded.counts == (3, 0, 0, 3)
    assert waits() == {("B", "C"), ("C", "F")}


def test_what_somebody_changed_on_screen_is_not_overwritten(
    load: Any, planned: Any, alice: Any
) -> None:
    two = task("T2")
    edit_task(task=two, seen=1, values={"effort_days": Decimal(9)}, by=alice)
    again = load("tasks", PLAN)
    assert again.codes == [(3, "key", "task_changed_on_screen")]
    agreeing = PLAN.replace("2026-03-10,5.5", "2026-03-10,9")
    assert load("tasks", agreeing).counts == (0, 0, 5, 0)
    with pytest.raises(CannotUndo) as refused:
        undo_load(load=planned.load, by=None)
    assert refused.value.dependants[0].later_change


def test_effort_on_a_task_keeps_its_plan(load: Any, planned: Any) -> None:
    head = "project,key,person,worked_on,days,task\n"
    loaded = load("effort", f"{head}P1,E1,Ann,2026-03-05,1.5,T2\nP1,E2,Ann,2026-03-06,1,T2\n")
    assert loaded.counts == (2, 0, 0, 0)
    assert Effort.objects.filter(task=task("T2")).count() == 2
    unknown = load("effort", f"{head}P1,E3,Ann,2026-03-05,1,T9\nP2,E4,Ann,2026-03-05,1,T2\n")
    assert unknown.codes == [(2, "task", "unknown_task"), (3, "task", "unknown_task")]
    moved = load("effort", "project,key,person,worked_on,days\nP2,E1,Ann,2026-03-05,1.5\n")
    assert moved.codes == [(2, "project", "task_of_another")] or moved.codes == [
        (2, "task", "task_of_another")
    ]
    with pytest.raises(CannotUndo) as refused:
        undo_load(load=planned.load, by=None)
    assert [found.model for found in refused.value.dependants] == ["projects.effort"]


def test_a_dry_run_says_what_would_be(load: Any, planned: Any) -> None:
    changed = PLAN.replace("T2; T3", "T3").replace(",5.5,", ",6,")
    dry = load("tasks", changed + "P1,T5,New,Build,2026-04-01,2026-04-01,1,,,,,,\n", dry_run=True)
    assert dry.counts == (1, 2, 3, 0)
    shown = {
        row.line: [(one.column, one.old, one.new) for one in row.changes]
        for row in dry.preview.changed
    }
    assert shown == {
        3: [("effort_days", "5.500", "6.000")],
        5: [("after", "T2; T3", "T3")],
    }
    assert [row.line for row in dry.preview.created] == [7]
    assert Task.objects.count() == 5


def test_columns_of_other_tools_are_recognised() -> None:
    kind = find_kind("tasks")
    assert kind is not None
    names = ["项目编号", "任务编号", "任务名称", "阶段", "计划开始日期", "计划完成日期", "计划人天",
             "实际开始日期", "实际完成日期", "前置任务", "负责人", "里程碑"]  # fmt: skip
    guessed = guess_mapping(names, kind.columns)
    assert {column: names.index(name) for column, name in guessed.items()} == {
        "project": 0, "key": 1, "title": 2, "phase": 3, "starts_on": 4, "ends_on": 5,
        "effort_days": 6, "started_on": 7, "finished_on": 8, "after": 9, "person": 10,
        "is_milestone": 11,
    }  # fmt: skip


@pytest.fixture
def elsewhere(make_tenant: Any) -> Tenant:
    """Another tenant with a project X1."""
    other: Tenant = make_tenant("other")
    with tenant_scope(other.id):
        customer = Customer.objects.create(key="B", name="B")
        Project.objects.create(
            customer=customer, key="X1", name="X", starts_on="2026-01-01", due_on="2026-02-01"
        )
    return other


def test_a_project_of_another_tenant_is_unknown(elsewhere: Tenant, load: Any, world: None) -> None:
    assert load("tasks", f"{HEAD}\nX1,T,T,P,2026-03-02,2026-03-03,1\n").codes == [
        (2, "project", "unknown_project")
    ]


def test_the_number_of_statements_does_not_grow_with_the_tasks(
    load: Any, world: None, scope: Tenant
) -> None:
    counted = []
    for project, size in (("P1", 30), ("P2", 600)):
        rows = "".join(
            f"{project},T{n},Task {n},Phase {n * 5 // size},2026-03-02,2026-03-03,1,"
            f"{f'T{n - 20}' if n >= 20 else ''}\n"
            for n in range(size)
        )
        with CaptureQueriesContext(connection) as captured:
            assert load("tasks", f"{HEAD},after\n{rows}").counts == (size, 0, 0, 0)
        # The second time temporary tables of the first go; statistics are refreshed by volume.
        aside = ("DROP TABLE pg_temp", "SELECT refresh_statistics")
        counted.append(sum(not query["sql"].startswith(aside) for query in captured))
        assert TaskLink.objects.filter(project__key=project).count() == size - 20
        assert task(f"T{size - 1}", project).number == size
    assert counted[0] == counted[1]
