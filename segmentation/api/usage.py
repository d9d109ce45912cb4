"""Usage of a customer for other programs: event by event, and by month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Item
from segmentation.models import UsageEvent
from segmentation.queries.stored import latest_night
from segmentation.queries.usage import usage_history

MONTHS = 18
EXAMPLE_EVENT: dict[str, Any] = {
    "message_id": "ajs-6f2c",
    "occurred_at": "2026-11-20T09:30:00+08:00",
    "event": "Order approved",
    "module": "orders",
    "person": "ann@aurora.example",
    "count": 1,
    "contract": None,
    "received_at": "2026-11-20T09:30:01+08:00",
}
EXAMPLE_MONTHS: dict[str, Any] = {
    "customer": "C-1042",
    "until": "2026-11-20",
    "months": ["2026-10-01", "2026-11-01"],
    "modules": [{"module": "Orders", "events": [120, 61]}],
    "persons": [9, 7],
}


@extend_schema_serializer(examples=[OpenApiExample("An event", EXAMPLE_EVENT, response_only=True)])
class EventFields(Shaped):
    """That somebody used something, at a moment, so many times."""

    message_id = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    event = serializers.CharField()
    module = serializers.CharField(source="module.key", allow_null=True, default=None)
    person = serializers.CharField(help_text="Empty: the source does not say.")
    count = serializers.IntegerField()
    contract = serializers.CharField(source="contract.key", allow_null=True, default=None)
    received_at = serializers.DateTimeField()


class ModuleMonths(serializers.Serializer[Any]):
    """Events of a module in each of the months; an empty name: of none."""

    module = serializers.CharField()
    events = serializers.ListField(child=serializers.IntegerField())


@extend_schema_serializer(
    examples=[OpenApiExample("Usage by month", EXAMPLE_MONTHS, response_only=True)]
)
class UsageFields(Shaped):
    """Events by module and month, and how many persons there were, as the customer's page shows them:
    of the months up to the latest night's day. Months by their first day, the oldest first."""

    customer = serializers.CharField()
    until = serializers.DateField()
    months = serializers.ListField(child=serializers.DateField())
    modules = ModuleMonths(many=True)
    persons = serializers.ListField(child=serializers.IntegerField())


class UsageEvents(Collection):
    """Usage of one customer event by event, the latest first."""

    noun, plural = "usage_event", "usage_events"
    scope_to_read = "usage:read"
    shape = EventFields
    sorts = {"-occurred_at": "occurred_at"}
    tie = "message_id"
    filters = (
        filters.moment("since", "occurred_at__gte", help="At this moment or later."),
        filters.moment("until", "occurred_at__lt", help="Before this moment."),
        filters.text("module", "module__key"),
        filters.text("person"),
        filters.text("event"),
    )

    def found(self) -> QuerySet[Any]:
        customer = self.customers().filter(key=self.kwargs["customer"]).first()
        if customer is None:
            raise Http404
        rows: QuerySet[Any] = UsageEvent.objects.filter(customer=customer)
        return rows.select_related("module", "contract")


class OneUsage(Item):
    """Usage of one customer by module and month, of the last eighteen months."""

    noun, plural = "usage", "usages"
    scope_to_read = "usage:read"
    shape = UsageFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.customers()
        return rows

    def names(self) -> dict[str, Any]:
        return {"key": self.kwargs["customer"]}

    def row(self, *, locked: bool = False) -> Any:
        found = self.found().filter(**self.names()).first()
        if found is None:
            raise Http404
        return found

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        night = latest_night()
        until = night.as_of if night else self.tenant.last_ended_day()
        told = []
        for customer in rows:
            found = usage_history(customer.pk, until, self.tenant.zone, months=MONTHS)
            modules = [{"module": one.module, "events": one.events} for one in found.series]
            told.append(
                {
                    "customer": customer.key,
                    "until": until,
                    "months": found.periods,
                    "modules": modules,
                    "persons": found.persons,
                }
            )
        return told
