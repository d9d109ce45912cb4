"""Answers about what stays of customers and their money."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Customer
from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import refusals
from reports.api.retention import (
    FARTHEST,
    MOST_MONTHS,
    MOST_ROWS,
    OF,
    PAGE,
    ROWS,
    PersonRetentionFields,
    RetentionCustomers,
    RetentionReviewFields,
)
from reports.queries.retention import persons_of, retention_review
from segmentation.api.asked import day, one_of, whole
from segmentation.api.spreads import GROUP, OfScope
from segmentation.compute.cohorts import Cohort
from segmentation.compute.exact import MONEY_PLACES, unscaled_decimal
from segmentation.compute.months import last_day_of, month_number
from segmentation.compute.renewals import DueRenewals
from segmentation.models import Night
from segmentation.queries.behind_figures import (
    Behind,
    behind_cohort,
    behind_conversion,
    behind_persons,
    behind_renewals,
)
from segmentation.queries.scopes import Scope
from segmentation.queries.stored import latest_night

READ = refusals(400, 401, 403, 429)


class _OfRetention(OfScope):
    scope_to_read = "retention:read"

    def asked(self, request: Request) -> tuple[Night | None, date, Scope]:
        """The latest night, the last day whose facts count, and whose they are."""
        night = latest_night()
        until = night.as_of if night else self.tenant.last_ended_day()
        return night, until, self.whole_scope(request)


class RetentionReviews(_OfRetention):
    @extend_schema(
        operation_id="read_retention_review",
        tags=["retention"],
        parameters=[GROUP],
        responses={200: RetentionReviewFields, **READ},
    )
    def get(self, request: Request) -> Response:
        """What stays of customers and their money, as of the latest night."""
        refuse_unknown(request, ("group",))
        night, until, scope = self.asked(request)
        found = retention_review(scope, until, night, self.tenant)
        renewing, value = found.renewing, found.value
        told = {
            "until": until, "basis": found.cohorts.basis,
            "cohorts": [cohort(one) for one in found.cohorts.cohorts],
            "renewals": [_due(one) for one in renewing.months] if renewing else None,
            "renewals_of_the_year": _due(renewing.year) if renewing else None,
            "renewals_are_linked": bool(renewing and renewing.is_linked),
            "conversions": [
                {
                    "month": f"{one.month:%Y-%m}", "entered": one.entered,
                    "converted": one.converted, "median_days": _number(one.median_days),
                }
                for one in found.conversions
            ],
            "lifetime_value": {
                "basis": value.basis, "as_of": value.as_of, "margin": str(value.margin),
                "refusal": value.refusal,
                "value": _text(value.contract.value if value.contract else None),
                "monthly_arpa": _text(value.contract.monthly_arpa if value.contract else None),
                "monthly_churn": _text(value.contract.monthly_churn if value.contract else None),
            },
        }  # fmt: skip
        return Response(told)


class PersonRetentions(_OfRetention):
    @extend_schema(
        operation_id="read_person_retention",
        tags=["retention"],
        parameters=[GROUP],
        responses={200: PersonRetentionFields, **READ},
    )
    def get(self, request: Request) -> Response:
        """Which of the persons that were new came back, as of the latest night."""
        refuse_unknown(request, ("group",))
        night, until, scope = self.asked(request)
        found = persons_of(scope, until, night, self.tenant)
        told = {
            "until": until,
            "cohorts": [
                {
                    "month": f"{one.month:%Y-%m}", "size": one.size,
                    "days": [
                        {
                            "day": back.k, "counted": back.counted, "returned": back.returned,
                            "excluded": back.excluded,
                        }
                        for back in one.returned
                    ],
                }
                for one in found.cohorts
            ],
            "months": [cohort(one) for one in found.months],
        }  # fmt: skip
        return Response(told)


class CustomersOfRetention(_OfRetention):
    @extend_schema(
        operation_id="list_retention_customers",
        tags=["retention"],
        parameters=[
            OpenApiParameter("of", str, enum=OF, default=OF[0]),
            OpenApiParameter(
                "month", str, required=True,
                description="YYYY-MM: in which they came, or contracts ended.",
            ),
            OpenApiParameter(
                "after", {"type": "integer", "minimum": 0, "maximum": MOST_MONTHS, "default": 0},
                description="Of `cohort`: so many months later.",
            ),
            OpenApiParameter(
                "until", str, description="Of `renewals`: the last day, YYYY-MM-DD."
            ),
            GROUP,
            *PAGE,
        ],
        responses={200: RetentionCustomers, **READ},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """The customers behind a number of retention."""
        refuse_unknown(request, ("of", "month", "after", "until", "group", "limit", "offset"))
        of, month = one_of(request, "of", OF), _month(request)
        after = whole(request, "after", 0, least=0, most=MOST_MONTHS)
        last = day(request, "until") or last_day_of(month_number(month))
        limit = whole(request, "limit", ROWS, least=1, most=MOST_ROWS)
        offset = whole(request, "offset", 0, least=0, most=FARTHEST)
        _night, until, scope = self.asked(request)
        zone = self.tenant.zone
        listings: dict[str, Callable[[], Sequence[Behind]]] = {
            "cohort": lambda: behind_cohort([month], after, until, scope),
            "renewals": lambda: behind_renewals(month, last, until, scope),
            "conversion": lambda: behind_conversion(month, until, zone, scope),
            "persons": lambda: behind_persons(month, until, zone, scope),
        }
        found = listings[of]()
        rows = customers_of(found[offset : offset + limit])
        return Response({"until": until, "total": len(found), "results": rows})


def customers_of(found: Sequence[Behind]) -> list[dict[str, Any]]:
    """Rows of a list; one statement for the names."""
    ids = [one.customer_id for one in found]
    named = {
        pk: (key, name)
        for pk, key, name in Customer.objects.filter(pk__in=ids).values_list("pk", "key", "name")
    }
    return [
        {
            "customer": named[one.customer_id][0], "name": named[one.customer_id][1],
            "outcome": one.state, "amount": _text(one.amount),
            "first_on": one.first_on, "second_on": one.second_on,
            "number": one.number, "returned": list(one.counts),
        }
        for one in found
        if one.customer_id in named
    ]  # fmt: skip


def cohort(one: Cohort) -> dict[str, Any]:
    return {
        "month": f"{one.month:%Y-%m}", "size": one.size, "there": list(one.active),
        "all_along": list(one.unbroken), "amounts": [money(amount) for amount in one.amounts],
    }  # fmt: skip


def money(amount: int) -> str:
    """Of whole numbers of the smallest unit."""
    return str(unscaled_decimal(amount, MONEY_PLACES))


def _due(one: DueRenewals) -> dict[str, Any]:
    return {
        "from": one.first_day, "to": one.last_day, "contracts": one.contracts,
        "contracts_renewed": one.contracts_renewed, "customers": one.customers,
        "customers_renewed": one.customers_renewed, "arr": money(one.arr),
        "arr_renewed": money(one.arr_renewed), "open_contracts": one.open_contracts,
        "open_renewed": one.open_renewed,
    }  # fmt: skip


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _text(value: Any) -> str | None:
    """Fractions with the digits of a double, decimals with theirs."""
    if value is None:
        return None
    return str(float(value)) if isinstance(value, Fraction) else str(value)


def _month(request: Request) -> date:
    """
    Raises:
        ValidationError: it is no month, or missing.
    """
    asked = request.query_params.get("month", "")
    try:
        if len(asked) != len("YYYY-MM") or not asked.isascii():
            raise ValueError(asked)
        found = date.fromisoformat(f"{asked}-01")
    except ValueError as error:
        raise serializers.ValidationError({"month": [_("A month as YYYY-MM.")]}) from error
    if not 1900 <= found.year <= 2200:
        raise serializers.ValidationError({"month": [_("A month as YYYY-MM.")]})
    return found
