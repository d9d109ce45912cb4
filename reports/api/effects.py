"""Does tiering work, for other programs: what became of each tier's customers some months later."""

from __future__ import annotations

from typing import Any

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

from accounts.models import Customer
from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import refusals
from reports.api.retention import FARTHEST, MOST_ROWS, PAGE, ROWS
from segmentation.api.asked import day, one_of, whole
from segmentation.api.spreads import GROUP, OfScope
from segmentation.compute.effects import MEASURES
from segmentation.compute.schemes import SCHEMES
from segmentation.frames.outcomes import Outcome
from segmentation.queries.behind_figures import behind_outcome
from segmentation.queries.effects import (
    around,
    changes_of,
    compare_around,
    effects_of,
    pairs_of,
)
from segmentation.queries.rules import current_rules
from segmentation.queries.stored import latest_night, stored_nights

AFTER = (3, 1, 6, 12)
NAMES = tuple(SCHEMES)
FIGURE: dict[str, Any] = {
    "measure": "retention", "customers": 90, "value": 0.96, "low": 0.9, "high": 0.98,
    "is_too_few": False,
}  # fmt: skip
OUTCOME: dict[str, Any] = {
    "tier": "high", "start": "2026-07-31", "end": "2026-10-31", "customers": 98,
    "figures": [FIGURE],
}  # fmt: skip
EXAMPLE: dict[str, Any] = {
    "scheme": "a",
    "after": 3,
    "outcomes": [OUTCOME],
    "changes": [
        {"change": "rules-3", "kind": "rules", "on": "2026-10-05", "version": 3,
         "note": "Fewer at the top.", "strategies": []}
    ],
    "compared": None,
}  # fmt: skip
CUSTOMERS: dict[str, Any] = {
    "total": 1,
    "results": [
        {
            "customer": "C-1042", "name": "Aurora", "arr": "120000.00", "arr_then": "120000.00",
            "active_days_then": 21,
        }
    ],
}  # fmt: skip


class FigureOfTier(serializers.Serializer[Any]):
    """A share or a mean with its interval of 95%; null where there are too few customers."""

    measure = serializers.ChoiceField(MEASURES)
    customers = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    is_too_few = serializers.BooleanField()


class TierOutcomeFields(serializers.Serializer[Any]):
    """Of the customers in a tier (empty: none) on a day, as they were on a later one."""

    tier = serializers.CharField()
    start = serializers.DateField()
    end = serializers.DateField()
    customers = serializers.IntegerField()
    figures = FigureOfTier(many=True)


@extend_schema_serializer(examples=[OpenApiExample("Effects", EXAMPLE, response_only=True)])
class EffectFields(serializers.Serializer[Any]):
    """What became of each tier's customers, of pairs of month-ends; `compared`: before and after the
    change that was asked for, side by side."""

    class Change(serializers.Serializer[Any]):
        change = serializers.CharField(help_text="`?change=` compares around it.")
        kind = serializers.CharField()
        on = serializers.DateField()
        version = serializers.IntegerField(help_text="Of the rules; 0: strategies were edited.")
        note = serializers.CharField()
        strategies = serializers.ListField(child=serializers.CharField())

        class Meta:
            ref_name = "EffectChange"

    class Compared(serializers.Serializer[Any]):
        tier = serializers.CharField()
        before = TierOutcomeFields(allow_null=True)
        after = TierOutcomeFields(allow_null=True)

        class Meta:
            ref_name = "EffectCompared"

    scheme = serializers.ChoiceField(NAMES)
    after = serializers.IntegerField(help_text="Months.")
    outcomes = TierOutcomeFields(many=True)
    changes = Change(many=True)
    compared = Compared(many=True, allow_null=True)


@extend_schema_serializer(
    many=False, examples=[OpenApiExample("Customers", CUSTOMERS, response_only=True)]
)
class EffectCustomers(serializers.Serializer[Any]):
    """The customers that a figure of a tier is made of."""

    class Row(serializers.Serializer[Any]):
        customer = serializers.CharField()
        name = serializers.CharField()
        arr = serializers.CharField(allow_null=True)
        arr_then = serializers.CharField(allow_null=True)
        active_days_then = serializers.IntegerField(allow_null=True)

        class Meta:
            ref_name = "EffectCustomer"

    total = serializers.IntegerField()
    results = Row(many=True)


