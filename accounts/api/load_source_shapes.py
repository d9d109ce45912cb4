"""How load sources are told to other programs, and what they send to set one up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.actions.load_source_values import (
    LEAST_MINUTES,
    MOST_MINUTES,
    MOST_RULES,
    RuleValues,
    SourceValues,
)
from accounts.actions.load_sources import told_place
from accounts.api.load_rows import KIND_NAMES, RECIPE_NAMES
from accounts.loads.reading import DateOrder, DecimalMark
from accounts.models import LoadMapping, LoadSource
from accounts.queries.load_sources import state_of
from accounts.rest.shapes import Shaped

DATES = [one.value for one in DateOrder]
MARKS = [one.value for one in DecimalMark]
RULE: dict[str, Any] = {
    "pattern": "companies*.csv",
    "kind": "customers",
    "recipe": "hubspot-companies",
    "mapping": None,
    "dates": None,
    "decimal": None,
    "skip_bad": False,
}
NEW: dict[str, Any] = {
    "name": "CRM exports",
    "place": "bucket",
    "endpoint": "https://s3.eu-central-1.amazonaws.com",
    "region": "eu-central-1",
    "bucket": "crm-exports",
    "path": "hubspot/",
    "access_key": "AKIAEXAMPLE",
    "path_style": True,
    "schedule": "every",
    "minutes": 60,
    "hour": None,
    "active": True,
}
SOURCE: dict[str, Any] = {
    "id": 3,
    **NEW,
    "has_secret": True,
    "where": "s3://crm-exports/hubspot/",
    "state": "good",
    "trouble": "",
    "trouble_detail": "",
    "failing_since": None,
    "looked_at": "2026-11-23T06:00:02+08:00",
    "next_look_at": "2026-11-23T07:00:02+08:00",
    "last_look": {"seen": 3, "left": 1, "names": ["readme.txt"], "cut": False},
    "rules": [RULE],
    "made_by": "alex@vendor.example",
    "made_at": "2026-11-20T09:00:00+08:00",
}


class LoadSourceRuleFields(serializers.Serializer[Any]):
    """Which files hold what. `mapping` is the name of a kept match of columns of the same kind."""

    pattern = serializers.CharField(
        max_length=200,
        help_text="`*` stands for anything, `?` for one character; of the last part of a name, or "
        "of the whole where it has a slash.",
    )
    kind = serializers.ChoiceField(KIND_NAMES)
    recipe = serializers.ChoiceField(RECIPE_NAMES, required=False, allow_null=True, default=None)
    mapping = serializers.CharField(
        max_length=200, required=False, allow_null=True, default=None, source="mapping_name"
    )
    dates = serializers.ChoiceField(DATES, required=False, allow_null=True, default=None)
    decimal = serializers.ChoiceField(MARKS, required=False, allow_null=True, default=None)
    skip_bad = serializers.BooleanField(default=False, source="skips_bad")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {
            "pattern": instance.pattern,
            "kind": instance.kind,
            "recipe": instance.recipe or None,
            "mapping": instance.mapping.name if instance.mapping else None,
            "dates": instance.dates or None,
            "decimal": instance.decimal or None,
            "skip_bad": instance.skips_bad,
        }


class LastLook(serializers.Serializer[Any]):
    """What the last look saw; `left`: files that no rule fits, and links; `names`: the first of
    these; `cut`: there were more files than are looked at."""

    seen = serializers.IntegerField(default=0)
    left = serializers.IntegerField(default=0)
    names = serializers.ListField(child=serializers.CharField(), default=list)
    cut = serializers.BooleanField(default=False)


@extend_schema_serializer(examples=[OpenApiExample("A source", SOURCE, response_only=True)])
class LoadSourceFields(Shaped):
    """A folder or bucket that is looked at by itself, without its secret."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    place = serializers.ChoiceField(LoadSource.Place.choices)
    endpoint = serializers.CharField()
    region = serializers.CharField()
    bucket = serializers.CharField()
    path = serializers.CharField()
    access_key = serializers.CharField()
    has_secret = serializers.SerializerMethodField()
    path_style = serializers.BooleanField(source="is_path_style")
    where = serializers.SerializerMethodField()
    schedule = serializers.ChoiceField(LoadSource.Schedule.choices)
    minutes = serializers.IntegerField(allow_null=True)
    hour = serializers.IntegerField(allow_null=True, help_text="Where the tenant is.")
    active = serializers.BooleanField(source="is_active")
    state = serializers.SerializerMethodField()
    trouble = serializers.CharField(help_text="Why the last look failed; empty: it did not.")
    trouble_detail = serializers.CharField()
    failing_since = serializers.DateTimeField(allow_null=True)
    looked_at = serializers.DateTimeField(allow_null=True)
    next_look_at = serializers.DateTimeField(allow_null=True)
    last_look = LastLook()
    rules = LoadSourceRuleFields(many=True, source="rules.all")
    made_by = serializers.CharField(source="made_by.email", allow_null=True, default=None)
    made_at = serializers.DateTimeField()

    def get_has_secret(self, row: LoadSource) -> bool:
        return bool(row.sealed_secret)

    def get_where(self, row: LoadSource) -> str:
        return told_place(row)

    def get_state(self, row: LoadSource) -> str:
        return state_of(row)


