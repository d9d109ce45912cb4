"""What other programs say of renewals: what is expected, and how it turned out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.actions.contracts import NewLine
from accounts.models import Module
from accounts.rest.problems import Conflict
from accounts.rest.values import Day, Named
from accounts.rest.views import Given, Verb
from service.actions.renewal_calls import make_call
from service.actions.renewal_outcomes import NewTerm, churn, renew, undo_outcome
from service.actions.renewal_upkeep import take_renewals_turn
from service.api.renewals import RenewalRows
from service.models import RenewalOutcome, RenewalStage

LONGEST_NOTE = 5000
MOST_LINES = 200


def _modules(context: Any) -> Any:
    return Module.objects.all()


class Money(serializers.DecimalField):
    """An amount of a year, not negative."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(18, 4, min_value=Decimal(0), max_value=Decimal(10**13), **kwargs)


class Note(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=LONGEST_NOTE, required=False, allow_blank=True, default="", **kwargs
        )


class Calling(serializers.Serializer[Any]):
    """How far it is, how likely, and with how much; null: not said, or what the contract is worth."""

    stage = serializers.ChoiceField(RenewalStage.choices)
    percent = serializers.IntegerField(
        min_value=0, max_value=100, required=False, allow_null=True, default=None
    )
    amount = Money(required=False, allow_null=True, default=None)
    note = Note()


class Line(serializers.Serializer[Any]):
    """A module of the new contract, with the fee of a year."""

    module = Named(among=_modules, allow_null=False)
    starts_on = Day()
    ends_on = Day(required=False, allow_null=True, default=None, help_text="Null: open.")
    annual_fee = Money()
    seats = serializers.IntegerField(
        min_value=0, max_value=10**9, required=False, allow_null=True, default=None
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Another year",
            {
                "key": "K-2026-17",
                "signed_on": "2026-11-20",
                "lines": [
                    {
                        "module": "orders",
                        "starts_on": "2027-01-01",
                        "ends_on": "2027-12-31",
                        "annual_fee": "130000.00",
                    }
                ],
            },
        )
    ]
)
class Renewing(serializers.Serializer[Any]):
    """The contract that the customer signed instead."""

    key = serializers.CharField(max_length=200)
    signed_on = Day()
    lines = Line(many=True, allow_empty=False, max_length=MOST_LINES)  # type: ignore[call-arg]
    yearly_instalments = serializers.BooleanField(
        required=False, default=True, help_text="The fees fall due at the start of each year."
    )
    note = Note()


class Churning(serializers.Serializer[Any]):
    """Why the customer leaves, by the key of a churn reason, and its last day."""

    reason = serializers.CharField(max_length=40)
    last_day = Day()
    note = Note()


class RenewalVerb(RenewalRows, Verb):
    def names(self) -> dict[str, Any]:
        return {"contract__key": self.kwargs["contract"]}

    def row(self, *, locked: bool = False) -> Any:
        """While it is changed nobody else makes renewals: in one order, as everything that does."""
        if locked:
            take_renewals_turn()
        found = self.found().filter(**self.names()).first()
        if found is None:
            raise Http404
        return found


class RenewalCalling(RenewalVerb):
    verb = "call"
    scope_to_write = "renewals:call"
    needs = Calling

    def act(self, row: Any, given: Given) -> Any:
        """Say what is expected of it; it becomes the latest call."""
        make_call(
            contract=row.contract, seen=row.call_id, today=self.today, by=self.person, **given
        )  # fmt: skip


class RenewalRenewing(RenewalVerb):
    verb = "renew"
    needs = Renewing

    def act(self, row: Any, given: Given) -> Any:
        """Write the contract that renews it; it expands, contracts or renews by its fees."""
        lines = [
            NewLine(
                module=one["module"], starts_on=one["starts_on"], ends_on=one["ends_on"],
                annual_fee=one["annual_fee"], seats=one["seats"],
            )
            for one in given["lines"]
        ]  # fmt: skip
        term = NewTerm(
            key=given["key"], signed_on=given["signed_on"], lines=lines,
            yearly_instalments=given["yearly_instalments"],
        )  # fmt: skip
        renew(
            contract=row.contract, term=term, note=given["note"], today=self.today, by=self.person
        )


class RenewalChurning(RenewalVerb):
    verb = "churn"
    needs = Churning

    def act(self, row: Any, given: Given) -> Any:
        """Say that the customer leaves, and when; the contract's lines end then."""
        churn(contract=row.contract, today=self.today, by=self.person, **given)


class RenewalTakingBack(RenewalVerb):
    verb = "take_back_outcome_of"

    def act(self, row: Any, given: Given) -> Any:
        """Take the outcome back that somebody wrote down, with what it wrote."""
        outcome = RenewalOutcome.objects.filter(contract=row.contract_id, undone_at=None).first()
        if outcome is None:
            raise Conflict(_("Nobody wrote down an outcome of this renewal."))
        undo_outcome(outcome=outcome, by=self.person)
