"""The people at customers, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.actions.contacts import (
    ContactValues,
    RoleSpan,
    add_contact,
    change_contact,
    remove_contact,
)
from accounts.models import Contact, ContactRole
from accounts.models.mail import DECLINABLE
from accounts.models.tenants import validate_timezone
from accounts.queries.mail import unreachable_among
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes
from accounts.rest.views import Collection, Given, Item, Resource

MOST_ROLES = 50
EXAMPLE: dict[str, Any] = {
    "customer": "C-1042",
    "key": "ann@aurora.example",
    "name": "Ann Wu",
    "email": "ann@aurora.example",
    "phone": "",
    "title": "Head of operations",
    "time_zone": None,
    "roles": [{"role": "key_user", "from": "2026-01-01", "to": None}],
    "attributes": {},
    "is_unreachable": False,
    "declined_letters": ["survey"],
    "changed_at": "2026-10-05T09:30:00+08:00",
}


class Role(serializers.Serializer[Any]):
    """A role from a day to a day, both included; null: since ever, until further notice."""

    role = serializers.ChoiceField(ContactRole.Kind.choices)
    # ``from`` is no name in Python.
    vars()["from"] = serializers.DateField(
        source="from_on", required=False, allow_null=True, default=None
    )
    to = serializers.DateField(source="to_on", required=False, allow_null=True, default=None)


@extend_schema_serializer(examples=[OpenApiExample("A contact", EXAMPLE, response_only=True)])
class ContactFields(Shaped):
    """A person at a customer. ``key`` is unique within the customer."""

    customer = serializers.CharField(source="customer.key")
    key = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    title = serializers.CharField()
    time_zone = serializers.CharField(allow_null=True, help_text="Null: as the tenant's.")
    roles = Role(many=True)
    attributes = Attributes()
    is_unreachable = serializers.BooleanField(help_text="No letter reaches the address.")
    declined_letters = serializers.ListField(
        child=serializers.ChoiceField([(one.value, one.label) for one in DECLINABLE]),
        help_text="Kinds of letters that the contact does not want.",
    )
    changed_at = serializers.DateTimeField(source="known_from")


class ContactChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays."""

    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=60, required=False, allow_blank=True)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    time_zone = serializers.CharField(
        max_length=64, required=False, allow_null=True, validators=[validate_timezone]
    )
    roles = Role(many=True, required=False, max_length=MOST_ROLES, help_text="All of them.")  # type: ignore[call-arg]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A key user",
            {
                "customer": "C-1042",
                "name": "Ann Wu",
                "email": "ann@aurora.example",
                "roles": [{"role": "key_user"}],
            },
        )
    ]
)
class NewContact(ContactChanges):
    """Without a key the e-mail is the key, or one is made."""

    customer = serializers.CharField(max_length=200, help_text="Key of the customer.")
    key = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class ContactRows(Resource):
    noun, plural = "contact", "contacts"
    scope_to_read, scope_to_write = "contacts:read", "contacts:write"
    shape = ContactFields

    def found(self) -> QuerySet[Any]:
        rows = Contact.objects.select_related("customer")
        return self.of_seen_customers(rows.prefetch_related("roles", "unsubscriptions"))

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        unreachable = unreachable_among(row.email for row in rows if row.email)
        for row in rows:
            row.is_unreachable = row.email.strip().lower() in unreachable
            row.declined_letters = sorted(one.purpose for one in row.unsubscriptions.all())
        return rows


class Contacts(ContactRows, Collection):
    """Contacts, by name."""

    sorts = {"name": "name", "key": "key", "changed_at": "known_from"}
    filters = (
        filters.text("customer", "customer__key", help="Key of the customer."),
        filters.text("key"),
        filters.text("email", "address", help="In small letters."),
        filters.containing("q", "search_name", help="A part of the name."),
        filters.changed_since(),
    )
    new = NewContact

    def make(self, given: Given) -> Any:
        """Write down a person at a customer."""
        key = given.pop("customer")
        customer = self.customer_named(key)
        return add_contact(
            customer=customer, values=_values(given), roles=_roles(given), key=given.pop("key", ""),
            by=self.person,
        )  # fmt: skip


class OneContact(ContactRows, Item):
    """One contact."""

    changes = ContactChanges
    removable = True

    def names(self) -> dict[str, str]:
        return {"customer__key": self.kwargs["customer"], "key": self.kwargs["key"]}

    def change(self, row: Any, given: Given) -> None:
        """Change what is known of a contact; what was before is kept."""
        before = {
            name: getattr(row, name) or ""
            for name in ("name", "email", "phone", "title", "time_zone")
        }
        roles = (
            _roles(given)
            if "roles" in given
            else [RoleSpan(one.role, one.from_on, one.to_on) for one in row.roles.all()]
        )
        change_contact(contact=row, values=_values(before | given), roles=roles, by=self.person)

    def remove(self, row: Any) -> None:
        """Take a contact away; nights before now still know it."""
        remove_contact(contact=row, by=self.person)


def _values(given: Given) -> ContactValues:
    names = ("name", "email", "phone", "title", "time_zone")
    return ContactValues(**{name: given.get(name) or "" for name in names})


def _roles(given: Given) -> list[RoleSpan]:
    return [RoleSpan(one["role"], one["from_on"], one["to_on"]) for one in given.get("roles", ())]
