"""How far roles see, for other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.actions.visibility import set_visibility
from accounts.models import Role, Visibility, VisibilityRule
from accounts.models.reach import record_kinds
from accounts.rest.listings import Listing
from accounts.rest.shapes import Shaped
from accounts.rest.views import Given, Item, Resource

EXAMPLE: dict[str, Any] = {"record": "customers", "role": "service_manager", "reach": "team"}
ROLES = [choice for choice in Role.choices if choice[0] != Role.ADMIN]


@extend_schema_serializer(examples=[OpenApiExample("A reach", EXAMPLE, response_only=True)])
class ReachFields(Shaped):
    """How far one role sees one kind of record. Of several roles the widest wins; administrators see
    all."""

    record = serializers.CharField(help_text="E.g. `customers`, `touchpoints`.")
    role = serializers.ChoiceField(ROLES)
    reach = serializers.ChoiceField(Visibility.choices)


@extend_schema_serializer(examples=[OpenApiExample("Their own", {"reach": "mine"})])
class NewReach(serializers.Serializer[Any]):
    """How far."""

    reach = serializers.ChoiceField(Visibility.choices)


class ReachRows(Resource):
    noun, plural = "reach", "reaches"
    scope_to_read, scope_to_write = "people:read", "people:write"
    shape = ReachFields


class Reaches(ReachRows, Listing):
    """How far each role sees each kind of record."""

    def every(self) -> Sequence[Any]:
        return _every()


class OneReach(ReachRows, Item):
    """How far one role sees one kind of record."""

    changes = NewReach

    def row(self, *, locked: bool = False) -> Any:
        if locked:
            list(VisibilityRule.objects.select_for_update().order_by("pk"))
        asked = (self.kwargs["record"], self.kwargs["role"])
        found = [one for one in _every() if (one["record"], one["role"]) == asked]
        if not found:
            raise Http404
        return found[0]

    def change(self, row: Any, given: Given) -> None:
        """Let a role see this kind of record so far; it holds at once."""
        if "reach" in given:
            reach = {row["role"]: given["reach"]}
            set_visibility(reach=reach, record_kind=row["record"], by=self.person)


def _every() -> list[Mapping[str, str]]:
    kept = VisibilityRule.objects.values_list("record", "role", "visibility")
    rules = {(record, role): reach for record, role, reach in kept}
    return [
        {"record": kind, "role": role, "reach": rules.get((kind, role), Visibility.ALL.value)}
        for kind in record_kinds
        for role, _label in ROLES
    ]
