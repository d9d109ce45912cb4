"""Stored figures for other programs: the numbers that reports and screens show, with where they are
from."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Item, Resource
from reports.api.rendering import ExactRenderer
from reports.catalogue import figure
from reports.models import FigureSet
from reports.queries.report_kinds import kinds_seen

EXAMPLE = {
    "id": 812, "kind": "executive", "customer": None, "period": "2026-10", "version": 1,
    "as_of": "2026-10-31", "night": "2026-10-31", "rules": 4,
    "known_at": "2026-11-01T04:00:12+08:00",
    "figures": [
        {"key": "nrr", "value": 1.0421, "unit": "share",
         "formula": "(ARR at the start + expansion − contraction − churned) ÷ ARR at the start"},
        {"key": "nps", "value": None, "unit": "points", "formula": "promoters − detractors",
         "reason": "no_answers"},
    ],
}  # fmt: skip


@extend_schema_field({"type": ["number", "string", "null"]})
class FigureValue(serializers.JSONField):
    """A number with all its digits, a day as ISO, or null."""


class StoredFigure(serializers.Serializer[Any]):
    """``value``: a number, a day as ISO, or null with the reason why there is none."""

    key = serializers.CharField()
    value = FigureValue()
    unit = serializers.CharField()
    formula = serializers.CharField()
    reason = serializers.CharField(required=False)


@extend_schema_serializer(examples=[OpenApiExample("A month", EXAMPLE, response_only=True)])
class FigureSetFields(Shaped):
    """The figures of a month or quarter, of a customer or of the whole tenant. Sets are added, never
    altered: where figures come out otherwise later, that is a further version."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(FigureSet.Kind.choices)
    customer = serializers.CharField(source="customer.key", allow_null=True, default=None)
    period = serializers.CharField(help_text="`2026-10` or `2026-Q3`.")
    version = serializers.IntegerField()
    as_of = serializers.DateField(help_text="The last day that counts.")
    night = serializers.DateField(
        source="night.as_of", allow_null=True, default=None,
        help_text="The stored night that they were read from.",
    )  # fmt: skip
    rules = serializers.IntegerField(allow_null=True, help_text="Version of that night's rules.")
    known_at = serializers.DateTimeField(help_text="What became known later is not in them.")
    figures = serializers.SerializerMethodField()

    @extend_schema_field(StoredFigure(many=True))
    def get_figures(self, row: FigureSet) -> list[dict[str, Any]]:
        return [_told(row, key) for key in row.figures if _is_known(row.kind, key)]


def _is_known(kind: str, key: str) -> bool:
    """Whether the catalogue still has words for a figure."""
    try:
        figure(kind, key)
    except KeyError:
        return False
    return True


def _told(row: FigureSet, key: str) -> dict[str, Any]:
    kind, value = figure(row.kind, key), row.figures[key]
    said = {"key": key, "value": value, "unit": str(kind.unit), "formula": str(kind.formula)}
    return said | ({"reason": row.reasons.get(key, "")} if value is None else {})


class FigureSetRows(Resource):
    noun, plural = "figure_set", "figure_sets"
    scope_to_read = "figures:read"
    shape = FigureSetFields
    renderer_classes = (ExactRenderer,)

    def found(self) -> QuerySet[Any]:
        rows = FigureSet.objects.select_related("customer", "night").defer("details")
        if self.member is None:
            return rows
        theirs = Q(kind=FigureSet.Kind.CUSTOMER, customer__in=self.customers().values("pk"))
        return rows.filter(theirs | Q(kind__in=_about_the_tenant(kinds_seen(self.member))))


def _about_the_tenant(kinds: list[str]) -> list[str]:
    return [kind for kind in kinds if kind != FigureSet.Kind.CUSTOMER]


class FigureSets(FigureSetRows, Collection):
    """Sets of figures, those made last first. Of a period the highest ``version`` holds."""

    sorts = {"-id": "pk", "as_of": "as_of"}
    filters = (
        filters.choice("kind", "kind", FigureSet.Kind.choices),
        filters.text(
            "period", many=True, help="`2026-10`, `2026-Q3`; several with commas between."
        ),
        filters.text("customer", "customer__key", help="Key of the customer."),
        filters.day("as_of", "as_of", help="The last day that counts."),
    )


class OneFigureSet(FigureSetRows, Item):
    """The figures of one period as they were made."""
