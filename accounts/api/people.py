"""Who works for the vendor, for other programs: colleagues, and members with what they may."""

from __future__ import annotations

from collections.abc import Collection as Several
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import exceptions, serializers

from accounts.actions.members import change_member, deactivate_member, reactivate_member
from accounts.models import Colleague, Role, Team
from accounts.queries.people import members
from accounts.rest import filters
from accounts.rest.problems import conflicts
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource, Verb

MOST_ROLES = 20

COLLEAGUE: dict[str, Any] = {
    "key": "ben@vendor.example", "name": "Ben Li", "member": "ben@vendor.example",
}  # fmt: skip
MEMBER: dict[str, Any] = {
    "email": "ben@vendor.example",
    "name": "Ben Li",
    "roles": ["service_manager"],
    "team": 3,
    "leads_team": True,
    "is_active": True,
    "joined_at": "2025-02-03T09:00:00+08:00",
    "signed_in_at": "2026-11-20T08:55:12+08:00",
}


@extend_schema_serializer(examples=[OpenApiExample("A colleague", COLLEAGUE, response_only=True)])
class ColleagueFields(Shaped):
    """A person of the vendor as records name them; ``member`` is null for a name from a file that
    is nobody's who signs in."""

    key = serializers.CharField(help_text="The e-mail in small letters, or the name as given.")
    name = serializers.CharField()
    member = serializers.CharField(source="membership.user.email", allow_null=True, default=None)


class ColleagueRows(Resource):
    noun, plural = "colleague", "colleagues"
    scope_to_read = "people:read"
    shape = ColleagueFields

    def found(self) -> QuerySet[Any]:
        return Colleague.objects.select_related("membership__user")


class Colleagues(ColleagueRows, Collection):
    """People of the vendor, by name."""

    sorts = {"name": "name", "key": "key"}
    filters = (
        filters.text("key", many=True, help="Keys with commas between."),
        filters.text("member", "membership__user__email", help="E-mail of a member."),
    )


class OneColleague(ColleagueRows, Item):
    """One colleague."""


@extend_schema_serializer(examples=[OpenApiExample("A member", MEMBER, response_only=True)])
class MembershipFields(Shaped):
    """Who may sign in, and as what."""

    email = serializers.CharField(source="user.email")
    name = serializers.CharField(source="user.name")
    roles = serializers.ListField(child=serializers.ChoiceField(Role.choices))
    team = serializers.IntegerField(source="team_id", allow_null=True, help_text="Id of the team.")
    leads_team = serializers.BooleanField()
    is_active = serializers.BooleanField()
    joined_at = serializers.DateTimeField(source="created_at")
    signed_in_at = serializers.DateTimeField(
        source="user.last_login", allow_null=True, help_text="The last time; null: never."
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample("A lead", {"roles": ["service_manager"], "team": 3, "leads_team": True})
    ]
)
class MemberChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays. A team has one lead: a new one replaces the old."""

    roles = serializers.ListField(
        child=serializers.ChoiceField(Role.choices), max_length=MOST_ROLES, help_text="All of them."
    )
    team = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, allow_null=True, help_text="Id of a team."
    )
    leads_team = serializers.BooleanField()


class MemberRows(Resource):
    noun, plural = "member", "members"
    scope_to_read, scope_to_write = "people:read", "people:write"
    shape = MembershipFields

    def found(self) -> QuerySet[Any]:
        return members()


class Members(MemberRows, Collection):
    """Members, by their e-mails, also those who no longer sign in."""

    sorts = {"email": "user__email", "joined_at": "created_at"}
    filters = (
        filters.text("email", "user__email", help="In small letters."),
        filters.flag("active", "is_active"),
        filters.whole("team", "team_id", most=2**63 - 1, help="Id of a team."),
        filters.Filter(
            "role",
            "roles__contains",
            lambda: _OneRole(choices=Role.choices),
            str,
            "Who has this role.",
            choices=Role.values,
        ),
    )


class _ByEmail(MemberRows):
    def names(self) -> dict[str, str]:
        return {"user__email": self.kwargs["email"]}


class OneMember(_ByEmail, Item):
    """One member."""

    changes = MemberChanges

    def change(self, row: Any, given: Given) -> None:
        """Change what a member does and may; there is always an administrator. Nobody becomes one here:
        that is done on screen."""
        refuse_administrators(set(given.get("roles", ())) - set(row.roles))
        values = {"roles": row.roles, "team": row.team, "leads_team": row.leads_team} | given
        if "team" in given:
            values["team"] = team_of(given["team"])
            # Who leads one team leads another only where that is said.
            stays = values["team"] == row.team
            values["leads_team"] = given.get("leads_team", stays and row.leads_team)
        change_member(membership=row, **values, by=self.person)


class DeactivateMember(_ByEmail, Verb):
    """Lets them in no longer."""

    verb = "deactivate"

    def act(self, row: Any, given: Given) -> None:
        """Close the tenant to a member; what they did, and are named for, stays. Their tokens open
        nothing any more."""
        with conflicts():
            deactivate_member(membership=row, by=self.person)


class ReactivateMember(_ByEmail, Verb):
    """Lets them in again."""

    verb = "reactivate"

    def act(self, row: Any, given: Given) -> None:
        """Let a member in again, with the roles they had; administrators are let in on screen."""
        refuse_administrators(row.roles)
        reactivate_member(membership=row, by=self.person)


def refuse_administrators(roles: Several[str]) -> None:
    """A token may what its scopes say; an administrator may everything, tokens included. Whoever could
    make one with a token would have more than the token gives, and longer.

    Raises:
        PermissionDenied: these roles would make an administrator.
    """
    if Role.ADMIN in roles:
        raise exceptions.PermissionDenied(_("Administrators are let in on screen only."))


def team_of(number: int | None) -> Team | None:
    """The team with this number; None: none.

    Raises:
        ValidationError: there is no such team.
    """
    if number is None:
        return None
    found: Team | None = Team.objects.filter(pk=number).first()
    if found is None:
        raise serializers.ValidationError({"team": [_("There is no such team.")]})
    return found


class _OneRole(serializers.ChoiceField):
    """A role as the list that a member's roles are asked to hold."""

    def to_internal_value(self, data: Any) -> Any:
        return [super().to_internal_value(data)]
