"""The tenant's rules for other programs: every version, and publishing the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes
from accounts.rest.views import Collection, Given, Item, Resource
from segmentation.actions.rules import RulesRefused, change_rules
from segmentation.queries.rule_sets import versions
from segmentation.queries.rules import document_of

EXAMPLE: dict[str, Any] = {
    "version": 3,
    "published_at": "2026-10-05T09:30:00+08:00",
    "published_by": "ann@vendor.example",
    "note": "Fewer customers at the top.",
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
        return rows
