"""Naming one person for many customers at once, for other programs; and taking that back."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.actions.assignments import ROLES, assign_customers, undo_assignment
from accounts.labels import ASSIGNED, ASSIGNMENT_UNDONE
from accounts.models import AuditRecord, Role
from accounts.rest import filters
from accounts.rest.problems import Conflict, conflicts
from accounts.rest.shapes import Shaped
from accounts.rest.values import Named, colleagues
from accounts.rest.views import Collection, Given, Item, Resource, Verb

MOST_CUSTOMERS = 5000
EXAMPLE: dict[str, Any] = {
    "id": 90212,
    "role": "service_manager",
    "colleague": "Ben Li",
    "customers": 12,
    "made_at": "2026-11-20T09:00:00+08:00",
    "made_by": "ida@vendor.example",
    "is_undone": False,
}


@extend_schema_serializer(examples=[OpenApiExample("An assignment", EXAMPLE, response_only=True)])
class AssignmentFields(Shaped):
    """That somebody was named for customers. ``colleague``: the name; empty: nobody."""

    id = serializers.IntegerField()
    role = serializers.SerializerMethodField()
    colleague = serializers.CharField(source="object_label")
    customers = serializers.SerializerMethodField(help_text="How many changed.")
    made_at = serializers.DateTimeField(source="at")
    made_by = serializers.CharField(source="actor_label")
    is_undone = serializers.BooleanField()

    @extend_schema_field({"type": "string", "enum": list(ROLES)})
    def get_role(self, row: AuditRecord) -> str:
        return next(role for role in ROLES if role in row.data)

    @extend_schema_field({"type": "integer"})
    def get_customers(self, row: AuditRecord) -> int:
        return int(row.data["customers"])


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Name somebody",
            {
                "role": "service_manager",
                "colleague": "ben@vendor.example",
                "customers": ["C-1042", "C-1043"],
            },
            request_only=True,
        )
    ]
)
class NewAssignment(serializers.Serializer[Any]):
    """Whom, for what, and for which customers."""

    role = serializers.ChoiceField(ROLES)
    colleague = Named(among=colleagues, help_text="Key of a colleague; null: nobody.")
    customers = serializers.ListField(
        child=serializers.CharField(max_length=200), allow_empty=False, max_length=MOST_CUSTOMERS,
        help_text="Their keys.",
    )  # fmt: skip


class AssignmentRows(Resource):
    noun, plural = "assignment", "assignments"
    scope_to_read, scope_to_write = "responsibilities:read", "responsibilities:write"
    shape = AssignmentFields

    def found(self) -> QuerySet[Any]:
        """One's own; administrators' and the tenant's programs': every one."""
        assignment = Cast(KeyTextTransform("assignment", "data"), BigIntegerField())
        undone = AuditRecord.objects.filter(verb=ASSIGNMENT_UNDONE).annotate(of=assignment)
        rows = AuditRecord.objects.filter(
            verb=ASSIGNED, data__has_any_keys=list(ROLES), data__has_key="customers"
        ).annotate(is_undone=Exists(undone.filter(of=OuterRef("pk"))))
        if self.member is None or self.member.has_role(Role.ADMIN):
            return rows
        return rows.filter(actor=self.member.user_id)


class Assignments(AssignmentRows, Collection):
    """Assignments, the latest first: of oneself; administrators see all."""

    sorts = {"-made_at": "at"}
    filters = (filters.moment("since", "at__gte", help="Made at this moment or later."),)
    new = NewAssignment

    def make(self, given: Given) -> Any:
        """Name somebody for customers. What they need decides whose face that is: see
        `/responsibilities`. 409 where every one of them has this person already."""
        keys = list(dict.fromkeys(given["customers"]))
        customers = self.customers().filter(key__in=keys)
        known = set(customers.values_list("key", flat=True))
        unknown = [key for key in keys if key not in known]
        if unknown:
            raise serializers.ValidationError(
                {"customers": [_("There is nothing with the key %(key)s.") % {"key": unknown[0]}]}
            )
        done = assign_customers(
            customers=customers, role=given["role"], colleague=given["colleague"], by=self.person
        )
        if done is None:
            raise Conflict(_("They all have this person already; nothing was changed."))
        return self.found().get(pk=done.pk)


class OneAssignment(AssignmentRows, Item):
    """One assignment."""


class UndoAssignment(AssignmentRows, Verb):
    """As it was."""

    verb = "undo"

    def row(self, *, locked: bool = False) -> Any:
        # The audit is never altered, and not locked either: the customers are.
        return super().row()

    def act(self, row: Any, given: Given) -> None:
        """Give each customer the person back whom it had before; 409 where one was changed since."""
        with conflicts():
            undo_assignment(assignment=row, by=self.person)
