"""That customers accepted projects, the clauses by which silence counts, and what managers are told;
for other programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Verb
from projects.actions.acceptance import accept_by_hand
from projects.actions.gates import end_clause, record_clause
from projects.actions.notices import mark_seen
from projects.api.gates import MOST_DAYS
from projects.api.ground import (
    SCAN_TYPES,
    Kept,
    KeptFile,
    KeptScan,
    KeyField,
    OfProjects,
    PlanDay,
    ScanFile,
    file_operation,
    of_scan,
    scan_of,
)
from projects.models import Acceptance, ManagerNotice, PassiveClause

ACCEPTANCE: dict[str, Any] = {
    "id": 9, "project": "P-88", "accepted_on": "2026-11-12", "gate": 44, "reason": "",
    "recorded_at": "2026-11-12T16:00:00+08:00", "recorded_by": None, "scan": None,
}  # fmt: skip
NEW: dict[str, Any] = {
    "project": "P-88", "accepted_on": "2026-11-12", "reason": "Signed on paper by Zhou Min",
    "scan": {"filename": "acceptance.pdf", "content": "JVBERi0xLjcK"},
}  # fmt: skip
CLAUSE: dict[str, Any] = {
    "id": 3, "project": "P-88", "days": 5, "words": "7.3 If Party A does not object …",
    "recorded_by": "lee@vendor.example", "recorded_at": "2026-08-03T09:00:00+08:00",
    "ended_by": None, "ended_at": None,
}  # fmt: skip
NOTICE: dict[str, Any] = {
    "id": 77, "project": "P-88", "kind": "change_question", "change_request": "CR-3", "gate": None,
    "name": "Zhou Min", "words": "From which month on?", "at": "2026-09-16T09:00:00+08:00",
    "seen_at": None, "seen_by": None,
}  # fmt: skip


@extend_schema_serializer(examples=[OpenApiExample("By its gate", ACCEPTANCE, response_only=True)])
class AcceptanceFields(Shaped):
    """That a customer accepted a project: by the gate that says so, or recorded by a person."""

    id = serializers.IntegerField()
    project = serializers.CharField(source="project.key")
    accepted_on = serializers.DateField()
    gate = serializers.IntegerField(source="gate_id", allow_null=True)
    reason = serializers.CharField(help_text="How, where a person recorded it.")
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.CharField(source="recorded_by.email", allow_null=True, default=None)
    scan = KeptScan(allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("On paper", NEW, request_only=True)])
class NewAcceptance(serializers.Serializer[Any]):
    """That the customer accepted on paper or otherwise."""

    project = KeyField(help_text="Key of the project.")
    accepted_on = PlanDay()
    reason = serializers.CharField(
        max_length=2000, help_text="Who accepted, and why not by the gate's link."
    )
    scan = ScanFile(required=False, allow_null=True, default=None)


class AcceptanceRows(OfProjects):
    noun, plural = "acceptance", "acceptances"
    scope_to_read, scope_to_write = "projects:read", "acceptances:write"
    shape = AcceptanceFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = Acceptance.objects.select_related("project", "recorded_by", "scan")
        return self.of_seen_projects(rows.defer("scan__data"))


class Acceptances(AcceptanceRows, Collection):
    """Acceptances, those recorded last first."""

    sorts = {"-id": "pk", "accepted_on": "accepted_on"}
    filters = (
        filters.text("project", "project__key", help="Key of the project."),
        filters.text("customer", "project__customer__key", help="Key of the customer."),
        filters.day("from", "accepted_on__gte"),
        filters.day("to", "accepted_on__lte"),
    )
    new = NewAcceptance

    def make(self, given: Given) -> Any:
        """Record that the customer accepted; from then on the project awaits its handover. The usual
        way is the customer's own sign-off. Takes the token of a person."""
        project = self.project_named(given["project"])
        made = accept_by_hand(
            project=project, on=given["accepted_on"], reason=given["reason"],
            scan=scan_of(given["scan"]), tenant=self.tenant, by=self.somebody(),
        )  # fmt: skip
        return self.found().get(pk=made.pk)


class OneAcceptance(AcceptanceRows, Item):
    """One acceptance."""


