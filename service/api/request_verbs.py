"""What other programs do to requests: ask again, vote, merge, decide."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest.problems import Conflict
from accounts.rest.views import Given, Verb
from segmentation.actions.turns import Turn, take_turn
from service.actions.request_decisions import Decision, decide_request
from service.actions.requests import (
    RequestConflict,
    capture_ask,
    merge_request,
    separate_request,
    vote,
    withdraw_vote,
)
from service.api.requests import (
    LANGUAGES,
    NewRequest,
    RequestRows,
    Words,
    asking,
    named_contact,
)
from service.models import Request, Vote
from service.queries.request_merges import of_request

LONGEST_ANSWER = 5000


class Voting(serializers.Serializer[Any]):
    """Whose vote: the key of a customer, and who of it said so."""

    customer = serializers.CharField(max_length=200)
    contact = serializers.CharField(
        max_length=200, required=False, allow_null=True, default=None, help_text="Key."
    )


class Withdrawing(serializers.Serializer[Any]):
    """Whose vote: the key of a customer."""

    customer = serializers.CharField(max_length=200)


class Merging(serializers.Serializer[Any]):
    """The request that it is the same as, by its id."""

    into = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


@extend_schema_serializer(
    examples=[OpenApiExample("Planned", {"status": "planned", "planned_for": "2027-Q1"})]
)
class Deciding(serializers.Serializer[Any]):
    """A state; declining needs an answer, planning a time. `language`: of those of whom none is
    known."""

    status = serializers.ChoiceField(Request.Status.choices)
    planned_for = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    answers = Words(
        LONGEST_ANSWER, required=False, default=dict,
        help_text="Language → what those who asked are told; they are written to.",
    )  # fmt: skip
    language = serializers.ChoiceField(LANGUAGES, required=False, allow_blank=True, default="")
    note = serializers.CharField(
        max_length=LONGEST_ANSWER, required=False, allow_blank=True, default="",
        help_text="Why, for colleagues.",
    )  # fmt: skip


class RequestVerb(RequestRows, Verb):
    """Actions take the rows that they need, in the order that merging needs."""

    turn: Turn | None = None

    def row(self, *, locked: bool = False) -> Any:
        if locked and self.turn is not None:
            take_turn(self.turn)
        found = self.found().filter(**self.names()).first()
        if found is None:
            raise Http404
        return found


class RequestAsking(RequestVerb):
    verb = "ask_for"
    needs = NewRequest

    def act(self, row: Any, given: Given) -> Any:
        """Write down that another customer asks for it, in that customer's words."""
        customer = self.customer_named(given.pop("customer"))
        capture_ask(
            customer=customer, asking=asking(customer, given, self.today), today=self.today,
            onto=row, by=self.person,
        )  # fmt: skip


class RequestVoting(RequestVerb):
    verb = "vote_for"
    needs = Voting

    def act(self, row: Any, given: Given) -> Any:
        """Count a customer among those who want it; once, however often it is said."""
        customer = self.customer_named(given["customer"])
        contact = named_contact(customer, given["contact"]) if given["contact"] else None
        vote(request=row, customer=customer, contact=contact, by=self.person)


class RequestWithdrawing(RequestVerb):
    verb = "withdraw_vote_for"
    needs = Withdrawing

    def act(self, row: Any, given: Given) -> Any:
        """Take a customer's vote back; what it asked for in its own words stays."""
        customer = self.customer_named(given["customer"])
        cast = Vote.objects.filter(of_request(row), customer=customer).first()
        if cast is None:
            raise Conflict(_("This customer did not vote for it."))
        withdraw_vote(vote=cast, by=self.person)


class RequestMerging(RequestVerb):
    verb = "merge"
    scope_to_write = "requests:decide"
    needs = Merging
    turn = Turn.MERGES

    def act(self, row: Any, given: Given) -> Any:
        """Let it stand under another: its askings and votes count there."""
        into = Request.objects.filter(pk=given["into"]).first()
        if into is None:
            raise serializers.ValidationError({"into": [_("There is no such request.")]})
        merge_request(request=row, into=into, by=self.person)


class RequestSeparating(RequestVerb):
    verb = "separate"
    scope_to_write = "requests:decide"
    turn = Turn.MERGES

    def act(self, row: Any, given: Given) -> Any:
        """Take a merged request out again, with everything asked for it."""
        separate_request(request=row, by=self.person)


class RequestDeciding(RequestVerb):
    verb = "decide"
    scope_to_write = "requests:decide"
    needs = Deciding

    def act(self, row: Any, given: Given) -> Any:
        """Decide it for everybody who asked, who are answered where there are words."""
        try:
            decide_request(
                request=row, seen=row.version, decision=Decision(**given), today=self.today,
                by=self.person,
            )  # fmt: skip
        except RequestConflict as error:
            raise Conflict(_("Somebody changed this request meanwhile.")) from error
