"""What the customer pays for a project's milestones, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.api.money import Money
from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item
from projects.actions.payments import tie_payment, untie_payment
from projects.api.ground import OfProjects
from projects.api.task_shapes import MOST_NUMBER
from projects.models import Project, Task
from projects.queries.payments import instalments_of, row_of

EXAMPLE = {
    "id": 5120, "contract": "K-2026-17", "currency": "CNY", "due_on": "2026-10-01",
    "amount": "120000.0000", "paid_by": None, "milestone": 14, "milestone_project": "P-88",
    "milestone_title": "Go-live", "planned_on": "2026-10-09", "state": "to_come",
    "expected_on": "2026-10-09", "days": 8,
}  # fmt: skip
STATES = ("received", "overdue", "due", "held_up", "to_come")


@extend_schema_serializer(examples=[OpenApiExample("Go-live", EXAMPLE, response_only=True)])
class ProjectInstalmentFields(Shaped):
    """An instalment of the customer's contracts beside the milestone that it is owed for, today."""

    id = serializers.IntegerField()
    contract = serializers.CharField(source="contract.key")
    currency = serializers.CharField(source="contract.currency")
    due_on = serializers.DateField()
    amount = Money()
    paid_by = serializers.CharField(source="paid_by.key", allow_null=True, default=None)
    milestone = serializers.IntegerField(
        source="said_milestone.number", allow_null=True, default=None,
        help_text="Number of the task; null also where its project is not seen.",
    )  # fmt: skip
    milestone_project = serializers.CharField(
        source="said_milestone.project.key", allow_null=True, default=None
    )
    milestone_title = serializers.CharField(
        source="said_milestone.title", allow_null=True, default=None
    )
    planned_on = serializers.DateField(
        source="said_milestone.ends_on", allow_null=True, default=None
    )
    state = serializers.ChoiceField(
        [(name, name) for name in STATES],
        help_text="`held_up`: its day has come, its milestone is not reached.",
    )
    expected_on = serializers.DateField()
    days = serializers.IntegerField(
        help_text="How long overdue; of a milestone that makes it later, by how much."
    )


@extend_schema_serializer(
    examples=[OpenApiExample("Of a milestone", {"milestone": 14}, request_only=True)]
)
class Tie(serializers.Serializer[Any]):
    """The milestone that it is owed for; null: for none."""

    milestone = serializers.IntegerField(
        min_value=1, max_value=MOST_NUMBER, allow_null=True,
        help_text="Number of a milestone of this project.",
    )  # fmt: skip


class ProjectInstalmentRows(OfProjects):
    noun, plural = "project_instalment", "project_instalments"
    scope_to_read, scope_to_write = "contracts:read", "instalments:tie"
    shape = ProjectInstalmentFields

    def project(self) -> Project:
        """
        Raises:
            Http404: the token sees no such project.
        """
        found: Project | None = self.projects().filter(key=self.kwargs["key"]).first()
        if found is None:
            raise Http404
        return found

    def found(self) -> QuerySet[Any]:
        return instalments_of(self.project())

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        """With their milestones: of projects that the token does not see, none."""
        ids = {row.ties[0].milestone.project_id for row in rows if row.ties}
        seen = set(self.projects().filter(pk__in=ids).order_by().values_list("pk", flat=True))
        for row in rows:
            shown = row_of(row, self.today)
            milestone = shown.milestone
            is_seen = milestone is not None and milestone.project_id in seen
            row.said_milestone = milestone if is_seen else None
            row.state, row.expected_on, row.days = shown.state, shown.expected_on, shown.days
        return rows


class ProjectInstalments(ProjectInstalmentRows, Collection):
    """The instalments of a project's customer with the milestones they are owed for, those due first
    first."""

    sorts = {"due_on": "due_on", "amount": "amount"}
    filters = (
        filters.flag("is_free", "milestone__isnull", help="Owed for no milestone."),
        filters.text("contract", "contract__key", help="Key of the contract."),
    )


class OneProjectInstalment(ProjectInstalmentRows, Item):
    """One instalment of a project's customer."""

    changes = Tie

    def names(self) -> dict[str, Any]:
        return {"pk": self.kwargs["pk"]}

    def change(self, row: Any, given: Given) -> None:
        """Say that it is owed for a milestone of this project, or for none."""
        if "milestone" not in given:
            return
        project = self.project()
        if row.ties and row.ties[0].milestone.project_id != project.pk:
            raise Conflict(_("It is owed for another project’s milestone. Untie it there."))
        if given["milestone"] is None:
            untie_payment(instalment=row, by=self.person)
            return
        task = Task.objects.filter(project=project, number=given["milestone"]).first()
        if task is None or not task.is_milestone:
            raise serializers.ValidationError(
                {"milestone": [_("The plan has no milestone with this number.")]}
            )
        tie_payment(instalment=row, milestone=task, by=self.person)
