"""Customer groups for other programs: their conditions, who is in them, who came and went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes
from accounts.rest.views import Collection, Item, Resource
from segmentation.models import CustomerGroup, CustomerGroupMember
from segmentation.queries.customer_groups import groups_for, sizes
from segmentation.queries.scopes import everybody, widest_scope
from segmentation.queries.stored import latest_night

EXAMPLE: dict[str, Any] = {
    "id": 7,
    "name": "Quiet and large",
    "note": "",
    "condition": {"all": [{"field": "arr", "is": "at_least", "value": "100000"}]},
    "version": 2,
    "owner": "mia@vendor.example",
    "is_shared": True,
    "night": "2026-11-20",
    "members": 38,
    "archived_at": None,
    "changed_at": "2026-10-05T09:30:00+08:00",
}
EXAMPLE_MEMBER: dict[str, Any] = {
    "customer": "C-1042",
    "from": "2026-10-31",
    "to": None,
    "entered_by": "customer",
    "left_by": "",
}


@extend_schema_serializer(examples=[OpenApiExample("A group", EXAMPLE, response_only=True)])
class GroupFields(Shaped):
    """A condition under a name. `members`: how many of the customers that the token sees were in it on
    the latest night; null: that night did not evaluate it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    note = serializers.CharField()
    condition = Attributes()
    version = serializers.IntegerField()
    owner = serializers.CharField(
        source="owner.user.email", allow_null=True, default=None, help_text="Null: it is shipped."
    )
    is_shared = serializers.BooleanField()
    night = serializers.DateField(allow_null=True)
    members = serializers.IntegerField(source="member_count", allow_null=True)
    archived_at = serializers.DateTimeField(allow_null=True)
    changed_at = serializers.DateTimeField()


@extend_schema_serializer(examples=[OpenApiExample("A span", EXAMPLE_MEMBER, response_only=True)])
class MemberFields(Shaped):
    """That a customer was in a group from the night of a day up to, not including, that of another."""

    customer = serializers.CharField(source="customer.key")
    # ``from`` is no name in Python.
    vars()["from"] = serializers.DateField(source="valid_from")
    to = serializers.DateField(source="valid_to", allow_null=True, help_text="Null: still.")
    entered_by = serializers.ChoiceField(CustomerGroupMember.Cause.choices)
    left_by = serializers.CharField(help_text="Empty: it is still in it.")


class GroupRows(Resource):
    noun, plural = "group", "groups"
    scope_to_read = "groups:read"
    shape = GroupFields

    def found(self) -> QuerySet[Any]:
        if self.member is not None:
            return groups_for(self.member)
        return CustomerGroup.objects.select_related("owner__user")

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        night = latest_night()
        scope = everybody() if self.member is None else widest_scope(self.member)
        days = [night.as_of] if night else []
        sized = sizes([row.pk for row in rows], days, scope) if days else {}
        for row in rows:
            row.night = night.as_of if night else None
            row.member_count = sized.get(row.pk, {}).get(row.night)
        return rows


class Groups(GroupRows, Collection):
    """Groups of customers, by name."""

    sorts = {"name": "name", "changed_at": "changed_at"}
    filters = (
        filters.text("name"),
        filters.flag("is_shared", "is_shared"),
        filters.flag("is_in_use", "archived_at__isnull", help="False: those put away."),
    )


class OneGroup(GroupRows, Item):
    """One group."""


class GroupMembers(Collection):
    """Who was in a group, and when; `is_member=true`: who is in it now."""

    noun, plural = "group_member", "group_members"
    scope_to_read = "groups:read"
    shape = MemberFields
    sorts = {"-from": "valid_from", "customer": "customer__key", "to": "valid_to"}
    filters = (
        filters.flag("is_member", "valid_to__isnull"),
        filters.text("customer", "customer__key"),
        filters.day("entered_since", "valid_from__gte", help="On the night of this day or later."),
        filters.day("left_since", "valid_to__gte", help="On the night of this day or later."),
    )

    def found(self) -> QuerySet[Any]:
        seen = CustomerGroup.objects.all() if self.member is None else groups_for(self.member)
        if not seen.filter(pk=self.kwargs["pk"]).exists():
            raise Http404
        rows = CustomerGroupMember.objects.filter(group=self.kwargs["pk"])
        rows = self.of_seen_customers(rows)
        return rows.select_related("customer")
