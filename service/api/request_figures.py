"""What was decided of requests, who voted, how many are taken up, and the months, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.permissions import may
from accounts.rest.listings import Listing
from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes
from accounts.rest.views import Collection, Given, Item, Resource
from service.actions.requests import open_voting
from service.models import Request, RequestDecision, RequestDigest, RequestSettings, Vote
from service.queries.request_merges import of_request
from service.queries.request_rates import Rate, last_year, quarters, rates

QUARTERS = 8
RATE: dict[str, Any] = {
    "since": "2025-11-24",
    "until": "2026-11-23",
    "received": 90,
    "taken": 40,
    "declined": 12,
    "share": 0.4444,
    "requests": 60,
    "requests_taken": 25,
}
DIGEST: dict[str, Any] = {
    "month": "2026-10-01",
    "made_at": "2026-11-02T07:00:00+08:00",
    "facts": {"shape": 1, "received": 12, "undecided": 30},
}
VOTE: dict[str, Any] = {
    "customer": "C-1042",
    "contact": None,
    "request": 88,
    "voted_at": "2026-11-02T07:00:00+08:00",
}
DECISION: dict[str, Any] = {
    "status": "planned",
    "planned_for": "2027-Q1",
    "answers": {"en": "It is planned."},
    "note": "",
    "decided_at": "2026-11-02T07:00:00+08:00",
    "decided_by": "pam@vendor.example",
}


@extend_schema_serializer(examples=[OpenApiExample("A year", RATE, response_only=True)])
class RequestRateFields(Shaped):
    """Of the askings of a span of days how many are accepted, planned or shipped by now. `requests`: how
    many requests they come to, each once."""

    since = serializers.DateField(source="first")
    until = serializers.DateField(source="last")
    received = serializers.IntegerField()
    taken = serializers.IntegerField()
    declined = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="Null: nothing was received.")
    requests = serializers.IntegerField()
    requests_taken = serializers.IntegerField()


class RequestRates(Listing):
    """The acceptance rate of a year, then of the last quarters, the running one first."""

    noun, plural = "request_rate", "request_rates"
    scope_to_read = "requests:read"
    shape = RequestRateFields

    def every(self) -> Sequence[Rate]:
        today: date = self.tenant.local_date(timezone.now())
        return rates([last_year(today), *quarters(today, QUARTERS)])


@extend_schema_serializer(examples=[OpenApiExample("A month", DIGEST, response_only=True)])
class RequestDigestFields(Shaped):
    """A month of requests as it stood when it had ended. `facts` holds the version of its own shape;
    amounts are missing for who may see none."""

    month = serializers.DateField(help_text="Its first day.")
    made_at = serializers.DateTimeField()
    facts = Attributes()


class DigestRows(Resource):
    noun, plural = "request_digest", "request_digests"
    scope_to_read = "requests:read"
    shape = RequestDigestFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = RequestDigest.objects.all()
        return rows

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        if self.member is None or may(self.member, "view_money"):
            return rows
        for row in rows:
            row.facts = {
                name: [{key: told for key, told in one.items() if key != "arr"} for one in value]
                if name == "by_customers"
                else value
                for name, value in row.facts.items()
                if name != "by_arr"
            }
        return rows


class RequestDigests(DigestRows, Collection):
    """The monthly digests for product management, the latest first."""

    sorts = {"-month": "month"}


class OneRequestDigest(DigestRows, Item):
    """One month, as `2026-10`."""

    def names(self) -> dict[str, Any]:
        try:
            return {"month": date.fromisoformat(f"{self.kwargs['month']}-01")}
        except ValueError:
            raise Http404 from None


class OfOneRequest(Collection):
    """Rows of the request that the address names, with those of what was merged into it."""

    scope_to_read = "requests:read"

    def the_request(self) -> Request:
        """
        Raises:
            Http404: there is none.
        """
        found: Request | None = Request.objects.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found


@extend_schema_serializer(examples=[OpenApiExample("A vote", VOTE, response_only=True)])
class RequestVoteFields(Shaped):
    """That a customer wants it too; `contact`: who of it said so."""

    customer = serializers.CharField(source="customer.key")
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    request = serializers.IntegerField(source="request_id", help_text="That the vote was for.")
    voted_at = serializers.DateTimeField()


class RequestVotes(OfOneRequest):
    """Who voted for a request, of the customers that the token sees, the latest first."""

    noun, plural = "request_vote", "request_votes"
    shape = RequestVoteFields
    sorts = {"-voted_at": "voted_at"}

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = Vote.objects.filter(of_request(self.the_request()))
        return self.of_seen_customers(rows.select_related("customer", "contact"))


@extend_schema_serializer(examples=[OpenApiExample("Planned", DECISION, response_only=True)])
class RequestDecisionFields(Shaped):
    """What was decided; a later one takes its place. `note`: why, for colleagues."""

    status = serializers.ChoiceField(Request.Status.choices)
    planned_for = serializers.CharField()
    answers = serializers.DictField(child=serializers.CharField(), help_text="Language → answer.")
    note = serializers.CharField()
    decided_at = serializers.DateTimeField()
    decided_by = serializers.CharField(source="decided_by.email", allow_null=True, default=None)


class RequestDecisions(OfOneRequest):
    """What was decided of a request, the latest first."""

    noun, plural = "request_decision", "request_decisions"
    shape = RequestDecisionFields
    sorts = {"-decided_at": "decided_at"}

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = RequestDecision.objects.filter(request=self.the_request())
        return rows.select_related("decided_by")


@extend_schema_serializer(examples=[OpenApiExample("Open", {"is_open": True}, response_only=True)])
class RequestVotingFields(Shaped):
    """Whether contacts see by their links what is shared, and vote."""

    is_open = serializers.BooleanField()


class RequestVotingChanges(serializers.Serializer[Any]):
    """Whether contacts may vote."""

    is_open = serializers.BooleanField()


class RequestVoting(Item):
    """Whether contacts vote on what is shared."""

    noun, plural = "request_voting", "requests"
    scope_to_read, scope_to_write = "requests:read", "requests:decide"
    shape = RequestVotingFields
    changes = RequestVotingChanges

    def row(self, *, locked: bool = False) -> Any:
        return {"is_open": RequestSettings.objects.filter(is_voting_open=True).exists()}

    def change(self, row: Any, given: Given) -> None:
        """Let contacts see what is shared and vote, or not."""
        if "is_open" in given:
            open_voting(is_open=given["is_open"], by=self.person)
