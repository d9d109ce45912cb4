"""Plans' tasks for other programs: listed, added, changed, moved with what waits for them, taken
away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.views import Collection, Given, Item, Verb
from projects.actions.tasks import add_task, edit_task, move_task, remove_task
from projects.api.ground import HeldInTurn, OfProjects
from projects.api.task_shapes import (
    Moving,
    NewTask,
    TaskChanges,
    TaskFields,
    changed_values,
    new_values,
)
from projects.models import Phase, Plan, Side, Task
from projects.queries.plans import locked_last
from projects.queries.task_effort import effort_variance, worked_on
from projects.queries.task_links import numbers_before


class TaskRows(OfProjects):
    noun, plural = "task", "tasks"
    scope_to_read, scope_to_write = "projects:read", "projects:write"
    shape = TaskFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = Task.objects.select_related(
            "project__customer", "phase", "person", "contact"
        )
        return self.of_seen_projects(rows)

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        """With what they wait for, what is locked and what was worked; three statements for a
        page."""
        waits, locked, worked = numbers_before(rows), locked_last(rows), worked_on(rows)
        for row in rows:
            row.waits_for = waits.get(row.pk, [])
            row.locked = locked.get(row.pk)
            row.worked_days = worked.get(row.pk)
            row.effort_variance = effort_variance(row, row.locked, row.worked_days)
        return rows


class TaskRecord(TaskRows, HeldInTurn):
    """By its project and its number. A plan is changed by one after the other."""

    def names(self) -> dict[str, Any]:
        return {"project__key": self.kwargs["project"], "number": self.kwargs["number"]}

    def hold_first(self) -> None:
        plans = Plan.objects.filter(project__key=self.kwargs["project"])
        plans.select_for_update(of=("self",)).first()


class Tasks(TaskRows, Collection):
    """Tasks and milestones of plans, those that start first first."""

    sorts = {"starts_on": "starts_on", "ends_on": "ends_on", "changed_at": "changed_at"}
    filters = (
        filters.text("project", "project__key", many=True, help="Keys with commas between."),
        filters.whole("phase", "phase__position", help="Place of the phase."),
        filters.choice("state", "state", Task.State.choices),
        filters.choice("side", "side", Side.choices),
        filters.text("person", "person__key", help="Key of the colleague who does it."),
        filters.text("contact", "contact__key", help="Key of the contact who does it."),
        filters.flag("is_milestone", "is_milestone"),
        filters.day("starts_until", "starts_on__lte", help="Starts on this day or earlier."),
        filters.day("ends_from", "ends_on__gte", help="Ends on this day or later."),
        filters.changed_since("changed_at"),
    )
    new = NewTask

    def make(self, given: Given) -> Any:
        """Add a task or a milestone at the end of a phase."""
        project = self.project_named(given["project"])
        if not Plan.objects.filter(project=project).exists():
            raise Conflict(_("This project has no plan yet. Make one from a template."))
        phase = Phase.objects.filter(project=project, position=given["phase"]).first()
        if phase is None:
            raise serializers.ValidationError({"phase": [_("The plan has no such phase.")]})
        made = add_task(
            phase=phase, values=new_values(project, given), is_milestone=given["is_milestone"],
            after=given["after"], by=self.person,
        )  # fmt: skip
        return self.found().get(pk=made.pk)


class OneTask(TaskRecord, Item):
    """One task."""

    changes, removable = TaskChanges, True

    def change(self, row: Any, given: Given) -> None:
        """Change a task; where its days change, what waits for it is pushed as far as it has to be.
        `plan-moves` tells of it."""
        edit_task(
            task=row, seen=row.version, values=changed_values(row, given, self.today),
            after=given.get("after"), by=self.person,
        )  # fmt: skip

    def remove(self, row: Any) -> None:
        """Take a task away that nobody has begun; what waited for it waits for what it waited
        for."""
        remove_task(task=row, seen=row.version, by=self.person)


class TaskMoving(TaskRecord, Verb):
    verb = "move"
    needs = Moving

    def act(self, row: Any, given: Given) -> Any:
        """Move a task or its end by working days; what waits for it is pushed as far as it has to
        be."""
        move_task(task=row, seen=row.version, by=self.person, **given)
