"""What answers to surveys come to, with how sure one can be, for other programs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
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
from accounts.rest.values import Day
from service.compute.surveys import Answers
from service.models import SurveyKind, SurveyRound
from service.queries.survey_links import seen_rounds
from service.queries.survey_results import NO_TIER, ROLES, Chosen, survey_results
from ui.palette import MARKS

YEAR = timedelta(days=364)
TIERS = (*MARKS["tier"], NO_TIER)
ASKED = ("kind", "from", "to", "role", "tier", "round")
FIGURES: dict[str, Any] = {
    "answers": 64, "scores": {"9": 30, "10": 34}, "value": 71.2, "low": 60.1, "high": 80.0,
    "asked": 180, "responded": 64,
}  # fmt: skip
EXAMPLE: dict[str, Any] = {
    "kind": "nps", "from": "2025-11-25", "to": "2026-11-23", "total": FIGURES,
    "by_role": {"key_user": FIGURES}, "by_tier": {"high": FIGURES},
}  # fmt: skip


class SurveyFigures(serializers.Serializer[Any]):
    """Answers by score; `value`: the NPS in points, or the mean, with its interval of 95 %; nulls where
    there are too few. `asked` and `responded`: links that were sent, and answered."""

    answers = serializers.IntegerField()
    scores = serializers.DictField(child=serializers.IntegerField())
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    asked = serializers.IntegerField()
    responded = serializers.IntegerField()


@extend_schema_serializer(many=False, examples=[OpenApiExample("A year", EXAMPLE)])
class SurveyResultFields(serializers.Serializer[Any]):
    """The answers of one kind over some days, both counted, of the customers that the token sees; who
    has several roles counts in each. Tiers are those of the latest night."""

    kind = serializers.ChoiceField(SurveyKind.choices)
    to = serializers.DateField()
    total = SurveyFigures()
    by_role = serializers.DictField(child=SurveyFigures())
    by_tier = serializers.DictField(child=SurveyFigures())

    def get_fields(self) -> Any:
        return super().get_fields() | {"from": serializers.DateField()}


class SurveyResults(ApiView):
    scope_to_read = "surveys:read"

    @extend_schema(
        operation_id="read_survey_results", tags=["survey_results"],
        parameters=[
            OpenApiParameter("kind", str, enum=SurveyKind.values, description="NPS unless said."),
            OpenApiParameter("from", str, description="First day; a year ago unless said."),
            OpenApiParameter("to", str, description="Last day; today unless said."),
            OpenApiParameter("role", str, enum=list(ROLES)),
            OpenApiParameter("tier", str, enum=list(TIERS)),
            OpenApiParameter("round", str, description="Id of a round."),
        ],
        responses={200: SurveyResultFields, **refusals(400, 401, 403, 429)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """NPS, satisfaction or effort over some days, in all, by role and by tier."""
        refuse_unknown(request, ASKED)
        chosen = self.chosen(request)
        found = survey_results(self.member, chosen, self.tenant.zone)
        return Response(
            {
                "kind": chosen.kind, "from": chosen.start, "to": chosen.end,
                "total": _shown(found.total),
                "by_role": {role: _shown(one) for role, one in found.by_role.items()},
                "by_tier": {tier: _shown(one) for tier, one in found.by_tier.items()},
            }
        )  # fmt: skip

    def chosen(self, request: Request) -> Chosen:
        """
        Raises:
            ValidationError: a value that is none.
        """
        today: date = self.tenant.local_date(timezone.now())
        end = _day(request, "to") or today
        start = _day(request, "from") or end - YEAR
        if start > end:
            raise serializers.ValidationError({"to": [_("A day after the first.")]})
        return Chosen(
            _one_of(request, "kind", SurveyKind.values) or SurveyKind.NPS.value, start, end,
            _one_of(request, "role", ROLES), _one_of(request, "tier", TIERS),
            self.round_asked(request),
        )  # fmt: skip

    def round_asked(self, request: Request) -> SurveyRound | None:
        given = request.query_params.get("round")
        if given is None:
            return None
        rows = SurveyRound.objects.all() if self.member is None else seen_rounds(self.member)
        is_number = given.isascii() and given.isdigit() and len(given) < 19
        found: SurveyRound | None = rows.filter(pk=int(given)).first() if is_number else None
        if found is None:
            raise serializers.ValidationError({"round": [_("There is no such round.")]})
        return found


def _day(request: Request, name: str) -> date | None:
    given = request.query_params.get(name)
    if given is None:
        return None
    try:
        return Day().run_validation(given)
    except serializers.ValidationError as error:
        raise serializers.ValidationError({name: error.detail}) from error


def _one_of(request: Request, name: str, known: Any) -> str:
    given = request.query_params.get(name)
    if given is not None and given not in known:
        words = _("One of: %(known)s.") % {"known": ", ".join(known)}
        raise serializers.ValidationError({name: [words]})
    return given or ""


def _shown(found: Answers) -> dict[str, Any]:
    interval = found.interval
    return {
        "answers": found.total,
        "scores": {str(score): count for score, count in sorted(found.counts.items())},
        "value": found.value,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "asked": found.asked,
        "responded": found.responded,
    }
