"""Handovers for other programs: where they stand, what is missing, and the rounds as proposed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Prefetch, Q, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.permissions import may
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Record
from projects.actions.handovers import start_handover
from projects.api.ground import KeyField, OfProjects
from projects.models import Handover, HandoverAnswer, HandoverRound
from projects.queries.handovers import OPEN_TO_CHANGE, missing, not_listed, section_rows

SECTIONS = Handover.Section.choices
EXAMPLE: dict[str, Any] = {
    "project": "P-88", "customer": "C-1042", "state": "returned", "round": 1,
    "proposed_to": "sue@vendor.example", "empty_sections": ["configuration"],
    "started_by": "lee@vendor.example", "started_at": "2026-11-12T17:00:00+08:00",
}  # fmt: skip
WHOLE: dict[str, Any] = EXAMPLE | {
    "sections": [{"section": "promise", "items": 2, "open_items": 1, "is_said_empty": False,
                  "is_missing": False}],
    "version": 9, "not_listed": 0, "missing": ["“Contacts and roles”: list something, or say …"],
}  # fmt: skip
ROUND: dict[str, Any] = {
    "number": 1, "to": "Sue Lin", "by": "lee@vendor.example", "at": "2026-11-13T10:00:00+08:00",
    "words": "Be kind to Ann", "outcome": "returned", "reason": "The promises lack their days.",
    "answered_by": "sue@vendor.example", "answered_at": "2026-11-13T15:00:00+08:00",
    "sections": [{"section": "promise", "items": [
        {"title": "A second training", "text": "", "due_on": None, "owner": "", "state": "open",
         "why": ""}]}],
}  # fmt: skip


@extend_schema_serializer(examples=[OpenApiExample("A handover", EXAMPLE, response_only=True)])
class HandoverFields(Shaped):
    """The handover of one project to the service manager of its customer."""

    project = serializers.CharField(source="project.key")
    customer = serializers.CharField(source="project.customer.key")
    state = serializers.ChoiceField(Handover.State.choices)
    round = serializers.IntegerField(help_text="How often it was proposed.")
    proposed_to = serializers.CharField(source="proposed_to.key", allow_null=True, default=None)
    empty_sections = serializers.ListField(
        child=serializers.ChoiceField(SECTIONS), help_text="Said to hold nothing."
    )
    started_by = serializers.CharField(source="started_by.email", allow_null=True, default=None)
    started_at = serializers.DateTimeField()


class SectionFields(serializers.Serializer[Any]):
    """A section of the list: how much stands there."""

    section = serializers.ChoiceField(SECTIONS)
    items = serializers.IntegerField()
    open_items = serializers.IntegerField()
    is_said_empty = serializers.BooleanField()
    is_missing = serializers.BooleanField(help_text="Nothing stands there, and nobody said so.")


@extend_schema_serializer(examples=[OpenApiExample("A handover", WHOLE, response_only=True)])
class WholeHandover(HandoverFields):
    """A handover with what it lacks before it can be proposed. What it lists: `handover-items`."""

    sections = SectionFields(source="said_sections", many=True)
    not_listed = serializers.IntegerField(
        help_text="Points of the project's records that are not on the list: `update` lists them."
    )
    missing = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField(help_text="Counts the changes of its list.")


@extend_schema_serializer(
    examples=[OpenApiExample("Begin", {"project": "P-88"}, request_only=True)]
)
class NewHandover(serializers.Serializer[Any]):
    """Which project's."""

    project = KeyField(help_text="Key of the project.")


