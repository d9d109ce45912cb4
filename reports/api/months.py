"""The month in review for other programs: movements of ARR, money, renewals, the largest risks."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import refusals
from reports.queries.money import cash_of, renewals_of
from reports.queries.month import completed_months, month_in_review
from reports.queries.risks import largest_risks
from segmentation.api.figures import MONTH, RetentionMonths, month_row
from segmentation.api.spreads import GROUP, OfScope
from segmentation.models import Night
from segmentation.queries.portfolio import portfolio
from segmentation.queries.remembered import loads_seen
from segmentation.queries.scopes import Scope
from segmentation.queries.stored import latest_night, night_asked, offered_nights

RISKS = 5
EXAMPLE: dict[str, Any] = {
    "month": "2026-10",
    "customers": 412,
    "lifetime_value": "42000.00",
    "trend": [MONTH],
    "yearly": [MONTH],
    "cash": {
        "due": "90000.00", "instalments": 12, "paid": "81000.00", "received": "85000.00",
        "payments": 11, "overdue": "9000.00", "overdue_instalments": 1,
    },
    "renewals": {
        "contracts": 9, "customers": 9, "customers_renewed": 7, "arr": "90000.00",
        "arr_renewed": "81000.00", "is_final": False,
    },
    "risks": [
        {"customer": "C-1042", "name": "Aurora", "arr": "120000.00", "flags": ["renewal"]}
    ],
}  # fmt: skip


@extend_schema_serializer(examples=[OpenApiExample("A month", EXAMPLE, response_only=True)])
class MonthFields(serializers.Serializer[Any]):
    """A month that has ended, for the customers that the token sees. `trend`: it and the months before,
    the oldest first; `yearly`: the twelve months up to the end of each. `risks` is null where no night
    of its last day is stored. The figures of the executives' report: `GET /figure-sets`."""

    class Cash(serializers.Serializer[Any]):
        due = serializers.CharField(help_text="Instalments of the month.")
        instalments = serializers.IntegerField()
        paid = serializers.CharField(help_text="Of them, by its end.")
        received = serializers.CharField(help_text="All payments less refunds.")
        payments = serializers.IntegerField()
        overdue = serializers.CharField(help_text="Fell due by its end and was unpaid then.")
        overdue_instalments = serializers.IntegerField()

        class Meta:
            ref_name = "MonthCash"

    class Renewed(serializers.Serializer[Any]):
        contracts = serializers.IntegerField(help_text="That ended in the month.")
        customers = serializers.IntegerField()
        customers_renewed = serializers.IntegerField(help_text="Within 90 days.")
        arr = serializers.CharField()
        arr_renewed = serializers.CharField()
        is_final = serializers.BooleanField(help_text="The 90 days are over for all.")

        class Meta:
            ref_name = "MonthRenewals"

    class Risk(serializers.Serializer[Any]):
        customer = serializers.CharField()
        name = serializers.CharField()
        arr = serializers.CharField()
        flags = serializers.ListField(child=serializers.CharField())

        class Meta:
            ref_name = "MonthRisk"

    month = serializers.CharField()
    customers = serializers.IntegerField(help_text="With ARR on its last day.")
    lifetime_value = serializers.CharField(allow_null=True)
    trend = RetentionMonths.Row(many=True)
    yearly = RetentionMonths.Row(many=True)
    cash = Cash()
    renewals = Renewed()
    risks = Risk(many=True, allow_null=True)


class Months(OfScope):
    scope_to_read = "months:read"

    @extend_schema(
        operation_id="read_month",
        tags=["months"],
        parameters=[GROUP],
        responses={200: MonthFields, **refusals(400, 401, 403, 404, 429)},
    )
    def get(self, request: Request, month: str) -> Response:
        """A month in review: YYYY-MM, or `latest` for the last that has ended."""
        refuse_unknown(request, ("group",))
        seen, nights = loads_seen(), offered_nights()
        last_day = self._last_day(month, seen)
        at_end = night_asked(last_day.isoformat(), nights)
        latest = latest_night()
        if at_end is not None:
            scope = self.scope(request, at_end, is_latest=at_end == latest)
        else:
            scope = self.whole_scope(request)
        review = month_in_review(scope, last_day, latest, self.tenant.gross_margin, seen=seen)
        first_day = last_day.replace(day=1)
        cash = cash_of(scope, first_day, last_day, latest, seen=seen)
        known_until = latest.as_of if latest else self.tenant.last_ended_day()
        renewals = renewals_of(
            scope, first_day, last_day, latest, known_until=known_until, seen=seen
        )
        told = {
            "month": f"{last_day:%Y-%m}",
            "customers": review.customers,
            "lifetime_value": None if review.ltv is None else str(review.ltv),
            "trend": [month_row(one.cells()) for one in review.trend],
            "yearly": [month_row(one.cells()) for one in review.yearly],
            "cash": MonthFields.Cash(cash).data,
            "renewals": MonthFields.Renewed(renewals).data,
            "risks": self._risks(scope, nights, first_day, last_day),
        }
        return Response(told)

    def _last_day(self, asked: str, seen: Any) -> date:
        """
        Raises:
            Http404: nothing is known of such a month.
        """
        today = self.tenant.local_date(timezone.now())
        for day in completed_months(today, seen=seen):
            if asked in ("latest", f"{day:%Y-%m}"):
                return day
        raise NotFound(_("Nothing is known of such a month."))

    def _risks(
        self, scope: Scope, nights: list[Night], first_day: date, last_day: date
    ) -> list[dict[str, Any]] | None:
        end = next((night for night in nights if night.as_of == last_day), None)
        if end is None:
            return None
        rows = portfolio(scope, end, is_latest=end == nights[0])
        return [
            {
                "customer": one.row["key"], "name": one.row["name"], "arr": str(one.arr),
                "flags": list(one.flags),
            }
            for one in largest_risks(rows, scope, end, first_day, most=RISKS)
        ]  # fmt: skip
