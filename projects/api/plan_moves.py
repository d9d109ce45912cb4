"""Which tasks a change has moved, and giving them their days back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import AuditRecord
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Item, Verb
from projects.actions.tasks import UNDOABLE, undo_move
from projects.api.ground import OfProjects
from projects.models import Plan, Task

EXAMPLE = {
    "id": 9120, "project": "P-88", "task": 12, "at": "2026-09-07T09:12:00+08:00",
    "moved": [
        {"task": 12, "before": ["2026-09-07", "2026-09-11"], "after": ["2026-09-09", "2026-09-15"]},
        {"task": 14, "before": ["2026-09-14", "2026-09-14"], "after": ["2026-09-16", "2026-09-16"]},
    ],
}  # fmt: skip


class MovedFields(serializers.Serializer[Any]):
    """A task that moved: first and last day before and after."""

    task = serializers.IntegerField(
        allow_null=True, help_text="Its number; null: taken away since."
    )
    before = serializers.ListField(child=serializers.DateField())
    after = serializers.ListField(child=serializers.DateField())


@extend_schema_serializer(examples=[OpenApiExample("A move", EXAMPLE, response_only=True)])
class PlanMoveFields(Shaped):
    """A change of a task by which days of tasks moved: its own first, then of those it pushed."""

    id = serializers.IntegerField()
    project = serializers.CharField(source="project_key")
    task = serializers.IntegerField(source="task_number")
    at = serializers.DateTimeField()
    moved = MovedFields(many=True)


class _OfProject(filters.Filter):
    """Moves of a project's tasks."""

    def narrowed(self, found: QuerySet[Any], given: str) -> QuerySet[Any]:
        rows = super().narrowed(Task.objects.all(), given)
        return found.filter(object_id__in=rows.order_by().values("pk"))


class PlanMoveRows(OfProjects):
    noun, plural = "plan_move", "plan_moves"
    scope_to_read, scope_to_write = "projects:read", "projects:write"
    shape = PlanMoveFields

    def found(self) -> QuerySet[Any]:
        """Those that the token's person made, or this very program."""
        tasks = self.of_seen_projects(Task.objects.all()).order_by().values("pk")
        whose: dict[str, Any] = {"actor": self.person}
        if self.person is None:
            whose = {"actor": None, "actor_label": self.token.name}
        rows: QuerySet[Any] = AuditRecord.objects.filter(
            verb__in=UNDOABLE, object_type=Task._meta.label_lower, object_id__in=tasks,
            data__has_key="moved", **whose,
        )  # fmt: skip
        return rows

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        ids = {entry["task"] for row in rows for entry in row.data["moved"]}
        ids |= {row.object_id for row in rows}
        tasks = Task.objects.select_related("project").in_bulk(ids)
        for row in rows:
            own = tasks.get(row.object_id)
            row.project_key = own.project.key if own else None
            row.task_number = own.number if own else None
            row.moved = [
                {
                    "task": tasks[entry["task"]].number if entry["task"] in tasks else None,
                    "before": entry["before"],
                    "after": entry["after"],
                }
                for entry in row.data["moved"]
            ]
        return rows


class PlanMoves(PlanMoveRows, Collection):
    """Changes of plans by the token's person, or by this program, that moved days; the latest
    first."""

    sorts = {"-at": "at"}
    filters = (
        _OfProject("project", "project__key", serializers.CharField, str, "Key of the project."),
    )


class OnePlanMove(PlanMoveRows, Item):
    """One change of a plan."""


class PlanMoveUndoing(PlanMoveRows, Verb):
    verb = "undo"

    def row(self, *, locked: bool = False) -> Any:
        """What is in hand is its plan; the record itself is never altered."""
        found = self.found().filter(**self.names()).first()
        if found is None:
            raise Http404
        if locked:
            tasks = Task.objects.filter(pk=found.object_id).order_by()
            plans = Plan.objects.filter(project__in=tasks.values("project"))
            plans.select_for_update(of=("self",)).first()
        return found

    def act(self, row: Any, given: dict[str, Any]) -> Any:
        """Give every task that it moved its days back, where none of them was changed since."""
        task = Task.objects.select_related("project").get(pk=row.object_id)
        undo_move(project=task.project, move=row, by=self.person)
