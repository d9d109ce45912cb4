"""Changing tasks: nobody overwrites unseen what another has just changed, and a task that becomes
late pushes those that wait for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.compute.working_days import WorkingCalendar
from accounts.models import AuditRecord, User
from accounts.queries.calendars import working_calendar
from projects.actions.task_links import check_start, relink, span_of, waited_for
from projects.compute.schedule import moved_to, pushed
from projects.models import (
    Effort,
    MilestonePayment,
    Phase,
    Plan,
    Project,
    Task,
    TaskBaseline,
    TaskLink,
)
from projects.queries.task_links import links_of, spans_of

MOVED, CHANGED = "task.moved", "task.changed"
# Verbs whose moves of days can be undone.
UNDOABLE = (MOVED, CHANGED)

FIELDS = (
    "title",
    "side",
    "role",
    "person",
    "contact",
    "starts_on",
    "ends_on",
    "offset_days",
    "effort_days",
    "state",
    "started_on",
    "finished_on",
)


class EditConflict(Exception):
    """Somebody changed the task since it was on screen. ``task``: as it is now."""

    def __init__(self, task: Task) -> None:
        super().__init__(task.pk)
        self.task = task


@transaction.atomic
def edit_task(
    *,
    task: Task,
    seen: int,
    values: Mapping[str, Any],
    after: Collection[int] | None = None,
    by: User | None,
) -> AuditRecord | None:
    """Give a task these values, and push what waits for it where it has to.

    Args:
        seen: the version that was on screen.
        values: some of ``FIELDS``.
        after: numbers of the tasks it waits for; None: as before.

    Returns the record of it; None when nothing changes.

    Raises:
        EditConflict: it is another version by now.
        ValidationError: the tasks would wait for each other, or it would start too early.
    """
    current = _locked(task, seen)
    before = {name: getattr(current, name) for name in FIELDS if name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    links = links_of(current.project_id)
    waits = waited_for(current, after, links) if after is not None else None
    if not changed and waits is None:
        return None
    for name, value in changed.items():
        setattr(current, name, value)
    days = (before.get("starts_on", current.starts_on), before.get("ends_on", current.ends_on))
    told_links = relink(current, waits, links) if waits is not None else {}
    moved = _settle(current, days, links, by, is_checked=bool(told_links) or "starts_on" in changed)
    told: dict[str, Any] = {"moved": moved} if moved else {}
    return record(
        CHANGED,
        by=by,
        about=current,
        project=current.project.name,
        before={name: _told(before[name]) for name in changed} | told_links.get("before", {}),
        after={name: _told(changed[name]) for name in changed} | told_links.get("after", {}),
        **told,
    )


@transaction.atomic
def move_task(
    *, task: Task, seen: int, days: int = 0, longer: int = 0, by: User | None
) -> AuditRecord | None:
    """Move a task by working days, or move only its end (``longer``), and push what waits for it.

    Raises:
        EditConflict: it is another version by now.
        ValidationError: it would start too early; a milestone has no length.
    """
    current = _locked(task, seen)
    if longer and current.is_milestone:
        raise ValidationError(_("A milestone is a day, it has no length."))
    calendar = working_calendar()
    before = (current.starts_on, current.ends_on)
    try:
        span = span_of(current)
        if days:
            span = moved_to(span, calendar.add_working_days(current.starts_on, days), calendar)
        if longer:
            last = calendar.add_working_days(span.last, longer)
            span = replace(span, last=max(last, span.first))
    except OverflowError as error:
        raise ValidationError(_("That is too far away.")) from error
    if (span.first, span.last) == before:
        return None
    current.starts_on, current.ends_on = span.first, span.last
    moved = _settle(current, before, links_of(current.project_id), by, calendar, is_checked=True)
    return record(MOVED, by=by, about=current, project=current.project.name, moved=moved)


@transaction.atomic
def undo_move(*, project: Project, move: AuditRecord, by: User | None) -> int:
    """Give every task that a change moved its days back. Returns their number.

    Raises:
        ValidationError: one of them was changed since; then nothing is undone.
    """
    Plan.objects.select_for_update().get(project=project)
    moves = {entry["task"]: entry for entry in move.data.get("moved", [])}
    tasks = list(Task.objects.select_for_update(of=("self",)).filter(project=project, pk__in=moves))
    if not moves or len(tasks) < len(moves) or any(
        task.version != moves[task.pk]["version"] for task in tasks
    ):  # fmt: skip
        raise ValidationError(_("Some of these tasks were changed since, so nothing was undone."))
    for task in tasks:
        task.starts_on, task.ends_on = map(date.fromisoformat, moves[task.pk]["before"])
        task.version += 1
        task.changed_at, task.changed_by = timezone.now(), by
    Task.objects.bulk_update(
        tasks, ["starts_on", "ends_on", "version", "changed_at", "changed_by"], batch_size=500
    )
    record("task.move_undone", by=by, about=project, tasks=len(tasks))
    return len(tasks)


@transaction.atomic
def add_task(
    *,
    phase: Phase,
    values: Mapping[str, Any],
    is_milestone: bool,
    after: Collection[int] = (),
    by: User | None,
) -> Task:
    """A further task or milestone at the end of a phase.

    Raises:
        ValidationError: it would start before what it waits for has finished.
    """
    plan = Plan.objects.select_for_update().get(project=phase.project_id)
    last = Task.objects.filter(phase=phase).order_by("-position").first()
    task = Task(
        project_id=phase.project_id,
        phase=phase,
        number=plan.next_number,
        position=last.position + 1 if last else 1,
        is_milestone=is_milestone,
        changed_by=by,
        **values,
    )
    if is_milestone:
        task.ends_on = task.starts_on
    task.save()
    plan.next_number += 1
    plan.save(update_fields=["next_number"])
    links = links_of(phase.project_id)
    waits = waited_for(task, after, links)
    if waits:
        relink(task, waits, links)
        check_start(task, links, working_calendar())
    record("task.added", by=by, about=task, project=phase.project.name)
    return task


@transaction.atomic
def remove_task(*, task: Task, seen: int, by: User | None) -> None:
    """Take a task away; what waited for it waits for what it waited for.

    Raises:
        EditConflict: it is another version by now.
        ValidationError: work has begun, or its dates are locked with the baseline.
    """
    current = _locked(task, seen)
    if current.started_on is not None:
        raise ValidationError(_("Work on it has begun, so it stays."))
    if TaskBaseline.objects.filter(task=current).exists():
        raise ValidationError(_("Its dates are locked with the baseline, so it stays."))
    if Effort.objects.filter(task=current).exists():
        raise ValidationError(_("Effort was booked on it, so it stays."))
    if MilestonePayment.objects.filter(milestone=current).exists():
        raise ValidationError(_("A payment is tied to it: untie it first."))
    before = TaskLink.objects.filter(successor=current).values_list("predecessor_id", flat=True)
    behind = TaskLink.objects.filter(predecessor=current).values_list("successor_id", flat=True)
    bridges = [
        TaskLink(project_id=current.project_id, predecessor_id=early, successor_id=late)
        for early in before
        for late in behind
    ]
    record("task.removed", by=by, about=current, project=current.project.name)
    current.delete()
    TaskLink.objects.bulk_create(bridges, ignore_conflicts=True)


def _locked(task: Task, seen: int) -> Task:
    """The task as it is now; its plan is changed by one person after the other."""
    Plan.objects.select_for_update().filter(project=task.project_id).first()
    found = (
        Task.objects.select_for_update(of=("self",))
        .select_related("project", "phase", "person", "contact", "changed_by")
        .get(pk=task.pk)
    )
    if found.version != seen:
        raise EditConflict(found)
    return found


def _settle(
    task: Task,
    before: tuple[date, date],
    links: Mapping[int, Collection[int]],
    by: User | None,
    calendar: WorkingCalendar | None = None,
    *,
    is_checked: bool,
) -> list[dict[str, Any]]:
    """Save the task, push what waits for it, and say which tasks moved from when to when."""
    calendar = calendar or working_calendar()
    if is_checked:
        check_start(task, links, calendar)
    now = timezone.now()
    task.version += 1
    task.changed_at, task.changed_by = now, by
    task.save()
    moved = []
    if before != (task.starts_on, task.ends_on):
        moved.append(_entry(task, before))
    if is_checked or before[1] != task.ends_on:
        spans = spans_of(task.project_id)
        shifted = pushed(list(spans.values()), links, calendar)
        rows = list(Task.objects.select_for_update(of=("self",)).filter(pk__in=shifted))
        for row in rows:
            days = (row.starts_on, row.ends_on)
            row.starts_on, row.ends_on = shifted[row.pk].first, shifted[row.pk].last
            row.version += 1
            row.changed_at, row.changed_by = now, by
            moved.append(_entry(row, days))
        Task.objects.bulk_update(
            rows, ["starts_on", "ends_on", "version", "changed_at", "changed_by"], batch_size=500
        )
    return moved


def _entry(task: Task, before: tuple[date, date]) -> dict[str, Any]:
    return {
        "task": task.pk,
        "before": [day.isoformat() for day in before],
        "after": [task.starts_on.isoformat(), task.ends_on.isoformat()],
        "version": task.version,
    }


def _told(value: Any) -> Any:
    """As the audit keeps it."""
    return value if value is None or isinstance(value, bool | int) else str(value)
