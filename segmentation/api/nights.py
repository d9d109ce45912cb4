"""Nights for other programs: what ran, what it said, what it refused; and asking for one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.queries.overview import has_customers
from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Record, Resource, Verb
from segmentation.actions.claims import retry_night
from segmentation.actions.night_requests import request_night
from segmentation.models import Night
from segmentation.queries.stored import latest_night, parse_day
from segmentation.tasks import enqueue_due

LATEST = "latest"
EXAMPLE: dict[str, Any] = {
    "as_of": "2026-11-20",
    "state": "done",
    "known_at": "2026-11-21T02:00:04+08:00",
    "zone": "Asia/Shanghai",
    "rules_version": 3,
    "customers": 1042,
    "scored": 987,
    "moves": 31,
    "seconds": 4.2,
    "attempts": 1,
    "asked_at": "2026-11-21T02:00:00+08:00",
    "finished_at": "2026-11-21T02:00:09+08:00",
    "digest": "3f1c…",
    "refusals": [],
    "error": "",
    "restated_at": None,
    "restated_because": "",
}


@extend_schema_serializer(examples=[OpenApiExample("A night", EXAMPLE, response_only=True)])
class NightFields(Shaped):
    """One computation for one day. Its result can be read where there is a ``digest``; equal inputs
    give an equal one."""

    as_of = serializers.DateField()
    state = serializers.ChoiceField(Night.State.choices)
    known_at = serializers.DateTimeField(
        allow_null=True, help_text="What was received later is not seen."
    )
    zone = serializers.CharField(help_text="In which its day ends; empty until it is computed.")
    rules_version = serializers.IntegerField(
        source="rule_set.version", allow_null=True, default=None, help_text="Null: the default."
    )
    customers = serializers.IntegerField(allow_null=True)
    scored = serializers.IntegerField(allow_null=True)
    moves = serializers.IntegerField(source="moves_count", allow_null=True)
    seconds = serializers.FloatField(allow_null=True)
    attempts = serializers.IntegerField()
    asked_at = serializers.DateTimeField(source="created_at")
    finished_at = serializers.DateTimeField(allow_null=True)
    digest = serializers.CharField(help_text="SHA-256; empty: nothing of it is stored.")
    refusals = serializers.ListField(
        child=serializers.DictField(), help_text="What was not scored, and why."
    )
    error = serializers.CharField()
    restated_at = serializers.DateTimeField(allow_null=True)
    restated_because = serializers.CharField()


class NothingMore(serializers.Serializer[Any]):
    """Nothing is told with it: an empty object."""


def stored_night(asked: str) -> Night:
    """The stored night of an address: a day, or ``latest``.

    Raises:
        Http404: there is none.
    """
    if asked == LATEST:
        found = latest_night()
    else:
        day = parse_day(asked)
        found = Night.objects.exclude(digest="").filter(as_of=day).first() if day else None
    if found is None:
        raise Http404
    return found


class NightRows(Resource):
    noun, plural = "night", "nights"
    scope_to_read, scope_to_write = "nights:read", "nights:write"
    shape = NightFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = Night.objects.select_related("rule_set")
        return rows.defer("context", "rule_set__rules")


class NightRecord(NightRows, Record):
    """By its day, or ``latest``."""

    def names(self) -> dict[str, Any]:
        asked = self.kwargs["as_of"]
        day = stored_night(LATEST).as_of if asked == LATEST else parse_day(asked)
        if day is None:
            raise Http404
        return {"as_of": day}


class Nights(NightRows, Collection):
    """Nights, the latest first."""

    sorts = {"-as_of": "as_of"}
    filters = (
        filters.choice("state", "state", Night.State.choices),
        filters.day("since", "as_of__gte", help="Of this day or later."),
        filters.day("until", "as_of__lte", help="Of this day or earlier."),
    )
    new = NothingMore

    def make(self, given: Given) -> Any:
        """Ask for the night of the day that ended last; a worker computes it."""
        if not has_customers():
            raise Conflict(_("There are no customers yet to compute a night for."))
        night, _is_new = request_night(tenant=self.tenant, by=self.person)
        if night.digest:
            words = _("The night of %(day)s is stored already.")
            raise Conflict(words % {"day": night.as_of.isoformat()})
        enqueue_due(self.tenant)
        return night


class OneNight(NightRecord, Item):
    """One night: a day as YYYY-MM-DD, or `latest` for the latest whose result is stored."""


class NightRetry(NightRecord, Verb):
    verb = "retry"

    def act(self, row: Any, given: Given) -> Any:
        """Try a night again that failed or was given up."""
        if row.state not in (Night.State.DEAD, Night.State.FAILED):
            raise Conflict(_("This night neither failed nor was given up."))
        retry_night(night=row, by=self.person)
        enqueue_due(self.tenant)
