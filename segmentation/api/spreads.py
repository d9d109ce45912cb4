"""How many customers stand where, for other programs: on a night, between two, module by module."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.base import ApiView
from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import refusals
from segmentation.api.asked import one_of, whole
from segmentation.api.nights import stored_night
from segmentation.models import CustomerGroup, Move, Night
from segmentation.queries.comparison import COMPARED, distributions, moves_between
from segmentation.queries.customer_groups import groups_for
from segmentation.queries.migration import Kind, TierColumn, flows, spread
from segmentation.queries.portfolio import portfolio
from segmentation.queries.scopes import Scope, everybody, widest_scope
from segmentation.queries.stored import latest_night

WORDS = ("tier", "stage", "eleven", "class8")
TIERS: tuple[TierColumn, ...] = ("tier", "tier_a", "tier_b", "tier_c")
KINDS = (*TIERS, "stage", "eleven", "class8")
GROUP = OpenApiParameter(
    "group",
    {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
    description="Only who was in this group.",
)
SPREAD: dict[str, Any] = {
    "night": "2026-11-20",
    "customers": 1042,
    "arr": "8300000.00",
    "shares": [{"of": "tier", "value": "high", "customers": 98, "arr": "5100000.00"}],
    "without_tier": [{"reason": "stage_unknown", "customers": 12}],
}
COMPARISON: dict[str, Any] = {
    "from": "2026-10-31",
    "to": "2026-11-20",
    "by": "tier",
    "flows": [{"from": "high", "to": "low", "customers": 12, "arr": "410000.00"}],
    "moves": [{"kind": "tier", "cause": "behaviour", "moves": 31}],
    "measures": [
        {
            "measure": "arr",
            "known_from": 960,
            "known_to": 987,
            "quartiles_from": [1000.0, 9000.0, 40000.0],
            "quartiles_to": [1000.0, 9500.0, 41000.0],
        }
    ],
}


@extend_schema_serializer(examples=[OpenApiExample("A night", SPREAD, response_only=True)])
class SpreadFields(serializers.Serializer[Any]):
    """How the customers that the token sees are spread over tiers, stages and segments. `arr` is null
    where nothing is known of it; an empty value: none."""

    class Share(serializers.Serializer[Any]):
        of = serializers.ChoiceField(WORDS)
        value = serializers.CharField()
        customers = serializers.IntegerField()
        arr = serializers.CharField(allow_null=True)

        class Meta:
            ref_name = "SpreadShare"

    class Reason(serializers.Serializer[Any]):
        reason = serializers.CharField()
        customers = serializers.IntegerField()

        class Meta:
            ref_name = "SpreadReason"

    night = serializers.DateField()
    customers = serializers.IntegerField()
    arr = serializers.CharField(allow_null=True)
    shares = Share(many=True)
    without_tier = Reason(many=True)


@extend_schema_serializer(examples=[OpenApiExample("Two nights", COMPARISON, response_only=True)])
class ComparisonFields(serializers.Serializer[Any]):
    """Two stored nights: who went where, what moved them, how measures lie. A customer that moved twice
    counts twice in `moves`; of `measures` first quartile, median and third."""

    class Flow(serializers.Serializer[Any]):
        vars()["from"] = serializers.CharField()
        to = serializers.CharField()
        customers = serializers.IntegerField()
        arr = serializers.CharField(allow_null=True)

        class Meta:
            ref_name = "ComparisonFlow"

    class Moved(serializers.Serializer[Any]):
        kind = serializers.ChoiceField(Move.Kind.choices)
        cause = serializers.ChoiceField(Move.Cause.choices)
        moves = serializers.IntegerField()

        class Meta:
            ref_name = "ComparisonMoves"

    class Lying(serializers.Serializer[Any]):
        measure = serializers.ChoiceField(COMPARED)
        known_from = serializers.IntegerField()
        known_to = serializers.IntegerField()
        quartiles_from = serializers.ListField(child=serializers.FloatField())
        quartiles_to = serializers.ListField(child=serializers.FloatField())

        class Meta:
            ref_name = "ComparisonMeasure"

    vars()["from"] = serializers.DateField()
    to = serializers.DateField()
    by = serializers.ChoiceField(KINDS)
    flows = Flow(many=True)
    moves = Moved(many=True)
    measures = Lying(many=True, help_text="Empty where one of the nights keeps none.")


class OfScope(ApiView):
    """Of the customers that the token sees, and of a group's alone where one is asked for."""

    def whole_scope(self, request: Request) -> Scope:
        """
        Raises:
            ValidationError: there is no such group for this token.
        """
        return self._within(request, None)

    def scope(self, request: Request, night: Night, *, is_latest: bool) -> Scope:
        """Of a group who was in it on the night.

        Raises:
            ValidationError: there is no such group for this token.
        """
        return self._within(request, None if is_latest else night.as_of)

    def _within(self, request: Request, on: date | None) -> Scope:
        scope = everybody() if self.member is None else widest_scope(self.member)
        asked = whole(request, "group", 0, least=1, most=2**63 - 1)
        if not asked:
            return scope
        seen = CustomerGroup.objects.all() if self.member is None else groups_for(self.member)
        if not seen.filter(pk=asked).exists():
            raise serializers.ValidationError({"group": [_("There is no such group.")]})
        return scope.within(asked, on)


