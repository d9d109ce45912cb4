"""Who is a customer's one face, today and before, for other programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import Responsibility
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Item, Resource

EXAMPLE: dict[str, Any] = {
    "id": 2210,
    "customer": "C-1042",
    "colleague": "ben@vendor.example",
    "capacity": "service_manager",
    "from": "2026-03-01",
    "to": None,
    "why": "accepted",
}


@extend_schema_serializer(examples=[OpenApiExample("Today's face", EXAMPLE, response_only=True)])
class ResponsibilityFields(Shaped):
    """The face of one customer over one span of days. Spans touch and never overlap; ``colleague``
    is null where nobody is named for what the customer needs."""

    id = serializers.IntegerField()
    customer = serializers.CharField(source="customer.key")
    colleague = serializers.CharField(source="colleague.key", allow_null=True, default=None)
    capacity = serializers.ChoiceField(Responsibility.Capacity.choices)
    # ``from`` is no name in Python.
    vars()["from"] = serializers.DateField(source="from_on")
    to = serializers.DateField(
        source="to_on", allow_null=True,
        help_text="The first day on which it no longer holds; null: today's face.",
    )  # fmt: skip
    why = serializers.ChoiceField(Responsibility.Why.choices)


class ResponsibilityRows(Resource):
    noun, plural = "responsibility", "responsibilities"
    scope_to_read = "responsibilities:read"
    shape = ResponsibilityFields

    def found(self) -> QuerySet[Any]:
        rows = Responsibility.objects.select_related("customer", "colleague")
        return self.of_seen_customers(rows)


class Responsibilities(ResponsibilityRows, Collection):
    """Faces of customers, by their numbers."""

    sorts = {"id": "pk", "from": "from_on", "to": "to_on"}
    filters = (
        filters.text("customer", "customer__key", help="Key of the customer."),
        filters.text("colleague", "colleague__key", help="E-mail of the person."),
        filters.flag("current", "to_on__isnull", help="Whether it holds today."),
        filters.choice("capacity", "capacity", Responsibility.Capacity.choices),
        filters.choice("why", "why", Responsibility.Why.choices),
        filters.day("began_by", "from_on__lte", help="Began on this day or before."),
        filters.day("ended_after", "to_on__gt", help="No longer holds from a day after this one."),
    )


class OneResponsibility(ResponsibilityRows, Item):
    """One span of days with its face."""
