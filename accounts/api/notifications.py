"""What the person of a token is told, and how they want to be told, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.notifications import choose_notifications, mark_read
from accounts.models import Membership, Notification, NotificationPreference
from accounts.notification_kinds import words_of
from accounts.queries.notifications import TopicChoice, notifications_of, topic_choices
from accounts.rest import filters
from accounts.rest.listings import Listing
from accounts.rest.schema import IDEMPOTENCY, refusals
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource, Verb

EXAMPLE: dict[str, Any] = {
    "id": 4410,
    "kind": "mail.unclear",
    "words": "Nobody knows whether “Your report” arrived. Decide.",
    "about": {"type": "accounts.outgoingmail", "id": 7012},
    "path": "/mail/7012/",
    "told_at": "2026-11-20T09:00:00+08:00",
    "read_at": None,
}
CHOICE: dict[str, Any] = {
    "topic": "bounces", "label": "Letters to customers that came back",
    "in_app": True, "for_digest": True,
}  # fmt: skip


class AboutWhat(serializers.Serializer[Any]):
    """What it is about."""

    type = serializers.CharField(source="about_type")
    id = serializers.IntegerField(source="about_id", allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("A notification", EXAMPLE, response_only=True)])
class NotificationFields(Shaped):
    """One thing that the person was told, in the language that is asked for. ``path``: of its page,
    inside the tenant."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    words = serializers.SerializerMethodField()
    about = serializers.SerializerMethodField()
    path = serializers.CharField()
    told_at = serializers.DateTimeField(source="created_at")
    read_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field({"type": "string"})
    def get_words(self, row: Notification) -> str:
        return words_of(row.kind, row.values)

    @extend_schema_field(AboutWhat(allow_null=True))
    def get_about(self, row: Notification) -> Any:
        return AboutWhat(row).data if row.about_type else None


class _OfPerson(Resource):
    scope_to_read, scope_to_write = "notifications:read", "notifications:write"

    def reader(self) -> Membership:
        """
        Raises:
            PermissionDenied: the token is of no person.
        """
        self.somebody()
        assert self.member is not None
        return self.member


class NotificationRows(_OfPerson):
    noun, plural = "notification", "notifications"
    shape = NotificationFields

    def found(self) -> QuerySet[Any]:
        return notifications_of(self.reader())


class Notifications(NotificationRows, Collection):
    """What the person of the token was told, the latest first. It takes the token of a person."""

    sorts = {"-told_at": "created_at"}
    filters = (
        filters.flag("new", "read_at__isnull", help="Whether the person has not seen it yet."),
        filters.text("kind", many=True),
        filters.moment("since", "created_at__gte", help="Told at this moment or later."),
    )


class OneNotification(NotificationRows, Item):
    """One thing that the person was told."""


class ReadNotification(NotificationRows, Verb):
    """Seen."""

    verb = "mark_read"

    def act(self, row: Any, given: Given) -> None:
        """The person has seen it."""
        mark_read(member=self.reader(), notification=row)


@extend_schema_serializer(examples=[OpenApiExample("Seen", {"count": 12}, response_only=True)])
class SeenCount(serializers.Serializer[Any]):
    """How many were new."""

    count = serializers.IntegerField()


class ReadAllNotifications(NotificationRows):
    """All seen."""

    @extend_schema(
        operation_id="mark_all_notifications_read",
        tags=["notifications"],
        parameters=[IDEMPOTENCY],
        request=None,
        responses={200: SeenCount, **refusals(400, 401, 403, 409, 422, 429)},
    )
    def post(self, request: Request) -> Response:
        """The person has seen everything."""
        filters.refuse_unknown(request, ())
        return Response({"count": mark_read(member=self.reader())})


@extend_schema_serializer(examples=[OpenApiExample("A topic", CHOICE, response_only=True)])
class ChoiceFields(Shaped):
    """How the person wants to be told of one topic: in the app, in the morning's letter."""

    topic = serializers.CharField(source="topic.key")
    label = serializers.CharField(source="topic.label")  # type: ignore[assignment]
    in_app = serializers.BooleanField()
    for_digest = serializers.BooleanField()


class ChoiceChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays."""

    in_app = serializers.BooleanField()
    for_digest = serializers.BooleanField()


class ChoiceRows(_OfPerson):
    noun, plural = "notification_choice", "notification_choices"
    shape = ChoiceFields


class NotificationChoices(ChoiceRows, Listing):
    """How the person of the token wants to be told, topic by topic."""

    def every(self) -> Sequence[Any]:
        return topic_choices(self.reader())


class OneNotificationChoice(ChoiceRows, Item):
    """How the person wants to be told of one topic."""

    changes = ChoiceChanges

    def row(self, *, locked: bool = False) -> TopicChoice:
        member = self.reader()
        if locked:
            # Of two changes at once the second sees what the first chose.
            Membership.objects.select_for_update().filter(pk=member.pk).first()
            list(NotificationPreference.objects.select_for_update().filter(member=member))
        asked = self.kwargs["topic"]
        found = next((one for one in topic_choices(member) if one.topic.key == asked), None)
        if found is None:
            raise Http404
        return found

    def change(self, row: Any, given: Given) -> None:
        """Choose how the person is told of a topic."""
        member = self.reader()
        key = row.topic.key
        chosen = {one.topic.key: one for one in topic_choices(member)}

        def wanted(name: str) -> list[str]:
            others = [topic for topic, one in chosen.items() if topic != key and getattr(one, name)]
            return [*others, *([key] if given.get(name, getattr(row, name)) else [])]

        choose_notifications(
            member=member, in_app=wanted("in_app"), for_digest=wanted("for_digest")
        )
