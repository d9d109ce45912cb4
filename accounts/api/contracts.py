"""What customers bought, for other programs: contracts with their lines and instalments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.actions.contracts import NewLine, remove_contract, shorten_contract, write_contract
from accounts.api.money import Money
from accounts.models import Contract, ContractLine, Instalment, Module
from accounts.queries.contract_changes import changed_since, with_last_change
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes, Named
from accounts.rest.views import Collection, Given, Item, Resource, Verb

MOST_LINES = 50
FIRST_DAY = date(1970, 1, 1)
EXAMPLE: dict[str, Any] = {
    "key": "K-2026-17",
    "customer": "C-1042",
    "renewal_of": "K-2025-09",
    "currency": "CNY",
    "lines": [
        {
            "module": "stock",
            "kind": "subscription",
            "signed_on": "2026-01-20",
            "starts_on": "2026-02-01",
            "ends_on": "2027-01-31",
            "annual_fee": "120000.0000",
            "amount": "0.0000",
            "seats": 40,
            "is_trial": False,
        }
    ],
    "instalments": [{"due_on": "2026-02-01", "amount": "120000.0000", "paid_by": "P-88120"}],
    "attributes": {},
    "changed_at": "2026-02-04T07:00:00+08:00",
}
NEW: dict[str, Any] = {
    "customer": "C-1042",
    "key": "K-2027-03",
    "renewal_of": "K-2026-17",
    "signed_on": "2027-01-12",
    "lines": [
        {"module": "stock", "starts_on": "2027-02-01", "ends_on": "2028-01-31",
         "annual_fee": "132000.00", "seats": 45},
    ],
    "yearly_instalments": True,
}  # fmt: skip


class LineFields(serializers.Serializer[Any]):
    """One module for one term, whose days both belong to it; without a last day it is open."""

    module = serializers.CharField(source="module.key")
    kind = serializers.ChoiceField(ContractLine.Kind.choices)
    signed_on = serializers.DateField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    annual_fee = Money(help_text="Of a subscription.")
    amount = Money(help_text="Of a one-off.")
    seats = serializers.IntegerField(allow_null=True)
    is_trial = serializers.BooleanField()


class DueFields(serializers.Serializer[Any]):
    """A part of the price that falls due on a day."""

    due_on = serializers.DateField()
    amount = Money()
    paid_by = serializers.CharField(source="paid_by.key", allow_null=True, default=None)


@extend_schema_serializer(examples=[OpenApiExample("A contract", EXAMPLE, response_only=True)])
class ContractFields(Shaped):
    """An agreement with a customer. ``currency`` is empty where it is the customer's;
    ``changed_at`` is when it, a line or an instalment last changed, came or went."""

    key = serializers.CharField()
    customer = serializers.CharField(source="customer.key")
    renewal_of = serializers.CharField(
        source="renewal_of.key", allow_null=True, default=None,
        help_text="Key of the contract that it renews.",
    )  # fmt: skip
    currency = serializers.CharField()
    lines = LineFields(many=True)
    instalments = DueFields(many=True)
    attributes = Attributes()
    changed_at = serializers.DateTimeField()


def _since_1970(day: date) -> None:
    if day < FIRST_DAY:
        raise serializers.ValidationError(_("Give a day since 1970."))


class NewLineFields(serializers.Serializer[Any]):
    """A subscription of one module for a term."""

    module = Named(among=lambda context: Module.objects.all(), allow_null=False)
    starts_on = serializers.DateField(validators=[_since_1970])
    ends_on = serializers.DateField(required=False, allow_null=True, default=None)
    annual_fee = Money(min_value=0)
    seats = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=2**31 - 1
    )


@extend_schema_serializer(examples=[OpenApiExample("A renewal", NEW, request_only=True)])
class NewContract(serializers.Serializer[Any]):
    """A contract of subscriptions. One-offs, trials and everything else come with a load of
    contracts."""

    customer = serializers.CharField(max_length=200, help_text="Key of the customer.")
    key = serializers.CharField(max_length=200)
    renewal_of = serializers.CharField(
        max_length=200, required=False, allow_null=True, default=None,
        help_text="Key of the contract that it renews, of the same customer.",
    )  # fmt: skip
    signed_on = serializers.DateField(validators=[_since_1970])
    lines = NewLineFields(many=True, allow_empty=False, max_length=MOST_LINES)  # type: ignore[call-arg]
    yearly_instalments = serializers.BooleanField(
        default=False, help_text="The fees of each year fall due on the day on which it begins."
    )


@extend_schema_serializer(examples=[OpenApiExample("The end", {"last_day": "2026-12-31"})])
class LastDay(serializers.Serializer[Any]):
    """The last day of the term."""

    last_day = serializers.DateField(validators=[_since_1970])


class ContractRows(Resource):
    noun, plural = "contract", "contracts"
    scope_to_read, scope_to_write = "contracts:read", "contracts:write"
    shape = ContractFields

    def found(self) -> QuerySet[Any]:
        rows = Contract.objects.select_related("customer", "renewal_of").prefetch_related(
            Prefetch(
                "lines",
                ContractLine.objects.select_related("module").order_by("starts_on", "module__key"),
            ),
            Prefetch("instalments", Instalment.objects.select_related("paid_by")),
        )
        return with_last_change(self.of_seen_customers(rows))


class _ChangedSince(filters.Filter):
    """Whatever of a contract changed: itself, a line, an instalment."""

    def narrowed(self, found: QuerySet[Any], given: str) -> QuerySet[Any]:
        try:
            moment = self.reads().run_validation(given)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({self.name: error.detail}) from error
        return found.filter(changed_since(moment))


class Contracts(ContractRows, Collection):
    """Contracts, by their keys."""

    sorts = {"key": "key"}
    filters = (
        filters.text("key", many=True, help="Keys with commas between."),
        filters.text("customer", "customer__key", help="Key of the customer."),
        filters.text("renewal_of", "renewal_of__key", help="Key of the contract that it renews."),
        _ChangedSince(**vars(filters.changed_since())),
    )
    new = NewContract

    def make(self, given: Given) -> Any:
        """Write down a contract with its subscription lines."""
        customer = self.customer_named(given["customer"])
        before = None
        if given["renewal_of"]:
            theirs = Contract.objects.filter(customer=customer, key=given["renewal_of"])
            before = theirs.first()
            if before is None:
                raise serializers.ValidationError(
                    {"renewal_of": [_("The customer has no contract with this key.")]}
                )
        made = write_contract(
            customer=customer,
            key=given["key"],
            lines=[_line(one) for one in given["lines"]],
            signed_on=given["signed_on"],
            renewal_of=before,
            yearly_instalments=given["yearly_instalments"],
            by=self.person,
        )
        return self.found().get(pk=made.pk)


class OneContract(ContractRows, Item):
    """One contract."""

    removable = True

    def remove(self, row: Any) -> None:
        """Take a contract away on which nothing depends; nights before now still know it."""
        remove_contract(contract=row, by=self.person)


class ShortenContract(ContractRows, Verb):
    """Ends a contract before its term."""

    verb = "shorten"
    needs = LastDay

    def act(self, row: Any, given: Given) -> None:
        """Let the subscription lines that run beyond a day end on it."""
        shorten_contract(contract=row, last_day=given["last_day"], by=self.person)


def _line(given: Mapping[str, Any]) -> NewLine:
    return NewLine(
        given["module"], given["starts_on"], given["ends_on"], given["annual_fee"], given["seats"]
    )
