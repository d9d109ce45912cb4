"""What waits for the person of a token in their projects, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest.listings import Listing
from accounts.rest.shapes import Shaped
from projects.api.ground import OfProjects
from projects.queries.decisions import decisions_within
from projects.queries.portfolio import starting_width

EXAMPLE = {
    "what": "Classify a requirement", "title": "Payroll for the subsidiary too.",
    "project": "P-88", "customer": "C-1042", "since": "2026-09-01", "until": None,
    "is_late": False,
}  # fmt: skip


@extend_schema_serializer(examples=[OpenApiExample("To classify", EXAMPLE, response_only=True)])
class ProjectDecisionFields(Shaped):
    """One thing that waits: what to do, in words, and of what."""

    what = serializers.CharField()
    title = serializers.CharField()
    project = serializers.CharField(
        source="project.key", allow_null=True, default=None,
        help_text="Null: of a project that the person does not see.",
    )  # fmt: skip
    customer = serializers.CharField(source="project.customer.key", allow_null=True, default=None)
    since = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True, help_text="Due by this day.")
    is_late = serializers.BooleanField()


class Decisions(OfProjects, Listing):
    """What waits for the token's person in their projects, the most urgent first: at most the first
    20 of each kind."""

    noun, plural = "project_decision", "project_decisions"
    scope_to_read = "projects:read"
    shape = ProjectDecisionFields

    def every(self) -> Sequence[Any]:
        self.somebody()
        assert self.member is not None
        width = starting_width(self.member, self.today)
        return decisions_within(self.member, width, self.today).every
