"""The tenant's rules for other programs: every version, and publishing the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
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

from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import refusals
from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes
from accounts.rest.views import Collection, Given, Item, Record, Resource
from segmentation.actions.rules import RulesRefused, change_rules
from segmentation.api.asked import whole
from segmentation.models import RuleSet
from segmentation.queries.rule_sets import version_before, versions
from segmentation.queries.rules import document_of
from segmentation.rule_words import changes_in_words
from segmentation.rules.differences import ABSENT, differences
from ui.links import platform_url

EXAMPLE: dict[str, Any] = {
    "version": 3,
    "published_at": "2026-10-05T09:30:00+08:00",
    "published_by": "ann@vendor.example",
    "note": "Fewer customers at the top.",
}


COMPARED: dict[str, Any] = {
    "version": 3,
    "since": 2,
    "differences": [{"path": ["hysteresis_nights"], "old": 3, "new": 5}],
    "words": [
        {
            "section": "tiers",
            "title": "Moves for the worse wait",
            "old": "3 nights",
            "new": "5 nights",
        }
    ],
}


@extend_schema_serializer(examples=[OpenApiExample("A version", EXAMPLE, response_only=True)])
class RuleSetHead(Shaped):
    """A version of the rules; the highest is in force."""

    version = serializers.IntegerField()
    published_at = serializers.DateTimeField()
    published_by = serializers.CharField(
        source="published_by.email", allow_null=True, default=None, help_text="Null: no person."
    )
    note = serializers.CharField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A version", EXAMPLE | {"rules": {"hysteresis_nights": 3}}, response_only=True
        )
    ]
)
class RuleSetFields(RuleSetHead):
    """A version with the whole of its rules, as the command `show_rules` prints them."""

    rules = Attributes()
    json_schema = serializers.SerializerMethodField(
        help_text="Address of the JSON Schema that rules follow."
    )

    def get_json_schema(self, row: RuleSet) -> str:
        return str(getattr(row, "schema_address", ""))


@extend_schema_serializer(
    many=False, examples=[OpenApiExample("A comparison", COMPARED, response_only=True)]
)
class RuleComparison(serializers.Serializer[Any]):
    """What a version says otherwise than another: path by path as the file has it (what is missing on
    one side is null there), and in words."""

    class Difference(serializers.Serializer[Any]):
        path = serializers.ListField(child=serializers.CharField())
        old = serializers.JSONField(allow_null=True)
        new = serializers.JSONField(allow_null=True)

        class Meta:
            ref_name = "RuleDifference"

    class Sentence(serializers.Serializer[Any]):
        section = serializers.CharField()
        title = serializers.CharField()
        old = serializers.CharField(help_text="Empty: it said nothing.")
        new = serializers.CharField()

        class Meta:
            ref_name = "RuleSentence"

    version = serializers.IntegerField()
    since = serializers.IntegerField(allow_null=True, help_text="Null: the shipped rules.")
    differences = Difference(many=True)
    words = Sentence(many=True)


@extend_schema_serializer(
    examples=[OpenApiExample("Longer windows", {"change": {"window_days": 365}, "note": "A year."})]
)
class NewRuleSet(serializers.Serializer[Any]):
    """A rule file as `load_rules` reads it, merged key by key into the rules in force."""

    change = Attributes()
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class RuleSetRows(Resource):
    noun, plural = "rule_set", "rule_sets"
    scope_to_read, scope_to_write = "rules:read", "rules:write"

    def found(self) -> QuerySet[Any]:
        return versions()


class RuleSets(RuleSetRows, Collection):
    """Versions of the rules, the latest first."""

    shape = RuleSetHead
    sorts = {"-version": "version"}
    new = NewRuleSet

    def found(self) -> QuerySet[Any]:
        return super().found().defer("rules")

    def make(self, given: Given) -> Any:
        """Publish a change of the rules as the next version, in force from the next night. What is in
        force already publishes nothing and answers with the version that says so."""
        try:
            return change_rules(
                change=given["change"], note=given["note"], by=self.person
            ).rule_set  # fmt: skip
        except RulesRefused as error:
            raise serializers.ValidationError({"change": list(map(str, error.errors))}) from error


class OneRuleSet(RuleSetRows, Item):
    """One version of the rules, whole; by its version."""

    shape = RuleSetFields

    def names(self) -> Mapping[str, Any]:
        return {"version": self.kwargs["pk"]}

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        for row in rows:
            row.rules = document_of(row)
            address = platform_url(self.request._request, "rule_schema")
            row.schema_address = self.request.build_absolute_uri(address)
        return rows


class RuleComparisons(RuleSetRows, Record):
    shape = RuleSetFields

    def names(self) -> Mapping[str, Any]:
        return {"version": self.kwargs["pk"]}

    @extend_schema(
        operation_id="compare_rule_sets",
        tags=["rule_sets"],
        parameters=[
            OpenApiParameter(
                "since",
                {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
                description="Version to compare with; the one before unless said.",
            )
        ],
        responses={200: RuleComparison, **refusals(400, 401, 403, 404, 429)},
    )
    def get(self, request: Request, **names: Any) -> Response:
        """What a version of the rules says otherwise than the one before, or than another."""
        refuse_unknown(request, ("since",))
        row: RuleSet = self.row()
        other = self._other(request, row)
        old, new = document_of(other), document_of(row)
        told = {
            "version": row.version,
            "since": other.version if other else None,
            "differences": [
                {"path": list(one.path), "old": _held(one.old), "new": _held(one.new)}
                for one in differences(old, new)
            ],
            "words": [
                {
                    "section": part.section.key,
                    "title": str(line.label),
                    "old": str(line.old),
                    "new": str(line.new),
                }
                for part in changes_in_words(old, new, self.tenant.currency)
                for line in part.lines
            ],
        }
        return Response(told)

    def _other(self, request: Request, row: RuleSet) -> RuleSet | None:
        """
        Raises:
            ValidationError: it is no version.
            Http404: there is no such version.
        """
        asked = whole(request, "since", 0, least=1, most=2**31 - 1)
        found = versions().filter(version=asked).first() if asked else version_before(row)
        if found is None and asked:
            raise Http404
        return found


def _held(value: Any) -> Any:
    return None if value is ABSENT else value