class Effects(OfScope):
    scope_to_read = "effects:read"

    @extend_schema(
        operation_id="read_effects",
        tags=["effects"],
        parameters=[
            OpenApiParameter(
                "scheme", str, enum=NAMES, description="The one that the rules picked unless said."
            ),
            OpenApiParameter("after", {"type": "integer", "enum": sorted(AFTER), "default": 3}),
            OpenApiParameter("change", str, description="Of the `changes` one to compare around."),
            GROUP,
        ],
        responses={200: EffectFields, **refusals(400, 401, 403, 429)},
    )
    def get(self, request: Request) -> Response:
        """Of each tier of a scheme what became of its customers so many months later."""
        refuse_unknown(request, ("scheme", "after", "change", "group"))
        scheme = _scheme(request)
        after = int(one_of(request, "after", tuple(map(str, AFTER))))
        night = latest_night()
        changes = changes_of(self.tenant.zone)
        asked = request.query_params.get("change")
        change = next((one for one in changes if one.key == asked), None)
        if asked is not None and change is None:
            raise serializers.ValidationError({"change": [_("There is no such change.")]})
        told = {
            "scheme": scheme, "after": after, "outcomes": [], "compared": None,
            "changes": [
                {
                    "change": one.key, "kind": one.kind, "on": one.on, "version": one.version,
                    "note": one.note, "strategies": list(one.labels),
                }
                for one in changes
            ],
        }  # fmt: skip
        pairs = pairs_of(list(stored_nights().values_list("as_of", flat=True)), after)
        if night is None or not pairs:
            return Response(told)
        scope = self.scope(request, night, is_latest=True)
        told["outcomes"] = [_outcome(one) for one in effects_of(scope, night, scheme, pairs)]
        if change is not None:
            before, later = around(change, pairs)
            rows = compare_around(scope, scheme, before, later) if before and later else []
            told["compared"] = [
                {
                    "tier": one.tier,
                    "before": _outcome(one.before) if one.before else None,
                    "after": _outcome(one.after) if one.after else None,
                }
                for one in rows
            ]
        return Response(told)


class CustomersOfEffects(OfScope):
    scope_to_read = "effects:read"

    @extend_schema(
        operation_id="list_effect_customers",
        tags=["effects"],
        parameters=[
            OpenApiParameter("start", str, required=True, description="YYYY-MM-DD."),
            OpenApiParameter("end", str, required=True, description="YYYY-MM-DD."),
            OpenApiParameter("tier", str, description="Empty: customers without one."),
            OpenApiParameter("scheme", str, enum=NAMES),
            OpenApiParameter("measure", str, enum=MEASURES, default=MEASURES[0]),
            GROUP,
            *PAGE,
        ],
        responses={200: EffectCustomers, **refusals(400, 401, 403, 429)},
    )
    def get(self, request: Request) -> Response:
        """The customers behind a figure of a tier."""
        refuse_unknown(
            request,
            ("start", "end", "tier", "scheme", "measure", "group", "limit", "offset"),
        )
        scheme, start, end = _scheme(request), day(request, "start"), day(request, "end")
        tier = request.query_params.get("tier", "")
        missing = {
            name: [_("A day as YYYY-MM-DD.")]
            for name, value in (("start", start), ("end", end))
            if value is None
        }
        if start is None or end is None:
            raise serializers.ValidationError(missing)
        if len(tier) > 20 or "\0" in tier:
            raise serializers.ValidationError({"tier": [_("There is no such tier.")]})
        measure = next(name for name in MEASURES if name == one_of(request, "measure", MEASURES))
        limit = whole(request, "limit", ROWS, least=1, most=MOST_ROWS)
        offset = whole(request, "offset", 0, least=0, most=FARTHEST)
        night = stored_nights().filter(as_of=start).first()
        if night is None:
            return Response({"total": 0, "results": []})
        scope = self.scope(request, night, is_latest=False)
        found = behind_outcome(scheme, tier, start, end, measure, scope)
        part = found[offset : offset + limit]
        customers = Customer.objects.filter(pk__in=[one.customer_id for one in part])
        named = {pk: (key, name) for pk, key, name in customers.values_list("pk", "key", "name")}
        rows = [
            {
                "customer": named[one.customer_id][0], "name": named[one.customer_id][1],
                "arr": None if one.amount is None else str(one.amount),
                "arr_then": None if one.amount_after is None else str(one.amount_after),
                "active_days_then": one.number,
            }
            for one in part
            if one.customer_id in named
        ]  # fmt: skip
        return Response({"total": len(found), "results": rows})


def _scheme(request: Request) -> str:
    own = str(current_rules()["tiers"]["scheme"])
    return one_of(request, "scheme", (own, *(name for name in NAMES if name != own)))


def _outcome(one: Outcome) -> dict[str, Any]:
    figures = []
    for measure in MEASURES:
        found = one.figure(measure)
        interval = found.interval
        figures.append({
            "measure": measure, "customers": found.customers, "value": found.value,
            "low": interval.low if interval else None,
            "high": interval.high if interval else None,
            "is_too_few": found.is_too_few,
        })  # fmt: skip
    return {
        "tier": one.tier, "start": one.start, "end": one.end, "customers": one.customers,
        "figures": figures,
    }  # fmt: skip
