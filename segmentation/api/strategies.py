"""What to do about one tier, for other programs: read, written in the tenant's words, taken back."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.base import ApiView
from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import IDEMPOTENCY, IF_MATCH, IF_MATCH_MAYBE, refusals
from accounts.rest.shapes import check_match, tag_of
from accounts.rest.views import given_to
from segmentation.actions.strategies import return_to_shipped, write_strategy
from segmentation.actions.turns import Turn, take_turn
from segmentation.forms import LONGEST_STRATEGY
from segmentation.models import StrategyText
from segmentation.queries.strategies import Sheet, sheets
from segmentation.strategies import LANGUAGES

EXAMPLE: dict[str, Any] = {
    "scheme": "a",
    "tier": "high",
    "texts": [
        {
            "kind": "service", "language": "en", "text": "A visit every quarter.",
            "shipped": "A visit every month.", "is_own": True,
        }
    ],
}  # fmt: skip


@extend_schema_serializer(examples=[OpenApiExample("A tier", EXAMPLE, response_only=True)])
class StrategySheet(serializers.Serializer[Any]):
    """Everything that is written about one tier; `is_own`: in the tenant's words."""

    class Row(serializers.Serializer[Any]):
        kind = serializers.ChoiceField(StrategyText.Kind.choices)
        language = serializers.ChoiceField(LANGUAGES)
        text = serializers.CharField()
        shipped = serializers.CharField()
        is_own = serializers.BooleanField()

        class Meta:
            ref_name = "StrategySheetText"

    scheme = serializers.CharField()
    tier = serializers.CharField()
    texts = Row(many=True)


class WrittenText(serializers.Serializer[Any]):
    """A text of one's own; empty: the shipped one is in force again."""

    kind = serializers.ChoiceField(StrategyText.Kind.choices)
    language = serializers.ChoiceField(LANGUAGES)
    text = serializers.CharField(max_length=LONGEST_STRATEGY, allow_blank=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A text",
            {"texts": [{"kind": "service", "language": "en", "text": "A visit every quarter."}]},
        )
    ]
)
class StrategyChanges(serializers.Serializer[Any]):
    """Texts to write; those that are not named stay."""

    texts = serializers.ListField(
        child=WrittenText(), min_length=1, max_length=len(LANGUAGES) * len(StrategyText.Kind)
    )


class OneStrategy(ApiView):
    scope_to_read, scope_to_write = "strategies:read", "strategies:write"

    @extend_schema(
        operation_id="read_strategy",
        tags=["strategies"],
        responses={200: StrategySheet, **refusals(400, 401, 403, 404, 429)},
    )
    def get(self, request: Request, scheme: str, tier: str) -> Response:
        """What to do about one tier (`high`), level (`value.high`) or, in the scheme `role`, contact
        role: both languages, the shipped texts beside those in force."""
        refuse_unknown(request, ())
        return _said(_sheet(scheme, tier))

    @extend_schema(
        operation_id="change_strategy",
        tags=["strategies"],
        parameters=[IF_MATCH],
        request=StrategyChanges,
        responses={200: StrategySheet, **refusals(400, 401, 403, 404, 412, 428, 429)},
    )
    def patch(self, request: Request, scheme: str, tier: str) -> Response:
        """Put texts of one's own in force in place of the shipped ones."""
        refuse_unknown(request, ())
        take_turn(Turn.RULES)
        sheet = _sheet(scheme, tier)
        check_match(request, tag_of(_told(sheet)), needed=True)
        given = given_to(StrategyChanges, request, partial=True)
        texts = {f"{one['kind']}_{one['language']}": one["text"] for one in given.get("texts", ())}
        write_strategy(sheet=sheet, texts=texts, by=self.person)
        return _said(_sheet(scheme, tier))


class StrategyReturn(ApiView):
    scope_to_read, scope_to_write = "strategies:read", "strategies:write"

    @extend_schema(
        operation_id="return_strategy",
        tags=["strategies"],
        parameters=[IDEMPOTENCY, IF_MATCH_MAYBE],
        request=None,
        responses={200: StrategySheet, **refusals(400, 401, 403, 404, 412, 422, 429)},
    )
    def post(self, request: Request, scheme: str, tier: str) -> Response:
        """Put the shipped texts of a tier in force again."""
        refuse_unknown(request, ())
        take_turn(Turn.RULES)
        sheet = _sheet(scheme, tier)
        check_match(request, tag_of(_told(sheet)), needed=False)
        return_to_shipped(sheet=sheet, by=self.person)
        return _said(_sheet(scheme, tier))


def _sheet(scheme: str, tier: str) -> Sheet:
    """
    Raises:
        Http404: there are no texts about it.
    """
    found = sheets(scheme, tier)
    if not found:
        raise Http404
    return found[0]


def _told(sheet: Sheet) -> dict[str, Any]:
    texts = [
        {
            "kind": part.kind, "language": part.language, "text": part.text,
            "shipped": part.shipped, "is_own": bool(part.own),
        }
        for part in sheet.parts
    ]  # fmt: skip
    return {"scheme": sheet.scheme, "tier": sheet.tier, "texts": texts}


def _said(sheet: Sheet) -> Response:
    told = _told(sheet)
    return Response(told, headers={"ETag": tag_of(told)})
