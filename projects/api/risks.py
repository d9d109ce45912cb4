"""Risks and issues of projects for other programs: raised, changed, settled."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Named, colleagues
from accounts.rest.views import Collection, Given, Item, Record, Verb
from projects.actions.risks import SAYABLE, edit_risk, let_happen, raise_risk, settle_risk
from projects.api.ground import KeyField, OfProjects, PlanDay, contact_of
from projects.models import Level, Project, Risk, Side
from projects.queries.risks import weighed

LONGEST_TEXT, LONGEST_WHY = 5000, 2000
EXAMPLE = {
    "project": "P-88", "number": 3, "kind": "risk", "title": "Old payroll data is late",
    "probability": 2, "impact": 3, "weight": 6, "side": "customer", "person": None,
    "contact": "ann@aurora.example", "due_on": "2026-09-30", "mitigation": "Test with one site.",
    "text": "", "raised_on": "2026-09-01", "raised_by": "lee@vendor.example", "state": "open",
    "state_why": "", "state_at": None, "came_of": None, "changed_at": "2026-09-01T15:20:00+08:00",
}  # fmt: skip
LEVELS = "1 low, 2 medium, 3 high."


@extend_schema_serializer(examples=[OpenApiExample("A risk", EXAMPLE, response_only=True)])
class ProjectRiskFields(Shaped):
    """A risk (it may happen) or an issue (it has) of a project, with who looks after it."""

    project = serializers.CharField(source="project.key")
    number = serializers.IntegerField(help_text="Unique within the project.")
    kind = serializers.ChoiceField(Risk.Kind.choices)
    title = serializers.CharField()
    probability = serializers.IntegerField(
        allow_null=True, help_text=f"{LEVELS} Null: an issue is there already."
    )
    impact = serializers.IntegerField(help_text=LEVELS)
    weight = serializers.IntegerField(help_text="Probability times impact, 1 to 9.")
    side = serializers.ChoiceField(Side.choices)
    person = serializers.CharField(source="person.key", allow_null=True, default=None)
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    due_on = serializers.DateField(allow_null=True)
    mitigation = serializers.CharField()
    text = serializers.CharField()
    raised_on = serializers.DateField()
    raised_by = serializers.CharField(source="raised_by.email", allow_null=True, default=None)
    state = serializers.ChoiceField(Risk.State.choices)
    state_why = serializers.CharField()
    state_at = serializers.DateTimeField(allow_null=True)
    came_of = serializers.IntegerField(
        source="came_of.number", allow_null=True, default=None,
        help_text="Number of the risk that has happened with this issue.",
    )  # fmt: skip
    changed_at = serializers.DateTimeField()


class ProjectRiskChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays. Who names a person names the side with it."""

    title = serializers.CharField(max_length=300)
    probability = serializers.ChoiceField(Level.choices, help_text=LEVELS)
    impact = serializers.ChoiceField(Level.choices, help_text=LEVELS)
    side = serializers.ChoiceField(Side.choices, help_text="Alone: nobody is named there any more.")
    person = Named(among=colleagues, max_length=200, help_text="Key of a colleague.")
    contact = KeyField(allow_null=True, help_text="Key of the customer's contact.")
    due_on = PlanDay(allow_null=True)
    mitigation = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True)
    text = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A risk",
            {
                "project": "P-88", "kind": "risk", "title": "Old payroll data is late",
                "probability": 2, "impact": 3, "side": "customer",
            },
            request_only=True,
        )
    ]
)  # fmt: skip
class NewProjectRisk(serializers.Serializer[Any]):
    """What may go wrong, or has. An issue has no probability."""

    project = KeyField(help_text="Key of the project.")
    kind = serializers.ChoiceField(Risk.Kind.choices, default=Risk.Kind.RISK)
    title = serializers.CharField(max_length=300)
    probability = serializers.ChoiceField(Level.choices, default=Level.MEDIUM, help_text=LEVELS)
    impact = serializers.ChoiceField(Level.choices, default=Level.MEDIUM, help_text=LEVELS)
    side = serializers.ChoiceField(Side.choices, default=Side.VENDOR)
    person = Named(among=colleagues, max_length=200, default=None)
    contact = KeyField(allow_null=True, default=None, help_text="Key of the customer's contact.")
    due_on = PlanDay(allow_null=True, default=None)
    mitigation = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, default="")
    text = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, default="")


