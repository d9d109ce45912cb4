"""Nights computed again, for other programs: asked for, who differs and why, restating by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Record, Resource, Verb
from segmentation.actions.replay_claims import retry_replay
from segmentation.actions.replay_requests import ReplayRefused, request_replay, request_restating
from segmentation.labels import REPLAY_PARTS, REPLAY_REASONS, REPLAY_REFUSALS
from segmentation.models import Night, Replay, ReplayDifference
from segmentation.queries.replays import differences_of
from segmentation.queries.scopes import everybody, widest_scope
from segmentation.queries.stored import latest_night, parse_day
from segmentation.tasks import enqueue_due

LATEST = "latest"
EXAMPLE: dict[str, Any] = {
    "id": 8,
    "night": "2026-11-20",
    "facts": "now",
    "rules": "then",
    "state": "done",
    "asked_at": "2026-11-22T09:30:00+08:00",
    "asked_by": "ida@vendor.example",
    "finished_at": "2026-11-22T09:30:07+08:00",
    "seconds": 5.1,
    "error": "",
    "customers": 1042,
    "differing": 4,
    "is_same": False,
    "is_alarm": False,
    "stored_digest": "3f1c…",
    "digest": "77aa…",
    "known_at": "2026-11-22T09:30:02+08:00",
    "stored_known_at": "2026-11-21T02:00:04+08:00",
    "restate_because": "",
    "restated_at": None,
    "restates_following": False,
}
DIFFERENCE: dict[str, Any] = {
    "customer": "C-1042",
    "presence": "both",
    "parts": ["tier", "scores"],
    "reasons": ["late_data"],
    "late_facts": ["payments"],
    "stored": {"tier": "low"},
    "computed": {"tier": "high"},
}


@extend_schema_serializer(examples=[OpenApiExample("A replay", EXAMPLE, response_only=True)])
class ReplayFields(Shaped):
    """A stored night computed again, beside it. `is_same`: it says what is stored; `is_alarm`: it should
    have, and does not."""

    id = serializers.IntegerField()
    night = serializers.DateField(source="night.as_of")
    facts = serializers.ChoiceField(Replay.Facts.choices, help_text="As known then, or now.")
    rules = serializers.ChoiceField(Replay.Rules.choices)
    state = serializers.ChoiceField(Night.State.choices)
    asked_at = serializers.DateTimeField()
    asked_by = serializers.CharField(source="asked_by.email", allow_null=True, default=None)
    finished_at = serializers.DateTimeField(allow_null=True)
    seconds = serializers.FloatField(allow_null=True)
    error = serializers.CharField()
    customers = serializers.IntegerField(allow_null=True)
    differing = serializers.IntegerField(allow_null=True, help_text="Customers; null: not yet.")
    is_same = serializers.BooleanField()
    is_alarm = serializers.BooleanField()
    stored_digest = serializers.CharField()
    digest = serializers.CharField(help_text="Empty: not computed yet.")
    known_at = serializers.DateTimeField(allow_null=True)
    stored_known_at = serializers.DateTimeField(allow_null=True)
    restate_because = serializers.CharField(help_text="Empty: nobody asked to restate by it.")
    restated_at = serializers.DateTimeField(allow_null=True)
    restates_following = serializers.BooleanField()


@extend_schema_serializer(examples=[OpenApiExample("A customer", DIFFERENCE, response_only=True)])
class DifferenceFields(Shaped):
    """A customer of whom the replay says something else than the stored night: column by column as the
    command `tiers` names them."""

    customer = serializers.CharField(source="key", help_text="Key of the customer.")
    presence = serializers.ChoiceField(ReplayDifference.Presence.choices)
    parts = serializers.ListField(child=serializers.ChoiceField(list(REPLAY_PARTS.items())))
    reasons = serializers.ListField(child=serializers.ChoiceField(list(REPLAY_REASONS.items())))
    late_facts = serializers.ListField(child=serializers.CharField())
    stored = serializers.DictField()
    computed = serializers.DictField()


@extend_schema_serializer(examples=[OpenApiExample("As known now", {"facts": "now"})])
class NewReplay(serializers.Serializer[Any]):
    """From what was known then or is known now. What was known then is computed by the rules of then."""

    facts = serializers.ChoiceField(Replay.Facts.choices)
    rules = serializers.ChoiceField(Replay.Rules.choices, required=False, default=Replay.Rules.THEN)


@extend_schema_serializer(
    examples=[OpenApiExample("A reason", {"reason": "Payments of March came late."})]
)
class Restating(serializers.Serializer[Any]):
    """Why, and whether the stored nights after it are computed again and restated too."""

    reason = serializers.CharField(max_length=500)
    following = serializers.BooleanField(required=False, default=False)


class _OfList(serializers.CharField):
    """A word, as a list that has to be in another."""

    def to_internal_value(self, data: Any) -> Any:
        return [super().to_internal_value(data)]


def _held(name: str, lookup: str, known: list[str]) -> filters.Filter:
    return filters.Filter(name, lookup, _OfList, str, choices=known)


class ReplayRows(Resource):
    noun, plural = "replay", "replays"
    scope_to_read, scope_to_write = "nights:read", "replays:write"
    shape: ClassVar[type[Shaped]] = ReplayFields

    def night(self) -> Night:
        """
        Raises:
            Http404: there is none.
        """
        asked = self.kwargs["as_of"]
        day = parse_day(asked)
        found = latest_night() if asked == LATEST else None
        if day is not None:
            found = Night.objects.filter(as_of=day).first()
        if found is None:
            raise Http404
        return found

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = Replay.objects.filter(night=self.night())
        return rows.select_related("night", "asked_by").defer("night__context")


class Replays(ReplayRows, Collection):
    """How a night was computed again, the latest first."""

    sorts = {"-id": "pk"}
    filters = (filters.choice("state", "state", Night.State.choices),)
    new = NewReplay

    def make(self, given: Given) -> Any:
        """Ask for a night to be computed again; a worker does it, and nothing of the night changes."""
        with told_refusals():
            made = request_replay(night=self.night(), by=self.person, **given)
        enqueue_due(self.tenant)
        return self.found().get(pk=made.pk)


class ReplayRecord(ReplayRows, Record):
    """Of a night."""

    def names(self) -> dict[str, Any]:
        return {"pk": self.kwargs["pk"]}


class OneReplay(ReplayRecord, Item):
    """One of them."""


class ReplayRestatement(ReplayRecord, Verb):
    verb = "restate_by"
    needs = Restating

    def act(self, row: Any, given: Given) -> None:
        """Have the night say what a replay of what is known now said; a worker does it. Both digests
        and the reason stay in the audit log."""
        with told_refusals():
            request_restating(replay=row, by=self.person, **given)
        enqueue_due(self.tenant)


class ReplayRetry(ReplayRecord, Verb):
    verb = "retry"

    def act(self, row: Any, given: Given) -> None:
        """Try a replay again that failed or was given up."""
        if row.state not in (Night.State.DEAD, Night.State.FAILED):
            raise Conflict(str(REPLAY_REFUSALS["not_failed"]))
        with told_refusals():
            retry_replay(replay=row)
        enqueue_due(self.tenant)


class ReplayDifferences(ReplayRecord, Collection):
    """Who differs, of the customers that the token sees."""

    noun, plural = "replay_difference", "replay_differences"
    shape = DifferenceFields
    sorts = {"customer": "key"}
    filters = (
        filters.text("customer", "key", many=True, help="Keys with commas between."),
        _held("part", "parts__contains", list(REPLAY_PARTS)),
        _held("reason", "reasons__contains", list(REPLAY_REASONS)),
    )

    def found(self) -> QuerySet[Any]:
        replay = super().found().filter(pk=self.kwargs["pk"]).first()
        if replay is None:
            raise Http404
        scope = everybody() if self.member is None else widest_scope(self.member)
        return differences_of(replay, scope)


@contextmanager
def told_refusals() -> Iterator[None]:
    """
    Raises:
        Conflict: what was asked of a replay is not done.
    """
    try:
        yield
    except ReplayRefused as error:
        raise Conflict(str(REPLAY_REFUSALS[error.code])) from error
