"""Customers for other programs: listed, read, changed. New ones come with a load or a `group` call."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.actions.customers import change_customer
from accounts.models import Customer
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes, Named, colleagues
from accounts.rest.views import Collection, Given, Item, Resource

EXAMPLE = {
    "key": "C-1042",
    "name": "Aurora Foods",
    "industry": "Food",
    "size": "200-500",
    "region": "East",
    "currency": "CNY",
    "parent": None,
    "salesperson": "mia@vendor.example",
    "service_manager": "ben@vendor.example",
    "project_manager": None,
    "attributes": {"segment": "direct"},
    "changed_at": "2026-10-05T09:30:00+08:00",
}
PEOPLE = ("salesperson", "service_manager", "project_manager")


@extend_schema_serializer(examples=[OpenApiExample("A customer", EXAMPLE, response_only=True)])
class CustomerFields(Shaped):
    """A company that is served, sold to, or was served. ``currency`` is empty where it is the
    tenant's."""

    key = serializers.CharField(help_text="The tenant's own id.")
    name = serializers.CharField()
    industry = serializers.CharField()
    size = serializers.CharField()
    region = serializers.CharField()
    currency = serializers.CharField()
    parent = serializers.CharField(  # type: ignore[assignment]
        source="parent.key", allow_null=True, default=None, help_text="Key of the company above."
    )
    salesperson = serializers.CharField(source="salesperson.key", allow_null=True, default=None)
    service_manager = serializers.CharField(
        source="service_manager.key", allow_null=True, default=None
    )
    project_manager = serializers.CharField(
        source="project_manager.key", allow_null=True, default=None
    )
    attributes = Attributes()
    changed_at = serializers.DateTimeField(source="known_from")


@extend_schema_serializer(
    examples=[OpenApiExample("Another face", {"service_manager": "ida@vendor.example"})]
)
class CustomerChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays. People and the company above by their keys."""

    name = serializers.CharField(max_length=300)
    industry = serializers.CharField(max_length=200, allow_blank=True)
    size = serializers.CharField(max_length=100, allow_blank=True)
    region = serializers.CharField(max_length=200, allow_blank=True)
    parent = serializers.CharField(  # type: ignore[assignment]
        max_length=200, allow_null=True, help_text="Key of the company above."
    )
    salesperson = Named(among=colleagues)
    service_manager = Named(among=colleagues)
    project_manager = Named(among=colleagues)
    attributes = Attributes(help_text="All of them: what is not among them goes.")


class CustomerRows(Resource):
    noun, plural = "customer", "customers"
    scope_to_read, scope_to_write = "customers:read", "customers:write"
    shape = CustomerFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.customers().select_related("parent", *PEOPLE)
        return rows


class Customers(CustomerRows, Collection):
    """Customers, by their keys."""

    sorts = {"key": "key", "name": "name", "changed_at": "known_from"}
    filters = (
        filters.text("key", many=True, help="Keys with commas between."),
        filters.text("industry"),
        filters.text("size"),
        filters.text("region"),
        filters.text("parent", "parent__key", help="Key of the company above."),
        *(filters.text(role, f"{role}__key", help="E-mail of the person.") for role in PEOPLE),
        filters.containing("q", "search_text", help="A part of the name or the key."),
        filters.changed_since(),
    )


class OneCustomer(CustomerRows, Item):
    """One customer."""

    changes = CustomerChanges

    def change(self, row: Any, given: Given) -> None:
        """Change what is known of a customer; what was before is kept."""
        if given.get("parent") is not None:
            given["parent"] = self._parent(row, given["parent"])
        change_customer(customer=row, values=given, by=self.person)

    def _parent(self, row: Customer, key: str) -> Customer:
        """Of those that the token sees, or the one that it is, seen or not.

        Raises:
            ValidationError: there is none.
        """
        if row.parent is not None and row.parent.key == key:
            return row.parent
        found: Customer | None = self.customers().filter(key=key).first()
        if found is None:
            raise serializers.ValidationError(
                {"parent": [_("There is no customer with this key.")]}
            )
        return found
