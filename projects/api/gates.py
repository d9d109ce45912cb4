"""Gates for other programs: what both sides confirm at the end of a phase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import Colleague
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Record
from projects.actions.gates import add_gate, edit_gate, remove_gate
from projects.api.ground import KeyField, OfProjects, PlanDay, contact_of
from projects.models import Gate, Phase, Project
from projects.queries.gates import clause_of, unanswered

LONGEST_WORDS = 10_000
MOST_DAYS = 3650
STANDINGS = ("open", "asked", "overdue", "passed", "returned")
EXAMPLE: dict[str, Any] = {
    "id": 41, "project": "P-88", "phase": 2, "phase_title": "Design", "title": "Overall solution",
    "confirms": "Solution design v1.2", "due_on": "2026-09-18", "is_acceptance": False,
    "vendor_role": "Project director", "customer_role": "Project sponsor",
    "vendor_approver": "eve@vendor.example", "customer_approver": "zhou", "answer_days": 5,
    "uses_silence": False, "state": "asked", "standing": "overdue", "round": 1,
    "passed_on": None, "version": 2, "waiting_for": [
        {"sign_off": 90, "side": "customer", "name": "Zhou Min", "deadline_on": "2026-09-25",
         "is_overdue": True}
    ],
}  # fmt: skip
NEW: dict[str, Any] = {
    "project": "P-88", "phase": 2, "title": "Overall solution", "confirms": "Design v1.2",
    "due_on": "2026-09-18", "vendor_approver": "eve@vendor.example", "customer_approver": "zhou",
    "answer_days": 5,
}  # fmt: skip


class WaitingFields(serializers.Serializer[Any]):
    """An approver who has not answered yet."""

    sign_off = serializers.IntegerField(source="pk", help_text="Its id.")
    side = serializers.CharField()
    name = serializers.CharField()
    deadline_on = serializers.DateField()
    is_overdue = serializers.BooleanField()


@extend_schema_serializer(examples=[OpenApiExample("A gate", EXAMPLE, response_only=True)])
class GateFields(Shaped):
    """What has to be confirmed by both sides at the end of a phase."""

    id = serializers.IntegerField()
    project = serializers.CharField(source="project.key")
    phase = serializers.IntegerField(
        source="phase.position", help_text="Place in the plan of the phase that it ends."
    )
    phase_title = serializers.CharField(source="phase.title")
    title = serializers.CharField()
    confirms = serializers.CharField(help_text="Approvers sign these words.")
    due_on = serializers.DateField()
    is_acceptance = serializers.BooleanField(help_text="The customer accepts the project here.")
    vendor_role = serializers.CharField()
    customer_role = serializers.CharField()
    vendor_approver = serializers.CharField(
        source="vendor_approver.key", allow_null=True, default=None
    )
    customer_approver = serializers.CharField(
        source="customer_approver.key", allow_null=True, default=None
    )
    answer_days = serializers.IntegerField(help_text="Working days that approvers have to answer.")
    uses_silence = serializers.BooleanField(
        help_text="Silence may count, by the clause of the SOW in `passive-clauses`."
    )
    state = serializers.ChoiceField(Gate.State.choices)
    standing = serializers.ChoiceField(STANDINGS)
    round = serializers.IntegerField(help_text="How often it was asked.")
    passed_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField(help_text="Counts its changes.")
    waiting_for = WaitingFields(source="waiting", many=True)


@extend_schema_serializer(
    examples=[OpenApiExample("Later", {"due_on": "2026-09-25"}, request_only=True)]
)
class GateChanges(serializers.Serializer[Any]):
    """What may be changed while nobody is asked; what is not sent stays."""

    phase = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="Place of the phase in the plan, from 1."
    )
    title = serializers.CharField(max_length=200)
    confirms = serializers.CharField(
        max_length=LONGEST_WORDS, help_text="Name the documents with their version."
    )
    due_on = PlanDay()
    vendor_approver = KeyField(
        allow_null=True, required=False, help_text="E-mail of a colleague; null: nobody yet."
    )
    customer_approver = KeyField(
        allow_null=True, required=False, help_text="Key of a contact of the customer."
    )
    answer_days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, required=False)
    is_acceptance = serializers.BooleanField(required=False)
    uses_silence = serializers.BooleanField(
        required=False, help_text="Only where a clause of the SOW is recorded."
    )


@extend_schema_serializer(examples=[OpenApiExample("A gate", NEW, request_only=True)])
class NewGate(GateChanges):
    """A further gate of a project with a plan."""

    project = KeyField(help_text="Key of the project.")


class GateRows(OfProjects):
    noun, plural = "gate", "gates"
    scope_to_read, scope_to_write = "projects:read", "gates:write"
    shape = GateFields

    def found(self) -> QuerySet[Any]:
        asked = unanswered().order_by("side", "pk")
        rows: QuerySet[Any] = Gate.objects.select_related(
            "project__customer", "phase", "vendor_approver", "customer_approver"
        )
        return self.of_seen_projects(rows).prefetch_related(
            Prefetch("sign_offs", asked, to_attr="waiting")
        )

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        for gate in rows:
            for sign_off in gate.waiting:
                sign_off.is_overdue = sign_off.deadline_on < self.today
            late = any(one.is_overdue for one in gate.waiting)
            gate.standing = "overdue" if late else str(gate.state)
        return rows


class GateRecord(GateRows, Record):
    """One of them by its number."""

    def names(self) -> dict[str, Any]:
        return {"pk": self.kwargs["pk"]}


class Gates(GateRows, Collection):
    """Gates, in the order in which they are due."""

    sorts = {"due_on": "due_on", "id": "pk"}
    filters = (
        filters.text("project", "project__key", help="Key of the project."),
        filters.text("customer", "project__customer__key", help="Key of the customer."),
        filters.choice("state", "state", Gate.State.choices),
        filters.flag("is_acceptance", "is_acceptance"),
        filters.day("due_until", "due_on__lte"),
    )
    new = NewGate

    def make(self, given: Given) -> Any:
        """Add a gate to the end of a phase. Nobody is asked by it yet."""
        project = self.project_named(given.pop("project"))
        made = add_gate(project=project, values=_values(project, given), by=self.person)
        return self.found().get(pk=made.pk)


class OneGate(GateRecord, Item):
    """One gate."""

    changes = GateChanges
    removable = True

    def change(self, row: Any, given: Given) -> None:
        """Change a gate that nobody is asked about."""
        edit_gate(gate=row, seen=row.version, values=_values(row.project, given), by=self.person)

    def remove(self, row: Any) -> None:
        """Take a gate away that nobody was ever asked about."""
        remove_gate(gate=row, by=self.person)


def _values(project: Project, given: Given) -> Given:
    """As the actions of gates take them.

    Raises:
        ValidationError: a phase, a colleague or a contact that there is not; silence without a clause.
    """
    values = dict(given)
    if "phase" in values:
        place = values["phase"]
        values["phase"] = Phase.objects.filter(project=project, position=place).first()
        if values["phase"] is None:
            raise serializers.ValidationError(
                {"phase": [_("The plan of the project has no phase at this place.")]}
            )
    if values.get("vendor_approver") is not None:
        values["vendor_approver"] = colleague_of(values["vendor_approver"], "vendor_approver")
    if values.get("customer_approver") is not None:
        values["customer_approver"] = contact_of(
            project, values["customer_approver"], "customer_approver"
        )
    if values.get("uses_silence") and clause_of(project) is None:
        raise serializers.ValidationError(
            {"uses_silence": [_("No clause of the SOW is recorded, so silence never counts.")]}
        )
    return values


def colleague_of(key: str, field: str) -> Colleague:
    """
    Raises:
        ValidationError: nobody of ours has this key.
    """
    found: Colleague | None = Colleague.objects.filter(key=key).first()
    if found is None:
        raise serializers.ValidationError({field: [_("There is no such colleague.")]})
    return found
