"""Plans: made from templates, changed by several people, moved and moved back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from accounts.actions.loads import load_file, undo_load
from accounts.loads.dependants import NOUNS, CannotUndo
from accounts.loads.registry import find_kind
from accounts.loads.running import LoadOptions
from accounts.models import (
    AuditRecord,
    Colleague,
    Customer,
    Responsibility,
    RowVersion,
    Tenant,
    User,
)
from accounts.queries.calendars import working_calendar
from projects.actions.plans import lock_dates, make_plan, make_project
from projects.actions.tasks import (
    EditConflict,
    add_task,
    edit_task,
    move_task,
    remove_task,
    undo_move,
)
from projects.actions.templates import (
    DraftChanged,
    change_draft,
    drop_draft,
    keep_shipped,
    make_template,
    publish_template,
)
from projects.compute.plan_documents import moved, with_phase, with_task, without
from projects.compute.schedule import critical
from projects.models import (
    Baseline,
    ChangeRequest,
    Phase,
    Plan,
    PlanTemplateVersion,
    Project,
    Sow,
    Task,
    TaskBaseline,
    TaskLink,
)
from projects.queries.critical import critical_tasks
from projects.queries.plan_facts import plan_facts
from projects.queries.plans import locked_days, ready
from projects.queries.task_links import links_of, spans_of
from projects.queries.templates import latest_version

START = date(2026, 3, 2)


@pytest.fixture
def version(scope: Tenant) -> PlanTemplateVersion:
    found = latest_version(keep_shipped(language="en"))
    assert found is not None
    return found


@pytest.fixture
def project(version: PlanTemplateVersion, alice: User) -> Project:
    customer = Customer.objects.create(key="C", name="Carpenter")
    manager = Colleague.objects.create(key="pam", name="Pam")
    return make_project(
        customer=customer, name="HR core", manager=manager, starts_on=START,
        template_version=version, language="en", by=alice,
    )  # fmt: skip


def task_of(project: Project, title: str) -> Task:
    return Task.objects.get(project=project, title=title)


def two_tasks(project: Project) -> tuple[Task, Task]:
    """A task and one that waits for it alone."""
    return task_of(project, "Read contract and SOW"), task_of(project, "Name the project team")


def test_a_project_from_the_template_is_dated_by_the_calendar(project: Project) -> None:
    calendar = working_calendar()
    tasks = Task.objects.filter(project=project)
    document = Plan.objects.get(project=project).template_version.document
    described = [task for phase in document["phases"] for task in phase["tasks"]]
    assert tasks.count() == len(described)
    assert [phase.title for phase in Phase.objects.filter(project=project)] == [
        phase["title"]["en"] for phase in document["phases"]
    ]
    assert min(task.starts_on for task in tasks) == START
    assert all(calendar.is_working(t.starts_on) and calendar.is_working(t.ends_on) for t in tasks)
    for link in TaskLink.objects.select_related("predecessor", "successor"):
        if link.successor.is_milestone:
            assert link.successor.starts_on >= link.predecessor.ends_on
        else:
            assert link.successor.starts_on > link.predecessor.ends_on
    assert project.due_on == max(task.ends_on for task in tasks)
    assert sum(task.effort_days for task in tasks) == sum(
        Decimal(task["effort"]) for task in described
    )


def test_a_new_project_gives_the_customer_its_face_and_is_known_as_made_by_hand(
    project: Project,
) -> None:
    face = Responsibility.objects.get(customer=project.customer, to_on__isnull=True)
    assert face.colleague == project.manager or project.starts_on > face.from_on
    assert RowVersion.objects.filter(table="projects_project", row_id=project.pk).count() == 1
    verbs = set(AuditRecord.objects.values_list("verb", flat=True))
    assert {"project.made", "plan.made"} <= verbs


def test_in_chinese_the_plan_is_chinese(version: PlanTemplateVersion, alice: User) -> None:
    customer = Customer.objects.create(key="Z", name="Z")
    made = make_project(
        customer=customer, name="Z", manager=None, starts_on=START,
        template_version=version, language="zh-hans", by=alice,
    )  # fmt: skip
    assert Task.objects.filter(project=made, title="《项目整体解决方案说明书》已签字").exists()


def test_a_loaded_project_gets_one_plan_and_keeps_its_dates(
    version: PlanTemplateVersion,
    alice: User,
) -> None:
    customer = Customer.objects.create(key="L", name="L")
    loaded = Project.objects.create(
        customer=customer, key="L1", name="L", starts_on=START, due_on=date(2026, 4, 1)
    )
    make_plan(project=loaded, template_version=version, language="en", by=alice)
    loaded.refresh_from_db()
    assert loaded.due_on == date(2026, 4, 1)
    with pytest.raises(ValidationError):
        make_plan(project=loaded, template_version=version, language="en", by=alice)


def test_a_later_end_pushes_what_waits_and_can_be_undone(project: Project, alice: User) -> None:
    before = {task.pk: (task.starts_on, task.ends_on) for task in Task.objects.all()}
    first, _second = two_tasks(project)
    move = move_task(task=first, seen=first.version, longer=3, by=alice)
    assert move is not None
    now = {task.pk: task for task in Task.objects.all()}
    changed = {pk for pk, days in before.items() if (now[pk].starts_on, now[pk].ends_on) != days}
    assert changed == {entry["task"] for entry in move.data["moved"]}
    assert len(changed) > 10
    calendar = working_calendar()
    last = max(end for _start, end in before.values())
    assert max(t.ends_on for t in now.values()) == calendar.add_working_days(last, 3)
    undo_move(project=project, move=move, by=alice)
    assert {t.pk: (t.starts_on, t.ends_on) for t in Task.objects.all()} == before
    with pytest.raises(ValidationError):
        undo_move(project=project, move=move, by=alice)


def test_a_move_before_a_predecessor_is_refused(project: Project, alice: User) -> None:
    _first, second = two_tasks(project)
    with pytest.raises(ValidationError) as refused:
        move_task(task=second, seen=second.version, days=-1, by=alice)
    assert "Read contract and SOW" in str(refused.value)
    second.refresh_from_db()
    assert second.version == 1


def test_who_saw_an_older_version_does_not_overwrite(project: Project, alice: User) -> None:
    task, _second = two_tasks(project)
    edit_task(task=task, seen=1, values={"title": "Read all"}, by=alice)
    for attempt in (
        lambda: edit_task(task=task, seen=1, values={"title": "Mine"}, by=alice),
        lambda: move_task(task=task, seen=1, days=1, by=alice),
        lambda: remove_task(task=task, seen=1, by=alice),
    ):
        with pytest.raises(EditConflict) as conflict:
            attempt()
        assert conflict.value.task.title == "Read all"
    assert Task.objects.get(pk=task.pk).title == "Read all"


def test_nothing_changed_is_no_version_and_no_record(project: Project, alice: User) -> None:
    task, _second = two_tasks(project)
    records = AuditRecord.objects.count()
    assert edit_task(task=task, seen=1, values={"title": task.title}, after=[], by=alice) is None
    assert Task.objects.get(pk=task.pk).version == 1
    assert AuditRecord.objects.count() == records


def test_a_circle_is_refused_with_its_path(project: Project, alice: User) -> None:
    first, second = two_tasks(project)
    with pytest.raises(ValidationError) as refused:
        edit_task(task=first, seen=1, values={}, after=[second.number], by=alice)
    path = f"{first.number} {first.title} → {second.number} {second.title} → {first.number}"
    assert path in str(refused.value) or f"{second.number} {second.title} → {first.number}" in str(
        refused.value
    )
    with pytest.raises(ValidationError):
        edit_task(task=first, seen=1, values={}, after=[first.number], by=alice)
    with pytest.raises(ValidationError, match="999"):
        edit_task(task=second, seen=1, values={}, after=[999], by=alice)


def test_a_new_dependency_pushes_the_task(project: Project, alice: User) -> None:
    first, second = two_tasks(project)
    made = add_task(
        phase=first.phase,
        values={"title": "Legal check", "starts_on": START, "ends_on": date(2026, 3, 6)},
        is_milestone=False, by=alice,
    )  # fmt: skip
    with pytest.raises(ValidationError):
        edit_task(task=second, seen=1, values={}, after=[first.number, made.number], by=alice)
    later = {"starts_on": date(2026, 3, 9), "ends_on": date(2026, 3, 10)}
    second.refresh_from_db()
    edit_task(task=second, seen=1, values=later, after=[first.number, made.number], by=alice)
    assert made.number == Plan.objects.get(project=project).next_number - 1
    told = AuditRecord.objects.filter(verb="task.changed").latest("at").data
    assert told["after"]["after"] == [first.number, made.number]


def test_a_task_taken_away_leaves_no_gap_in_what_waits(project: Project, alice: User) -> None:
    first, second = two_tasks(project)
    behind = set(TaskLink.objects.filter(predecessor=second).values_list("successor_id", flat=True))
    remove_task(task=second, seen=second.version, by=alice)
    now = set(TaskLink.objects.filter(predecessor=first).values_list("successor_id", flat=True))
    assert behind <= now


def test_locked_dates_stay_and_are_locked_once(project: Project, alice: User) -> None:
    with pytest.raises(ValidationError):
        lock_dates(project=project, by=alice)
    sow = Sow.objects.create(project=project)
    Baseline.objects.create(
        sow=sow, version=1, starts_on=START, due_on=project.due_on, effort_days=100
    )
    assert lock_dates(project=project, by=alice) == Task.objects.count()
    with pytest.raises(ValidationError):
        lock_dates(project=project, by=alice)
    first, _second = two_tasks(project)
    move_task(task=first, seen=1, longer=2, by=alice)
    locked = TaskBaseline.objects.get(task=first)
    first.refresh_from_db()
    assert locked.ends_on < first.ends_on
    with pytest.raises(DatabaseError), transaction.atomic():
        TaskBaseline.objects.filter(pk=locked.pk).update(ends_on=first.ends_on)
    facts = plan_facts([project.pk], working_calendar())[project.pk]
    assert facts.days_over == 2
    assert (facts.phase, facts.baseline_effort) == ("Team set up", 100)
    with pytest.raises(ValidationError):
        remove_task(task=first, seen=first.version, by=alice)


def test_an_amendment_keeps_the_days_that_were_locked(project: Project, alice: User) -> None:
    span = {"starts_on": START, "due_on": project.due_on, "effort_days": 100}
    sow = Sow.objects.create(project=project)
    first = Baseline.objects.create(sow=sow, version=1, **span)
    lock_dates(project=project, by=alice)
    change = ChangeRequest.objects.create(
        project=project, key="C", title="More", raised_on=START, state="signed", signed_on=START
    )
    second = Baseline.objects.create(
        sow=sow, version=2, change_request=change, valid_from=START, **span
    )
    tasks = list(Task.objects.filter(project=project))
    locked = locked_days(tasks, first)
    assert set(locked) == {task.pk for task in tasks}
    assert locked_days(tasks, second) == locked


def test_what_can_be_done_next_waits_for_nothing_open(project: Project, alice: User) -> None:
    first, second = two_tasks(project)
    assert list(ready(Task.objects.filter(project=project))) == [first]
    edit_task(
        task=first, seen=1,
        values={"state": "done", "started_on": START, "finished_on": date(2026, 3, 3)}, by=alice,
    )  # fmt: skip
    titles = {task.title for task in ready(Task.objects.filter(project=project))}
    assert titles == {second.title, "Name sponsor and key users"}


def test_the_critical_path_of_the_template_ends_at_the_end(project: Project) -> None:
    found = critical_tasks(project.pk, working_calendar())
    last = Task.objects.order_by("-ends_on", "-number").first()
    assert last is not None
    assert last.pk in found
    slow = task_of(project, "Write test cases")
    assert slow.pk not in found


def test_the_remembered_critical_path_follows_every_change(project: Project, alice: User) -> None:
    calendar = working_calendar()

    def computed() -> set[int]:
        return critical(list(spans_of(project.pk).values()), links_of(project.pk), calendar)

    first, second = two_tasks(project)
    seen = [critical_tasks(project.pk, calendar)]
    assert seen[0] == computed()
    slow = task_of(project, "Write test cases")
    move_task(task=slow, seen=1, longer=60, by=alice)
    seen.append(critical_tasks(project.pk, calendar))
    assert seen[1] == computed() != seen[0]
    slow.refresh_from_db()
    edit_task(task=slow, seen=slow.version, values={}, after=[first.number], by=alice)
    remove_task(task=second, seen=second.version, by=alice)
    assert critical_tasks(project.pk, calendar) == computed()


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_on": date(2026, 1, 1)},
        {"effort_days": -1},
        {"state": "done"},
        {"state": "todo", "started_on": START},
        {"is_milestone": True},
    ],
)
def test_the_database_refuses_nonsense(project: Project, wrong: dict[str, Any]) -> None:
    task, _second = two_tasks(project)
    with pytest.raises(DatabaseError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(**wrong)


def test_a_template_is_changed_as_a_draft_and_published_as_a_version(
    scope: Tenant, alice: User
) -> None:
    template = keep_shipped(language="en")
    added = {
        "title": {"en": "Extra", "zh": "附加"}, "days": 2, "effort": "1", "after": ["accepted"],
        "offset": 1, "role": {}, "side": "vendor",
    }  # fmt: skip
    change_draft(
        template=template,
        seen=1,
        step=lambda d: with_task(d, "handover", added),
        words="+",
        by=alice,
    )
    with pytest.raises(DraftChanged):
        change_draft(template=template, seen=1, step=lambda d: d, words="", by=alice)
    version = publish_template(template=template, seen=2, note="more", by=alice)
    assert version.version == 2
    assert version.document["phases"][-1]["tasks"][-1]["title"]["zh"] == "附加"
    first = PlanTemplateVersion.objects.get(template=template, version=1)
    assert len(first.document["phases"][-1]["tasks"]) == 3
    with pytest.raises(DatabaseError), transaction.atomic():
        PlanTemplateVersion.objects.filter(pk=first.pk).update(note="x")


def test_a_template_that_gives_no_plan_is_not_published(scope: Tenant, alice: User) -> None:
    template = make_template(name="Small", copy_of=None, by=alice)
    with pytest.raises(ValidationError):
        publish_template(template=template, seen=1, note="", by=alice)
    drop_draft(template=template, by=alice)
    template.refresh_from_db()
    assert template.draft == {"phases": []}, "it has no version to go back to"


def test_steps_on_a_draft_keep_what_waits_for_what() -> None:
    task = {"title": {"en": "T"}, "days": 1, "effort": "0", "offset": 0, "role": {},
            "side": "vendor"}  # fmt: skip
    document = with_phase(with_phase({"phases": []}, None, {"en": "A"}), None, {"en": "B"})
    a, b = (phase["key"] for phase in document["phases"])
    for phase, after in ((a, []), (a, ["task-1"]), (b, ["task-2"])):
        document = with_task(document, phase, {**task, "after": after})
    gone = without(document, "task-2")
    assert gone["phases"][1]["tasks"][0]["after"] == ["task-1"]
    assert without(document, a) == document, "a phase with tasks stays"
    onward = moved(document, "task-2", 1)
    assert [t["key"] for t in onward["phases"][1]["tasks"]] == ["task-2", "task-3"]
    assert moved(onward, "task-2", -1) == document
    assert [p["key"] for p in moved(document, b, -1)["phases"]] == [b, a]
    assert moved(document, b, 1) == document


def test_a_load_is_not_undone_under_a_plan(
    scope: Tenant,
    version: PlanTemplateVersion,
    alice: User,
) -> None:
    loads = {}
    for name, text in (
        ("customers", "key,name\nC,Carpenter\n"),
        (
            "projects",
            "customer,key,name,manager,starts_on,due_on\nC,P,HR,pam,2026-03-02,2026-06-01\n",
        ),
    ):
        kind = find_kind(name)
        assert kind is not None
        loads[name], _result = load_file(
            handle=BytesIO(text.encode()), filename=f"{name}.csv", kind=kind,
            options=LoadOptions(), tenant=scope, by=None,
        )  # fmt: skip
    project = Project.objects.get(key="P")
    make_plan(project=project, template_version=version, language="en", by=alice)
    load = loads["projects"]
    assert load is not None
    with pytest.raises(CannotUndo) as refused:
        undo_load(load=load, by=None)
    found = {dependant.model for dependant in refused.value.dependants}
    assert {"projects.plan", "projects.phase", "projects.task", "projects.tasklink"} <= found
    assert found <= NOUNS.keys()
    assert Project.objects.filter(key="P").exists()
