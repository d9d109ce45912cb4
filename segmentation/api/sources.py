"""How sending usage goes, for other programs: what came in the last hour, and what senders may do."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.base import ApiView
from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import refusals
from accounts.rest.shapes import Shaped
from accounts.rest.views import Given, Item
from segmentation.actions.ingest_settings import change_ingest_settings
from segmentation.models import IngestSettings
from segmentation.models.ingestion import MOST_EVENTS_PER_SECOND
from segmentation.queries.ingestion import ingest_settings
from segmentation.queries.sources import OUTCOMES, health, last_hour, waiting

LONGEST_KEPT = 3650
EXAMPLE: dict[str, Any] = {
    "last_at": "2026-11-20T09:30:00+08:00",
    "waiting": 0,
    "given_up": 0,
    "dead_letters": 3,
    "held": 12,
    "unknown_customers": 2,
    "last_hour": {"accepted": 6120, "duplicates": 4, "ignored": 60, "held": 2, "dead": 0},
    "minutes": [
        {
            "minute": "2026-11-20T09:30:00+08:00",
            "accepted": 102, "duplicates": 0, "ignored": 1, "held": 0, "dead": 0,
        }
    ],
}  # fmt: skip
SETTINGS: dict[str, Any] = {
    "create_customers": True,
    "update_customers": True,
    "create_contacts": True,
    "update_contacts": True,
    "events_per_second": 5000,
    "dead_letters_kept_days": 90,
}


class OutcomeCounts(serializers.Serializer[Any]):
    """What became of messages."""

    for _outcome in OUTCOMES:
        vars()[_outcome] = serializers.IntegerField()
    del _outcome


class MinuteCounts(OutcomeCounts):
    """Of a minute."""

    minute = serializers.DateTimeField()


@extend_schema_serializer(examples=[OpenApiExample("Sources", EXAMPLE, response_only=True)])
class SourceHealth(serializers.Serializer[Any]):
    """How it goes: the last message, requests that are kept and not worked off or given up, what
    somebody has to decide, and the last sixty minutes, the oldest first."""

    last_at = serializers.DateTimeField(allow_null=True)
    waiting = serializers.IntegerField()
    given_up = serializers.IntegerField()
    dead_letters = serializers.IntegerField()
    held = serializers.IntegerField()
    unknown_customers = serializers.IntegerField()
    last_hour = OutcomeCounts()
    minutes = MinuteCounts(many=True)


class Sources(ApiView):
    scope_to_read = "sources:read"

    @extend_schema(
        operation_id="read_sources",
        tags=["sources"],
        responses={200: SourceHealth, **refusals(400, 401, 403, 429)},
    )
    def get(self, request: Request) -> Response:
        """How sending usage goes now."""
        refuse_unknown(request, ())
        found, hour, decide = health(), last_hour(timezone.now()), waiting()
        counts = [
            {name: hour.counts[name][place] for name in OUTCOMES}
            for place in range(len(hour.minutes))
        ]
        told = {
            "last_at": found.last_at, "waiting": found.waiting, "given_up": found.given_up,
            "dead_letters": decide.dead, "held": decide.held,
            "unknown_customers": decide.customers,
            "last_hour": {name: hour.total(name) for name in OUTCOMES},
            "minutes": [
                {"minute": minute, **count}
                for minute, count in zip(hour.minutes, counts, strict=True)
            ],
        }  # fmt: skip
        return Response(SourceHealth(told).data)


@extend_schema_serializer(examples=[OpenApiExample("Settings", SETTINGS)])
class IngestSettingsFields(Shaped):
    """What calls of identify and group may do here, how much may come with a key that has no limit of
    its own, and how long what could not be taken is kept."""

    create_customers = serializers.BooleanField()
    update_customers = serializers.BooleanField()
    create_contacts = serializers.BooleanField()
    update_contacts = serializers.BooleanField()
    events_per_second = serializers.IntegerField(min_value=1, max_value=MOST_EVENTS_PER_SECOND)
    dead_letters_kept_days = serializers.IntegerField(min_value=1, max_value=LONGEST_KEPT)


class OneIngestSettings(Item):
    """What senders may do."""

    noun, plural = "ingest_settings", "ingest_settings"
    scope_to_read, scope_to_write = "sources:read", "sources:write"
    shape = IngestSettingsFields
    changes = IngestSettingsFields

    def found(self) -> QuerySet[Any]:
        return IngestSettings.objects.all()

    def row(self, *, locked: bool = False) -> Any:
        if locked:
            # There may be none yet; who changes them first makes them.
            IngestSettings.objects.get_or_create()
            return IngestSettings.objects.select_for_update().get()
        return ingest_settings()

    def change(self, row: Any, given: Given) -> None:
        """Change what senders may do, from now on."""
        change_ingest_settings(values=given, by=self.person)
