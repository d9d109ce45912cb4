"""What is done with handovers: kept in step, proposed, answered."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import Membership
from accounts.rest.views import Given, Verb
from projects.actions.handover_answers import (
    accept_handover,
    propose_handover,
    return_handover,
    take_back,
)
from projects.actions.handovers import say_empty, update_from_records
from projects.api.ground import SeenVersion
from projects.api.handovers import SECTIONS, HandoverRecord
from projects.models.handovers import REQUIRED

MOST_WORDS = 5000


@extend_schema_serializer(
    examples=[
        OpenApiExample("Nothing there", {"section": "configuration"}, request_only=True),
    ]
)
class EmptySection(serializers.Serializer[Any]):
    """A section that holds nothing, or may again hold something."""

    section = serializers.ChoiceField(SECTIONS)
    is_empty = serializers.BooleanField(default=True)

    def validate_section(self, given: str) -> str:
        if given not in REQUIRED:
            raise serializers.ValidationError(_("This section may be empty without a word."))
        return given


class HandoverWords(serializers.Serializer[Any]):
    """What is not on the list and should be said to the service manager."""

    version = SeenVersion()
    words = serializers.CharField(
        max_length=MOST_WORDS, required=False, allow_blank=True, default=""
    )


class HandoverReason(serializers.Serializer[Any]):
    """What has to be mended."""

    version = SeenVersion()
    reason = serializers.CharField(max_length=MOST_WORDS)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "All of them",
            {"version": 9, "sections": [str(one) for one in REQUIRED]},
            request_only=True,
        )
    ]
)
class SectionsRead(serializers.Serializer[Any]):
    """The sections of the round that the person has gone through: each one has to be."""

    version = SeenVersion()
    sections = serializers.ListField(
        child=serializers.ChoiceField(SECTIONS), max_length=len(SECTIONS)
    )


class _Changing(HandoverRecord, Verb):
    """Of who puts the list together, and sees the project."""

    def row(self, *, locked: bool = False) -> Any:
        row = super().row(locked=locked)
        if not self.projects().filter(pk=row.project_id).exists():
            raise Http404
        return row


class HandoverUpdate(_Changing):
    verb = "update"

    def act(self, row: Any, given: Given) -> None:
        """Bring the list in step with the project's records: what came up is added, what is settled
        there goes, unless somebody has put it in other words: then it is done."""
        update_from_records(handover=row, today=self.today, by=self.person)


class HandoverEmptying(_Changing):
    verb = "say_empty"
    needs = EmptySection

    def act(self, row: Any, given: Given) -> None:
        """Say that there is nothing in a section, or no longer say so."""
        say_empty(handover=row, by=self.person, **given)


class HandoverProposal(_Changing):
    verb = "propose"
    needs = HandoverWords

    def act(self, row: Any, given: Given) -> None:
        """Propose the list as it stands to the service manager, who is written. Takes the token of a
        person; refused as long as something is `missing`."""
        propose_handover(
            handover=row, seen=given["version"], words=given["words"], tenant=self.tenant,
            by=self.somebody(),
        )  # fmt: skip


class HandoverWithdrawal(_Changing):
    verb = "take_back"

    def act(self, row: Any, given: Given) -> None:
        """Take a proposal back, to change the list."""
        take_back(handover=row, by=self.person)


class _Answering(HandoverRecord, Verb):
    scope_to_write = "handovers:accept"

    def membership(self) -> Membership:
        """
        Raises:
            PermissionDenied: the token is of no person.
        """
        self.somebody()
        assert self.member is not None
        return self.member


class HandoverAcceptance(_Answering):
    verb = "accept"
    needs = SectionsRead

    def act(self, row: Any, given: Given) -> None:
        """Take the customer over: from today the service manager is its face. Takes the token of the
        person who is asked; who proposed it lets somebody else accept."""
        accept_handover(
            handover=row, seen=given["version"], sections=given["sections"],
            membership=self.membership(), tenant=self.tenant,
        )  # fmt: skip


class HandoverReturn(_Answering):
    verb = "return"
    needs = HandoverReason

    def act(self, row: Any, given: Given) -> None:
        """Send a proposal back with what has to be mended. Takes the token of the person who is
        asked."""
        return_handover(
            handover=row, seen=given["version"], reason=given["reason"],
            membership=self.membership(), tenant=self.tenant,
        )  # fmt: skip
