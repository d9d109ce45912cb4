"""What stands behind a stored figure, for other programs: its formula and the rows that it counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Customer
from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import refusals
from accounts.rest.views import Record
from reports.api.figures import FigureSetRows
from reports.catalogue import figure
from reports.queries.figure_rows import read_behind, rows_behind
from reports.queries.figures import later_versions
from segmentation.api.asked import whole

ROWS, MOST_ROWS, FARTHEST = 100, 500, 10**7
EXAMPLE: dict[str, Any] = {
    "figure_set": 812,
    "key": "new",
    "label": "New ARR",
    "unit": "money",
    "formula": "ARR of customers that had none before",
    "value": "120000.0000",
    "reason": "",
    "latest": None,
    "columns": [{"name": "signed_on", "label": "Signed on", "unit": "date"}],
    "total": 1,
    "sum": "120000.0000",
    "rows": [{"customer": "C-1042", "cells": ["2026-10-05"]}],
}


@extend_schema_serializer(examples=[OpenApiExample("A figure", EXAMPLE, response_only=True)])
class FigureBehind(serializers.Serializer[Any]):
    """A stored figure with its formula and the rows behind it, of customers that the token sees. Of a
    customer's figure as they were known when it was made, of others as they are known now: so `sum`
    may differ from `value`. `total` null: no rows are shown. `latest`: the figure set of a later version,
    where there is one."""

    class Column(serializers.Serializer[Any]):
        name = serializers.CharField()
        vars()["label"] = serializers.CharField()
        unit = serializers.CharField()

        class Meta:
            ref_name = "FigureColumn"

    class Row(serializers.Serializer[Any]):
        customer = serializers.CharField(allow_null=True)
        cells = serializers.ListField(child=serializers.CharField(allow_null=True))

        class Meta:
            ref_name = "FigureRow"

    figure_set = serializers.IntegerField()
    key = serializers.CharField()
    vars()["label"] = serializers.CharField()
    unit = serializers.CharField()
    formula = serializers.CharField()
    value = serializers.CharField(allow_null=True)
    reason = serializers.CharField(help_text="Why there is no value.")
    latest = serializers.IntegerField(allow_null=True)
    columns = Column(many=True)
    total = serializers.IntegerField(allow_null=True)
    sum = serializers.CharField(allow_null=True)
    rows = Row(many=True)


class RowsBehind(FigureSetRows, Record):
    @extend_schema(
        operation_id="read_figure_rows",
        tags=["figure_sets"],
        parameters=[
            OpenApiParameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": ROWS}
            ),
            OpenApiParameter(
                "offset", {"type": "integer", "minimum": 0, "maximum": FARTHEST, "default": 0}
            ),
        ],
        responses={200: FigureBehind, **refusals(400, 401, 403, 404, 429)},
    )
    def get(self, request: Request, **names: Any) -> Response:
        """A figure of a set: how it is made, and row by row from what."""
        refuse_unknown(request, ("limit", "offset"))
        limit = whole(request, "limit", ROWS, least=1, most=MOST_ROWS)
        offset = whole(request, "offset", 0, least=0, most=FARTHEST)
        found, key = self.row(), self.kwargs["key"]
        if key not in found.figures:
            raise Http404
        try:
            kind = figure(found.kind, key)
        except KeyError as error:
            raise Http404 from error
        latest = later_versions(found).last()
        told = {
            "figure_set": found.pk, "key": key, "label": str(kind.label), "unit": str(kind.unit),
            "formula": str(kind.formula), "value": _text(found.value(key)),
            "reason": found.reasons.get(key, ""), "latest": latest.pk if latest else None,
            "columns": [], "total": None, "sum": None, "rows": [],
        }  # fmt: skip
        listing = rows_behind(found, key, self.tenant)
        if listing is None:
            return Response(told)
        page = read_behind(listing, self.member, slice(offset, offset + limit))
        customers = {row[0] for row in page.rows if listing.names_customers}
        keys = dict(Customer.objects.filter(pk__in=customers).values_list("pk", "key"))
        own = found.customer.key if found.customer else None
        return Response(
            told
            | {
                "columns": [
                    {"name": one.name, "label": str(one.label), "unit": str(one.unit)}
                    for one in listing.columns
                ],
                "total": page.total,
                "sum": _text(page.value) if kind.adds_up else None,
                "rows": [
                    {
                        "customer": keys.get(customer) if listing.names_customers else own,
                        "cells": [_text(cell) for cell in cells],
                    }
                    for customer, _name, *cells in page.rows
                ],
            }
        )

    def names(self) -> dict[str, Any]:
        return {"pk": self.kwargs["pk"]}


def _text(value: Any) -> str | None:
    """A cell as text: days as ISO, yes and no as `true` and `false`."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)
