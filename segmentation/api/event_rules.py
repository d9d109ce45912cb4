"""To which modules events belong, for other programs: the rules, in order, and what others would do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import may
from accounts.rest import filters
from accounts.rest.base import ApiView
from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import IF_MATCH, refusals
from accounts.rest.shapes import ChangedMeanwhile, Shaped, check_match, tag_of
from accounts.rest.views import Collection, given_to
from segmentation.actions.event_rules import LONGEST, MOST_RULES, RulesChanged, save_event_rules
from segmentation.actions.turns import Turn, take_turn
from segmentation.compute.event_rules import RuleBook, Ruled, RuleValues, seal_of
from segmentation.models import EventRule, EventSeen
from segmentation.queries.ingestion import event_rules
from segmentation.queries.mapping_preview import MOST_PREVIEWED, place_of, preview
from segmentation.queries.sources import latest_names

RULE: dict[str, Any] = {
    "kind": "track",
    "pattern": "Order *",
    "property_path": "plan.name",
    "property_value": "*",
    "module": "orders",
    "is_ignored": False,
}
SEEN: dict[str, Any] = {
    "kind": "track",
    "event": "Order approved",
    "last_at": "2026-11-20T09:30:00+08:00",
    "module": "orders",
    "is_ignored": False,
    "rule": 0,
    "properties": {"plan.name": "Team"},
}
PREVIEWED: dict[str, Any] = {
    "moved": 1,
    "without_module": 0,
    "events": [
        {
            "kind": "track", "event": "Order approved", "is_moved": True,
            "now": {"module": None, "is_ignored": False, "rule": None},
            "then": {"module": "orders", "is_ignored": False, "rule": 0},
        }
    ],
}  # fmt: skip


class EventRuleFields(serializers.Serializer[Any]):
    """Which events belong to a module, or are not taken; `*` stands for any text, case counts."""

    kind = serializers.ChoiceField(EventRule.Kind.choices, default=EventRule.Kind.ANY)
    pattern = serializers.CharField(
        max_length=LONGEST, trim_whitespace=False, help_text="The event's name as it is shown."
    )
    property_path = serializers.CharField(
        max_length=LONGEST, required=False, allow_blank=True, default="", trim_whitespace=False,
        help_text="A path into its properties such as `plan.name`; empty: they do not matter.",
    )  # fmt: skip
    property_value = serializers.CharField(
        max_length=LONGEST, required=False, allow_blank=True, default="", trim_whitespace=False,
        help_text="What stands there, as text.",
    )  # fmt: skip
    module = serializers.CharField(
        max_length=LONGEST, required=False, allow_blank=True, default="",
        help_text="Key of the module; made when it is not there.",
    )  # fmt: skip
    is_ignored = serializers.BooleanField(
        required=False, default=False, help_text="Such events are not taken."
    )


@extend_schema_serializer(examples=[OpenApiExample("The mapping", {"rules": [RULE]})])
class EventRuleList(serializers.Serializer[Any]):
    """The mapping: rules in order, of which the first that fits is followed. Of events that none fits
    `properties.module` says the module."""

    rules = serializers.ListField(child=EventRuleFields(), max_length=MOST_RULES)


class Place(serializers.Serializer[Any]):
    """Where an event goes: its module (null: none), or nowhere; by which rule, counted from 0 (null:
    by what it says itself)."""

    module = serializers.CharField(allow_null=True)
    is_ignored = serializers.BooleanField()
    rule = serializers.IntegerField(allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("A preview", PREVIEWED, response_only=True)])
class EventRulePreview(serializers.Serializer[Any]):
    """What other rules would do to the events that came lately: those without a module first, then
    those that move."""

    class Row(serializers.Serializer[Any]):
        kind = serializers.CharField()
        event = serializers.CharField()
        is_moved = serializers.BooleanField()
        now = Place()
        then = Place()

        class Meta:
            ref_name = "PreviewedEvent"

    moved = serializers.IntegerField()
    without_module = serializers.IntegerField()
    events = Row(many=True)


@extend_schema_serializer(examples=[OpenApiExample("A name", SEEN, response_only=True)])
class EventNameFields(Shaped):
    """A name of events that came, and where they go now. `properties`, of one of the last: null for
    who may not change sources, since they may say who somebody is."""

    kind = serializers.CharField()
    event = serializers.CharField()
    last_at = serializers.DateTimeField()
    module = serializers.CharField(source="place.module", allow_null=True)
    is_ignored = serializers.BooleanField(source="place.is_ignored")
    rule = serializers.IntegerField(source="place.rule", allow_null=True)
    properties = serializers.DictField(source="shown", allow_null=True)


class EventRules(ApiView):
    scope_to_read, scope_to_write = "sources:read", "sources:write"

    @extend_schema(
        operation_id="read_event_rules",
        tags=["event_rules"],
        responses={200: EventRuleList, **refusals(400, 401, 403, 429)},
    )
    def get(self, request: Request) -> Response:
        """The rules from events to modules, in the order in which they are followed."""
        refuse_unknown(request, ())
        return _said(event_rules())

    @extend_schema(
        operation_id="replace_event_rules",
        tags=["event_rules"],
        parameters=[IF_MATCH],
        request=EventRuleList,
        responses={200: EventRuleList, **refusals(400, 401, 403, 409, 412, 428, 429)},
    )
    def put(self, request: Request) -> Response:
        """Give the tenant these rules, in this order, for what comes from now on."""
        refuse_unknown(request, ())
        take_turn(Turn.RULES)
        before = event_rules()
        check_match(request, tag_of(_told(before)), needed=True)
        try:
            save_event_rules(rules=_values(request), seen=seal_of(before), by=self.person)
        except RulesChanged as error:
            raise ChangedMeanwhile(
                _("This was changed since you read it. Read it again.")
            ) from error
        return _said(event_rules())


class EventRulePreviews(ApiView):
    scope_to_read, scope_to_write = "sources:read", "sources:write"

    @extend_schema(
        operation_id="preview_event_rules",
        tags=["event_rules"],
        request=EventRuleList,
        responses={200: EventRulePreview, **refusals(400, 401, 403, 422, 429)},
    )
    def post(self, request: Request) -> Response:
        """What other rules would do to the events that came lately; nothing is kept of it."""
        refuse_unknown(request, ())
        found = preview(latest_names(MOST_PREVIEWED), event_rules(), _values(request))
        events = [
            {
                "kind": one.seen.kind, "event": one.seen.event, "is_moved": one.is_moved,
                "now": _place(one.now), "then": _place(one.then),
            }
            for one in found.events
        ]  # fmt: skip
        return Response(
            {"moved": found.moved, "without_module": found.without_module, "events": events}
        )


class EventNames(Collection):
    """Names of events that came, those that came last first."""

    noun, plural = "event_name", "event_names"
    scope_to_read = "sources:read"
    shape = EventNameFields
    sorts = {"-last_at": "last_at", "event": "event"}
    filters = (
        filters.text("event"),
        filters.choice("kind", "kind", EventRule.Kind.choices),
        filters.moment("since", "last_at__gte", help="Came at this moment or later."),
    )

    def found(self) -> QuerySet[Any]:
        return EventSeen.objects.all()

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        book = RuleBook(event_rules())
        shows = self.member is None or may(self.member, "edit_sources")
        for row in rows:
            row.place = place_of(row, book)
            row.shown = row.properties if shows else None
        return rows


def _values(request: Request) -> list[RuleValues]:
    given = given_to(EventRuleList, request)
    return [RuleValues(**rule) for rule in given["rules"]]


def _told(rules: Sequence[RuleValues]) -> Any:
    return EventRuleList({"rules": rules}).data


def _said(rules: Sequence[RuleValues]) -> Response:
    told = _told(rules)
    return Response(told, headers={"ETag": tag_of(told)})


def _place(ruled: Ruled) -> dict[str, Any]:
    return {"module": ruled.module, "is_ignored": ruled.is_ignored, "rule": ruled.rule}
