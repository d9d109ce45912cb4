"""Where customers stood on a night, for other programs: the columns of the command `tiers`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Resource
from segmentation.api.nights import LATEST, stored_night
from segmentation.models import Assignment, MeasureRow, Night
from segmentation.queries.portfolio import held_on
from segmentation.queries.printed import printed_cells

EXAMPLE: dict[str, Any] = {
    "customer": "C-1042",
    "night": "2026-11-20",
    "recency_days": "3",
    "frequency": "61",
    "monetary": "120000.00",
    "r": 5,
    "f": 4,
    "m": 4,
    "segment": "loyal",
    "class8": "important_value",
    "activity": "high",
    "contribution": "mid",
    "value": "high",
    "need": "low",
    "stage": "in_use",
    "tier": "high",
    "tiers": {"a": "high", "b": "maintain", "c": "key"},
    "reason": "high_value",
    "unmeasured": None,
}
NUMBERS = ("r", "f", "m")
MEASURES = ("recency_days", "frequency", "monetary")


class TiersOfSchemes(serializers.Serializer[Any]):
    """The tier in each of the three schemes; empty: none."""

    a = serializers.CharField(source="tier_a")
    b = serializers.CharField(source="tier_b")
    c = serializers.CharField(source="tier_c")


@extend_schema_serializer(examples=[OpenApiExample("A standing", EXAMPLE, response_only=True)])
class StandingFields(Shaped):
    """What a night says of a customer. `recency_days`, `frequency` and `monetary` hold the values of
    the measures that R, F and M are read from, as text; null where there is none. Of nights whose
    measures are not kept they are all null, and `unmeasured` says so: the latest and month-ends keep
    theirs."""

    customer = serializers.CharField(source="assignment.customer.key")
    night = serializers.DateField()
    recency_days = serializers.CharField(allow_null=True)
    frequency = serializers.CharField(allow_null=True)
    monetary = serializers.CharField(allow_null=True)
    r = serializers.IntegerField(allow_null=True)
    f = serializers.IntegerField(allow_null=True)
    m = serializers.IntegerField(allow_null=True)
    segment = serializers.CharField()
    class8 = serializers.CharField()
    activity = serializers.CharField(source="assignment.activity")
    contribution = serializers.CharField(source="assignment.contribution")
    value = serializers.CharField(source="assignment.value")
    need = serializers.CharField(source="assignment.need")
    stage = serializers.CharField(source="assignment.stage")
    tier = serializers.CharField(source="assignment.tier")
    tiers = TiersOfSchemes(source="assignment")
    reason = serializers.CharField(source="assignment.reason")
    unmeasured = serializers.ChoiceField(["not_kept"], allow_null=True)


class StandingRows(Resource):
    noun, plural = "standing", "standings"
    scope_to_read = "standings:read"
    shape = StandingFields

    @cached_property
    def night(self) -> Night:
        return stored_night(str(self.kwargs.get("as_of", LATEST)))

    def found(self) -> QuerySet[Any]:
        rows = Assignment.objects.filter(held_on(self.night.as_of)).select_related("customer")
        return self.of_seen_customers(rows)

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        cells = printed_cells(self.night, [row.customer_id for row in rows])
        is_kept = MeasureRow.objects.filter(as_of=self.night.as_of).exists()
        told = {"night": self.night.as_of, "unmeasured": None if is_kept else "not_kept"}
        return [{"assignment": row, **told, **_typed(cells[row.customer_id])} for row in rows]


class Standings(StandingRows, Collection):
    """Where every customer stood on a night (a day as YYYY-MM-DD, or `latest`), by customer key."""

    sorts = {"customer": "customer__key"}
    filters = (
        filters.text("customer", "customer__key", many=True, help="Keys with commas between."),
        filters.text("tier", help="Of the scheme that the rules picked."),
        filters.text("stage"),
        filters.text("value"),
        filters.text("need"),
    )


def _typed(cells: dict[str, str]) -> dict[str, Any]:
    """Cells of the command as JSON has them."""
    found: dict[str, Any] = dict(cells)
    for name in MEASURES:
        found[name] = cells[name] or None
    for name in NUMBERS:
        found[name] = int(cells[name]) if cells[name] else None
    return found
