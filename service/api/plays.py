"""Plays for other programs: what sets them off, what is to be done, what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes
from accounts.rest.views import Collection, Item, Resource
from service.actions.plays import add_shipped_plays
from service.models import Play, PlayVersion
from service.queries.plays import play_rows
from service.shipped.plays import shipped_plays

EXAMPLE: dict[str, Any] = {
    "key": "renewal-90",
    "version": 1,
    "is_on": True,
    "on_from": "2026-10-01",
    "trigger": "date",
    "document": {"names": {"en": "Renewal in 90 days"}, "steps": []},
    "fired": 14,
    "open": 9,
    "done": 21,
    "closed": 25,
    "archived_at": None,
    "changed_at": "2026-10-01T09:30:00+08:00",
}


@extend_schema_serializer(examples=[OpenApiExample("A play", EXAMPLE, response_only=True)])
class PlayFields(Shaped):
    """What is done for a customer when something happens to it. `fired`: in the last 30 days; `open`:
    work open now; of the last 90 days so much was `done` of so much that was `closed`."""

    key = serializers.CharField()
    version = serializers.IntegerField()
    is_on = serializers.BooleanField()
    on_from = serializers.DateField(
        allow_null=True, help_text="Nights before this day set nothing off."
    )
    trigger = serializers.CharField(source="trigger_kind")
    document = Attributes(help_text="In every language: names, trigger, condition, steps, end.")
    fired = serializers.IntegerField()
    open = serializers.IntegerField()
    done = serializers.IntegerField()
    closed = serializers.IntegerField()
    archived_at = serializers.DateTimeField(allow_null=True)
    changed_at = serializers.DateTimeField()


class PlayRows(Resource):
    noun, plural = "play", "plays"
    scope_to_read = "plays:read"
    shape = PlayFields

    def found(self) -> QuerySet[Any]:
        shipped = shipped_plays()
        if Play.objects.filter(key__in=shipped).count() < len(shipped):
            add_shipped_plays()
        rows: QuerySet[Any] = Play.objects.all()
        return rows

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        """With what they say and what came of them, as the screen counts it."""
        now = timezone.now()
        today = self.tenant.local_date(now)
        counted = {
            row.play.pk: row
            for are_archived in (False, True)
            for row in play_rows(today=today, now=now, are_archived=are_archived)
        }
        texts = {
            (one.play_id, one.version): one.document
            for one in PlayVersion.objects.filter(play__in=[row.pk for row in rows])
        }
        for row in rows:
            row.document = texts[row.pk, row.version]
            for name in ("fired", "open", "done", "closed"):
                setattr(row, name, getattr(counted[row.pk], name))
        return rows


class Plays(PlayRows, Collection):
    """Plays, by their keys."""

    sorts = {"key": "key", "changed_at": "changed_at"}
    filters = (
        filters.flag("is_on", "is_on"),
        filters.flag("is_in_use", "archived_at__isnull", help="False: those put away."),
        filters.text("trigger", "trigger_kind"),
    )


class OnePlay(PlayRows, Item):
    """One play, by its key."""
