"""Product updates for other programs: drafted, changed, sent; whom they reached and who uses them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import ContactRole, Module
from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.values import Day
from accounts.rest.views import Collection, Given, Item, Resource, Verb
from service.actions.updates import (
    UpdateConflict,
    UpdateValues,
    change_update,
    draft_update,
    drop_update,
    send_update,
)
from service.api.requests import LANGUAGES, LONGEST_TEXT, LONGEST_TITLE, Words
from service.models import ProductUpdate, Request
from service.queries.updates import recipient_counts, updates_found

MOST_TIES = 50
COUNTS = ("queued", "waiting", "left_out", "opened", "yes", "partly", "no")
EXAMPLE: dict[str, Any] = {
    "id": 31,
    "titles": {"en": "Export to Excel"},
    "texts": {"en": "Every list can be had as a file now."},
    "language": "en",
    "shipped_on": "2026-11-18",
    "modules": ["orders"],
    "requests": [88],
    "roles": ["key_user"],
    "event": "Exported",
    "state": "sent",
    "sent_at": "2026-11-18T10:00:00+08:00",
    "recipients": {
        "queued": 41, "waiting": 0, "left_out": 3, "opened": 20, "yes": 9, "partly": 2, "no": 1,
    },
    "version": 3,
}  # fmt: skip
NEW = {
    name: EXAMPLE[name]
    for name in ("titles", "texts", "language", "shipped_on", "modules", "requests", "event")
}


class Recipients(serializers.Serializer[Any]):
    """How many letters were written, wait, were left out; how many opened its page; and what those
    who asked for it answered: whether it is what they wanted."""

    for _count in COUNTS:
        vars()[_count] = serializers.IntegerField(default=0)
    del _count


@extend_schema_serializer(examples=[OpenApiExample("An update", EXAMPLE, response_only=True)])
class UpdateFields(Shaped):
    """Something new in the product: it goes to those who asked and to those who own a module of it."""

    id = serializers.IntegerField()
    titles = Words(LONGEST_TITLE)
    texts = Words(LONGEST_TEXT)
    language = serializers.CharField(help_text="Of contacts of whom none is known.")
    shipped_on = serializers.DateField()
    modules = serializers.ListField(child=serializers.CharField(), source="module_keys")
    requests = serializers.ListField(child=serializers.IntegerField(), source="request_ids")
    roles = serializers.ListField(
        child=serializers.CharField(), help_text="Of owners' contacts that are told."
    )
    event = serializers.CharField(
        help_text="That shows its use; empty: every event of the modules."
    )
    state = serializers.ChoiceField(ProductUpdate.State.choices)
    sent_at = serializers.DateTimeField(allow_null=True)
    recipients = Recipients(source="counts")
    version = serializers.IntegerField()


class UpdateChanges(serializers.Serializer[Any]):
    """What may be changed of a draft; what is not sent stays."""

    titles = Words(LONGEST_TITLE, help_text="Language → title; each language needs a text too.")
    texts = Words(LONGEST_TEXT)
    language = serializers.ChoiceField(LANGUAGES)
    shipped_on = Day()
    modules = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, max_length=MOST_TIES,
        help_text="Keys.",
    )  # fmt: skip
    requests = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        required=False, max_length=MOST_TIES, help_text="Ids of what it fulfils.",
    )  # fmt: skip
    roles = serializers.ListField(
        child=serializers.ChoiceField(ContactRole.Kind.choices), required=False, max_length=3
    )
    event = serializers.CharField(max_length=200, required=False, allow_blank=True)


@extend_schema_serializer(examples=[OpenApiExample("A draft", NEW)])
class NewUpdate(UpdateChanges):
    """A draft: nobody has it until it is sent. It needs a request or a module."""


class UpdateRows(Resource):
    noun, plural = "update", "updates"
    scope_to_read, scope_to_write = "updates:read", "updates:write"
    shape = UpdateFields

    def found(self) -> QuerySet[Any]:
        return updates_found()

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        counts = recipient_counts([row.pk for row in rows])
        for row in rows:
            row.module_keys = sorted(one.module.key for one in row.in_modules)
            row.request_ids = sorted(one.request_id for one in row.of_requests)
            row.counts = counts.get(row.pk, {})
        return rows


class Updates(UpdateRows, Collection):
    """Product updates, what was shipped last first."""

    sorts = {"-shipped_on": "shipped_on", "sent_at": "sent_at"}
    filters = (
        filters.choice("state", "state", ProductUpdate.State.choices),
        filters.day("shipped_since", "shipped_on__gte", help="On this day or later."),
    )
    new = NewUpdate

    def make(self, given: Given) -> Any:
        """Draft an update; nobody gets it yet."""
        made = draft_update(values=UpdateValues(**_tied(given)), by=self.person)
        return self.found().get(pk=made.pk)


class OneUpdate(UpdateRows, Item):
    """One product update."""

    changes = UpdateChanges
    removable = True

    def change(self, row: Any, given: Given) -> None:
        """Give a draft other words; what was sent stays as it went."""
        before = {
            "titles": row.titles, "texts": row.texts, "language": row.language,
            "shipped_on": row.shipped_on, "roles": row.roles, "event": row.event,
            "modules": [one.module.key for one in row.in_modules],
            "requests": [one.request_id for one in row.of_requests],
        }  # fmt: skip
        values = UpdateValues(**_tied(before | given))
        try:
            change_update(update=row, seen=row.version, values=values, by=self.person)
        except UpdateConflict as error:
            raise _changed() from error

    def remove(self, row: Any) -> None:
        """Throw a draft away."""
        try:
            drop_update(update=row, seen=row.version, by=self.person)
        except UpdateConflict as error:
            raise _changed() from error


class UpdateSending(UpdateRows, Verb):
    verb = "send"

    def act(self, row: Any, given: Given) -> Any:
        """Send it to everybody whom it is for; its requests count as shipped. It cannot be taken
        back."""
        today: date = self.tenant.local_date(timezone.now())
        try:
            send_update(update=row, seen=row.version, today=today, by=self.person)
        except UpdateConflict as error:
            raise _changed() from error


def _changed() -> Conflict:
    return Conflict(_("Somebody changed this update meanwhile."))


def _tied(given: Given) -> Given:
    """With the modules and requests of these keys and ids.

    Raises:
        ValidationError: there is none.
    """
    found: Given = dict(given)
    for name, model, column in (("modules", Module, "key"), ("requests", Request, "pk")):
        asked = list(dict.fromkeys(given.get(name, ())))
        rows = {
            getattr(row, column): row for row in model.objects.filter(**{f"{column}__in": asked})
        }
        if missing := [one for one in asked if one not in rows]:
            words = _("There is nothing with the key %(key)s.") % {"key": missing[0]}
            raise serializers.ValidationError({name: [words]})
        found[name] = [rows[one] for one in asked]
    return found
