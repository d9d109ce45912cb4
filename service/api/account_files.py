"""Account files for other programs: what is to be known of a customer, and who stands for us there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Day
from accounts.rest.views import Collection, Given, Item, Resource, Verb
from service.actions.account_files import end_sponsor, name_sponsor, write_background
from service.api.requests import named_contact
from service.models import AccountFile, Sponsor

LONGEST = 20_000
EXAMPLE: dict[str, Any] = {
    "customer": "C-1042",
    "background": "Came by the fair of 2024. Sensitive about night shifts.",
    "version": 3,
}
EXAMPLE_SPONSOR: dict[str, Any] = {
    "id": 5,
    "customer": "C-1042",
    "contact": "ann@aurora.example",
    "name": "Ann Wu",
    "from_on": "2025-03-01",
    "to_on": None,
    "why_ended": "",
    "is_shared": False,
}


@extend_schema_serializer(examples=[OpenApiExample("A file", EXAMPLE, response_only=True)])
class FileFields(Shaped):
    """What is to be known of a customer and stands in no other record. `version` 0: nothing was ever
    written."""

    customer = serializers.CharField(source="key")
    background = serializers.CharField()
    version = serializers.IntegerField()


class FileChanges(serializers.Serializer[Any]):
    """The whole text."""

    background = serializers.CharField(max_length=LONGEST, allow_blank=True)


@extend_schema_serializer(
    examples=[OpenApiExample("A sponsor", EXAMPLE_SPONSOR, response_only=True)]
)
class SponsorFields(Shaped):
    """Who at the customer stands for working with us, from a day to a day."""

    id = serializers.IntegerField()
    customer = serializers.CharField(source="customer.key")
    contact = serializers.CharField(
        source="contact.key", allow_null=True, default=None, help_text="Null: no longer a contact."
    )
    name = serializers.CharField()
    from_on = serializers.DateField()
    to_on = serializers.DateField(allow_null=True, help_text="Null: still.")
    why_ended = serializers.CharField()
    is_shared = serializers.BooleanField(help_text="Shown to the customer.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A sponsor",
            {"customer": "C-1042", "contact": "ann@aurora.example", "from_on": "2025-03-01"},
        )
    ]
)
class NewSponsor(serializers.Serializer[Any]):
    """Who stands for us from a day on; who did before has ended the day before."""

    customer = serializers.CharField(max_length=200, help_text="Key of the customer.")
    contact = serializers.CharField(max_length=200, help_text="Key of the contact.")
    from_on = Day()
    is_shared = serializers.BooleanField(required=False, default=False)


class Ending(serializers.Serializer[Any]):
    """The last day, and why."""

    to_on = Day()
    why = serializers.CharField(max_length=300)


class OneFile(Item):
    """What is to be known of one customer."""

    noun, plural = "account_file", "account_files"
    scope_to_read, scope_to_write = "account_files:read", "account_files:write"
    shape = FileFields
    changes = FileChanges

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.customers()
        return rows

    def names(self) -> dict[str, Any]:
        return {"key": self.kwargs["customer"]}

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        files = {one.customer_id: one for one in AccountFile.objects.filter(customer__in=rows)}
        for row in rows:
            file = files.get(row.pk)
            row.background, row.version = (file.background, file.version) if file else ("", 0)
        return rows

    def change(self, row: Any, given: Given) -> None:
        """Write down what is to be known of a customer; what was before is kept."""
        if "background" in given:
            write_background(
                customer=row, text=given["background"], seen=row.version, by=self.person
            )  # fmt: skip


class SponsorRows(Resource):
    noun, plural = "sponsor", "sponsors"
    scope_to_read, scope_to_write = "account_files:read", "account_files:write"
    shape = SponsorFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = Sponsor.objects.select_related("customer", "contact")
        return self.of_seen_customers(rows)


class Sponsors(SponsorRows, Collection):
    """Sponsors, who began last first."""

    sorts = {"-from_on": "from_on"}
    filters = (
        filters.text("customer", "customer__key", many=True, help="Keys with commas between."),
        filters.flag("is_current", "to_on__isnull"),
    )
    new = NewSponsor

    def make(self, given: Given) -> Any:
        """Say who stands for us at a customer from a day on."""
        customer = self.customer_named(given.pop("customer"))
        contact = named_contact(customer, given.pop("contact"))
        return name_sponsor(customer=customer, contact=contact, by=self.person, **given)


class OneSponsor(SponsorRows, Item):
    """One sponsor."""


class SponsorEnding(SponsorRows, Verb):
    verb = "end"
    needs = Ending

    def act(self, row: Any, given: Given) -> Any:
        """Say that nobody stands for us any more, since when and why."""
        end_sponsor(sponsor=row, seen=row.version, by=self.person, **given)
