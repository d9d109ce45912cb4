"""Messages that could not be taken, for other programs: read word by word, sent again, put aside."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest import filters
from accounts.rest.base import ApiView
from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import IDEMPOTENCY, refusals
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Item, Resource, given_to
from segmentation.actions.dead_letters import discard_letters, reopen_letters, replay_letters
from segmentation.models import DeadLetter
from segmentation.source_labels import REMEDIES

# Sent again, each may take ten milliseconds.
MOST_AT_ONCE = 500
EXAMPLE: dict[str, Any] = {
    "id": 91,
    "received_at": "2026-11-20T09:30:00+08:00",
    "reason": "no_customer",
    "detail": "",
    "kind": "track",
    "event": "Order approved",
    "message_id": "ajs-6f2c",
    "write_key": 3,
    "sent_at": "2026-11-20T01:30:00Z",
    "state": "open",
    "decided_by": None,
    "decided_at": None,
}
DECIDED = refusals(400, 401, 403, 422, 429)


@extend_schema_serializer(examples=[OpenApiExample("A letter", EXAMPLE, response_only=True)])
class DeadLetterHead(Shaped):
    """A message that could not be taken as it is, and why."""

    id = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    reason = serializers.ChoiceField(DeadLetter.Reason.choices)
    detail = serializers.CharField(help_text="Which value; never the value itself.")
    kind = serializers.CharField()
    event = serializers.CharField()
    message_id = serializers.CharField()
    write_key = serializers.IntegerField(source="key_id", allow_null=True, help_text="Its id.")
    sent_at = serializers.CharField(help_text="As its client said.")
    state = serializers.ChoiceField(DeadLetter.State.choices)
    decided_by = serializers.CharField(source="decided_by.email", allow_null=True, default=None)
    decided_at = serializers.DateTimeField(allow_null=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A letter",
            EXAMPLE | {"body": '{"type": "track"}', "remedy": "Give context.groupId."},
            response_only=True,
        )
    ]
)
class DeadLetterFields(DeadLetterHead):
    """A message that could not be taken, with what was sent: JSON as it came, cut at 32 KB."""

    body = serializers.CharField()
    remedy = serializers.SerializerMethodField(help_text="What mends the cause, in words.")

    def get_remedy(self, row: DeadLetter) -> str:
        return str(REMEDIES.get(row.reason, ""))


@extend_schema_serializer(examples=[OpenApiExample("Letters", {"ids": [91, 92]})])
class ChosenLetters(serializers.Serializer[Any]):
    """Ids of dead letters; those in another state, or of nobody, are left as they are."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        min_length=1, max_length=MOST_AT_ONCE,
    )  # fmt: skip


@extend_schema_serializer(
    examples=[OpenApiExample("Sent again", {"taken": 1, "held": 0, "dead": 1}, response_only=True)]
)
class ReplayedLetters(serializers.Serializer[Any]):
    """What became of them: `taken`: written, or there already; `held`: they wait for a customer;
    `dead`: they cannot be taken yet, and say why anew."""

    taken = serializers.IntegerField()
    held = serializers.IntegerField()
    dead = serializers.IntegerField()


@extend_schema_serializer(examples=[OpenApiExample("Done", {"count": 2}, response_only=True)])
class CountedLetters(serializers.Serializer[Any]):
    """How many were done."""

    count = serializers.IntegerField()


class DeadLetterRows(Resource):
    noun, plural = "dead_letter", "dead_letters"
    scope_to_read = "dead_letters:read"
    shape: ClassVar[type[Shaped]] = DeadLetterHead

    def found(self) -> QuerySet[Any]:
        return DeadLetter.objects.select_related("decided_by")


class DeadLetters(DeadLetterRows, Collection):
    """Messages that could not be taken, those received last first."""

    sorts = {"-received_at": "received_at", "reason": "reason", "event": "event"}
    filters = (
        filters.choice("state", "state", DeadLetter.State.choices),
        filters.choice("reason", "reason", DeadLetter.Reason.choices),
        filters.whole("write_key", "key_id", least=1, most=2**63 - 1, help="Id of the key."),
        filters.text("event"),
        filters.text("message_id"),
        filters.moment("since", "received_at__gte", help="Received at this moment or later."),
        filters.moment("until", "received_at__lt", help="Received before this moment."),
    )

    def found(self) -> QuerySet[Any]:
        return super().found().defer("body")


class OneDeadLetter(DeadLetterRows, Item):
    """One dead letter, word by word."""

    shape = DeadLetterFields


class _Decision(ApiView):
    scope_to_read, scope_to_write = "dead_letters:read", "dead_letters:write"

    def ids(self, request: Request) -> list[int]:
        refuse_unknown(request, ())
        return sorted(set(given_to(ChosenLetters, request)["ids"]))


class DeadLetterReplays(_Decision):
    @extend_schema(
        operation_id="replay_dead_letters",
        tags=["dead_letters"],
        parameters=[IDEMPOTENCY],
        request=ChosenLetters,
        responses={200: ReplayedLetters, **DECIDED},
    )
    def post(self, request: Request) -> Response:
        """Take open dead letters as if they came now, with the rules in force now."""
        done = replay_letters(ids=self.ids(request), by=self.person)
        return Response({"taken": done.taken, "held": done.held, "dead": done.dead})


class DeadLetterDiscards(_Decision):
    @extend_schema(
        operation_id="discard_dead_letters",
        tags=["dead_letters"],
        parameters=[IDEMPOTENCY],
        request=ChosenLetters,
        responses={200: CountedLetters, **DECIDED},
    )
    def post(self, request: Request) -> Response:
        """Put open dead letters aside."""
        _record, count = discard_letters(ids=self.ids(request), by=self.person)
        return Response({"count": count})


class DeadLetterReopenings(_Decision):
    @extend_schema(
        operation_id="reopen_dead_letters",
        tags=["dead_letters"],
        parameters=[IDEMPOTENCY],
        request=ChosenLetters,
        responses={200: CountedLetters, **DECIDED},
    )
    def post(self, request: Request) -> Response:
        """Let dead letters that were put aside wait again."""
        return Response({"count": reopen_letters(ids=self.ids(request), by=self.person)})
