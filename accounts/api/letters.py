"""The letters of the tenant, for other programs: what waits, what left, what did not, and what is
decided of them. Their texts are told to nobody: they may hold a link that is somebody else's."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.actions.mail_decisions import (
    count_as_sent,
    drop_letter,
    send_letter_again,
    try_address_again,
)
from accounts.models import OutgoingMail, Purpose, UnreachableAddress
from accounts.queries.mail import letters
from accounts.rest import filters
from accounts.rest.problems import conflicts
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource, Verb

EXAMPLE: dict[str, Any] = {
    "id": 7012,
    "to": "ann@aurora.example",
    "subject": "Your case: Labels are cut off",
    "purpose": "work",
    "language": "en",
    "customer": "C-1042",
    "contact": "ann@aurora.example",
    "member": None,
    "about": {"type": "accounts.case", "id": 310, "label": "Labels are cut off"},
    "state": "unclear",
    "reason": "",
    "reply_code": None,
    "attempts": 1,
    "written_at": "2026-11-20T09:00:00+08:00",
    "not_before": "2026-11-20T09:00:00+08:00",
    "sent_at": None,
    "bounced_at": None,
}
ADDRESS: dict[str, Any] = {
    "id": 12,
    "address": "old@aurora.example",
    "kind": "bounced",
    "reply_code": 550,
    "noted_at": "2026-10-02T11:00:00+08:00",
}


class AboutFields(serializers.Serializer[Any]):
    """What a letter is about."""

    type = serializers.CharField(source="about_type")
    id = serializers.IntegerField(source="about_id", allow_null=True)
    label = serializers.CharField(source="about_label")  # type: ignore[assignment]


@extend_schema_serializer(examples=[OpenApiExample("A letter", EXAMPLE, response_only=True)])
class LetterFields(Shaped):
    """One letter to one address. ``unclear``: nobody knows whether it arrived, and somebody decides."""

    id = serializers.IntegerField()
    to = serializers.CharField()
    subject = serializers.CharField()
    purpose = serializers.ChoiceField(Purpose.choices)
    language = serializers.CharField()
    customer = serializers.CharField(source="contact.customer.key", allow_null=True, default=None)
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    member = serializers.CharField(source="member.user.email", allow_null=True, default=None)
    about = serializers.SerializerMethodField()
    state = serializers.ChoiceField(OutgoingMail.State.choices)
    reason = serializers.CharField(help_text="Why it is in its state, by its kind; empty: nothing.")
    reply_code = serializers.IntegerField(allow_null=True, help_text="The mail server's.")
    attempts = serializers.IntegerField()
    written_at = serializers.DateTimeField(source="created_at")
    not_before = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    bounced_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(AboutFields(allow_null=True))
    def get_about(self, row: OutgoingMail) -> Any:
        return AboutFields(row).data if row.about_type else None


class LetterRows(Resource):
    noun, plural = "letter", "letters"
    scope_to_read, scope_to_write = "mail:read", "mail:write"
    shape = LetterFields

    def found(self) -> QuerySet[Any]:
        return letters()


class Letters(LetterRows, Collection):
    """Letters, the latest first."""

    sorts = {"-written_at": "created_at", "to": "to", "sent_at": "sent_at"}
    filters = (
        filters.choice("state", "state", OutgoingMail.State.choices),
        filters.choice("purpose", "purpose", Purpose.choices),
        filters.text("to", "to__iexact", help="The address."),
        filters.text("customer", "contact__customer__key", help="Key of the customer."),
        filters.text("contact", "contact__key", help="Key of the contact."),
        filters.moment("since", "created_at__gte", help="Written at this moment or later."),
    )


class OneLetter(LetterRows, Item):
    """One letter."""


class SendLetterAgain(LetterRows, Verb):
    """Once more."""

    verb = "send_again"

    def act(self, row: Any, given: Given) -> None:
        """Let a letter wait again that is unclear, was refused or given up."""
        with conflicts():
            send_letter_again(mail=row, by=self.person)


class CountLetterAsSent(LetterRows, Verb):
    """It arrived."""

    verb = "count_as_sent"

    def act(self, row: Any, given: Given) -> None:
        """Somebody knows that an unclear letter arrived."""
        with conflicts():
            count_as_sent(mail=row, by=self.person)


class DropLetter(LetterRows, Verb):
    """It does not go."""

    verb = "drop"

    def act(self, row: Any, given: Given) -> None:
        """Decide that a letter is not sent (again); its text goes."""
        with conflicts():
            drop_letter(mail=row, by=self.person)


@extend_schema_serializer(examples=[OpenApiExample("An address", ADDRESS, response_only=True)])
class AddressFields(Shaped):
    """An address that no letter reaches; nothing is sent there."""

    id = serializers.IntegerField()
    address = serializers.CharField()
    kind = serializers.ChoiceField(UnreachableAddress.Kind.choices)
    reply_code = serializers.IntegerField(allow_null=True)
    noted_at = serializers.DateTimeField()


class AddressRows(Resource):
    noun, plural = "unreachable_address", "unreachable_addresses"
    scope_to_read, scope_to_write = "mail:read", "mail:write"
    shape = AddressFields

    def found(self) -> QuerySet[Any]:
        return UnreachableAddress.objects.all()


class UnreachableAddresses(AddressRows, Collection):
    """Addresses that no letter reaches, the latest first."""

    sorts = {"-noted_at": "noted_at", "address": "address"}
    filters = (
        filters.text("address", help="In small letters."),
        filters.choice("kind", "kind", UnreachableAddress.Kind.choices),
    )


class OneUnreachableAddress(AddressRows, Item):
    """One address that no letter reaches."""

    removable = True

    def remove(self, row: Any) -> None:
        """Try it again: from now on letters go there."""
        try_address_again(unreachable=row, by=self.person)
