"""What is said about cases and done with them by other programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import Case
from accounts.rest.shapes import Shaped
from accounts.rest.values import Named, colleagues
from accounts.rest.views import Given, Verb
from service.actions.case_states import (
    close_case,
    go_on,
    reopen_case,
    solve_case,
    wait_for_customer,
)
from service.actions.case_words import answer_customer, hear_customer, note_internally
from service.actions.cases import LONGEST_TEXT, assign_cases, change_priority
from service.api.cases import CaseRecord
from service.models import CaseEntry

LONGEST_WHY = 2000
EXAMPLE: dict[str, Any] = {
    "kind": "customer",
    "text": "It happens again since noon.",
    "name": "Ann Wu",
    "at": "2026-11-20T12:30:00+08:00",
}


class NewWords(serializers.Serializer[Any]):
    """What was said about a case."""

    kind = serializers.ChoiceField(
        CaseEntry.Kind.choices[:3],
        help_text="`customer`: the customer's words; `answer`: words to the customer, who is written to; "
        "`note`: for us alone. The last two need the token of a person.",
    )
    text = serializers.CharField(max_length=LONGEST_TEXT)


@extend_schema_serializer(examples=[OpenApiExample("Words", EXAMPLE, response_only=True)])
class CaseWords(Shaped):
    """What was said, by whom, when."""

    kind = serializers.ChoiceField(CaseEntry.Kind.choices)
    text = serializers.CharField()
    name = serializers.CharField()
    at = serializers.DateTimeField()


class Why(serializers.Serializer[Any]):
    """Why."""

    why = serializers.CharField(max_length=LONGEST_WHY)


class Solving(serializers.Serializer[Any]):
    """Words to the customer: what was done."""

    text = serializers.CharField(max_length=LONGEST_TEXT)


class Assigning(serializers.Serializer[Any]):
    """To whom, by the key of a colleague."""

    owner = Named(among=colleagues, allow_null=False)
    why = serializers.CharField(
        max_length=LONGEST_WHY, required=False, allow_blank=True, default=""
    )


class Prioritising(serializers.Serializer[Any]):
    """How urgent it is, and why."""

    priority = serializers.ChoiceField(Case.Priority.choices)
    why = serializers.CharField(max_length=500)


class CaseVerb(CaseRecord, Verb):
    """Something done to a case."""


class CaseSaying(CaseVerb):
    verb = "add_words_to"
    needs = NewWords
    makes = CaseWords

    def act(self, row: Any, given: Given) -> CaseEntry:
        """Write down what the customer said, answer, or note something."""
        self.work(row)
        kind, text = given["kind"], given["text"]
        if kind == CaseEntry.Kind.CUSTOMER:
            name = row.contact.name if row.contact else self.token.name
            return hear_customer(case=row, text=text, tenant=self.tenant, name=name, by=self.person)
        if kind == CaseEntry.Kind.NOTE:
            return note_internally(case=row, text=text, by=self.somebody())
        said = answer_customer(case=row, text=text, tenant=self.tenant, by=self.somebody())
        return said.entry


class CaseAssigning(CaseVerb):
    verb = "assign"
    needs = Assigning

    def act(self, row: Any, given: Given) -> Any:
        """Let somebody look after it, who is told."""
        self.work(row)
        assign_cases(case_ids=[row.pk], tenant=self.tenant, by=self.person, **given)


class CasePrioritising(CaseVerb):
    verb = "prioritise"
    needs = Prioritising

    def act(self, row: Any, given: Given) -> Any:
        """Say how urgent it is; its clock is set anew."""
        seen = self.work(row).version
        change_priority(case=row, seen=seen, tenant=self.tenant, by=self.person, **given)


class CaseWaiting(CaseVerb):
    verb = "let_wait"
    needs = Why

    def act(self, row: Any, given: Given) -> Any:
        """Stop the clock of the solution until the customer answers."""
        wait_for_customer(case=row, seen=self.work(row).version, by=self.person, **given)


class CaseGoingOn(CaseVerb):
    verb = "go_on_with"
    needs = Why

    def act(self, row: Any, given: Given) -> Any:
        """Start the clock again: the customer is not waited for any more."""
        seen = self.work(row).version
        go_on(case=row, seen=seen, tenant=self.tenant, by=self.person, **given)


class CaseSolving(CaseVerb):
    verb = "solve"
    needs = Solving

    def act(self, row: Any, given: Given) -> Any:
        """Say to the customer what was done, and ask how satisfied they are."""
        self.work(row)
        solve_case(case=row, tenant=self.tenant, by=self.somebody(), **given)


class CaseClosing(CaseVerb):
    verb = "close"
    needs = Why

    def act(self, row: Any, given: Given) -> Any:
        """End it: a solved one for good, another one without a solution."""
        seen = self.work(row).version
        close_case(case=row, seen=seen, tenant=self.tenant, by=self.person, **given)


class CaseReopening(CaseVerb):
    verb = "reopen_solved"
    needs = Why

    def act(self, row: Any, given: Given) -> Any:
        """Open it again; a new clock starts."""
        self.work(row)
        reopen_case(case=row, tenant=self.tenant, by=self.somebody(), **given)
