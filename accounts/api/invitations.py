"""Letting people in, for other programs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.actions.invitations import invite, renew_invitation, revoke_invitation
from accounts.api.people import MOST_ROLES, refuse_administrators, team_of
from accounts.letter_texts import public_address
from accounts.letters import invitation_path, send_invitation
from accounts.models import Invitation, Role
from accounts.rest import filters
from accounts.rest.problems import conflicts
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource, Verb

STATES = ("open", "expired", "accepted", "revoked")
EXAMPLE: dict[str, Any] = {
    "id": 31,
    "email": "noa@vendor.example",
    "name": "Noa Chen",
    "roles": ["team_member"],
    "team": 3,
    "language": "zh-hans",
    "state": "open",
    "invited_by": "ida@vendor.example",
    "made_at": "2026-11-20T09:00:00+08:00",
    "expires_at": "2026-12-04T09:00:00+08:00",
    "accepted_at": None,
}
LINK = "https://tenure.example/invitations/7.…/"


@extend_schema_serializer(examples=[OpenApiExample("An invitation", EXAMPLE, response_only=True)])
class InvitationFields(Shaped):
    """A link by which one address becomes a member, once."""

    id = serializers.IntegerField()
    email = serializers.CharField()
    name = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField(Role.choices))
    team = serializers.IntegerField(source="team_id", allow_null=True, help_text="Id of the team.")
    language = serializers.CharField(
        help_text="Of the letter; empty: as the reader's browser asks."
    )
    state = serializers.ChoiceField(STATES)
    invited_by = serializers.CharField(source="invited_by.email", allow_null=True, default=None)
    made_at = serializers.DateTimeField(source="created_at")
    expires_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)


@extend_schema_serializer(
    examples=[OpenApiExample("Invited", EXAMPLE | {"link": LINK}, response_only=True)]
)
class MadeInvitation(InvitationFields):
    """An invitation with its link, which is told here and in the letter, and never again."""

    link = serializers.CharField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Invite somebody",
            {name: EXAMPLE[name] for name in ("email", "name", "roles", "team", "language")},
        )
    ]
)
class NewInvitation(serializers.Serializer[Any]):
    """Whom, and as what."""

    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    roles = serializers.ListField(
        child=serializers.ChoiceField(Role.choices), max_length=MOST_ROLES
    )
    team = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, allow_null=True, default=None
    )
    language = serializers.ChoiceField(
        ["", *(code for code, _name in settings.LANGUAGES)],
        required=False,
        allow_blank=True,
        default="",
    )


class _State(filters.Filter):
    """The state goes by the clock, and is no column."""

    def narrowed(self, found: QuerySet[Any], given: str) -> QuerySet[Any]:
        super().narrowed(found, given)
        waiting, now = Q(accepted_at=None, revoked_at=None), timezone.now()
        by_state = {
            "accepted": Q(accepted_at__isnull=False),
            "revoked": Q(accepted_at=None, revoked_at__isnull=False),
            "open": waiting & Q(expires_at__gt=now),
            "expired": waiting & Q(expires_at__lte=now),
        }
        wanted = Q(pk__in=[])
        for state in given.split(","):
            wanted |= by_state[state]
        return found.filter(wanted)


class InvitationRows(Resource):
    noun, plural = "invitation", "invitations"
    scope_to_read, scope_to_write = "people:read", "people:write"
    shape = InvitationFields
    told_once = frozenset({"link"})

    def found(self) -> QuerySet[Any]:
        return Invitation.objects.select_related("invited_by")

    def written(self, invitation: Invitation, secret: str) -> Invitation:
        """Write the invited person; the invitation with its link."""
        link = public_address() + invitation_path(self.tenant.pk, secret)
        send_invitation(invitation=invitation, tenant=self.tenant, link=link)
        invitation.link = link  # type: ignore[attr-defined]
        return invitation


class Invitations(InvitationRows, Collection):
    """Invitations, the latest first."""

    sorts = {"-made_at": "created_at", "email": "email"}
    filters = (
        filters.text("email", help="In small letters."),
        _State(**vars(filters.choice("state", "email", STATES))),
    )
    new = NewInvitation
    makes = MadeInvitation

    def make(self, given: Given) -> Any:
        """Invite somebody, who is written to. The link is in this answer, too; asked again with the
        same Idempotency-Key it is null. Administrators are invited on screen."""
        refuse_administrators(given["roles"])
        given["team"] = team_of(given["team"])
        made, secret = invite(**given, by=self.person)
        return self.written(made, secret)


class OneInvitation(InvitationRows, Item):
    """One invitation."""


class RenewInvitation(InvitationRows, Verb):
    """A new link."""

    verb = "renew"
    makes = MadeInvitation

    def act(self, row: Any, given: Given) -> Any:
        """Write again, with a link that is good for the whole time; the old one ends."""
        refuse_administrators(row.roles)
        with conflicts():
            secret = renew_invitation(invitation=row, by=self.person)
        return self.written(row, secret)


class RevokeInvitation(InvitationRows, Verb):
    """Its end."""

    verb = "revoke"

    def act(self, row: Any, given: Given) -> None:
        """End an invitation that nobody has accepted."""
        with conflicts():
            revoke_invitation(invitation=row, by=self.person)
