"""What is said of the tenant as a whole, for other programs: retention month by month, strategies."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Visibility
from accounts.rest.base import ApiView
from accounts.rest.filters import refuse_unknown
from accounts.rest.problems import CONTENT_TYPE
from accounts.rest.schema import WHY, Problem
from segmentation.compute.retention import monthly_retention
from segmentation.frames.retention import subscription_lines
from segmentation.models import StrategyText
from segmentation.queries.retention import RETENTION_COLUMNS, figures_of
from segmentation.queries.rules import current_rules
from segmentation.queries.scopes import widest_scope
from segmentation.queries.strategies import sheets
from segmentation.strategies import LANGUAGES, ROLE

MOST_MONTHS = 240
COUNTS = ("customers_start", "customers_lost")
RATES = ("grr", "nrr", "logo_churn")
SCHEMES = ("a", "b", "c", ROLE)
MONTH: dict[str, Any] = {
    "month": "2026-10",
    "start_arr": "8300000.00",
    "new": "120000.00",
    "expansion": "60000.00",
    "contraction": "20000.00",
    "churned": "90000.00",
    "reactivated": "0.00",
    "end_arr": "8370000.00",
    "grr": "0.9867469880",
    "nrr": "0.9939759036",
    "customers_start": 412,
    "customers_lost": 3,
    "logo_churn": "0.0072815534",
}
STRATEGY: dict[str, Any] = {
    "scheme": "a",
    "tier": "high",
    "kind": "service",
    "language": "en",
    "text": "A visit every quarter.",
    "is_own": False,
}
REFUSED = {
    (status, CONTENT_TYPE): OpenApiResponse(Problem, description=WHY[status])
    for status in (400, 401, 403, 429)
}


@extend_schema_serializer(
    many=False, examples=[OpenApiExample("A month", {"results": [MONTH]}, response_only=True)]
)
class RetentionMonths(serializers.Serializer[Any]):
    """The movements of ARR, a row a month: amounts in the tenant's currency, movements positive, rates
    as fractions of 1; null where they are undefined."""

    class Row(serializers.Serializer[Any]):
        month = serializers.CharField(help_text="YYYY-MM.")
        for _name in RETENTION_COLUMNS[1:]:
            if _name in COUNTS:
                vars()[_name] = serializers.IntegerField()
            else:
                vars()[_name] = serializers.CharField(allow_null=_name in RATES)
        del _name

        class Meta:
            ref_name = "RetentionMonth"

    results = Row(many=True)


@extend_schema_serializer(
    many=False, examples=[OpenApiExample("A text", {"results": [STRATEGY]}, response_only=True)]
)
class StrategyTexts(serializers.Serializer[Any]):
    """What to do about each tier (and contact role), text by text; `is_own`: in the tenant's words."""

    class Row(serializers.Serializer[Any]):
        scheme = serializers.CharField()
        tier = serializers.CharField(help_text="A tier, or a level such as `value.high`.")
        kind = serializers.ChoiceField(StrategyText.Kind.choices)
        language = serializers.ChoiceField(LANGUAGES)
        text = serializers.CharField()
        is_own = serializers.BooleanField()

        class Meta:
            ref_name = "StrategyText"

    results = Row(many=True)


class Retention(ApiView):
    scope_to_read = "retention:read"

    @extend_schema(
        operation_id="read_retention",
        tags=["retention"],
        parameters=[
            OpenApiParameter("from", str, required=True, description="The first month: YYYY-MM."),
            OpenApiParameter("to", str, required=True, description="The last month: YYYY-MM."),
        ],
        responses={200: RetentionMonths, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """Retention month by month, from contract lines: the rows of the command `retention`. With a
        person's token of the customers that the person sees."""
        refuse_unknown(request, ("from", "to"))
        first, last = (_month(request, name) for name in ("from", "to"))
        months = (last.year - first.year) * 12 + last.month - first.month
        if not 0 <= months < MOST_MONTHS:
            words = _("From the first month on, at most %(most)s of them.")
            raise serializers.ValidationError({"to": [words % {"most": MOST_MONTHS}]})
        lines = subscription_lines()
        if self.member is not None and self.member.sees("customers") != Visibility.ALL:
            lines = lines[lines["customer"].isin(widest_scope(self.member).ids)]
        found = figures_of(monthly_retention(lines, first, last))
        return Response({"results": [month_row(month.cells()) for month in found]})


class Strategies(ApiView):
    scope_to_read = "strategies:read"

    @extend_schema(
        operation_id="read_strategies",
        tags=["strategies"],
        parameters=[
            OpenApiParameter(
                "scheme", str, enum=SCHEMES,
                description="`role`: of contact roles. The one that the rules picked unless said.",
            )
        ],
        responses={200: StrategyTexts, **REFUSED},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """What to do about each tier of a scheme, in both languages."""
        refuse_unknown(request, ("scheme",))
        scheme = request.query_params.get("scheme", str(current_rules()["tiers"]["scheme"]))
        if scheme not in SCHEMES:
            words = _("One of: %(known)s.") % {"known": ", ".join(SCHEMES)}
            raise serializers.ValidationError({"scheme": [words]})
        rows = [
            {
                "scheme": scheme, "tier": sheet.tier, "kind": part.kind,
                "language": part.language, "text": part.text, "is_own": bool(part.own),
            }
            for sheet in sheets(scheme)
            for part in sheet.parts
        ]  # fmt: skip
        return Response({"results": rows})


def _month(request: Request, name: str) -> date:
    """
    Raises:
        ValidationError: it is no month, or missing.
    """
    year, _dash, month = request.query_params.get(name, "").partition("-")
    if all(part.isascii() and part.isdigit() for part in (year, month)) and (
        len(year) == 4 and len(month) == 2 and 1900 <= int(year) <= 2200 and 1 <= int(month) <= 12
    ):
        return date(int(year), int(month), 1)
    raise serializers.ValidationError({name: [_("A month as YYYY-MM.")]})


def month_row(cells: tuple[str, ...]) -> dict[str, Any]:
    """As JSON has it: counts as numbers, amounts and rates as they are written."""
    found: dict[str, Any] = dict(zip(RETENTION_COLUMNS, cells, strict=True))
    return {name: int(cell) if name in COUNTS else (cell or None) for name, cell in found.items()}
