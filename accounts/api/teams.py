"""Teams, for other programs: listed, made, renamed, taken away."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.actions.teams import create_team, delete_team, rename_team
from accounts.models import Membership, Team
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource

TEAM: dict[str, Any] = {
    "id": 3, "name": "East", "lead": "ben@vendor.example",
    "members": ["ben@vendor.example", "ida@vendor.example"],
}  # fmt: skip


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


@extend_schema_serializer(examples=[OpenApiExample("A team", {"name": "East"}, request_only=True)])
class TeamName(serializers.Serializer[Any]):
    """Its name. Who is in it, and who leads it, is said of members."""

    name = serializers.CharField(max_length=200)


class TeamRows(Resource):
    noun, plural = "team", "teams"
    scope_to_read, scope_to_write = "people:read", "people:write"
    shape = TeamFields

    def found(self) -> QuerySet[Any]:
        active = Membership.objects.filter(is_active=True).select_related("user")
        return Team.objects.prefetch_related(Prefetch("members", active.order_by("user__email")))


class Teams(TeamRows, Collection):
    """Teams with their active members, by name."""

    sorts = {"name": "name"}
    filters = (filters.text("name"),)
    new = TeamName

    def make(self, given: Given) -> Any:
        """Make a team without members yet."""
        return create_team(name=given["name"], by=self.person)


class OneTeam(TeamRows, Item):
    """One team."""

    changes = TeamName
    removable = True

    def change(self, row: Any, given: Given) -> None:
        """Give it another name."""
        if "name" in given:
            rename_team(team=row, name=given["name"], by=self.person)

    def remove(self, row: Any) -> None:
        """Take a team away; its members stay members, without a team."""
        delete_team(team=row, by=self.person)
