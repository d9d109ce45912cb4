"""Change requests and booked effort for other programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Item, Resource
from projects.api.projects import PersonDays
from projects.models import ChangeRequest, Effort
from projects.queries.effort import visible_effort
from projects.queries.portfolio import visible_projects

CHANGE = {
    "project": "P-88", "key": "CR-3", "title": "Second payroll calendar", "state": "signed",
    "effort_days": "3.000", "price": "18000.00", "days_later": 4, "raised_on": "2026-09-14",
    "decided_on": None, "signed_on": "2026-09-21", "text": "A calendar for hourly staff.",
    "items": [{"title": "Calendar", "effort_days": "3.000"}],
    "changed_at": "2026-09-21T16:02:00+08:00",
}  # fmt: skip


class ChangeItemFields(serializers.Serializer[Any]):
    title = serializers.CharField()
    effort_days = PersonDays()


@extend_schema_serializer(examples=[OpenApiExample("Signed", CHANGE, response_only=True)])
class ChangeRequestFields(Shaped):
    """Work outside the signed scope. ``key`` is unique within the project."""

    project = serializers.CharField(source="project.key")
    key = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(ChangeRequest.State.choices)
    effort_days = PersonDays(allow_null=True)
    price = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    days_later = serializers.IntegerField(
        help_text="Working days by which the due day moves when it is signed."
    )
    raised_on = serializers.DateField()
    decided_on = serializers.DateField(
        allow_null=True, help_text="The day on which it was declined or withdrawn."
    )
    signed_on = serializers.DateField(allow_null=True)
    text = serializers.CharField()
    items = ChangeItemFields(many=True)
    changed_at = serializers.DateTimeField(source="known_from")


class ChangeRequestRows(Resource):
    noun, plural = "change_request", "change_requests"
    scope_to_read = "projects:read"
    shape = ChangeRequestFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = ChangeRequest.objects.select_related("project").prefetch_related(
            "items"
        )
        if self.member is None:
            return rows
        return rows.filter(project__in=visible_projects(self.member).order_by().values("pk"))


class ChangeRequests(ChangeRequestRows, Collection):
    """Change requests, those raised last first."""

    sorts = {"-raised_on": "raised_on", "key": "key", "changed_at": "known_from"}
    filters = (
        filters.text("project", "project__key", help="Key of the project."),
        filters.text("customer", "project__customer__key", help="Key of the customer."),
        filters.choice("state", "state", ChangeRequest.State.choices),
        filters.day("signed_from", "signed_on__gte"),
        filters.changed_since(),
    )


class OneChangeRequest(ChangeRequestRows, Item):
    """One change request."""

    def names(self) -> dict[str, str]:
        return {"project__key": self.kwargs["project"], "key": self.kwargs["key"]}


class EffortFields(Shaped):
    """Days that somebody worked on a project: on an item of its scope, on a change request, or on
    neither."""

    project = serializers.CharField(source="project.key")
    key = serializers.CharField()
    person = serializers.CharField(source="person.key")
    worked_on = serializers.DateField()
    days = serializers.DecimalField(max_digits=5, decimal_places=3)
    item = serializers.CharField(source="item.key", allow_null=True, default=None)
    change_request = serializers.CharField(
        source="change_request.key", allow_null=True, default=None
    )


class Efforts(Collection):
    """Booked effort, the latest days first, as far as the token's person sees who worked."""

    noun, plural = "effort", "efforts"
    scope_to_read = "projects:read"
    shape = EffortFields
    sorts = {"-worked_on": "worked_on"}
    filters = (
        filters.text("project", "project__key", help="Key of the project."),
        filters.text("person", "person__key", help="E-mail or name of who worked."),
        filters.day("from", "worked_on__gte"),
        filters.day("to", "worked_on__lte"),
    )

    def found(self) -> QuerySet[Any]:
        rows = visible_effort(self.member) if self.member else Effort.objects.all()
        return rows.select_related("project", "person", "item", "change_request")
