"""Conditions of groups before there is a group: what can be compared, and who would be in it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.base import ApiView
from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import refusals
from accounts.rest.values import Attributes
from accounts.rest.views import given_to
from segmentation.api.groups import CONDITION, read_condition
from segmentation.compute.conditions import Kind, parse
from segmentation.condition_words import title_of
from segmentation.queries.condition_fields import condition_fields
from segmentation.queries.customer_groups import preview
from segmentation.queries.scopes import everybody, widest_scope
from segmentation.queries.stored import latest_night

FIELD: dict[str, Any] = {
    "key": "arr",
    "title": "ARR",
    "kind": "number",
    "operators": ["at_least", "at_most", "between", "is", "is_not", "is_known", "is_unknown"],
    "choices": None,
}
PREVIEW: dict[str, Any] = {
    "night": "2026-11-20",
    "customers": 38,
    "first": [{"customer": "C-1042", "name": "Aurora", "arr": "120000.00"}],
}


@extend_schema_serializer(
    many=False, examples=[OpenApiExample("A field", {"results": [FIELD]}, response_only=True)]
)
class ConditionFieldList(serializers.Serializer[Any]):
    """What conditions of groups may compare."""

    class Row(serializers.Serializer[Any]):
        key = serializers.CharField()
        title = serializers.CharField()
        kind = serializers.ChoiceField([str(kind) for kind in Kind])
        operators = serializers.ListField(child=serializers.CharField())
        choices = serializers.ListField(
            child=serializers.CharField(),
            allow_null=True,
            help_text="The only values that it may be compared with; null: any.",
        )

        class Meta:
            ref_name = "ConditionField"

    results = Row(many=True)


@extend_schema_serializer(
    examples=[OpenApiExample("A condition", {"condition": CONDITION}, request_only=True)]
)
class TriedCondition(serializers.Serializer[Any]):
    """A condition as groups have them."""

    condition = Attributes()


@extend_schema_serializer(examples=[OpenApiExample("A preview", PREVIEW, response_only=True)])
class GroupPreview(serializers.Serializer[Any]):
    """Who of the customers that the token sees would be in a group on the latest night: how many, and
    the ten with the highest ARR. `night` and `customers` are null before the first night."""

    class Row(serializers.Serializer[Any]):
        customer = serializers.CharField(help_text="Key of the customer.")
        name = serializers.CharField()
        arr = serializers.CharField(allow_null=True)

        class Meta:
            ref_name = "GroupPreviewCustomer"

    night = serializers.DateField(allow_null=True)
    customers = serializers.IntegerField(allow_null=True)
    first = Row(many=True)


class ConditionFieldRows(ApiView):
    scope_to_read = "groups:read"

    @extend_schema(
        operation_id="list_condition_fields",
        tags=["groups"],
        responses={200: ConditionFieldList, **refusals(400, 401, 403, 429)},
    )
    def get(self, request: Request) -> Response:
        """The fields that conditions may compare, how, and with what."""
        refuse_unknown(request, ())
        rows = [
            {
                "key": one.key, "title": str(title_of(one.key)), "kind": str(one.kind),
                "operators": list(one.operators),
                "choices": None if one.choices is None else sorted(one.choices),
            }
            for one in condition_fields().by_key.values()
        ]  # fmt: skip
        return Response({"results": rows})


class GroupPreviews(ApiView):
    scope_to_read, scope_to_write = "groups:read", "groups:write"

    @extend_schema(
        operation_id="preview_group",
        tags=["groups"],
        request=TriedCondition,
        responses={200: GroupPreview, **refusals(400, 401, 403, 422, 429)},
    )
    def post(self, request: Request) -> Response:
        """Who would be in a group by a condition; nothing is kept of it."""
        refuse_unknown(request, ())
        given, night = given_to(TriedCondition, request), latest_night()
        with read_condition():
            condition = parse(given["condition"], condition_fields().by_key)
        if night is None:
            return Response({"night": None, "customers": None, "first": []})
        scope = everybody() if self.member is None else widest_scope(self.member)
        found = preview(condition, night, scope, is_newest=True)
        rows = [
            {"customer": key, "name": name, "arr": None if arr is None else str(arr)}
            for _pk, key, name, arr in found.first
        ]
        return Response({"night": night.as_of, "customers": found.total, "first": rows})
