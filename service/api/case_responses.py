"""How fast customers were answered, beside whether they stayed, for other programs."""

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
from accounts.rest.base import ApiView
from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import refusals
from segmentation.queries.effects import pairs_of
from segmentation.queries.scopes import widest_scope
from segmentation.queries.stored import parse_day, stored_nights
from service.compute.case_bands import BANDS, NO_CASE, PROMISES, BandRow, by_band, by_promise
from service.frames.case_responses import Behind, Pair, behind, counted

AFTER = (3, 6, 12)
USUAL_AFTER = 6
MOST_ROWS, MOST_OFFSET = 500, 10**6
ROW: dict[str, Any] = {
    "key": "2", "customers": 120, "left": 6, "share": 0.05, "low": 0.02, "high": 0.1,
}  # fmt: skip
EXAMPLE: dict[str, Any] = {
    "from": "2026-04-30", "to": "2026-10-31", "nights": ["2026-04-30"], "bands": [ROW],
    "promises": [ROW | {"key": "kept"}],
}  # fmt: skip


class ResponseShare(serializers.Serializer[Any]):
    """Customers of a band, how many of them left, and the interval of 95 % of that share; nulls where
    there are too few."""

    key = serializers.CharField()
    customers = serializers.IntegerField()
    left = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


@extend_schema_serializer(many=False, examples=[OpenApiExample("Half a year", EXAMPLE)])
class ResponseFigures(serializers.Serializer[Any]):
    """Customers with revenue on the night `from`, and which of them had none on the night `to`. `bands`:
    by the mean hours to the first response before (up to so many, slower, unanswered, no case);
    `promises`: by whether the times promised were kept. `nights`: those to begin from."""

    nights = serializers.ListField(child=serializers.DateField())
    to = serializers.DateField(allow_null=True)
    bands = ResponseShare(many=True)
    promises = ResponseShare(many=True)

    def get_fields(self) -> Any:
        return super().get_fields() | {"from": serializers.DateField(allow_null=True)}


NIGHTS = (
    OpenApiParameter("after", int, enum=list(AFTER), description="Months later; 6 unless said."),
    OpenApiParameter("from", str, description="One of `nights`; the latest unless said."),
)


class Responses(ApiView):
    scope_to_read = "case_responses:read"

    def pair(self, request: Request) -> tuple[Pair | None, list[Pair]]:
        """The nights that are asked for, and those that may be.

        Raises:
            ValidationError: there are none such.
        """
        asked = request.query_params.get("after", str(USUAL_AFTER))
        after = next((months for months in AFTER if str(months) == asked), None)
        if after is None:
            words = _("One of: %(known)s.") % {"known": ", ".join(map(str, AFTER))}
            raise serializers.ValidationError({"after": [words]})
        nights = list(stored_nights().values_list("as_of", flat=True))
        pairs = [Pair(*pair) for pair in pairs_of(nights, after)]
        pair = pairs[-1] if pairs else None
        if "from" in request.query_params:
            start = parse_day(request.query_params["from"])
            pair = next((one for one in pairs if one.start == start), None)
            if pair is None:
                raise serializers.ValidationError({"from": [_("There is no such night.")]})
        return pair, pairs

    def seen(self) -> list[int] | None:
        """Ids of the customers that the token sees; None: every one."""
        scope = None if self.member is None else widest_scope(self.member)
        return None if scope is None or scope.is_whole else scope.ids


class CaseResponses(Responses):
    @extend_schema(
        operation_id="read_case_responses", tags=["case_responses"],
        parameters=list(NIGHTS),
        responses={200: ResponseFigures, **refusals(400, 401, 403, 429)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """How fast customers were answered, beside whether they stayed; of the customers that the token
        sees. The order of the two shows no cause."""
        refuse_unknown(request, ("after", "from"))
        pair, pairs = self.pair(request)
        found = counted(pair, self.tenant, self.seen()) if pair else []
        return Response(
            {
                "from": pair.start if pair else None,
                "to": pair.end if pair else None,
                "nights": [one.start for one in pairs],
                "bands": [_shown(row) for row in by_band(found)],
                "promises": [_shown(row) for row in by_promise(found)],
            }
        )


class BehindFields(serializers.Serializer[Any]):
    """The customers behind a figure, those who left first, then by ARR. `mean_hours` null: no case, or
    none answered."""

    class Customer(serializers.Serializer[Any]):
        customer = serializers.CharField()
        cases = serializers.IntegerField()
        mean_hours = serializers.FloatField(allow_null=True)
        promise = serializers.ChoiceField(PROMISES)
        arr_then = serializers.DecimalField(20, 4)
        arr_now = serializers.DecimalField(20, 4)

        class Meta:
            ref_name = "ResponseCustomer"

    total = serializers.IntegerField()
    results = Customer(many=True)


class CaseResponseCustomers(Responses):
    @extend_schema(
        operation_id="list_case_response_customers", tags=["case_responses"],
        parameters=[
            *NIGHTS,
            OpenApiParameter(
                "of", str, required=True, enum=[*BANDS, *(one for one in PROMISES if one != NO_CASE)],
                description="`key` of a band or a promise.",
            ),
            OpenApiParameter("left", bool, description="Only those who left."),
            OpenApiParameter(
                "offset", {"type": "integer", "minimum": 0, "maximum": MOST_OFFSET},
                description="So many are passed over.",
            ),
        ],
        responses={200: BehindFields, **refusals(400, 401, 403, 429)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """The customers that a figure is made of, at most 500 at once."""
        refuse_unknown(request, ("after", "from", "of", "left", "offset"))
        pair, _pairs = self.pair(request)
        of = request.query_params.get("of", "")
        if of not in BANDS and of not in PROMISES:
            words = _("One of: %(known)s.") % {"known": ", ".join([*BANDS, *PROMISES])}
            raise serializers.ValidationError({"of": [words]})
        only_left = _read(request, "left", serializers.BooleanField(), False)
        whole = serializers.IntegerField(min_value=0, max_value=MOST_OFFSET)
        first = _read(request, "offset", whole, 0)
        total, rows = 0, list[Behind]()
        if pair is not None:
            total, rows = behind(
                pair, self.tenant, self.seen(), of=of, only_left=only_left,
                rows=slice(first, first + MOST_ROWS),
            )  # fmt: skip
        keys = dict(
            Customer.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", "key")
        )
        told = [
            {
                "customer": keys[row.pk], "cases": row.cases, "mean_hours": row.mean_hours,
                "promise": row.promise, "arr_then": f"{row.arr_then:f}",
                "arr_now": f"{row.arr_now:f}",
            }
            for row in rows
        ]  # fmt: skip
        return Response({"total": total, "results": told})


def _read(request: Request, name: str, field: serializers.Field, otherwise: Any) -> Any:
    """
    Raises:
        ValidationError: a value that is none.
    """
    given = request.query_params.get(name)
    if given is None:
        return otherwise
    try:
        return field.run_validation(given)
    except serializers.ValidationError as error:
        raise serializers.ValidationError({name: error.detail}) from error


def _shown(row: BandRow) -> dict[str, Any]:
    share, interval = row.left, row.left.interval
    return {
        "key": row.key, "customers": share.customers, "left": share.hits, "share": share.value,
        "low": interval.low if interval else None, "high": interval.high if interval else None,
    }  # fmt: skip
