"""Cases that are passed on to departments, and what was said about each, for other programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import Case, Department
from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes
from accounts.rest.views import Collection, Given, Verb
from service.actions.case_escalations import answer_escalation, escalate_case
from service.api.case_verbs import LONGEST_WHY, CaseVerb
from service.models import CaseEntry, CaseEscalation

EXAMPLE: dict[str, Any] = {
    "id": 14,
    "cause": "response",
    "department": 2,
    "lead": "ida@vendor.example",
    "why": "",
    "at": "2026-11-20T11:30:00+08:00",
    "by": None,
    "answered_at": None,
    "answered_by": None,
    "answer": "",
}
EXAMPLE_ENTRY: dict[str, Any] = {
    "id": 99,
    "kind": "change",
    "text": "",
    "data": {"what": "state", "before": "open", "after": "waiting"},
    "at": "2026-11-20T12:30:00+08:00",
    "name": "",
    "by": "mia@vendor.example",
}


@extend_schema_serializer(examples=[OpenApiExample("Passed on", EXAMPLE, response_only=True)])
class CaseEscalationFields(Shaped):
    """That a case was passed on to a department: because a clock ran out, or by hand. Department null:
    none takes such cases."""

    id = serializers.IntegerField()
    cause = serializers.CharField(help_text="response, resolution (not in time) or by_hand.")
    department = serializers.IntegerField(source="department_id", allow_null=True)
    lead = serializers.CharField(
        source="lead.user.email", allow_null=True, default=None, help_text="At that time."
    )
    why = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.email", allow_null=True, default=None)
    answered_at = serializers.DateTimeField(allow_null=True)
    answered_by = serializers.CharField(source="answered_by.email", allow_null=True, default=None)
    answer = serializers.CharField()


@extend_schema_serializer(examples=[OpenApiExample("A change", EXAMPLE_ENTRY, response_only=True)])
class CaseEntryFields(Shaped):
    """What was said about a case or done with it; `data`: of a change what it was about. `name`: who
    it was, as they were called then."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(CaseEntry.Kind.choices)
    text = serializers.CharField()
    data = Attributes()  # type: ignore[assignment]
    at = serializers.DateTimeField()
    name = serializers.CharField()
    by = serializers.CharField(source="by.email", allow_null=True, default=None)


class EscalatingCase(serializers.Serializer[Any]):
    """To which department, by its id, and why."""

    department = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    why = serializers.CharField(max_length=LONGEST_WHY)


class AnsweringCaseEscalation(serializers.Serializer[Any]):
    """Which escalation, by its id, and what is done about it."""

    escalation = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    answer = serializers.CharField(max_length=LONGEST_WHY)


class OfCase(Collection):
    """Rows of the case that the address names, for who sees its customer."""

    scope_to_read = "cases:read"

    def case(self) -> Case:
        """
        Raises:
            Http404: there is none, or not for this token.
        """
        found = self.of_seen_customers(Case.objects.all()).filter(key=self.kwargs["key"]).first()
        if found is None:
            raise Http404
        case: Case = found
        return case


class CaseEscalations(OfCase):
    """That a case was passed on, the latest first."""

    noun, plural = "case_escalation", "case_escalations"
    shape = CaseEscalationFields
    sorts = {"-at": "at"}
    filters = (filters.flag("is_open", "answered_at__isnull", help="Nobody has answered yet."),)

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = CaseEscalation.objects.filter(case=self.case())
        return rows.select_related("lead__user", "by", "answered_by")


class CaseEntries(OfCase):
    """What was said about a case and done with it, the first first."""

    noun, plural = "case_entry", "case_entries"
    shape = CaseEntryFields
    sorts = {"at": "pk"}
    filters = (filters.choice("kind", "kind", CaseEntry.Kind.choices),)

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = CaseEntry.objects.filter(case=self.case())
        return rows.select_related("by")


class CasePassingOn(CaseVerb, Verb):
    verb = "escalate"
    needs = EscalatingCase

    def act(self, row: Any, given: Given) -> Any:
        """Pass it on to a department, whose lead is told."""
        self.work(row)
        departments = Department.objects.filter(is_active=True, takes_cases=True)
        department = departments.select_related("lead__user").filter(pk=given["department"]).first()
        if department is None:
            raise serializers.ValidationError(
                {"department": [_("No department with this id takes cases.")]}
            )
        escalate_case(
            case=row, department=department, why=given["why"], tenant=self.tenant, by=self.person
        )


class CaseAnsweringEscalation(CaseVerb, Verb):
    verb = "answer_escalation_of"
    needs = AnsweringCaseEscalation

    def act(self, row: Any, given: Given) -> Any:
        """Say what the department does about it; with the last open one the case lies there no more."""
        self.work(row)
        found = CaseEscalation.objects.filter(case=row, pk=given["escalation"]).first()
        if found is None:
            raise serializers.ValidationError(
                {"escalation": [_("This case has no escalation with this id.")]}
            )
        answer_escalation(
            escalation=found, answer=given["answer"], tenant=self.tenant, by=self.person
        )
