"""Which addresses are told what happens, for other programs: made, changed, switched, given other
secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Count, Q, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.actions.webhook_endpoints import (
    OVERLAPS,
    change_webhook,
    make_webhook,
    remove_webhook,
    replace_secret,
    switch_off,
    switch_on,
)
from accounts.models import WebhookDelivery, WebhookEndpoint
from accounts.queries.webhooks import state_of
from accounts.rest import filters
from accounts.rest.listings import Listing
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource, Verb
from accounts.webhook_addresses import LONGEST_URL
from accounts.webhook_kinds import WebhookKind, kinds_in_order

MOST_KINDS = 200
STATES = ("new", "good", "failing", "off")
EXAMPLE: dict[str, Any] = {
    "id": 4,
    "name": "Warehouse",
    "url": "https://hooks.vendor.example/tenure",
    "kinds": ["night.finished", "move.made"],
    "state": "good",
    "off_because": "",
    "off_at": None,
    "rests_until": None,
    "waiting": 0,
    "failed": 2,
    "taken_at": "2026-11-20T04:12:09+08:00",
    "former_secret_until": None,
    "made_by": "ida@vendor.example",
    "made_at": "2026-03-02T10:00:00+08:00",
}
SHOWN = "whsec_…"


@extend_schema_serializer(examples=[OpenApiExample("A webhook", EXAMPLE, response_only=True)])
class WebhookFields(Shaped):
    """An address that is told what happens. Its secret is told when it is made or replaced, and
    never again."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    url = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField(), help_text="See `/webhook-kinds`.")
    state = serializers.SerializerMethodField()
    off_because = serializers.ChoiceField([("", ""), *WebhookEndpoint.Off.choices])
    off_at = serializers.DateTimeField(allow_null=True)
    rests_until = serializers.DateTimeField(
        allow_null=True, help_text="Nothing is sent to it until then: it failed again and again."
    )
    waiting = serializers.IntegerField(help_text="Deliveries that wait.")
    failed = serializers.IntegerField(help_text="Deliveries that were given up, of those kept.")
    taken_at = serializers.DateTimeField(allow_null=True, help_text="When it last took one.")
    former_secret_until = serializers.DateTimeField(
        source="previous_until", allow_null=True,
        help_text="Until then everything is signed with the former secret, too.",
    )  # fmt: skip
    made_by = serializers.CharField(source="made_by.email", allow_null=True, default=None)
    made_at = serializers.DateTimeField()

    @extend_schema_field({"type": "string", "enum": list(STATES)})
    def get_state(self, row: WebhookEndpoint) -> str:
        return state_of(row)


@extend_schema_serializer(
    examples=[OpenApiExample("Made", EXAMPLE | {"secret": SHOWN}, response_only=True)]
)
class MadeWebhook(WebhookFields):
    """A new webhook with its secret, which is told here and never again."""

    secret = serializers.CharField()


class WebhookChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays."""

    name = serializers.CharField(max_length=100)
    url = serializers.CharField(max_length=LONGEST_URL)
    kinds = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=MOST_KINDS, help_text="All of them."
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample("To a warehouse", {name: EXAMPLE[name] for name in ("name", "url", "kinds")})
    ]
)
class NewWebhook(WebhookChanges):
    """Where to, and what it is told of."""


@extend_schema_serializer(examples=[OpenApiExample("Within a day", {"hours": 24})])
class Overlap(serializers.Serializer[Any]):
    """How long what is sent is signed with the former secret, too."""

    hours = serializers.ChoiceField(OVERLAPS, help_text="0: it may have become known.")


@extend_schema_serializer(
    examples=[OpenApiExample("A new secret", {"secret": SHOWN, "former_secret_until": None})]
)
class NewSecret(Shaped):
    """The secret, which is told here and never again."""

    secret = serializers.CharField()
    former_secret_until = serializers.DateTimeField(allow_null=True)


class WebhookRows(Resource):
    noun, plural = "webhook", "webhooks"
    scope_to_read, scope_to_write = "webhooks:read", "webhooks:write"
    shape = WebhookFields

    def found(self) -> QuerySet[Any]:
        state = WebhookDelivery.State
        return WebhookEndpoint.objects.select_related("made_by").annotate(
            waiting=Count("deliveries", filter=Q(deliveries__state=state.WAITING)),
            failed=Count("deliveries", filter=Q(deliveries__state=state.FAILED)),
        )


class Webhooks(WebhookRows, Collection):
    """Addresses that are told what happens, by name."""

    sorts = {"name": "name", "made_at": "made_at"}
    filters = (filters.text("name"), filters.flag("active", "is_active"))
    new = NewWebhook
    makes = MadeWebhook
    told_once = frozenset({"secret"})

    def make(self, given: Given) -> Any:
        """Tell an address from now on what happens. The secret of its signatures is in this answer
        and in no other; asked again with the same Idempotency-Key it is null."""
        made, secret = make_webhook(**given, by=self.person)
        row = self.found().get(pk=made.pk)
        row.secret = secret
        return row


class OneWebhook(WebhookRows, Item):
    """One webhook, and how it stands."""

    changes = WebhookChanges
    removable = True

    def change(self, row: Any, given: Given) -> None:
        """Give it another name, address or kinds. What waits goes to the new address."""
        values = {"name": row.name, "url": row.url, "kinds": row.kinds} | given
        change_webhook(endpoint=row, **values, by=self.person)

    def remove(self, row: Any) -> None:
        """Take it away, with what is known of its deliveries."""
        remove_webhook(endpoint=row, by=self.person)


class RotateWebhookSecret(WebhookRows, Verb):
    """Another secret."""

    verb = "rotate_secret_of"
    needs = Overlap
    makes = NewSecret
    told_once = frozenset({"secret"})

    def act(self, row: Any, given: Given) -> Any:
        """Give it another secret, which is in this answer and in no other; asked again with the same
        Idempotency-Key it is null."""
        secret = replace_secret(endpoint=row, hours=given["hours"], by=self.person)
        row.refresh_from_db(fields=["previous_until"])
        return {"secret": secret, "former_secret_until": row.previous_until}


class SwitchWebhookOn(WebhookRows, Verb):
    """On again."""

    verb = "switch_on"

    def act(self, row: Any, given: Given) -> None:
        """Tell it again what happens from now on. What happened meanwhile was not written down."""
        switch_on(endpoint=row, by=self.person)


class SwitchWebhookOff(WebhookRows, Verb):
    """Off."""

    verb = "switch_off"

    def act(self, row: Any, given: Given) -> None:
        """Tell it nothing more. What waits counts as failed, and can be sent again once it is on."""
        switch_off(endpoint=row, by=self.person)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A kind of event",
            {
                "key": "night.finished",
                "label": "Night finished",
                "words": "A night was computed.",
                "example": {"night": "2026-11-22"},
            },
            response_only=True,
        )
    ]
)
class WebhookKindFields(Shaped):
    """Something that can happen. ``example``: `data` of such an event, with every field."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    words = serializers.CharField()
    example = serializers.SerializerMethodField()

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_example(self, kind: WebhookKind) -> Mapping[str, Any]:
        found: dict[str, Any] = json.loads(json.dumps(dict(kind.example), cls=DjangoJSONEncoder))
        return found


class WebhookKinds(Listing):
    """What webhooks can be told of, each with an example of what is sent."""

    noun, plural = "webhook_kind", "webhook_kinds"
    scope_to_read = "webhooks:read"
    shape = WebhookKindFields

    def every(self) -> Sequence[Any]:
        return kinds_in_order()
