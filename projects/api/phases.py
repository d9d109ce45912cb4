"""Phases of plans for other programs, with what their tasks add up to."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection
from projects.api.ground import OfProjects
from projects.api.task_shapes import TaskDays
from projects.models import Phase
from projects.queries.plans import with_sums

EXAMPLE = {
    "project": "P-88", "position": 2, "title": "Build", "tasks": 14, "done": 5,
    "starts_on": "2026-08-24", "ends_on": "2026-10-09", "effort_days": "38.500",
}  # fmt: skip


@extend_schema_serializer(examples=[OpenApiExample("A phase", EXAMPLE, response_only=True)])
class PhaseFields(Shaped):
    """A part of a project's plan, in the order of the work; without a task it has no days."""

    project = serializers.CharField(source="project.key")
    position = serializers.IntegerField()
    title = serializers.CharField()
    tasks = serializers.IntegerField(source="count")
    done = serializers.IntegerField(help_text="How many of them are done.")
    starts_on = serializers.DateField(source="first", allow_null=True)
    ends_on = serializers.DateField(source="last", allow_null=True)
    effort_days = TaskDays(source="effort", allow_null=True)


class Phases(OfProjects, Collection):
    """Phases of plans, in the order of the work."""

    noun, plural = "phase", "phases"
    scope_to_read = "projects:read"
    shape = PhaseFields
    sorts = {"position": "position"}
    filters = (
        filters.text("project", "project__key", many=True, help="Keys with commas between."),
    )

    def found(self) -> QuerySet[Any]:
        return with_sums(self.of_seen_projects(Phase.objects.select_related("project")))