@extend_schema_serializer(
    examples=[
        OpenApiExample("Closed", {"state": "closed", "why": "The data came."}, request_only=True)
    ]
)
class Settling(serializers.Serializer[Any]):
    """Where it stands now, and why."""

    state = serializers.ChoiceField([(state.value, state.label) for state in SAYABLE])
    why = serializers.CharField(max_length=LONGEST_WHY)


class Happening(serializers.Serializer[Any]):
    """What has happened."""

    why = serializers.CharField(max_length=LONGEST_WHY)


class RiskRows(OfProjects):
    noun, plural = "risk", "risks"
    scope_to_read, scope_to_write = "projects:read", "risks:write"
    shape = ProjectRiskFields

    def found(self) -> QuerySet[Any]:
        rows = weighed(self.of_seen_projects(Risk.objects.all()))
        return rows.select_related("project", "person", "contact", "raised_by", "came_of")


class RiskRecord(RiskRows, Record):
    """By its project and its number."""

    def names(self) -> dict[str, Any]:
        return {"project__key": self.kwargs["project"], "number": self.kwargs["number"]}


class Risks(RiskRows, Collection):
    """Risks and issues, the weightiest first."""

    scope_to_write = "risks:raise"
    sorts = {"-weight": "weighs", "due_on": "due_on", "raised_on": "raised_on",
             "changed_at": "changed_at"}  # fmt: skip
    filters = (
        filters.text("project", "project__key", many=True, help="Keys with commas between."),
        filters.text("customer", "project__customer__key", help="Key of the customer."),
        filters.choice("state", "state", Risk.State.choices),
        filters.choice("kind", "kind", Risk.Kind.choices),
        filters.text("person", "person__key", help="Key of the colleague who looks after it."),
        filters.changed_since("changed_at"),
    )
    new = NewProjectRisk

    def make(self, given: Given) -> Any:
        """Write down what may go wrong, or what has."""
        project = self.project_named(given["project"])
        values = {name: given[name] for name in ("title", "text", "probability", "impact",
                                                 "due_on", "mitigation")}  # fmt: skip
        made = raise_risk(
            project=project, kind=given["kind"], values=values | _owner(project, given),
            raised_on=self.today, by=self.person,
        )  # fmt: skip
        return self.found().get(pk=made.pk)


class OneRisk(RiskRecord, Item):
    """One risk or issue."""

    changes = ProjectRiskChanges

    def change(self, row: Any, given: Given) -> None:
        """Change what is known of it."""
        if row.kind == Risk.Kind.ISSUE and "probability" in given:
            raise serializers.ValidationError(
                {"probability": [_("An issue is there already: it has none.")]}
            )
        values = {name: value for name, value in given.items() if name not in _OWNER}
        values |= _owner(row.project, given)
        edit_risk(risk=row, seen=row.version, values=values, by=self.person)


class RiskSettling(RiskRecord, Verb):
    verb = "settle"
    needs = Settling

    def act(self, row: Any, given: Given) -> Any:
        """Say that it is mitigated or closed, or open again, and why."""
        settle_risk(risk=row, seen=row.version, by=self.person, **given)


class RiskHappening(RiskRecord, Verb):
    verb = "let_happen"
    needs = Happening
    makes = ProjectRiskFields

    def act(self, row: Any, given: Given) -> Any:
        """Say that a risk has happened: it stays as it was, and an issue is made of it, which is
        answered."""
        issue = let_happen(
            risk=row, seen=row.version, why=given["why"], today=self.today, by=self.person
        )
        return self.found().get(pk=issue.pk)


_OWNER = ("side", "person", "contact")


def _owner(project: Project, given: Given) -> dict[str, Any]:
    """Who looks after it, as screens say it: a person of a side, or a side alone. Nothing where
    nobody says.

    Raises:
        ValidationError: two people, or nobody of the customer has the key.
    """
    person, contact = given.get("person"), given.get("contact")
    if person is not None and contact is not None:
        raise serializers.ValidationError(
            {"contact": [_("Name a colleague or a contact, not both.")]}
        )
    if contact is not None:
        return {"side": Side.CUSTOMER, "person": None, "contact": contact_of(project, contact)}
    if person is not None:
        return {"side": Side.VENDOR, "person": person, "contact": None}
    if "side" in given:
        return {"side": given["side"], "person": None, "contact": None}
    return {name: None for name in ("person", "contact") if name in given}
