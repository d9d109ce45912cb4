"""What is wanted of projects, for other programs: captured, and whether the signed scope holds it."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import Touchpoint
from accounts.queries.service import touchpoints_of
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Named, colleagues
from accounts.rest.views import Collection, Given, Item, Record, Verb
from projects.actions.requirements import capture_requirement, classify_requirement
from projects.api.ground import KeyField, OfProjects, PlanDay, contact_of
from projects.models import Classification, Project, Requirement, SowItem
from projects.queries.change_requests import classified

LONGEST_TEXT, LONGEST_WHY = 5000, 2000
EXAMPLE = {
    "project": "P-88", "number": 7, "text": "Payroll for the subsidiary too.",
    "raised_on": "2026-09-01", "contact": "ann@aurora.example", "colleague": None,
    "touchpoint": None, "change_request": "CR-3", "captured_by": "lee@vendor.example",
    "captured_at": "2026-09-01T15:20:00+08:00", "classification": "out_of_scope",
    "classifications": [
        {
            "kind": "out_of_scope", "item": "4.2", "why": "The SOW names one company.",
            "by": "lee@vendor.example", "at": "2026-09-02T09:00:00+08:00",
        }
    ],
}  # fmt: skip


class ClassificationFields(serializers.Serializer[Any]):
    """What somebody found, and why."""

    kind = serializers.ChoiceField(Classification.Kind.choices)
    item = serializers.CharField(source="item.key", allow_null=True, default=None)
    why = serializers.CharField()
    by = serializers.CharField(source="by.email", allow_null=True, default=None)
    at = serializers.DateTimeField()


@extend_schema_serializer(examples=[OpenApiExample("A wish", EXAMPLE, response_only=True)])
class RequirementFields(Shaped):
    """Something that somebody wants of a project, in their words. `captured_by` null: the contact
    wrote it on the project's page."""

    project = serializers.CharField(source="project.key")
    number = serializers.IntegerField(help_text="Unique within the project.")
    text = serializers.CharField()
    raised_on = serializers.DateField()
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    colleague = serializers.CharField(source="colleague.key", allow_null=True, default=None)
    touchpoint = serializers.CharField(source="touchpoint.key", allow_null=True, default=None)
    change_request = serializers.CharField(
        source="change_request.key", allow_null=True, default=None,
        help_text="What was drafted from it.",
    )  # fmt: skip
    captured_by = serializers.CharField(source="captured_by.email", allow_null=True, default=None)
    captured_at = serializers.DateTimeField()
    classification = serializers.ChoiceField(
        [*Classification.Kind.choices, ("", "")],
        source="kind",
        help_text="The latest; empty: none.",
    )
    classifications = ClassificationFields(
        many=True, source="classifications.all", help_text="All of them, the latest first."
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A wish",
            {
                "project": "P-88", "text": "Payroll for the subsidiary too.",
                "raised_on": "2026-09-01", "contact": "ann@aurora.example",
            },
            request_only=True,
        )
    ]
)  # fmt: skip
class NewRequirement(serializers.Serializer[Any]):
    """What is wanted, raised by a contact of the customer or by a colleague."""

    project = KeyField(help_text="Key of the project.")
    text = serializers.CharField(max_length=LONGEST_TEXT)
    raised_on = PlanDay(help_text="Not a day to come.")
    contact = KeyField(allow_null=True, default=None, help_text="Key of the customer's contact.")
    colleague = Named(among=colleagues, max_length=200, default=None)
    touchpoint = KeyField(allow_null=True, default=None, help_text="Key of a touchpoint.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Out of scope",
            {"kind": "out_of_scope", "item": "4.2", "why": "The SOW names one company."},
            request_only=True,
        )
    ]
)
class Classifying(serializers.Serializer[Any]):
    """Whether the signed scope holds it. What is in scope names the item that holds it."""

    kind = serializers.ChoiceField(Classification.Kind.choices)
    item = KeyField(allow_null=True, default=None, help_text="Key of an item of the baseline.")
    why = serializers.CharField(max_length=LONGEST_WHY)


class RequirementRows(OfProjects):
    noun, plural = "requirement", "requirements"
    scope_to_read, scope_to_write = "projects:read", "requirements:write"
    shape = RequirementFields

    def found(self) -> QuerySet[Any]:
        rows = classified(self.of_seen_projects(Requirement.objects.all()))
        said = Classification.objects.select_related("item", "by").order_by("-pk")
        return rows.select_related("project__customer", "captured_by").prefetch_related(
            Prefetch("classifications", said)
        )


class RequirementRecord(RequirementRows, Record):
    """By its project and its number."""

    def names(self) -> dict[str, Any]:
        return {"project__key": self.kwargs["project"], "number": self.kwargs["number"]}


class Requirements(RequirementRows, Collection):
    """Requirements, those captured last first."""

    sorts = {"-captured_at": "captured_at", "raised_on": "raised_on", "number": "number"}
    filters = (
        filters.text("project", "project__key", many=True, help="Keys with commas between."),
        filters.text("customer", "project__customer__key", help="Key of the customer."),
        filters.choice("classification", "kind", Classification.Kind.choices),
        filters.moment("captured_since", "captured_at__gte"),
    )
    new = NewRequirement

    def make(self, given: Given) -> Any:
        """Write down what somebody wants of a project; nobody has classified it yet."""
        by = self.somebody()
        project = self.project_named(given["project"])
        if given["raised_on"] > self.today:
            raise serializers.ValidationError({"raised_on": [_("This day is still to come.")]})
        contact = contact_of(project, given["contact"]) if given["contact"] is not None else None
        made = capture_requirement(
            project=project, text=given["text"], raised_on=given["raised_on"], contact=contact,
            colleague=given["colleague"], touchpoint=self._touchpoint(project, given), by=by,
        )  # fmt: skip
        return self.found().get(pk=made.pk)

    def _touchpoint(self, project: Project, given: Given) -> Touchpoint | None:
        """
        Raises:
            ValidationError: the customer has none with this key, for this token.
        """
        if given["touchpoint"] is None:
            return None
        rows = Touchpoint.objects.filter(customer=project.customer_id)
        if self.member is not None:
            rows = touchpoints_of(project.customer, self.member)
        found: Touchpoint | None = rows.filter(key=given["touchpoint"]).first()
        if found is None:
            raise serializers.ValidationError(
                {"touchpoint": [_("The customer has no touchpoint with this key.")]}
            )
        return found


class OneRequirement(RequirementRecord, Item):
    """One requirement with all that was said of it."""


class RequirementClassifying(RequirementRecord, Verb):
    verb = "classify"
    scope_to_write = "requirements:classify"
    needs = Classifying

    def act(self, row: Any, given: Given) -> Any:
        """Say whether the signed scope holds it, also once more; what was said before stays. The
        scope itself is changed by change requests alone."""
        item = None
        if given["item"] is not None:
            item = SowItem.objects.filter(sow__project=row.project_id, key=given["item"]).first()
            if item is None:
                raise serializers.ValidationError(
                    {"item": [_("The signed scope has no such item.")]}
                )
        classify_requirement(
            requirement=row, kind=given["kind"], item=item, why=given["why"], by=self.person
        )
