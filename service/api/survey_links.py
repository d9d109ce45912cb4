"""Links to surveys for other programs: asked of one contact, given again, ended."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource, Verb
from service.actions.survey_letters import survey_address
from service.actions.survey_sending import ask_contact, give_link_again, revoke_link
from service.actions.surveys import survey_by
from service.api.links import TellsAddress
from service.api.requests import LANGUAGES, named_contact
from service.labels.surveys import LEFT_OUT
from service.models import SurveyInvitation
from service.queries.survey_choices import why_not_asked
from service.queries.survey_links import link_state
from service.queries.survey_recipients import Asking
from service.queries.surveys import offered_surveys, survey_settings

EXAMPLE: dict[str, Any] = {
    "id": 4711,
    "round": 12,
    "customer": "C-1042",
    "contact": "ann@aurora.example",
    "name": "Ann Wu",
    "email": "ann@aurora.example",
    "roles": ["key_user"],
    "language": "en",
    "state": "sent",
    "sent_at": "2026-10-08T09:00:00+08:00",
    "expires_at": "2026-11-07T09:00:00+08:00",
    "answered_at": None,
    "address": None,
}


@extend_schema_serializer(examples=[OpenApiExample("A link", EXAMPLE, response_only=True)])
class SurveyLinkFields(Shaped):
    """By which one contact answers one round; name, address and roles as they were when it was asked.
    `address` is told once, to who made the link."""

    id = serializers.IntegerField()
    round = serializers.IntegerField(source="round_id")
    customer = serializers.CharField(source="customer.key")
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    name = serializers.CharField()
    email = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    language = serializers.CharField()
    state = serializers.SerializerMethodField(
        help_text="queued, sent, opened, answered, revoked or expired."
    )
    sent_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    address = serializers.CharField(source="told_address", allow_null=True, default=None)

    def get_state(self, link: SurveyInvitation) -> str:
        return link_state(link, timezone.now())


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Ask Ann", {"customer": "C-1042", "contact": "ann@aurora.example", "survey": "7"}
        )
    ]
)
class NewSurveyLink(serializers.Serializer[Any]):
    """Which survey goes to one contact; a letter brings it unless told otherwise."""

    customer = serializers.CharField(max_length=200, help_text="Key of the customer.")
    contact = serializers.CharField(max_length=200, help_text="Key of the contact.")
    survey = serializers.CharField(max_length=40, help_text="Its reference.")
    language = serializers.ChoiceField(
        LANGUAGES,
        required=False,
        allow_null=True,
        default=None,
        help_text="Null: as the rules say.",
    )
    writes = serializers.BooleanField(required=False, default=True)


class SurveyLinkRows(Resource):
    noun, plural = "survey_link", "survey_links"
    scope_to_read, scope_to_write = "surveys:read", "surveys:write"
    shape = SurveyLinkFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = SurveyInvitation.objects.select_related(
            "customer", "contact", "round"
        )
        return self.of_seen_customers(rows)


class SurveyLinks(TellsAddress, SurveyLinkRows, Collection):
    """Links to surveys, asked last first."""

    sorts = {"-sent_at": "sent_at"}
    filters = (
        filters.whole("round", "round_id", most=2**63 - 1),
        filters.text("customer", "customer__key", many=True, help="Keys with commas between."),
        filters.text("contact", "contact__key", help="Key of a contact."),
        filters.flag("is_unanswered", "answered_at__isnull"),
    )
    new = NewSurveyLink

    def make(self, given: Given) -> Any:
        """Ask one contact, with or without a letter."""
        customer = self.customer_named(given["customer"])
        contact = named_contact(customer, given["contact"])
        language = get_language() or "en"
        if all(
            one.reference != given["survey"] for one in offered_surveys(language, active=True)
        ):  # fmt: skip
            raise serializers.ValidationError({"survey": [_("There is no such survey.")]})
        rules, now = survey_settings(), timezone.now()
        asking = Asking(
            now=now, today=self.tenant.local_date(now), cap_days=rules.cap_days,
            needs_address=False,
        )  # fmt: skip
        if why := why_not_asked(contact, asking):
            raise serializers.ValidationError({"contact": [str(LEFT_OUT[why])]})
        link, secret = ask_contact(
            survey=survey_by(given["survey"], language=language), contact=contact,
            language=given["language"] or rules.language, writes=given["writes"],
            tenant=self.tenant, by=self.person,
        )  # fmt: skip
        return _with_address(self.found().get(pk=link.pk), survey_address(self.tenant, secret))


class OneSurveyLink(SurveyLinkRows, Item):
    """One link to a survey."""


class SurveyLinkRenewing(TellsAddress, SurveyLinkRows, Verb):
    verb = "renew"
    makes = SurveyLinkFields

    def act(self, row: Any, given: Given) -> Any:
        """Give who was asked a new link, to be handed over; the one they had stops working."""
        secret = give_link_again(invitation=row, tenant=self.tenant, by=self.person)
        return _with_address(self.found().get(pk=row.pk), survey_address(self.tenant, secret))


class SurveyLinkRevoking(SurveyLinkRows, Verb):
    verb = "revoke"

    def act(self, row: Any, given: Given) -> Any:
        """End a link; an answer that was given by it stays."""
        revoke_link(invitation=row, by=self.person)


def _with_address(link: Any, address: str) -> Any:
    link.told_address = address
    return link