class HandoverRows(OfProjects):
    noun, plural = "handover", "handovers"
    scope_to_read, scope_to_write = "projects:read", "handovers:write"
    shape: ClassVar[type[Shaped]] = HandoverFields

    def found(self) -> QuerySet[Any]:
        """Those of the projects that the token's person sees; for who takes customers over also those
        that are or were proposed, of customers that the person sees."""
        rows: QuerySet[Any] = Handover.objects.select_related(
            "project__customer__service_manager", "project__manager", "proposed_to", "started_by"
        )
        return self.of_handovers(rows)

    def of_handovers(self, rows: QuerySet[Any], handover: str = "") -> QuerySet[Any]:
        """``handover``: the way from a row to its handover, with ``__`` at the end."""
        if self.member is None:
            return rows
        seen = Q(**{f"{handover}project__in": self.projects().order_by().values("pk")})
        if may(self.member, "accept_handover"):
            passed = (Handover.State.PROPOSED, Handover.State.ACCEPTED)
            visible = self.customers().order_by().values("pk")
            seen |= Q(
                **{f"{handover}state__in": passed, f"{handover}project__customer__in": visible}
            )
        return rows.filter(seen)


class HandoverRecord(HandoverRows, Record):
    """One of them by the key of its project."""

    shape = WholeHandover

    def names(self) -> dict[str, Any]:
        return {"project__key": self.kwargs["project"]}

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        for row in rows:
            sections = section_rows(row)
            row.said_sections, row.not_listed, row.missing = sections, 0, []
            if row.state in OPEN_TO_CHANGE:
                unlisted = not_listed(row, row.project, self.today)
                row.not_listed = len(unlisted)
                row.missing = missing(row.project, sections, unlisted, self.today)
        return rows


class Handovers(HandoverRows, Collection):
    """Handovers, those begun last first."""

    sorts = {"-started_at": "started_at", "project": "project__key"}
    filters = (
        filters.choice("state", "state", Handover.State.choices),
        filters.text("customer", "project__customer__key", help="Key of the customer."),
        filters.text("proposed_to", "proposed_to__key", help="E-mail of the person."),
    )
    new = NewHandover

    def make(self, given: Given) -> Any:
        """Begin a project's handover with what its records hold."""
        project = self.project_named(given["project"])
        made = start_handover(project=project, today=self.today, by=self.person)
        return self.found().get(pk=made.pk)


class OneHandover(HandoverRecord, Item):
    """One handover."""


class RoundItemFields(serializers.Serializer[Any]):
    """As it was then."""

    title = serializers.CharField()
    text = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    owner = serializers.CharField()
    state = serializers.CharField()
    why = serializers.CharField()


class RoundSectionFields(serializers.Serializer[Any]):
    section = serializers.ChoiceField(SECTIONS)
    items = RoundItemFields(many=True)


@extend_schema_serializer(examples=[OpenApiExample("A round", ROUND, response_only=True)])
class HandoverRoundFields(Shaped):
    """A handover as it was proposed, never altered since, and how the round ended."""

    number = serializers.IntegerField()
    to = serializers.CharField(source="to_name", help_text="To whom, as the name was then.")
    by = serializers.CharField(source="by.email", allow_null=True, default=None)
    at = serializers.DateTimeField()
    words = serializers.CharField()
    outcome = serializers.ChoiceField(
        HandoverAnswer.Outcome.choices, source="answer.outcome", allow_null=True, default=None,
        help_text="Null: not answered yet.",
    )  # fmt: skip
    reason = serializers.CharField(source="answer.reason", allow_null=True, default=None)
    answered_by = serializers.CharField(source="answer.by.email", allow_null=True, default=None)
    answered_at = serializers.DateTimeField(source="answer.at", allow_null=True, default=None)
    sections = serializers.SerializerMethodField()

    @extend_schema_field(RoundSectionFields(many=True))
    def get_sections(self, row: Any) -> list[dict[str, Any]]:
        return list(row.document["sections"])


class HandoverRounds(HandoverRows, Collection):
    """Every time that a handover was proposed, the latest first."""

    noun, plural = "handover_round", "handover_rounds"
    shape = HandoverRoundFields
    sorts = {"-number": "number"}

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = HandoverRound.objects.filter(
            handover__project__key=self.kwargs["project"]
        )
        answers = HandoverAnswer.objects.select_related("by")
        return (
            self.of_handovers(rows, "handover__")
            .select_related("by")
            .prefetch_related(Prefetch("answers", answers))
        )

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        for row in rows:
            row.answer = next(iter(row.answers.all()), None)
        return rows
