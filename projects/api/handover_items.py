"""What handovers list, for other programs: put together before, settled and noted after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Verb
from projects.actions.handover_items import note_item, settle_item
from projects.actions.handovers import add_item, edit_item, remove_item
from projects.api.gates import colleague_of
from projects.api.ground import HeldInTurn, KeyField, PlanDay, contact_of
from projects.api.handovers import SECTIONS, HandoverRows
from projects.models import Handover, HandoverItem, HandoverItemNote, Project
from projects.models.handovers import TO_DO

MOST_WORDS = 5000
LONGEST_WHY = 2000
EXAMPLE: dict[str, Any] = {
    "id": 61, "project": "P-88", "customer": "C-1042", "section": "promise",
    "title": "A second training", "text": "", "person": "sue@vendor.example", "contact": None,
    "due_on": "2026-12-11", "comes_from": "", "comes_from_id": None, "state": "open", "state_why": "",
    "state_by": None, "state_at": None, "is_carried": True,
    "notes": [{"text": "Ann asks for a morning.", "by": "sue@vendor.example",
               "at": "2026-11-20T10:00:00+08:00"}],
}  # fmt: skip


class ItemNoteFields(serializers.Serializer[Any]):
    text = serializers.CharField()
    by = serializers.CharField(source="by.email", allow_null=True, default=None)
    at = serializers.DateTimeField()


@extend_schema_serializer(examples=[OpenApiExample("A promise", EXAMPLE, response_only=True)])
class HandoverItemFields(Shaped):
    """Something that a handover lists; `is_carried`: it was accepted, and stays with the customer
    until it is done or dropped."""

    id = serializers.IntegerField()
    project = serializers.CharField(source="handover.project.key")
    customer = serializers.CharField(source="handover.project.customer.key")
    section = serializers.ChoiceField(SECTIONS)
    title = serializers.CharField()
    text = serializers.CharField()
    person = serializers.CharField(source="person.key", allow_null=True, default=None)
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    due_on = serializers.DateField(allow_null=True)
    comes_from = serializers.CharField(
        source="source", help_text="Kind of record, e.g. `task`; empty: written by hand."
    )
    comes_from_id = serializers.IntegerField(source="source_id", allow_null=True)
    state = serializers.ChoiceField(HandoverItem.State.choices)
    state_why = serializers.CharField()
    state_by = serializers.CharField(source="state_by.email", allow_null=True, default=None)
    state_at = serializers.DateTimeField(allow_null=True)
    is_carried = serializers.BooleanField()
    notes = ItemNoteFields(source="said_notes", many=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Who and when", {"person": "sue@vendor.example", "due_on": "2026-12-18"},
            request_only=True,
        )
    ]
)  # fmt: skip
class HandoverItemChanges(serializers.Serializer[Any]):
    """What is not sent stays. Once the handover was accepted only who sees to it, and until when."""

    title = serializers.CharField(max_length=300)
    text = serializers.CharField(max_length=MOST_WORDS, required=False, allow_blank=True)
    person = KeyField(required=False, allow_null=True, help_text="E-mail of a colleague.")
    contact = KeyField(
        required=False, allow_null=True, help_text="Key of a contact of the customer instead."
    )
    due_on = PlanDay(required=False, allow_null=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A promise",
            {"project": "P-88", "section": "promise", "title": "A second training"},
            request_only=True,
        )
    ]
)
class NewHandoverItem(HandoverItemChanges):
    """Something to be listed by hand."""

    project = KeyField(help_text="Key of the project.")
    section = serializers.ChoiceField(SECTIONS)


@extend_schema_serializer(
    examples=[OpenApiExample("Done", {"state": "done", "why": "Held on Friday"}, request_only=True)]
)
class ItemSettling(serializers.Serializer[Any]):
    """What became of it, and why."""

    state = serializers.ChoiceField(HandoverItem.State.choices)
    why = serializers.CharField(max_length=LONGEST_WHY)


class ItemNote(serializers.Serializer[Any]):
    """What was found out or agreed."""

    text = serializers.CharField(max_length=MOST_WORDS)


class HandoverItemRows(HandoverRows):
    noun, plural = "handover_item", "handover_items"
    scope_to_read, scope_to_write = "projects:read", "handover_items:write"
    shape = HandoverItemFields

    def found(self) -> QuerySet[Any]:
        """Those of handovers that the token's person sees, and what accepted ones left to do with the
        customers that the person sees."""
        rows: QuerySet[Any] = HandoverItem.objects.select_related(
            "handover__project__customer", "person", "contact", "state_by"
        )
        if self.member is not None:
            own = self.of_handovers(HandoverItem.objects.all(), "handover__").order_by()
            carried = Q(
                handover__state=Handover.State.ACCEPTED,
                section__in=TO_DO,
                handover__project__customer__in=self.customers().order_by().values("pk"),
            )
            rows = rows.filter(Q(pk__in=own.values("pk")) | carried)
        return rows.prefetch_related(
            Prefetch("notes", HandoverItemNote.objects.select_related("by"))
        )

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        for row in rows:
            row.is_carried = row.handover.state == Handover.State.ACCEPTED
            row.said_notes = list(row.notes.all())
        return rows

    def must_change(self, handover: Handover) -> None:
        """Before a handover is accepted its list is of who proposes it and sees the project.

        Raises:
            PermissionDenied: the token's person proposes none.
            Http404: the person does not see the project.
        """
        if handover.state == Handover.State.ACCEPTED:
            return
        self.must("propose_handover")
        if not self.projects().filter(pk=handover.project_id).exists():
            raise Http404


class HandoverItemRecord(HandoverItemRows, HeldInTurn):
    """One of them by its number. Who changes it has its handover in hand first."""

    def names(self) -> dict[str, Any]:
        return {"pk": self.kwargs["pk"]}

    def hold_first(self) -> None:
        handovers = Handover.objects.filter(items=self.kwargs["pk"])
        handovers.select_for_update(of=("self",)).first()


class HandoverItems(HandoverItemRows, Collection):
    """What handovers list, what is due first before the rest."""

    sorts = {"due_on": "due_on", "id": "pk"}
    filters = (
        filters.text("project", "handover__project__key", help="Key of the project."),
        filters.text("customer", "handover__project__customer__key", help="Key of the customer."),
        filters.choice("section", "section", SECTIONS),
        filters.choice("state", "state", HandoverItem.State.choices),
        filters.text("person", "person__key", help="E-mail of who sees to it."),
        filters.choice(
            "handover_state", "handover__state", Handover.State.choices,
            help="`accepted`: what stays with the customer.",
        ),
    )  # fmt: skip
    new = NewHandoverItem

    def make(self, given: Given) -> Any:
        """List something by hand: a promise, a note on the configuration."""
        self.must("propose_handover")
        project = self.project_named(given.pop("project"))
        handover = Handover.objects.filter(project=project).first()
        if handover is None:
            raise Conflict(_("Nobody has begun the handover of this project."))
        made = add_item(
            handover=handover, section=given["section"],
            values=_values(project, given.pop("section"), given), by=self.person,
        )  # fmt: skip
        return self.found().get(pk=made.pk)


class OneHandoverItem(HandoverItemRecord, Item):
    """One thing that a handover lists."""

    changes = HandoverItemChanges
    removable = True

    def change(self, row: Any, given: Given) -> None:
        """Change it; once the handover was accepted only who sees to it and until when."""
        self.must_change(row.handover)
        if row.is_carried and (row.section not in TO_DO or {"title", "text"} & given.keys()):
            raise Conflict(_("The handover was accepted; what it says stays as it is."))
        values = _values(row.handover.project, row.section, given)
        edit_item(item=row, seen=row.version, values=values, by=self.person)

    def remove(self, row: Any) -> None:
        """Take something off the list that was written by hand."""
        self.must_change(row.handover)
        remove_item(item=row, seen=row.version, by=self.person)


class HandoverItemSettling(HandoverItemRecord, Verb):
    verb = "settle"
    needs = ItemSettling

    def act(self, row: Any, given: Given) -> None:
        """Say that it is done or dropped, or open again, and why."""
        self.must_change(row.handover)
        if row.section not in TO_DO:
            raise Conflict(_("This is to be known, and nobody has to see to it."))
        settle_item(item=row, seen=row.version, by=self.person, **given)


class HandoverItemNoting(HandoverItemRecord, Verb):
    verb = "note"
    needs = ItemNote

    def act(self, row: Any, given: Given) -> None:
        """Write down what was found out or agreed, once the handover was accepted."""
        if row.handover.state != Handover.State.ACCEPTED or row.section not in TO_DO:
            raise Conflict(_("Notes are of what an accepted handover left to do."))
        note_item(item=row, by=self.person, **given)


def _values(project: Project, section: str, given: Given) -> Given:
    """As the actions take them: one of ours or one of theirs sees to it.

    Raises:
        ValidationError: both are named, or somebody who is not there; in a section of which nobody
            has to see to anything.
    """
    values = dict(given)
    named = [name for name in ("person", "contact") if values.get(name) is not None]
    if section not in TO_DO and {"person", "contact", "due_on"} & {
        name for name, value in values.items() if value is not None
    }:
        raise serializers.ValidationError(
            {"section": [_("This is to be known, and nobody has to see to it.")]}
        )
    if len(named) > 1:
        raise serializers.ValidationError({"contact": [_("Name a colleague or a contact.")]})
    if values.get("person") is not None:
        values |= {"person": colleague_of(values["person"], "person"), "contact": None}
    elif values.get("contact") is not None:
        values |= {"contact": contact_of(project, values["contact"]), "person": None}
    return values
