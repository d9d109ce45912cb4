"""Who did what, for other programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.models import AuditRecord
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Item, Resource

EXAMPLE: dict[str, Any] = {
    "id": 90211,
    "at": "2026-10-05T09:30:00+08:00",
    "actor": "ben@vendor.example",
    "verb": "customer.changed",
    "object_type": "accounts.customer",
    "object_id": 1042,
    "object_label": "Aurora Foods",
    "data": {"before": {"region": ""}, "after": {"region": "East"}},
}


@extend_schema_serializer(examples=[OpenApiExample("A change", EXAMPLE, response_only=True)])
class AuditFields(Shaped):
    """One thing that a person, a program or the platform did. ``actor`` is an e-mail, the name of a
    program's token, or empty for the platform."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = serializers.CharField(source="actor_label")
    verb = serializers.CharField()
    object_type = serializers.CharField()
    object_id = serializers.IntegerField(allow_null=True)
    object_label = serializers.CharField()
    data = serializers.SerializerMethodField()  # type: ignore[assignment]

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_data(self, row: AuditRecord) -> dict[str, Any]:
        return dict(row.data)


class AuditRows(Resource):
    noun, plural = "audit_record", "audit_records"
    scope_to_read = "audit:read"
    shape = AuditFields

    def found(self) -> QuerySet[Any]:
        return AuditRecord.objects.all()


class AuditRecords(AuditRows, Collection):
    """The audit, the latest first."""

    sorts = {"-at": "at"}
    filters = (
        filters.text("actor", "actor_label"),
        filters.text("verb", many=True, help="E.g. `customer.changed`."),
        filters.text("object_type", help="E.g. `accounts.customer`."),
        filters.whole("object_id", "object_id", most=2**63 - 1),
        filters.moment("since", "at__gte", help="At this moment or later."),
        filters.moment("until", "at__lt", help="Before this moment."),
    )


class OneAuditRecord(AuditRows, Item):
    """One record of the audit."""
