"""What administrators set, for other programs: departments and the working calendar."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.models import CalendarVersion, Case, Department
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Item, Resource

DEPARTMENT: dict[str, Any] = {
    "id": 2,
    "name": "Development",
    "lead": "ida@vendor.example",
    "kinds": ["problem"],
    "priorities": [],
    "takes_cases": True,
    "position": 1,
    "is_active": True,
}
CALENDAR: dict[str, Any] = {
    "version": 4,
    "known_from": "2026-01-05T10:00:00+08:00",
    "published_by": "ida@vendor.example",
    "note": "2026 as announced",
    "country": "CN",
    "weekdays": [1, 2, 3, 4, 5],
    "years": [2025, 2026],
    "days": [{"day": "2026-10-01", "kind": "holiday", "name": "国庆节"}],
}


@extend_schema_serializer(examples=[OpenApiExample("A department", DEPARTMENT, response_only=True)])
class DepartmentFields(Shaped):
    """Where cases go that are not answered or solved in time; no kinds or priorities: every one."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    lead = serializers.CharField(source="lead.user.email", allow_null=True, default=None)
    kinds = serializers.ListField(child=serializers.ChoiceField(Case.Kind.choices))
    priorities = serializers.ListField(child=serializers.ChoiceField(Case.Priority.choices))
    takes_cases = serializers.BooleanField()
    position = serializers.IntegerField()
    is_active = serializers.BooleanField()


class DepartmentRows(Resource):
    noun, plural = "department", "departments"
    scope_to_read = "departments:read"
    shape = DepartmentFields

    def found(self) -> QuerySet[Any]:
        return Department.objects.select_related("lead__user")


class Departments(DepartmentRows, Collection):
    """Departments, in the order in which cases look for one."""

    sorts = {"position": "position", "name": "name"}
    filters = (filters.text("name"), filters.flag("active", "is_active"))


@extend_schema_serializer(
    examples=[OpenApiExample("A version of the calendar", CALENDAR, response_only=True)]
)
class CalendarFields(Shaped):
    """The days that the tenant works. ``weekdays`` are worked, 1 is Monday; ``days`` differ from
    their weekday; of ``years`` every holiday is known."""

    version = serializers.IntegerField()
    known_from = serializers.DateTimeField()
    published_by = serializers.CharField(source="published_by.email", allow_null=True, default=None)
    note = serializers.CharField()
    country = serializers.CharField(source="document.country")
    weekdays = serializers.ListField(child=serializers.IntegerField(), source="document.weekdays")
    years = serializers.ListField(child=serializers.IntegerField(), source="document.years")
    days = serializers.SerializerMethodField()

    @extend_schema_field(
        {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "day": {"type": "string", "format": "date"},
                    "kind": {"type": "string", "enum": ["holiday", "working"]},
                    "name": {"type": "string"},
                },
                "required": ["day", "kind", "name"],
            },
        }
    )
    def get_days(self, row: CalendarVersion) -> list[dict[str, str]]:
        return [
            {"day": one["day"], "kind": one["kind"], "name": one.get("name", "")}
            for one in row.document["days"]
        ]


class CalendarRows(Resource):
    noun, plural = "calendar_version", "calendar_versions"
    scope_to_read = "calendar:read"
    shape = CalendarFields

    def found(self) -> QuerySet[Any]:
        return CalendarVersion.objects.select_related("published_by")


class CalendarVersions(CalendarRows, Collection):
    """Versions of the working calendar; the first of the list is in force."""

    sorts = {"-version": "version"}


class OneCalendarVersion(CalendarRows, Item):
    """One version of the working calendar."""
