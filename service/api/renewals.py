"""Renewals for other programs: what ends when, what the system and the manager expect, how it turned
out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Item, Resource
from service.labels.renewals import reason_words
from service.models import Renewal, RenewalCall, RenewalOutcome, RenewalStage
from service.queries.renewal_states import STATES, with_states
from service.queries.renewals import with_places

EXAMPLE: dict[str, Any] = {
    "contract": "K-2024-17",
    "customer": "C-1042",
    "due_on": "2026-12-31",
    "arr": "120000.0000",
    "state": "open",
    "renewed_on": None,
    "renewed_arr": None,
    "likelihood": 65,
    "points": 30,
    "reasons": [{"key": "usage_fell", "points": 20, "words": "Usage fell by 40%"}],
    "night": "2026-11-20",
    "tier": "high",
    "stage": "talking",
    "percent": 80,
    "amount": None,
    "expected": "120000.0000",
}
EXAMPLE_CALL: dict[str, Any] = {
    "stage": "talking",
    "percent": 80,
    "amount": None,
    "note": "They ask for a second year.",
    "said_on": "2026-11-18",
    "said_by": "mia@vendor.example",
}


STATE_CHOICES = list(STATES.items())


class RiskFields(serializers.Serializer[Any]):
    """A reason against it with its points."""

    key = serializers.CharField()
    points = serializers.IntegerField()
    words = serializers.SerializerMethodField()

    def get_words(self, reason: dict[str, Any]) -> str:
        return reason_words(reason)


@extend_schema_serializer(examples=[OpenApiExample("A renewal", EXAMPLE, response_only=True)])
class RenewalFields(Shaped):
    """A contract whose subscription lines all end. `likelihood` (percent), `points` and `reasons` are
    what the system says; `stage`, `percent` and `amount` what the manager called."""

    contract = serializers.CharField(source="contract.key")
    customer = serializers.CharField(source="customer.key")
    due_on = serializers.DateField(help_text="The last day of the term.")
    arr = serializers.DecimalField(20, 4, help_text="ARR on that day.")
    state = serializers.ChoiceField(STATE_CHOICES)
    renewed_on = serializers.DateField(allow_null=True)
    renewed_arr = serializers.DecimalField(20, 4, allow_null=True)
    likelihood = serializers.IntegerField(allow_null=True)
    points = serializers.IntegerField(allow_null=True)
    reasons = RiskFields(many=True)
    night = serializers.DateField(source="as_of", allow_null=True)
    tier = serializers.CharField()
    stage = serializers.ChoiceField(RenewalStage.choices)
    percent = serializers.IntegerField(allow_null=True)
    amount = serializers.DecimalField(20, 4, allow_null=True)
    expected = serializers.DecimalField(
        20, 4, help_text="`amount`, else what the contract is worth."
    )


class CallFields(serializers.Serializer[Any]):
    """What was expected, on a day."""

    stage = serializers.ChoiceField(RenewalStage.choices)
    percent = serializers.IntegerField(allow_null=True)
    amount = serializers.DecimalField(20, 4, allow_null=True)
    note = serializers.CharField()
    said_on = serializers.DateField()
    said_by = serializers.CharField(source="said_by.email", allow_null=True, default=None)


class OutcomeFields(serializers.Serializer[Any]):
    """How it turned out, as somebody wrote it down; taken back where `undone_at` is set."""

    kind = serializers.ChoiceField(RenewalOutcome.Kind.choices)
    follower = serializers.CharField(
        source="follower.key", allow_null=True, default=None, help_text="The new contract."
    )
    arr_before = serializers.DecimalField(20, 4)
    arr_after = serializers.DecimalField(20, 4)
    churn_reason = serializers.CharField()
    note = serializers.CharField()
    said_on = serializers.DateField()
    said_by = serializers.CharField(source="said_by.email", allow_null=True, default=None)
    undone_at = serializers.DateTimeField(allow_null=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A renewal", EXAMPLE | {"calls": [EXAMPLE_CALL], "outcomes": []}, response_only=True
        )
    ]
)
class WholeRenewal(RenewalFields):
    """A renewal with every call and outcome, the latest first."""

    calls = CallFields(many=True)
    outcomes = OutcomeFields(many=True)


class RenewalRows(Resource):
    noun, plural = "renewal", "renewals"
    scope_to_read, scope_to_write = "renewals:read", "renewals:write"
    shape: ClassVar[type[Shaped]] = WholeRenewal

    @property
    def today(self) -> date:
        return self.tenant.local_date(timezone.now())

    def found(self) -> QuerySet[Any]:
        rows = with_places(with_states(Renewal.objects.all(), self.today))
        rows = self.of_seen_customers(rows)
        return rows.select_related("contract", "customer")

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        """With calls and outcomes; two statements."""
        contracts = [row.contract_id for row in rows]
        calls = list(RenewalCall.objects.filter(contract__in=contracts).select_related("said_by"))
        outcomes = list(
            RenewalOutcome.objects.filter(contract__in=contracts).select_related(
                "said_by", "follower"
            )
        )
        for row in rows:
            row.calls = [one for one in calls if one.contract_id == row.contract_id]
            row.outcomes = [one for one in outcomes if one.contract_id == row.contract_id]
        return rows


class Renewals(RenewalRows, Collection):
    """Renewals, the next first."""

    shape = RenewalFields
    sorts = {"due_on": "due_on", "arr": "arr", "likelihood": "likelihood", "percent": "percent"}
    filters = (
        filters.choice("state", "state", list(STATES)),
        filters.choice("stage", "stage", RenewalStage.choices),
        filters.text("customer", "customer__key", many=True, help="Keys with commas between."),
        filters.text(
            "service_manager", "customer__service_manager__key", help="E-mail of the person."
        ),
        filters.day("due_since", "due_on__gte", help="Ends on this day or later."),
        filters.day("due_until", "due_on__lte", help="Ends on this day or earlier."),
        filters.text("tier"),
    )

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        return rows


class OneRenewal(RenewalRows, Item):
    """One renewal, by the key of its contract."""

    def names(self) -> dict[str, Any]:
        return {"contract__key": self.kwargs["contract"]}
