"""Links by which a customer's people open pages of theirs, as other programs give and end them.

The address of a link is told once, to who made it: no secret is kept, and of a request that comes
again with its Idempotency-Key the address is null.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.letters import write_later
from accounts.models import Contact, ContactLink, Customer
from accounts.rest import filters
from accounts.rest.base import ApiView
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource, Verb
from service.actions.contact_letters import page_letter
from service.api.requests import LANGUAGES, named_contact
from service.queries.contact_languages import language_for

EXAMPLE: dict[str, Any] = {
    "id": 51,
    "customer": "C-1042",
    "contact": "ann@aurora.example",
    "name": "Ann Wu",
    "language": "en",
    "sent_at": "2026-11-20T09:30:00+08:00",
    "expires_at": "2027-05-19T09:30:00+08:00",
    "closed": "",
    "address": "https://tenure.example/r/3.x5…/",
}


@extend_schema_serializer(examples=[OpenApiExample("A link", EXAMPLE, response_only=True)])
class ContactLinkFields(Shaped):
    """A link by which a contact opens a page of theirs. `address` is told once, when it is made."""

    id = serializers.IntegerField()
    customer = serializers.CharField(source="customer.key")
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    name = serializers.CharField()
    language = serializers.CharField()
    sent_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    closed = serializers.SerializerMethodField(help_text="Empty, `revoked` or `expired`.")
    address = serializers.CharField(source="told_address", allow_null=True, default=None)

    def get_closed(self, link: ContactLink) -> str:
        return link.closed_by(timezone.now())


@extend_schema_serializer(
    examples=[OpenApiExample("For Ann", {"customer": "C-1042", "contact": "ann@aurora.example"})]
)
class NewContactLink(serializers.Serializer[Any]):
    """For whom; a letter with the link goes to their e-mail address unless told otherwise."""

    customer = serializers.CharField(max_length=200, help_text="Key of the customer.")
    contact = serializers.CharField(max_length=200, help_text="Key of the contact.")
    language = serializers.ChoiceField(
        LANGUAGES, required=False, allow_null=True, default=None, help_text="Null: the contact's."
    )
    writes = serializers.BooleanField(required=False, default=True)


class TellsAddress(ApiView):
    """Answers with a secret, once."""

    told_once = frozenset({"address"})


class LinkRows(Resource):
    """Links of one kind. ``give(customer, contact, language)`` makes one, with its secret."""

    model: ClassVar[type[ContactLink]]
    template: ClassVar[str]
    shape = ContactLinkFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model.objects.select_related("customer", "contact")
        return self.of_seen_customers(rows)


class Links(TellsAddress, LinkRows, Collection):
    sorts = {"-sent_at": "sent_at"}
    filters = (
        filters.text("customer", "customer__key", many=True, help="Keys with commas between."),
        filters.text("contact", "contact__key", help="Key of a contact."),
        filters.flag("is_open", "revoked_at__isnull", help="False: those that were ended."),
    )
    new = NewContactLink

    def give(self, customer: Customer, contact: Contact, language: str) -> tuple[Any, str]:
        raise NotImplementedError

    def make(self, given: Given) -> Any:
        """Give a contact a link; a letter brings it where they have an address."""
        customer = self.customer_named(given["customer"])
        contact = named_contact(customer, given["contact"])
        language = given["language"] or language_for(contact, get_language() or "en")
        link, secret = self.give(customer, contact, language)
        letter = page_letter(self.template, link=link, tenant=self.tenant, secret=secret)
        if given["writes"] and contact.email:
            write_later(letter, contact.email, contact=contact)
        link.told_address = letter.context["address"]
        return link


class OneLink(LinkRows, Item):
    """One of them."""


class LinkRevoking(LinkRows, Verb):
    def end(self, row: Any) -> None:
        raise NotImplementedError

    def act(self, row: Any, given: Given) -> Any:
        """End a link; it stops working at once."""
        self.end(row)
