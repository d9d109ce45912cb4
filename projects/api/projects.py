"""Projects for other programs, with how they stand against their locked baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes
from accounts.rest.views import Collection, Given, Item
from projects.actions.plans import make_project
from projects.api.ground import OfProjects
from projects.api.project_shapes import NewProject, version_of
from projects.models import SowItem
from projects.queries.delivery import Delivery, deliveries

EXAMPLE = {
    "key": "P-88", "customer": "C-1042", "name": "Payroll rollout", "manager": "lee@vendor.example",
    "starts_on": "2026-08-03", "due_on": "2026-11-13", "accepted_on": None, "handed_over_on": None,
    "delivery": {
        "phase": "running", "baseline_days": 71, "actual_days": 60, "schedule_variance_days": None,
        "baseline_effort": "42.000", "actual_effort": "37.500", "in_scope_effort": "33.000",
        "approved_change_effort": "3.000", "unapproved_effort": "1.500",
        "unclassified_effort": "0.000", "effort_variance": None, "scope_creep_index": "0.0357",
    },
    "attributes": {}, "changed_at": "2026-10-05T09:30:00+08:00",
}  # fmt: skip
EFFORTS = (
    "baseline_effort", "actual_effort", "in_scope_effort", "approved_change_effort",
    "unapproved_effort", "unclassified_effort", "effort_variance",
)  # fmt: skip


class PersonDays(serializers.DecimalField):
    """Thousandths of a day are all there is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=12, decimal_places=3, **kwargs)


class DeliveryFields(serializers.Serializer[Any]):
    """The figures of the `delivery` command, of today: days are working days, efforts person-days,
    null where undefined."""

    phase = serializers.CharField()
    baseline_days = serializers.IntegerField(allow_null=True)
    actual_days = serializers.IntegerField()
    schedule_variance_days = serializers.IntegerField(allow_null=True)
    baseline_effort = PersonDays(allow_null=True)
    actual_effort = PersonDays(allow_null=True)
    in_scope_effort = PersonDays(allow_null=True)
    approved_change_effort = PersonDays(allow_null=True)
    unapproved_effort = PersonDays(allow_null=True)
    unclassified_effort = PersonDays(allow_null=True)
    effort_variance = PersonDays(allow_null=True)
    scope_creep_index = serializers.DecimalField(max_digits=12, decimal_places=4, allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("A project", EXAMPLE, response_only=True)])
class ProjectFields(Shaped):
    """An implementation for a customer."""

    key = serializers.CharField()
    customer = serializers.CharField(source="customer.key")
    name = serializers.CharField()
    manager = serializers.CharField(source="manager.key", allow_null=True, default=None)
    starts_on = serializers.DateField()
    due_on = serializers.DateField()
    accepted_on = serializers.DateField(allow_null=True)
    handed_over_on = serializers.DateField(
        source="handover_day", allow_null=True,
        help_text="The day on which the customer passed to its service manager.",
    )  # fmt: skip
    delivery = serializers.SerializerMethodField()
    attributes = Attributes()
    changed_at = serializers.DateTimeField(source="known_from")

    @extend_schema_field(DeliveryFields)
    def get_delivery(self, row: Any) -> dict[str, Any]:
        found: Delivery = row.delivery
        efforts = {name: found.person_days(name) for name in EFFORTS}
        names = map(str, DeliveryFields().fields)
        plain = {name: getattr(found, name) for name in names if name not in efforts}
        return dict(DeliveryFields(plain | efforts).data)


class ProjectRows(OfProjects):
    noun, plural = "project", "projects"
    scope_to_read, scope_to_write = "projects:read", "projects:write"
    shape = ProjectFields

    def found(self) -> QuerySet[Any]:
        return self.projects().select_related("customer", "manager")

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        """With the figures of their delivery: those of a page in a fixed number of statements."""
        if rows:
            found = deliveries(self.today, [row.pk for row in rows])
            by_id = {one.project_id: one for one in found}
            for row in rows:
                row.delivery = by_id[row.pk]
        return rows


class Projects(ProjectRows, Collection):
    """Projects, by their keys."""

    sorts = {"key": "key", "due_on": "due_on", "starts_on": "starts_on", "changed_at": "known_from"}
    filters = (
        filters.text("customer", "customer__key", help="Key of the customer."),
        filters.text("manager", "manager__key", help="E-mail of the project manager."),
        filters.flag("is_open", "accepted_on__isnull", help="Not accepted by the customer yet."),
        filters.day("due_from", "due_on__gte"),
        filters.day("due_to", "due_on__lte"),
        filters.changed_since(),
    )
    new = NewProject

    def make(self, given: Given) -> Any:
        """Make a project of a customer with its plan from a template."""
        customer = self.customer_named(given.pop("customer"))
        version = version_of(given.pop("template"), given["language"])
        return make_project(customer=customer, template_version=version, by=self.person, **given)


class OneProject(ProjectRows, Item):
    """One project."""


class SowItemFields(Shaped):
    """What was signed to be delivered; ``effort_days`` are those of the signed SOW."""

    project = serializers.CharField(source="sow.project.key")
    key = serializers.CharField()
    title = serializers.CharField()
    effort_days = PersonDays()
    module = serializers.CharField(source="module.key", allow_null=True, default=None)
    phase = serializers.CharField()
    attributes = Attributes()


class SowItems(OfProjects, Collection):
    """Items of signed scopes, by their keys."""

    noun, plural = "sow_item", "sow_items"
    scope_to_read = "projects:read"
    shape = SowItemFields
    filters = (
        filters.text("project", "sow__project__key", help="Key of the project."),
        filters.text("module", "module__key", help="Key of the module."),
    )

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = SowItem.objects.select_related("sow__project", "module")
        return self.of_seen_projects(rows, "sow__project")
