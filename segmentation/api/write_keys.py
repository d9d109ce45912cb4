"""Write keys for other programs: made, told once, limited, ended."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource, Verb
from segmentation.actions.write_keys import change_write_key, make_write_key, revoke_write_key
from segmentation.models import WriteKey
from segmentation.models.ingestion import MOST_EVENTS_PER_SECOND
from segmentation.queries.sources import write_keys

EXAMPLE: dict[str, Any] = {
    "id": 3,
    "name": "web application",
    "source": "the Python client of our back end",
    "events_per_second": None,
    "made_by": "ida@vendor.example",
    "made_at": "2026-10-05T09:30:00+08:00",
    "last_used_at": "2026-11-20T09:30:00+08:00",
    "revoked_at": None,
    "write_key": None,
}


@extend_schema_serializer(examples=[OpenApiExample("A key", EXAMPLE, response_only=True)])
class WriteKeyFields(Shaped):
    """The right of a program to send usage, and to read nothing."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    # A field of ours by this name, which serializers have as well.
    vars()["source"] = serializers.CharField(help_text="What sends with it.")
    events_per_second = serializers.IntegerField(
        allow_null=True, help_text="At most so many; null: as of every key."
    )
    made_by = serializers.CharField(source="made_by.email", allow_null=True, default=None)
    made_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    write_key = serializers.SerializerMethodField(
        help_text="As a program sends it. Said once, to the request that makes it; null ever after."
    )

    def get_write_key(self, row: WriteKey) -> str | None:
        return getattr(row, "shown", None)


@extend_schema_serializer(
    examples=[OpenApiExample("A key", {"name": "web application", "events_per_second": 500})]
)
class NewWriteKey(serializers.Serializer[Any]):
    """What it is for, what sends with it, and how much may come."""

    name = serializers.CharField(max_length=100)
    vars()["source"] = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text="What sends with it.",
    )
    events_per_second = serializers.IntegerField(
        min_value=1, max_value=MOST_EVENTS_PER_SECOND, required=False, allow_null=True,
        default=None, help_text="Null: as of every key.",
    )  # fmt: skip


class WriteKeyRows(Resource):
    noun, plural = "write_key", "write_keys"
    scope_to_read, scope_to_write = "sources:read", "sources:write"
    shape = WriteKeyFields

    def found(self) -> QuerySet[Any]:
        return write_keys()


class WriteKeys(WriteKeyRows, Collection):
    """Keys with which programs send usage."""

    sorts = {"-made_at": "made_at", "name": "name", "last_used_at": "last_used_at"}
    filters = (filters.text("name"), filters.flag("is_in_force", "revoked_at__isnull"))
    new = NewWriteKey
    told_once = frozenset({"write_key"})

    def make(self, given: Given) -> Any:
        """Make a key. Its answer alone says it as programs send it; the same request with the same
        Idempotency-Key is answered without it."""
        made, shown = make_write_key(by=self.person, **given)
        row: Any = self.found().get(pk=made.pk)
        row.shown = shown
        return row


class OneWriteKey(WriteKeyRows, Item):
    """One key."""

    changes = NewWriteKey

    def change(self, row: Any, given: Given) -> None:
        """Change what a key is called and how much may come with it."""
        if row.revoked_at is not None:
            raise Conflict(_("This key is revoked."))
        held = {name: getattr(row, name) for name in ("name", "source", "events_per_second")}
        change_write_key(key=row, by=self.person, **held | given)


class WriteKeyRevocation(WriteKeyRows, Verb):
    verb = "revoke"

    def act(self, row: Any, given: Given) -> None:
        """End a key: within seconds nothing more comes with it. What came stays."""
        revoke_write_key(key=row, by=self.person)