class Spreads(OfScope):
    scope_to_read = "standings:read"

    @extend_schema(
        operation_id="read_spread",
        tags=["standings"],
        parameters=[
            OpenApiParameter(
                "scheme", str, enum=TIERS, default="tier", description="Whose tiers are counted."
            ),
            GROUP,
        ],
        responses={200: SpreadFields, **refusals(400, 401, 403, 404, 429)},
    )
    def get(self, request: Request, as_of: str) -> Response:
        """How many customers stand where on a night (a day as YYYY-MM-DD, or `latest`), and their
        ARR."""
        refuse_unknown(request, ("scheme", "group"))
        column = cast(TierColumn, one_of(request, "scheme", TIERS))
        night = stored_night(as_of)
        is_latest = night == latest_night()
        scope = self.scope(request, night, is_latest=is_latest)
        found = spread(portfolio(scope, night, is_latest=is_latest), scope, night, column)
        told = {
            "night": night.as_of, "customers": found.customers, "arr": _money(found.arr),
            "shares": [
                {
                    "of": word, "value": share.key, "customers": share.customers,
                    "arr": _money(share.arr),
                }
                for word in WORDS
                for share in found.by[word]
            ],
            "without_tier": [
                {"reason": reason, "customers": number} for reason, number in found.reasons
            ],
        }  # fmt: skip
        return Response(told)


class NightComparisons(OfScope):
    scope_to_read = "standings:read"

    @extend_schema(
        operation_id="compare_nights",
        tags=["standings"],
        parameters=[
            OpenApiParameter("from", str, required=True, description="A night: YYYY-MM-DD."),
            OpenApiParameter("to", str, description="A later night; the latest unless said."),
            OpenApiParameter("by", str, enum=KINDS, default="tier"),
            GROUP,
        ],
        responses={200: ComparisonFields, **refusals(400, 401, 403, 404, 429)},
    )
    def get(self, request: Request) -> Response:
        """Two stored nights compared."""
        refuse_unknown(request, ("from", "to", "by", "group"))
        latest = stored_night("latest")
        start = stored_night(request.query_params.get("from", ""))
        end = stored_night(request.query_params.get("to", "latest"))
        if start.as_of >= end.as_of:
            raise serializers.ValidationError({"to": [_("A night after the first.")]})
        kind = one_of(request, "by", KINDS)
        scope = self.scope(request, end, is_latest=end == latest)
        before, now = distributions(scope, start), distributions(scope, end)
        compared = COMPARED if before and now else ()
        told = {
            "from": start.as_of, "to": end.as_of, "by": kind,
            "flows": [
                {
                    "from": flow.old, "to": flow.new, "customers": flow.customers,
                    "arr": _money(flow.arr),
                }
                for flow in flows(scope, start, end, cast(Kind, kind), latest=latest)
            ],
            "moves": [
                {"kind": one.kind, "cause": one.cause, "moves": one.number}
                for one in moves_between(scope, start, end)
            ],
            "measures": [
                {
                    "measure": name,
                    "known_from": before[name].known, "known_to": now[name].known,
                    "quartiles_from": before[name].quarters, "quartiles_to": now[name].quarters,
                }
                for name in compared
            ],
        }  # fmt: skip
        return Response(told)


def _money(amount: Any) -> str | None:
    return None if amount is None else str(amount)
