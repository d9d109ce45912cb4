"""Whom of customers' people nobody met lately, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import ContactRole, Visibility
from accounts.queries.coverage import (
    CoverageQuestion,
    coverage_of,
    ids_of,
    listed,
    remembered,
    widths,
)
from accounts.rest import filters
from accounts.rest.listings import Listing
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Resource

STATES = ("nobody", "untouched", "touched")
EXAMPLE: dict[str, Any] = {
    "customer": "C-1042",
    "name": "Aurora Foods",
    "face": "Ben Li",
    "roles": [
        {"role": "decision_maker", "state": "untouched", "contacts": 1, "touched": 0,
         "last_on": "2026-06-02"},
    ],
}  # fmt: skip
FIGURES: dict[str, Any] = {
    "role": "decision_maker", "customers": 210, "named": 180, "touched": 121,
}  # fmt: skip


class RoleFields(serializers.Serializer[Any]):
    """How many contacts in a role, how many of them were met in ninety days, and when the last was."""

    role = serializers.ChoiceField(ContactRole.Kind.choices)
    state = serializers.ChoiceField(STATES)
    contacts = serializers.IntegerField()
    touched = serializers.IntegerField()
    last_on = serializers.DateField(allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("A customer", EXAMPLE, response_only=True)])
class CoverageFields(Shaped):
    """A customer with whom of its people somebody met."""

    customer = serializers.CharField(source="key")
    name = serializers.CharField()
    face = serializers.CharField(allow_null=True)
    roles = RoleFields(many=True)


class _Asked(filters.Filter):
    """Heeded by the question itself; here it is only looked at."""

    def narrowed(self, found: QuerySet[Any], given: str) -> QuerySet[Any]:
        super().narrowed(ContactRole.objects.none(), given)
        return found


def _one_of(name: str, known: Sequence[str], help: str) -> filters.Filter:
    return _Asked(name, "role", serializers.CharField, str, help, False, known)


class CoverageRows(Resource):
    scope_to_read = "coverage:read"

    def question(self, role: str, state: str, *, contracts: str, view: str) -> CoverageQuestion:
        """Values that are none are refused by their filters."""
        offered = widths(self.member)
        width = view if view in offered else offered[-1]
        return CoverageQuestion(
            role if role in ContactRole.Kind.values else ContactRole.Kind.DECISION_MAKER.value,
            state,
            contracts != "any",
            self.tenant.local_date(timezone.now()),
            ids_of(self.member, width) if self.member is not None else None,
        )


class Coverage(CoverageRows, Collection):
    """Customers with whom of their people somebody met in the last ninety days, by key."""

    noun, plural = "covered_customer", "coverage"
    shape = CoverageFields
    sorts = {"customer": "key", "name": "name"}
    filters = (
        _one_of("role", ContactRole.Kind.values, "Of which role; usually decision makers."),
        _one_of("state", STATES, "Of that role: nobody named, nobody met, somebody met."),
        _one_of("contracts", ("running", "any"), "Customers with a running contract, or any."),
        _one_of("view", Visibility.values, "Whose customers; usually as many as are seen."),
    )

    def found(self) -> QuerySet[Any]:
        given = self.request.query_params
        asked = self.question(
            given.get("role", ""), given.get("state", ""),
            contracts=given.get("contracts", ""), view=given.get("view", ""),
        )  # fmt: skip
        return listed(self.member, asked)

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        day = self.tenant.local_date(timezone.now())
        covered = coverage_of([row.pk for row in rows], self.member, day)
        for row in rows:
            row.roles = covered[row.pk]
        return rows


@extend_schema_serializer(examples=[OpenApiExample("Of a role", FIGURES, response_only=True)])
class FigureFields(Shaped):
    """Of the customers with a running contract that are seen: how many name somebody in the role, and
    of how many of these somebody was met in ninety days."""

    role = serializers.ChoiceField(ContactRole.Kind.choices)
    customers = serializers.IntegerField()
    named = serializers.IntegerField()
    touched = serializers.IntegerField()


class CoverageFigures(CoverageRows, Listing):
    """How many customers' people somebody met, by role."""

    noun, plural = "coverage_count", "coverage_counts"
    shape = FigureFields

    def every(self) -> Sequence[Any]:
        found = []
        for role in ContactRole.Kind.values:
            asked = self.question(role, "", contracts="", view="")
            counts = remembered(self.member, asked, self.tenant)
            found.append(
                {"role": role, "customers": counts.customers, "named": counts.named,
                 "touched": counts.touched}
            )  # fmt: skip
        return found
