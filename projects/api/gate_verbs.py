"""Asking approvers of both sides about a gate."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest.views import Given, Verb
from projects.actions.link_letters import address_of_link
from projects.actions.sign_off_letters import write_contact
from projects.actions.sign_off_links import reached_by
from projects.actions.sign_offs import ask_further, ask_gate, take_back
from projects.api.gates import GateRecord, colleague_of
from projects.api.ground import LANGUAGES, KeyField, LinkVerb, PlanDay, SeenVersion, contact_of
from projects.api.sign_offs import AskedFields
from projects.models import SignOff, SignOffLink
from projects.queries.gates import round_of


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Both sides",
            {"colleague": "eve@vendor.example", "contact": "zhou", "language": "en",
             "deadline_on": "2026-09-25", "version": 1},
            request_only=True,
        )
    ]
)  # fmt: skip
class GateAsking(serializers.Serializer[Any]):
    """Who confirms on both sides, and until when."""

    colleague = KeyField(help_text="E-mail of a member of ours, who signs signed in.")
    contact = KeyField(help_text="Key of a contact of the customer, who signs by a link.")
    language = serializers.ChoiceField(LANGUAGES)
    deadline_on = PlanDay()
    version = SeenVersion()
    silence_counts = serializers.BooleanField(
        default=False, help_text="After that day silence is consent, where the SOW says so."
    )


@extend_schema_serializer(
    examples=[OpenApiExample("Another", {"contact": "wu", "instead_of": 90}, request_only=True)]
)
class ApproverAsking(serializers.Serializer[Any]):
    """A colleague or a contact: one more, or instead of one of the same side who has not answered."""

    colleague = KeyField(required=False, allow_null=True, default=None)
    contact = KeyField(required=False, allow_null=True, default=None)
    language = serializers.ChoiceField(LANGUAGES, default="en")
    instead_of = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, allow_null=True, default=None,
        help_text="Id of a sign-off.",
    )  # fmt: skip

    def validate(self, given: Given) -> Given:
        if (given["colleague"] is None) == (given["contact"] is None):
            raise serializers.ValidationError(_("Name a colleague or a contact."))
        return given


class GateAsks(GateRecord, LinkVerb):
    verb = "ask"
    scope_to_write = "sign_offs:ask"
    needs = GateAsking
    makes = AskedFields

    def act(self, row: Any, given: Given) -> Any:
        """Ask both sides to confirm a gate: our approver is written, and so is the customer's with a
        link. Nobody confirms for the customer by this API."""
        link, secret = ask_gate(
            gate=row, seen=given["version"],
            colleague=colleague_of(given["colleague"], "colleague"),
            contact=contact_of(row.project, given["contact"]), language=given["language"],
            deadline_on=given["deadline_on"], silence_counts=given["silence_counts"],
            tenant=self.tenant, by=self.person,
        )  # fmt: skip
        return asked(link.sign_off, link, secret, self)


class GateApprovers(GateRecord, LinkVerb):
    verb = "ask_another_about"
    scope_to_write = "sign_offs:ask"
    needs = ApproverAsking
    makes = AskedFields

    def act(self, row: Any, given: Given) -> Any:
        """Ask one approver more in the round that is open, or another one instead."""
        instead = None
        if given["instead_of"] is not None:
            instead = round_of(row).filter(pk=given["instead_of"]).first()
            if instead is None:
                raise serializers.ValidationError(
                    {"instead_of": [_("This approver has answered or is not asked any more.")]}
                )
        approver: Any
        if given["contact"] is not None:
            approver = contact_of(row.project, given["contact"])
        else:
            approver = colleague_of(given["colleague"], "colleague")
        sign_off, link, secret = ask_further(
            gate=row, approver=approver, instead_of=instead, language=given["language"],
            tenant=self.tenant, by=self.person,
        )  # fmt: skip
        return asked(sign_off, link, secret, self)


class GateWithdrawal(GateRecord, Verb):
    verb = "take_back"
    scope_to_write = "sign_offs:ask"

    def act(self, row: Any, given: Given) -> None:
        """Take the question back; links open no more, and it can be asked again."""
        take_back(gate=row, by=self.person)


def asked(sign_off: SignOff, link: SignOffLink | None, secret: str, view: Any) -> dict[str, Any]:
    """What is said of somebody who was just asked; a contact is written."""
    if link is not None:
        write_contact("asked", sign_off, view.tenant, secret, after=reached_by(link))
    return {
        "sign_off": sign_off.pk,
        "side": sign_off.side,
        "name": sign_off.name,
        "deadline_on": sign_off.deadline_on,
        "document_hash": sign_off.document_hash,
        "link": link.pk if link is not None else None,
        "address": address_of_link(view.tenant, secret) if link is not None else None,
    }
