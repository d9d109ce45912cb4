"""Moves of stage and tier for other programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection
from segmentation.compute.moves import reason_text
from segmentation.models import Move
from segmentation.queries.moved import DIRECTIONS
from segmentation.ranks import DirectionSign

EXAMPLE: dict[str, Any] = {
    "id": 8812,
    "customer": "C-1042",
    "night": "2026-11-20",
    "kind": "tier",
    "from": "high",
    "to": "low",
    "direction": "worse",
    "cause": "behaviour",
    "reason": "activity mid→low (active_days_30 9→3)",
}


@extend_schema_serializer(examples=[OpenApiExample("A move", EXAMPLE, response_only=True)])
class MoveFields(Shaped):
    """A change of stage or tier between two nights, with what decided it."""

    id = serializers.IntegerField()
    customer = serializers.CharField(source="customer.key")
    night = serializers.DateField(source="as_of")
    kind = serializers.ChoiceField(Move.Kind.choices)
    # ``from`` is no name in Python.
    vars()["from"] = serializers.CharField(source="from_value", help_text="Empty: none.")
    to = serializers.CharField(source="to_value", help_text="Empty: none.")
    direction = serializers.SerializerMethodField()
    cause = serializers.ChoiceField(Move.Cause.choices)
    reason = serializers.SerializerMethodField()

    def get_direction(self, move: Any) -> str:
        return str(DIRECTIONS[move.sign])

    def get_reason(self, move: Any) -> str:
        return reason_text(move.kind, move.reason)


class Moves(Collection):
    """Moves, the latest night's first."""

    noun, plural = "move", "moves"
    scope_to_read = "moves:read"
    shape = MoveFields
    sorts = {"-night": "as_of"}
    filters = (
        filters.day("since", "as_of__gte", help="Of the night of this day or a later one."),
        filters.day("until", "as_of__lte", help="Of the night of this day or an earlier one."),
        filters.text("customer", "customer__key", many=True, help="Keys with commas between."),
        filters.choice("kind", "kind", Move.Kind.choices),
        filters.choice("cause", "cause", Move.Cause.choices),
        filters.text("from", "from_value"),
        filters.text("to", "to_value"),
    )

    def found(self) -> QuerySet[Any]:
        rows = Move.objects.select_related("customer").annotate(sign=DirectionSign())
        return self.of_seen_customers(rows)
