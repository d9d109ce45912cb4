"""What administrators set, for other programs: departments."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import Case, Department
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Resource

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
