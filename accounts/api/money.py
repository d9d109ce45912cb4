"""What customers pay and owe, for other programs: payments and instalments."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import Instalment, Payment
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes
from accounts.rest.views import Collection, Item, Resource

PAYMENT: dict[str, Any] = {
    "key": "P-88120",
    "customer": "C-1042",
    "paid_on": "2026-02-03",
    "amount": "120000.0000",
    "contract": "K-2026-17",
    "module": None,
    "attributes": {},
    "changed_at": "2026-02-04T07:00:00+08:00",
}
INSTALMENT: dict[str, Any] = {
    "id": 5120,
    "customer": "C-1042",
    "contract": "K-2026-17",
    "due_on": "2026-02-01",
    "amount": "120000.0000",
    "paid_by": "P-88120",
    "attributes": {},
    "changed_at": "2026-02-04T07:00:00+08:00",
}


class Money(serializers.DecimalField):
    """An amount in the customer's currency."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=18, decimal_places=4, **kwargs)


@extend_schema_serializer(examples=[OpenApiExample("A payment", PAYMENT, response_only=True)])
class PaymentFields(Shaped):
    """Money that arrived; a negative amount is a refund."""

    key = serializers.CharField()
    customer = serializers.CharField(source="customer.key")
    paid_on = serializers.DateField()
    amount = Money()
    contract = serializers.CharField(source="contract.key", allow_null=True, default=None)
    module = serializers.CharField(source="module.key", allow_null=True, default=None)
    attributes = Attributes()
    changed_at = serializers.DateTimeField(source="known_from")


class PaymentRows(Resource):
    noun, plural = "payment", "payments"
    scope_to_read = "payments:read"
    shape = PaymentFields

    def found(self) -> QuerySet[Any]:
        rows = Payment.objects.select_related("customer", "contract", "module")
        return self.of_seen_customers(rows)


class Payments(PaymentRows, Collection):
    """Payments, by their keys. New ones come with a load."""

    sorts = {"key": "key", "paid_on": "paid_on", "amount": "amount", "changed_at": "known_from"}
    filters = (
        filters.text("customer", "customer__key", help="Key of the customer."),
        filters.text("contract", "contract__key", help="Key of the contract."),
        filters.text("module", "module__key", help="Key of the module."),
        filters.day("paid_from", "paid_on__gte", help="Paid on this day or later."),
        filters.day("paid_to", "paid_on__lte", help="Paid on this day or before."),
        filters.changed_since(),
    )


class OnePayment(PaymentRows, Item):
    """One payment."""


@extend_schema_serializer(
    examples=[OpenApiExample("An instalment", INSTALMENT, response_only=True)]
)
class InstalmentFields(Shaped):
    """A part of a contract's price that falls due on a day; ``paid_by`` is the key of a payment."""

    id = serializers.IntegerField()
    customer = serializers.CharField(source="contract.customer.key")
    contract = serializers.CharField(source="contract.key")
    due_on = serializers.DateField()
    amount = Money()
    paid_by = serializers.CharField(source="paid_by.key", allow_null=True, default=None)
    attributes = Attributes()
    changed_at = serializers.DateTimeField(source="known_from")


class InstalmentRows(Resource):
    noun, plural = "instalment", "instalments"
    scope_to_read = "contracts:read"
    shape = InstalmentFields

    def found(self) -> QuerySet[Any]:
        rows = Instalment.objects.select_related("contract__customer", "paid_by")
        return self.of_seen_customers(rows, "contract__customer")


class Instalments(InstalmentRows, Collection):
    """Instalments of every contract, by their numbers."""

    sorts = {"id": "pk", "due_on": "due_on", "amount": "amount", "changed_at": "known_from"}
    filters = (
        filters.text("customer", "contract__customer__key", help="Key of the customer."),
        filters.text("contract", "contract__key", help="Key of the contract."),
        filters.flag("open", "paid_by__isnull", help="Whether it still waits for its payment."),
        filters.day("due_from", "due_on__gte", help="Due on this day or later."),
        filters.day("due_to", "due_on__lte", help="Due on this day or before."),
        filters.changed_since(),
    )


class OneInstalment(InstalmentRows, Item):
    """One instalment."""