@extend_schema_serializer(
    examples=[
        OpenApiExample("A bucket", NEW | {"secret": "…", "rules": [RULE]}, request_only=True),
        OpenApiExample(
            "A folder",
            {
                "name": "Night",
                "place": "folder",
                "path": "billing",
                "schedule": "daily",
                "hour": 5,
                "rules": [{"pattern": "payments*.csv", "kind": "payments"}],
            },
            request_only=True,
        ),
    ]
)
class NewLoadSource(serializers.Serializer[Any]):
    """Where files arrive, when they are looked for, and which of them hold what. The secret is
    sealed and never told again."""

    name = serializers.CharField(max_length=100)
    place = serializers.ChoiceField(LoadSource.Place.choices)
    endpoint = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    region = serializers.CharField(max_length=50, required=False, allow_blank=True, default="")
    bucket = serializers.CharField(max_length=63, required=False, allow_blank=True, default="")
    path = serializers.CharField(
        max_length=500, required=False, allow_blank=True, default="", trim_whitespace=False
    )
    access_key = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    secret = serializers.CharField(
        max_length=500, required=False, allow_blank=True, default="", write_only=True
    )
    path_style = serializers.BooleanField(default=True, source="is_path_style")
    schedule = serializers.ChoiceField(LoadSource.Schedule.choices, default="every")
    minutes = serializers.IntegerField(
        min_value=LEAST_MINUTES, max_value=MOST_MINUTES, required=False, allow_null=True, default=60
    )
    hour = serializers.IntegerField(
        min_value=0, max_value=23, required=False, allow_null=True, default=None
    )
    active = serializers.BooleanField(
        default=False, help_text="Looked at, at once and from now on."
    )
    rules = LoadSourceRuleFields(  # type: ignore[call-arg]
        many=True, allow_empty=False, max_length=MOST_RULES
    )


def values_given(given: Mapping[str, Any]) -> SourceValues:
    """
    Raises:
        ValidationError: a match of columns that is not there.
    """
    named = {name: value for name, value in given.items() if name not in ("active", "rules")}
    rules = [_rule(rule, place) for place, rule in enumerate(given["rules"])]
    return SourceValues(**named, rules=rules)


def values_now(source: LoadSource) -> dict[str, Any]:
    """What a source is now, as a program would send it."""
    names = list(SourceValues(name="", place="").columns())
    return {name: getattr(source, name) for name in names} | {
        "rules": [
            {
                "pattern": rule.pattern, "kind": rule.kind, "recipe": rule.recipe,
                "mapping_name": rule.mapping.name if rule.mapping else None,
                "dates": rule.dates, "decimal": rule.decimal, "skips_bad": rule.skips_bad,
            }
            for rule in source.rules.select_related("mapping")
        ]
    }  # fmt: skip


def _rule(given: Mapping[str, Any], place: int) -> RuleValues:
    missing = [name for name in ("pattern", "kind") if not given.get(name)]
    if missing:
        # Of a change nothing is asked for; of each of its rules these are.
        needed = {name: [_("This is needed.")] for name in missing}
        raise serializers.ValidationError({"rules": {str(place): needed}})
    mapping = None
    if name := given.get("mapping_name"):
        mapping = LoadMapping.objects.filter(kind=given["kind"], name=name).first()
        if mapping is None:
            words = _("There is no match of columns with this name for this kind.")
            raise serializers.ValidationError({"rules": {str(place): {"mapping": [words]}}})
    return RuleValues(
        pattern=given["pattern"],
        kind=given["kind"],
        recipe=given.get("recipe") or "",
        mapping=mapping,
        dates=given.get("dates") or "",
        decimal=given.get("decimal") or "",
        skips_bad=given.get("skips_bad", False),
    )
