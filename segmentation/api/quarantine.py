"""Customers that senders name and nobody knows, for other programs: looked through and decided."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.db.models.query import ValuesIterable
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import ApiAnswer, Customer
from accounts.rest import filters
from accounts.rest.base import ApiView
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Record, Resource, Verb
from segmentation.actions.quarantine import (
    LONGEST_KEY,
    LONGEST_NAME,
    forget_alias,
    resolve_unknown,
)
from segmentation.models import HeldEvent
from segmentation.queries.quarantine import decided_keys, held_of, unknown_customers

MOST_HELD = 10
EXAMPLE: dict[str, Any] = {
    "key": "acme-cn",
    "held": 12,
    "persons": 3,
    "first_at": "2026-11-19T09:30:00+08:00",
    "last_at": "2026-11-20T09:30:00+08:00",
    "example": "Order approved",
}
HELD: dict[str, Any] = {
    "message_id": "ajs-6f2c",
    "kind": "event",
    "event": "Order approved",
    "person": "ann@aurora.example",
    "module": "orders",
    "count": 1,
    "occurred_at": "2026-11-20T09:30:00+08:00",
    "received_at": "2026-11-20T09:30:01+08:00",
    "body": '{"type": "track"}',
}
ALIAS: dict[str, Any] = {
    "id": 4,
    "key": "acme-cn",
    "customer": "C-1042",
    "is_ignored": False,
    "made_by": "ida@vendor.example",
    "made_at": "2026-11-20T10:00:00+08:00",
}


@extend_schema_serializer(examples=[OpenApiExample("A key", EXAMPLE, response_only=True)])
class UnknownCustomerHead(Shaped):
    """A key under which messages wait, since no customer has it. `example`: the name of one event."""

    key = serializers.CharField(source="group_key")
    held = serializers.IntegerField(help_text="Messages.")
    persons = serializers.IntegerField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()
    example = serializers.CharField()


class HeldMessage(serializers.Serializer[Any]):
    """A message that waits, as it was sent."""

    message_id = serializers.CharField()
    kind = serializers.ChoiceField(HeldEvent.Kind.choices)
    event = serializers.CharField()
    person = serializers.CharField()
    module = serializers.CharField()
    count = serializers.IntegerField()
    occurred_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    body = serializers.CharField()


@extend_schema_serializer(
    examples=[OpenApiExample("A key", EXAMPLE | {"messages": [HELD]}, response_only=True)]
)
class UnknownCustomerFields(UnknownCustomerHead):
    """A key under which messages wait, with the ten that came last."""

    messages = HeldMessage(many=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample("A customer that is there", {"customer": "C-1042"}),
        OpenApiExample("A new one", {"key": "C-2001", "name": "Aurora (Chengdu)"}),
        OpenApiExample("Nobody of interest", {"is_ignored": True}),
    ]
)
class Resolution(serializers.Serializer[Any]):
    """Who is meant: a `customer` that is there, a new one with `key` and `name`, or nobody
    (`is_ignored`): what waits is deleted, and such messages are not taken. One of the three."""

    customer = serializers.CharField(
        max_length=LONGEST_KEY, required=False, help_text="Key of the customer."
    )
    key = serializers.CharField(max_length=LONGEST_KEY, required=False)
    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    is_ignored = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        ways = ["customer" in attrs, "key" in attrs or "name" in attrs, attrs["is_ignored"]]
        if sum(ways) != 1:
            raise serializers.ValidationError(
                _("Say one of: a customer, key and name of a new one, or that it is ignored.")
            )
        return attrs


@extend_schema_serializer(examples=[OpenApiExample("Decided", {"count": 12}, response_only=True)])
class Resolved(Shaped):
    """How many messages were written, or deleted where nobody is meant."""

    count = serializers.IntegerField()


@extend_schema_serializer(examples=[OpenApiExample("An alias", ALIAS, response_only=True)])
class CustomerAliasFields(Shaped):
    """Which customer is meant by a key that is not its own."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    customer = serializers.CharField(
        source="customer.key", allow_null=True, default=None, help_text="Null: such are not taken."
    )
    is_ignored = serializers.BooleanField()
    made_by = serializers.CharField(source="made_by.email", allow_null=True, default=None)
    made_at = serializers.DateTimeField()


class _Attributed(ValuesIterable):
    def __iter__(self) -> Iterator[Any]:
        return (SimpleNamespace(**row) for row in super().__iter__())


class UnknownCustomerRows(Resource):
    noun, plural = "unknown_customer", "unknown_customers"
    scope_to_read, scope_to_write = "quarantine:read", "quarantine:write"
    shape: ClassVar[type[Shaped]] = UnknownCustomerHead

    def found(self) -> QuerySet[Any]:
        rows = unknown_customers()
        # Rows of no table, read like those of one.
        rows._iterable_class = _Attributed
        return rows


class UnknownCustomerRecord(UnknownCustomerRows, Record):
    """By the key as its sender writes it."""

    shape = UnknownCustomerFields

    def row(self, *, locked: bool = False) -> Any:
        key = self.kwargs["key"]
        held: Any = HeldEvent.objects.filter(group_key=key).order_by("pk")
        if locked:
            # Two programs that decide at once do so one after the other.
            held.select_for_update().first()
        row = self.found().filter(group_key=key).order_by("group_key").first()
        if row is None:
            raise Http404
        row.messages = held_of(key, MOST_HELD)
        return row


class UnknownCustomers(UnknownCustomerRows, Collection):
    """Keys of customers that nobody knows, by what waits under each."""

    sorts = {"key": "group_key"}
    tie = "group_key"
    filters = (filters.text("contains", "group_key__icontains", help="Part of the key."),)


class OneUnknownCustomer(UnknownCustomerRecord, Item):
    """One of them, with its latest messages."""


class UnknownCustomerResolution(UnknownCustomerRecord, Verb):
    verb = "resolve"
    needs = Resolution
    makes = Resolved

    def refuse_replay(self, answer: ApiAnswer) -> None:
        """Nothing waits under the key any more, and the answer says only how much did."""
        ApiView.refuse_replay(self, answer)

    def act(self, row: Any, given: Given) -> dict[str, int]:
        """Say which customer a key means, for what waits and for what comes."""
        customer: Customer | None = None
        if "customer" in given:
            customer = self.customer_named(given["customer"])
        is_new = "key" in given or "name" in given
        count = resolve_unknown(
            group_key=row.group_key, customer=customer,
            new=(given.get("key", ""), given.get("name", "")) if is_new else None,
            by=self.person,
        )  # fmt: skip
        return {"count": count}


class CustomerAliasRows(Resource):
    noun, plural = "customer_alias", "customer_aliases"
    scope_to_read, scope_to_write = "quarantine:read", "quarantine:write"
    shape = CustomerAliasFields

    def found(self) -> QuerySet[Any]:
        return decided_keys()


class CustomerAliases(CustomerAliasRows, Collection):
    """What was decided of keys that are no customer's own."""

    filters = (
        filters.text("key"),
        filters.text("customer", "customer__key", help="Key of the customer."),
        filters.flag("is_ignored", "is_ignored"),
    )


class OneCustomerAlias(CustomerAliasRows, Item):
    """One of them."""

    removable = True

    def remove(self, row: Any) -> None:
        """Forget who a key is: what comes under it waits again; what was taken stays."""
        forget_alias(alias=row, by=self.person)
