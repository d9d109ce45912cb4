"""What stays of customers and their money, for other programs: cohorts, renewals, persons, worth."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema_serializer,
)
from rest_framework import serializers

ROWS, MOST_ROWS, FARTHEST, MOST_MONTHS = 100, 500, 10**7, 1200
OF = ("cohort", "renewals", "conversion", "persons")
COHORT: dict[str, Any] = {
    "month": "2026-01", "size": 12, "there": [12, 11], "all_along": [12, 11],
    "amounts": ["120000.00", "118000.00"],
}  # fmt: skip
DUE: dict[str, Any] = {
    "from": "2026-10-01", "to": "2026-10-31", "contracts": 9, "contracts_renewed": 7,
    "customers": 9, "customers_renewed": 7, "arr": "90000.00", "arr_renewed": "81000.00",
    "open_contracts": 1, "open_renewed": 0,
}  # fmt: skip
REVIEW: dict[str, Any] = {
    "until": "2026-11-20",
    "basis": "contracts",
    "cohorts": [COHORT],
    "renewals": [DUE],
    "renewals_of_the_year": DUE,
    "renewals_are_linked": True,
    "conversions": [{"month": "2026-09", "entered": 8, "converted": 3, "median_days": 21.0}],
    "lifetime_value": {
        "basis": "contracts", "as_of": "2026-10-31", "margin": "0.8", "refusal": "",
        "value": "42000.00", "monthly_arpa": "700.00", "monthly_churn": "0.0133",
    },
}  # fmt: skip
PERSONS: dict[str, Any] = {
    "until": "2026-11-20",
    "cohorts": [
        {
            "month": "2026-10", "size": 120,
            "days": [{"day": 1, "counted": 120, "returned": 61, "excluded": 0}],
        }
    ],
    "months": [COHORT | {"all_along": [], "amounts": []}],
}  # fmt: skip
BEHIND: dict[str, Any] = {
    "until": "2026-11-20",
    "total": 1,
    "results": [
        {
            "customer": "C-1042", "name": "Aurora", "outcome": "here", "amount": "120000.00",
            "first_on": None, "second_on": None, "number": None, "returned": [],
        }
    ],
}  # fmt: skip
PAGE = [
    OpenApiParameter(
        "limit", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": ROWS}
    ),
    OpenApiParameter(
        "offset", {"type": "integer", "minimum": 0, "maximum": FARTHEST, "default": 0}
    ),
]


class CohortFields(serializers.Serializer[Any]):
    """Who came in a month: of the k-th month after it (k from 0) how many are there, how many were all
    along, and their ARR or what they paid; empty lists: not known."""

    month = serializers.CharField()
    size = serializers.IntegerField()
    there = serializers.ListField(child=serializers.IntegerField())
    all_along = serializers.ListField(child=serializers.IntegerField())
    amounts = serializers.ListField(child=serializers.CharField())


class DueRenewalFields(serializers.Serializer[Any]):
    """Of the contracts that ended in these days how many were renewed within 90 days; those whose 90
    days are not over are only in `open_…`."""

    vars()["from"] = serializers.DateField()
    to = serializers.DateField()
    contracts = serializers.IntegerField()
    contracts_renewed = serializers.IntegerField()
    customers = serializers.IntegerField()
    customers_renewed = serializers.IntegerField()
    arr = serializers.CharField()
    arr_renewed = serializers.CharField()
    open_contracts = serializers.IntegerField()
    open_renewed = serializers.IntegerField()


@extend_schema_serializer(examples=[OpenApiExample("A review", REVIEW, response_only=True)])
class RetentionReviewFields(serializers.Serializer[Any]):
    """Cohorts of customers, renewals of the due (null: the tenant sells no subscriptions), prospects and
    trials that signed, and what a customer is worth; of the customers that the token sees. Movements of
    ARR month by month: `GET /retention`."""

    class Conversion(serializers.Serializer[Any]):
        month = serializers.CharField()
        entered = serializers.IntegerField()
        converted = serializers.IntegerField()
        median_days = serializers.FloatField(allow_null=True)

        class Meta:
            ref_name = "RetentionConversion"

    class Worth(serializers.Serializer[Any]):
        basis = serializers.CharField()
        as_of = serializers.DateField()
        margin = serializers.CharField()
        refusal = serializers.CharField(help_text="Why there is no value; empty: there is one.")
        value = serializers.CharField(allow_null=True)
        monthly_arpa = serializers.CharField(allow_null=True)
        monthly_churn = serializers.CharField(allow_null=True)

        class Meta:
            ref_name = "LifetimeValue"

    until = serializers.DateField(help_text="The last day whose facts count.")
    basis = serializers.CharField()
    cohorts = CohortFields(many=True)
    renewals = DueRenewalFields(many=True, allow_null=True)
    renewals_of_the_year = DueRenewalFields(allow_null=True)
    renewals_are_linked = serializers.BooleanField(
        help_text="False: no contract says which one it renews, so rates say nothing."
    )
    conversions = Conversion(many=True)
    lifetime_value = Worth()


@extend_schema_serializer(examples=[OpenApiExample("Persons", PERSONS, response_only=True)])
class PersonRetentionFields(serializers.Serializer[Any]):
    """New persons by month: how many were back on or after day 1, 7 and 30 (`excluded`: that day is
    still to come), and how many were there again month by month."""

    class New(serializers.Serializer[Any]):
        class Days(serializers.Serializer[Any]):
            day = serializers.IntegerField()
            counted = serializers.IntegerField()
            returned = serializers.IntegerField()
            excluded = serializers.IntegerField()

            class Meta:
                ref_name = "PersonCohortDay"

        month = serializers.CharField()
        size = serializers.IntegerField()
        days = Days(many=True)

        class Meta:
            ref_name = "PersonCohort"

    until = serializers.DateField()
    cohorts = New(many=True)
    months = CohortFields(many=True)


@extend_schema_serializer(
    many=False, examples=[OpenApiExample("Customers", BEHIND, response_only=True)]
)
class RetentionCustomers(serializers.Serializer[Any]):
    """The customers behind a number of retention: `outcome` `here`, `gone`, `renewed`, `lost`, `open`,
    `converted`, `waiting` or empty; `returned`: persons back on or after day 1, 7 and 30."""

    class Row(serializers.Serializer[Any]):
        customer = serializers.CharField()
        name = serializers.CharField()
        outcome = serializers.CharField()
        amount = serializers.CharField(allow_null=True)
        first_on = serializers.DateField(allow_null=True)
        second_on = serializers.DateField(allow_null=True)
        number = serializers.IntegerField(allow_null=True)
        returned = serializers.ListField(child=serializers.IntegerField())

        class Meta:
            ref_name = "RetentionCustomer"

    until = serializers.DateField()
    total = serializers.IntegerField()
    results = Row(many=True)