@file_operation("read_acceptance_scan", "acceptances", SCAN_TYPES)
class AcceptanceScan(AcceptanceRows, KeptFile):
    """The stamped scan as it was uploaded; the ETag is its SHA-256."""

    def found(self) -> QuerySet[Any]:
        return self.of_seen_projects(Acceptance.objects.select_related("scan"))

    def file(self, row: Any) -> Kept:
        return of_scan(row.scan)


@extend_schema_serializer(examples=[OpenApiExample("A clause", CLAUSE, response_only=True)])
class ClauseFields(Shaped):
    """That the SOW lets silence count as consent at gates that use it, and in which words."""

    id = serializers.IntegerField()
    project = serializers.CharField(source="project.key")
    days = serializers.IntegerField(help_text="Working days of silence.")
    words = serializers.CharField()
    recorded_by = serializers.CharField(source="recorded_by.email", allow_null=True, default=None)
    recorded_at = serializers.DateTimeField()
    ended_by = serializers.CharField(source="ended_by.email", allow_null=True, default=None)
    ended_at = serializers.DateTimeField(allow_null=True, help_text="Null: in force.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A clause",
            {name: CLAUSE[name] for name in ("project", "days", "words")},
            request_only=True,
        )
    ]
)
class NewClause(serializers.Serializer[Any]):
    """The clause, word by word, with its number in the SOW: the customer reads it."""

    project = KeyField(help_text="Key of the project.")
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS)
    words = serializers.CharField(max_length=5000)


class ClauseRows(OfProjects):
    noun, plural = "passive_clause", "passive_clauses"
    scope_to_read, scope_to_write = "projects:read", "gates:write"
    shape = ClauseFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = PassiveClause.objects.select_related(
            "project", "recorded_by", "ended_by"
        )
        return self.of_seen_projects(rows)


class PassiveClauses(ClauseRows, Collection):
    """Clauses by which silence counts, those recorded last first; without one none ever does."""

    sorts = {"-id": "pk"}
    filters = (
        filters.text("project", "project__key", help="Key of the project."),
        filters.flag("is_in_force", "ended_at__isnull"),
    )
    new = NewClause

    def make(self, given: Given) -> Any:
        """Keep the clause of a project's SOW; the one before it is ended."""
        project = self.project_named(given.pop("project"))
        return record_clause(project=project, by=self.person, **given)


class OnePassiveClause(ClauseRows, Item):
    """One clause."""


class PassiveClauseEnding(ClauseRows, Verb):
    verb = "end"

    def act(self, row: Any, given: Given) -> None:
        """Say that the SOW has no such clause after all: no silence counts from now on, not even of
        those who were told that it would."""
        if row.ended_at is not None:
            raise Conflict(_("This clause was ended before."))
        end_clause(project=row.project, by=self.person)


@extend_schema_serializer(examples=[OpenApiExample("A question", NOTICE, response_only=True)])
class NoticeFields(Shaped):
    """What came from the customer of a change request or a gate, for the project's manager."""

    id = serializers.IntegerField()
    project = serializers.CharField(source="project.key")
    kind = serializers.ChoiceField(ManagerNotice.Kind.choices)
    change_request = serializers.CharField(
        source="change_request.key", allow_null=True, default=None
    )
    gate = serializers.IntegerField(source="gate_id", allow_null=True)
    name = serializers.CharField(help_text="Who it comes from.")
    words = serializers.CharField()
    at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField(allow_null=True, help_text="Null: nobody has read it yet.")
    seen_by = serializers.CharField(source="seen_by.email", allow_null=True, default=None)


class NoticeRows(OfProjects):
    noun, plural = "project_notice", "project_notices"
    scope_to_read, scope_to_write = "projects:read", "gates:write"
    shape = NoticeFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = ManagerNotice.objects.select_related(
            "project", "change_request", "seen_by"
        )
        return self.of_seen_projects(rows)


class ProjectNotices(NoticeRows, Collection):
    """Notices to managers of projects, the latest first."""

    sorts = {"-id": "pk"}
    filters = (
        filters.text("project", "project__key", help="Key of the project."),
        filters.choice("kind", "kind", ManagerNotice.Kind.choices),
        filters.flag("is_unseen", "seen_at__isnull"),
    )


class ProjectNoticeReading(NoticeRows, Verb):
    verb = "mark_seen"

    def act(self, row: Any, given: Given) -> None:
        """Say that a notice was read; it is shown no more."""
        mark_seen(notice=row, by=self.person)
