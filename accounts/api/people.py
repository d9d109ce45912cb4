"""Who works for the vendor, for other programs: colleagues, members, teams."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.models import Colleague, Membership, Role, Team
from accounts.queries.people import members
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Item, Resource

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
}
TEAM: dict[str, Any] = {
    "id": 3, "name": "East", "lead": "ben@vendor.example",
    "members": ["ben@vendor.example", "ida@vendor.example"],
}  # fmt: skip


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


class MemberRows(Resource):
    noun, plural = "member", "members"
    scope_to_read = "people:read"
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


class OneMember(MemberRows, Item):
    """One member."""

    def names(self) -> dict[str, str]:
        return {"user__email": self.kwargs["email"]}


class _OneRole(serializers.ChoiceField):
    """A role as the list that a member's roles are asked to hold."""

    def to_internal_value(self, data: Any) -> Any:
        return [super().to_internal_value(data)]


@extend_schema_serializer(examples=[OpenApiExample("A team", TEAM, response_only=True)])
class TeamFields(Shaped):
    """Members who work together; its lead sees the team's work."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    lead = serializers.SerializerMethodField()
    members = serializers.SerializerMethodField()

    @extend_schema_field({"type": ["string", "null"]})
    def get_lead(self, row: Team) -> str | None:
        return next((one.user.email for one in row.members.all() if one.leads_team), None)

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_members(self, row: Team) -> list[str]:
        return [one.user.email for one in row.members.all()]


class TeamRows(Resource):
    noun, plural = "team", "teams"
    scope_to_read = "people:read"
    shape = TeamFields

    def found(self) -> QuerySet[Any]:
        active = Membership.objects.filter(is_active=True).select_related("user")
        return Team.objects.prefetch_related(Prefetch("members", active.order_by("user__email")))


class Teams(TeamRows, Collection):
    """Teams with their active members, by name."""

    sorts = {"name": "name"}
    filters = (filters.text("name"),)


class OneTeam(TeamRows, Item):
    """One team."""
