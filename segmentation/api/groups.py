"""Customer groups for other programs: their conditions, who is in them, who came and went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes
from accounts.rest.views import Collection, Given, Item, Record, Resource, Verb
from segmentation.actions.customer_groups import (
    archive_group,
    change_group,
    make_group,
    restore_group,
)
from segmentation.actions.turns import Turn, take_turn
from segmentation.compute.conditions import ConditionFaulty
from segmentation.condition_words import fault_sentence
from segmentation.models import CustomerGroup, CustomerGroupMember, CustomerGroupNight
from segmentation.queries.customer_groups import groups_for, may_change, sizes
from segmentation.queries.scopes import Scope, everybody, widest_scope
from segmentation.queries.stored import latest_night

CONDITION: dict[str, Any] = {
    "match": "all",
    "conditions": [{"field": "arr", "operator": "at_least", "value": 100000}],
}
EXAMPLE: dict[str, Any] = {
    "id": 7,
    "name": "Quiet and large",
    "note": "",
    "condition": CONDITION,
    "version": 2,
    "owner": "mia@vendor.example",
    "is_shared": True,
    "night": "2026-11-20",
    "members": 38,
    "archived_at": None,
    "changed_at": "2026-10-05T09:30:00+08:00",
}
EXAMPLE_NIGHT: dict[str, Any] = {
    "night": "2026-11-20",
    "version": 2,
    "members": 38,
    "faults": [],
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


@extend_schema_serializer(examples=[OpenApiExample("A night", EXAMPLE_NIGHT, response_only=True)])
class GroupNightFields(Shaped):
    """That a night evaluated a group, by which version of its condition. `members`: of the customers
    that the token sees; null: the condition could not be read, and `faults` say why."""

    night = serializers.DateField(source="as_of")
    version = serializers.IntegerField()
    members = serializers.IntegerField(source="member_count", allow_null=True)
    faults = serializers.ListField(child=serializers.DictField())


@extend_schema_serializer(
    examples=[OpenApiExample("A group", {"name": "Large", "condition": CONDITION})]
)
class NewGroup(serializers.Serializer[Any]):
    """A group of the token's person. Of a program of the tenant's own it is nobody's: only
    administrators see it unless everybody may use it."""

    name = serializers.CharField(max_length=80)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    condition = Attributes()
    is_shared = serializers.BooleanField(
        required=False, default=False, help_text="Everybody may use it."
    )


class GroupRows(Resource):
    noun, plural = "group", "groups"
    scope_to_read, scope_to_write = "groups:read", "groups:write"
    shape: ClassVar[type[Shaped]] = GroupFields

    def found(self) -> QuerySet[Any]:
        if self.member is not None:
            return groups_for(self.member)
        return CustomerGroup.objects.select_related("owner__user")

    def scope(self) -> Scope:
        return everybody() if self.member is None else widest_scope(self.member)

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        night, scope = latest_night(), self.scope()
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
    new = NewGroup

    def make(self, given: Given) -> Any:
        """Make a group; the latest night is evaluated at once."""
        with read_condition():
            made = make_group(**given, owner=self.member, by=self.person)
        return self.found().get(pk=made.pk)


class GroupRecord(GroupRows, Record):
    """Of its owner, or of whoever administrates; a program of the tenant's own changes every one."""

    def row(self, *, locked: bool = False) -> Any:
        if locked:
            # Before the row, in the order in which nights take them.
            take_turn(Turn.GROUPS)
        row = super().row(locked=locked)
        if locked and self.member is not None and not may_change(self.member, row):
            raise PermissionDenied(_("This group is somebody else's."))
        return row


class OneGroup(GroupRecord, Item):
    """One group."""

    changes = NewGroup

    def change(self, row: Any, given: Given) -> None:
        """Change a group. Another condition is a version of its own; the latest night is evaluated at
        once."""
        held = {name: getattr(row, name) for name in ("name", "note", "condition", "is_shared")}
        with read_condition():
            change_group(group=row, **held | given, by=self.person)


class GroupArchival(GroupRecord, Verb):
    verb = "archive"

    def act(self, row: Any, given: Given) -> None:
        """Put a group away: no night evaluates it any more, its history stays."""
        archive_group(group=row, by=self.person)


class GroupRestoral(GroupRecord, Verb):
    verb = "restore"

    def act(self, row: Any, given: Given) -> None:
        """Take a group out of the archive; it is evaluated from the latest night on."""
        restore_group(group=row, by=self.person)


class GroupNights(GroupRows, Collection):
    """How large a group was, night by night, the latest first."""

    noun, plural = "group_night", "group_nights"
    shape = GroupNightFields
    sorts = {"-night": "as_of"}
    filters = (
        filters.day("since", "as_of__gte", help="Of this day or later."),
        filters.day("until", "as_of__lte", help="Of this day or earlier."),
    )

    def found(self) -> QuerySet[Any]:
        if not super().found().filter(pk=self.kwargs["pk"]).exists():
            raise Http404
        return CustomerGroupNight.objects.filter(group=self.kwargs["pk"])

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        pk = self.kwargs["pk"]
        sized = sizes([pk], [row.as_of for row in rows], self.scope())[pk] if rows else {}
        for row in rows:
            row.member_count = sized.get(row.as_of)
        return rows


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


@contextmanager
def read_condition() -> Iterator[None]:
    """
    Raises:
        ValidationError: the condition that is made of what was sent cannot be read.
    """
    try:
        yield
    except ConditionFaulty as error:
        faults = [f"{fault.path or '.'}: {fault_sentence(fault)}" for fault in error.faults]
        raise serializers.ValidationError({"condition": faults}) from error
