"""What webhooks were told, for other programs: the log with every try, tests, sending again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import exceptions, serializers

from accounts.actions.webhook_deliveries import send_again, send_failed_again, send_test
from accounts.actions.webhook_sending import payload_of
from accounts.api.webhooks import WebhookRows
from accounts.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from accounts.rest import filters
from accounts.rest.problems import conflicts
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource, Verb
from accounts.throttle import within_rate_of

# By hand and by programs together: whoever asks again and again would have us knock at another's door.
TIMES, SECONDS = 10, 60
MOST_TRIES = 50
EXAMPLE: dict[str, Any] = {
    "id": 88120,
    "webhook": 4,
    "message_id": "evt_5f0c2a7e3d9b4c1a8e6f7a2b3c4d5e6f",
    "kind": "night.finished",
    "happened_at": "2026-11-20T04:12:07+08:00",
    "state": "failed",
    "attempts": 9,
    "next_at": None,
    "last_at": "2026-11-23T06:40:00+08:00",
    "last_status": 503,
    "trouble": "status",
}


@extend_schema_serializer(examples=[OpenApiExample("A delivery", EXAMPLE, response_only=True)])
class WebhookDeliveryFields(Shaped):
    """One event for one webhook. ``message_id`` is what receivers know it by, however often it is
    sent; ``trouble``: what went wrong the last time, by its kind, empty for nothing."""

    id = serializers.IntegerField()
    webhook = serializers.IntegerField(source="endpoint_id")
    message_id = serializers.CharField(source="event.message_id")
    kind = serializers.CharField(source="event.kind")
    happened_at = serializers.DateTimeField(source="event.happened_at")
    state = serializers.ChoiceField(WebhookDelivery.State.choices)
    attempts = serializers.IntegerField()
    next_at = serializers.SerializerMethodField()
    last_at = serializers.DateTimeField(allow_null=True)
    last_status = serializers.IntegerField(allow_null=True)
    trouble = serializers.CharField()

    @extend_schema_field({"type": ["string", "null"], "format": "date-time"})
    def get_next_at(self, row: WebhookDelivery) -> str | None:
        if row.state != WebhookDelivery.State.WAITING:
            return None
        told: str = serializers.DateTimeField().to_representation(row.next_at)
        return told


class TryFields(serializers.Serializer[Any]):
    """One try; ``answer``: the first kilobyte of what was answered."""

    at = serializers.DateTimeField()
    milliseconds = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True)
    trouble = serializers.CharField()
    answer = serializers.CharField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A delivery, whole",
            EXAMPLE
            | {
                "payload": {"type": "night.finished", "data": {"night": "2026-11-19"}},
                "tries": [
                    {
                        "at": "2026-11-23T06:40:00+08:00",
                        "milliseconds": 212,
                        "status": 503,
                        "trouble": "status",
                        "answer": "busy",
                    },
                ],
            },
            response_only=True,
        )
    ]
)
class WholeDelivery(WebhookDeliveryFields):
    """With what is sent, and the latest fifty tries."""

    payload = serializers.SerializerMethodField()
    tries = serializers.SerializerMethodField()

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_payload(self, row: WebhookDelivery) -> Mapping[str, Any]:
        return row.payload  # type: ignore[attr-defined, no-any-return]

    @extend_schema_field(TryFields(many=True))
    def get_tries(self, row: WebhookDelivery) -> Any:
        tries = WebhookAttempt.objects.filter(delivery=row)[:MOST_TRIES]
        return TryFields(tries, many=True).data


@extend_schema_serializer(examples=[OpenApiExample("Of a week", {"since": "2026-11-16T00:00:00Z"})])
class Since(serializers.Serializer[Any]):
    """Of what happened since then."""

    since = serializers.DateTimeField()


@extend_schema_serializer(examples=[OpenApiExample("Sent again", {"count": 12})])
class SentAgain(Shaped):
    """How many are sent again."""

    count = serializers.IntegerField()


class DeliveryRows(Resource):
    noun, plural = "webhook_delivery", "webhook_deliveries"
    scope_to_read, scope_to_write = "webhooks:read", "webhooks:write"
    shape: ClassVar[type[Shaped]] = WebhookDeliveryFields

    def found(self) -> QuerySet[Any]:
        if not WebhookEndpoint.objects.filter(pk=self.kwargs["webhook"]).exists():
            raise Http404
        return WebhookDelivery.objects.filter(endpoint=self.kwargs["webhook"]).select_related(
            "event", "endpoint"
        )

    def names(self) -> Mapping[str, Any]:
        return {"pk": self.kwargs["pk"]}


class WebhookDeliveries(DeliveryRows, Collection):
    """What one webhook was told, the latest first; kept for thirty days."""

    sorts = {"-id": "pk"}
    filters = (
        filters.choice("state", "state", WebhookDelivery.State.choices),
        filters.text("kind", "event__kind", many=True, help="E.g. `night.finished`."),
        filters.moment("since", "event__happened_at__gte", help="Happened then or later."),
    )


class _WithPayload(DeliveryRows):
    def told(self, rows: Any) -> Any:
        for row in rows:
            row.payload = payload_of(row.event, self.tenant)
        return rows


class OneWebhookDelivery(_WithPayload, Item):
    """One delivery: what is sent, and what was answered each time."""

    shape = WholeDelivery


class RedeliverWebhook(_WithPayload, Verb):
    """Once more."""

    verb = "redeliver"
    read_as = WholeDelivery

    def names(self) -> Mapping[str, Any]:
        return {"pk": self.kwargs["pk"]}

    def act(self, row: Any, given: Given) -> None:
        """Send one once more, whatever became of it, with the same id."""
        within_rate(self.tenant.pk)
        with conflicts():
            send_again(delivery=row, by=self.person)


class TryWebhook(WebhookRows, Verb):
    """Whether it takes what is sent."""

    verb = "test"
    makes = WebhookDeliveryFields

    def act(self, row: Any, given: Given) -> Any:
        """Tell it of something that did not happen; then read what became of it."""
        within_rate(self.tenant.pk)
        with conflicts():
            return send_test(endpoint=row, by=self.person)


class RedeliverFailed(WebhookRows, Verb):
    """Everything that failed."""

    verb = "redeliver_failed_of"
    needs = Since
    makes = SentAgain

    def act(self, row: Any, given: Given) -> Any:
        """Send everything again that failed, of what happened since a moment."""
        within_rate(self.tenant.pk)
        with conflicts():
            count = send_failed_again(endpoint=row, since=given["since"], by=self.person)
        return {"count": count}


def within_rate(tenant_id: int) -> None:
    """
    Raises:
        Throttled: more than ten a minute, of the whole tenant.
    """
    if not within_rate_of(str(tenant_id), "webhook-by-hand", times=TIMES, seconds=SECONDS):
        raise exceptions.Throttled(SECONDS, _("Wait a minute, then try again."))
