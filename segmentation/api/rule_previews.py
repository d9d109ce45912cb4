"""What a draft of rules would do, for other programs: counts now and then, and who would move."""

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

from accounts.rest.filters import refuse_unknown
from accounts.rest.problems import Conflict
from accounts.rest.schema import refusals
from accounts.rest.views import Record
from segmentation.api.asked import one_of, whole
from segmentation.api.rule_drafts import RuleDraftRecord
from segmentation.filter_choices import NONE
from segmentation.queries.rule_preview import DECIDED, SUBJECTS, Preview, preview, previewed_night
from segmentation.queries.rule_preview_lists import movers
from segmentation.queries.scopes import everybody, widest_scope

ROWS, MOST_ROWS, FARTHEST = 100, 500, 10**7
EXAMPLE: dict[str, Any] = {
    "night": "2026-11-20",
    "of": "tier",
    "customers": 987,
    "moved": {"tier": 31, "stage": 0},
    "moved_by_rules": {"tier": 29, "stage": 0},
    "flows": [{"from": "high", "to": "low", "customers": 12}],
    "decided_by": [{"value": "low", "because": "low_value", "customers": 402}],
    "refusals": [],
}
MOVER: dict[str, Any] = {
    "customer": "C-1042",
    "name": "Aurora",
    "arr": "120000.00",
    "from": "high",
    "to": "low",
    "because_now": "high_value",
    "because_then": "low_value",
}
OF = OpenApiParameter("of", str, enum=SUBJECTS, default="tier", description="What is compared.")


class MovedOfKind(serializers.Serializer[Any]):
    """Customers that would move."""

    tier = serializers.IntegerField()
    stage = serializers.IntegerField()


@extend_schema_serializer(examples=[OpenApiExample("A preview", EXAMPLE, response_only=True)])
class RulePreview(serializers.Serializer[Any]):
    """What the night after `night` would say under a draft, while no fact changes. `moved_by_rules`: of
    those that would move those that stay under the rules in force. Empty values: none."""

    class Flow(serializers.Serializer[Any]):
        vars()["from"] = serializers.CharField()
        to = serializers.CharField()
        customers = serializers.IntegerField()

        class Meta:
            ref_name = "RulePreviewFlow"

    class Decided(serializers.Serializer[Any]):
        value = serializers.CharField()
        because = serializers.CharField(help_text="As standings and moves have it.")
        customers = serializers.IntegerField()

        class Meta:
            ref_name = "RulePreviewDecided"

    night = serializers.DateField()
    of = serializers.ChoiceField(SUBJECTS)
    customers = serializers.IntegerField()
    moved = MovedOfKind()
    moved_by_rules = MovedOfKind()
    flows = Flow(many=True)
    decided_by = Decided(many=True, help_text="Of `tier` and `stage` only.")
    refusals = serializers.ListField(child=serializers.DictField())


@extend_schema_serializer(
    many=False,
    examples=[OpenApiExample("A page", {"total": 12, "results": [MOVER]}, response_only=True)],
)
class RuleMovers(serializers.Serializer[Any]):
    """Customers of the token that would go from one value to another, the highest ARR first."""

    class Row(serializers.Serializer[Any]):
        customer = serializers.CharField()
        name = serializers.CharField()
        arr = serializers.CharField(allow_null=True)
        vars()["from"] = serializers.CharField()
        to = serializers.CharField()
        because_now = serializers.CharField(help_text="Of `tier` and `stage`; else the value.")
        because_then = serializers.CharField()

        class Meta:
            ref_name = "RuleMover"

    total = serializers.IntegerField()
    results = Row(many=True)


class _Previewed(RuleDraftRecord, Record):
    def previewed(self) -> Preview:
        """
        Raises:
            Conflict: there is no night to try it on, or too little of it is kept.
        """
        night = previewed_night()
        found = preview(self.tenant, night, self.row().rules) if night else "no_night"
        if found == "no_night":
            raise Conflict(_("There is no night yet to try it on."))
        if not isinstance(found, Preview):
            raise Conflict(_("Of the latest night too little is kept to try it on."))
        return found


class RulePreviews(_Previewed):
    @extend_schema(
        operation_id="preview_rule_draft",
        tags=["rule_drafts"],
        parameters=[OF],
        responses={200: RulePreview, **refusals(400, 401, 403, 404, 409, 429)},
    )
    def get(self, request: Request, **names: Any) -> Response:
        """What would change under a draft, tried on the latest night: how many go where."""
        refuse_unknown(request, ("of",))
        subject, found = one_of(request, "of", SUBJECTS), self.previewed()
        night = previewed_night()
        decided = found.by_rule(subject) if subject in DECIDED else []
        told = {
            "night": night.as_of if night else None, "of": subject,
            "customers": len(found.frame),
            "moved": {kind: found.moved(kind) for kind in DECIDED},
            "moved_by_rules": {kind: found.moved_by_rules(kind) for kind in DECIDED},
            "flows": [
                {"from": old, "to": new, "customers": number}
                for (old, new), number in sorted(found.flows(subject).items())
            ],
            "decided_by": [
                {"value": word, "because": why, "customers": number}
                for word, why, number in decided
            ],
            "refusals": found.refusals,
        }  # fmt: skip
        return Response(told)


class RulePreviewCustomers(_Previewed):
    @extend_schema(
        operation_id="list_rule_draft_movers",
        tags=["rule_drafts"],
        parameters=[
            OF,
            OpenApiParameter("from", str, description="Where they stand; `none`: nowhere."),
            OpenApiParameter("to", str, description="Where they would stand; `none`: nowhere."),
            OpenApiParameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": ROWS}
            ),
            OpenApiParameter(
                "offset", {"type": "integer", "minimum": 0, "maximum": FARTHEST, "default": 0}
            ),
        ],
        responses={200: RuleMovers, **refusals(400, 401, 403, 404, 409, 429)},
    )
    def get(self, request: Request, **names: Any) -> Response:
        """Who would move under a draft; without `from` and `to` everybody who would."""
        refuse_unknown(request, ("of", "from", "to", "limit", "offset"))
        subject = one_of(request, "of", SUBJECTS)
        limit = whole(request, "limit", ROWS, least=1, most=MOST_ROWS)
        offset = whole(request, "offset", 0, least=0, most=FARTHEST)
        now, then = (_value(request.query_params.get(name)) for name in ("from", "to"))
        scope = everybody() if self.member is None else widest_scope(self.member)
        found = movers(self.previewed(), subject, now, then, scope=scope)
        found = found.ordered("arr", descending=True)
        rows = [
            {
                "customer": one.key, "name": one.name,
                "arr": None if one.arr is None else str(one.arr),
                "from": one.now, "to": one.then,
                "because_now": one.why_now, "because_then": one.why_then,
            }
            for one in found.rows(slice(offset, offset + limit))
        ]  # fmt: skip
        return Response({"total": found.total, "results": rows})


def _value(asked: str | None) -> str | None:
    return "" if asked == NONE else asked or None
