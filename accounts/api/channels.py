"""Chat services that are told what happens, for other programs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from accounts.actions.channels import add_channel, change_channel, remove_channel, try_channel
from accounts.models import Channel
from accounts.notification_kinds import topics
from accounts.rest import filters
from accounts.rest.base import KEPT
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource, Verb
from accounts.throttle import within_rate_of

MOST_KINDS = 100
TIMES, SECONDS = 10, 60
EXAMPLE: dict[str, Any] = {
    "id": 2,
    "name": "Service managers",
    "service": "feishu",
    "language": "zh-hans",
    "kinds": ["bounces"],
    "is_active": True,
    "told_at": "2026-11-20T09:12:00+08:00",
    "trouble": "",
    "made_at": "2026-01-12T14:00:00+08:00",
}


@extend_schema_serializer(examples=[OpenApiExample("A channel", EXAMPLE, response_only=True)])
class ChannelFields(Shaped):
    """A group or room that is told what happens. Its address is never told again. ``kinds``: topics,
    see `/notification-choices`; ``trouble``: what went wrong the last time, empty for nothing."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    service = serializers.ChoiceField(Channel.Service.choices)
    language = serializers.ChoiceField([code for code, _name in settings.LANGUAGES])
    kinds = serializers.ListField(child=serializers.CharField())
    is_active = serializers.BooleanField()
    told_at = serializers.DateTimeField(allow_null=True)
    trouble = serializers.CharField()
    made_at = serializers.DateTimeField(source="created_at")


class _Values(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    address = serializers.CharField(
        max_length=1000, help_text="The webhook that the service shows for the group."
    )
    secret = serializers.CharField(
        max_length=200, required=False, allow_blank=True,
        help_text="Of robots of DingTalk that sign.",
    )  # fmt: skip
    language = serializers.ChoiceField([code for code, _name in settings.LANGUAGES])
    kinds = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=MOST_KINDS, help_text="All of them."
    )

    def validate_kinds(self, given: list[str]) -> list[str]:
        known = {key for key, topic in topics.items() if topic.for_channels}
        unknown = sorted(set(given) - known)
        if unknown:
            raise serializers.ValidationError(
                _("Unknown: %(unknown)s.") % {"unknown": ", ".join(unknown)}
            )
        return given


class ChannelChanges(_Values):
    """What may be changed; what is not sent stays. The service stays."""

    is_active = serializers.BooleanField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A group",
            {
                "name": "Service managers",
                "service": "feishu",
                "address": "https://open.feishu.cn/open-apis/bot/v2/hook/…",
                "language": "zh-hans",
                "kinds": ["bounces"],
            },
            request_only=True,
        )
    ]
)
class NewChannel(_Values):
    """Where, and what it is told."""

    service = serializers.ChoiceField(Channel.Service.choices)


class ChannelRows(Resource):
    noun, plural = "channel", "channels"
    scope_to_read, scope_to_write = "channels:read", "channels:write"
    shape = ChannelFields

    def found(self) -> QuerySet[Any]:
        return Channel.objects.all()


class Channels(ChannelRows, Collection):
    """Chat services that are told what happens, by name."""

    sorts = {"name": "name"}
    filters = (filters.text("name"), filters.flag("active", "is_active"))
    new = NewChannel

    def make(self, given: Given) -> Any:
        """Tell a group from now on what happens. Its address is sealed, and told to nobody again."""
        return add_channel(**given, by=self.person)


class OneChannel(ChannelRows, Item):
    """One channel, and how it stands."""

    changes = ChannelChanges
    removable = True

    def change(self, row: Any, given: Given) -> None:
        """Change a channel; without an address it keeps the one it has."""
        if given.get("secret") and not given.get("address"):
            raise serializers.ValidationError({"secret": [_("Send the address with it.")]})
        kept = ("name", "language", "kinds", "is_active")
        values = {name: getattr(row, name) for name in kept} | given
        change_channel(channel=row, **values, by=self.person)

    def remove(self, row: Any) -> None:
        """Take a channel away; its address is forgotten."""
        remove_channel(channel=row, by=self.person)


class _NotTaken(Conflict):
    """The service did not take the words, which the channel tells from now on."""


class TryChannel(ChannelRows, Verb):
    """Whether it takes words."""

    verb = "test"

    def row(self, *, locked: bool = False) -> Any:
        # Nobody waits for the channel while somebody else's door is knocked at.
        return super().row()

    def act(self, row: Any, given: Given) -> None:
        """Tell it here and now that it works; 409 where it does not take that."""
        if not within_rate_of(str(self.tenant.pk), "channel-test", times=TIMES, seconds=SECONDS):
            raise exceptions.Throttled(SECONDS, _("Wait a minute, then try again."))
        try:
            try_channel(channel=row, tenant=self.tenant)
        except ValidationError as error:
            raise _NotTaken(" ".join(error.messages)) from error

    def handle_exception(self, exc: Exception) -> Response:
        refused = super().handle_exception(exc)
        setattr(refused, KEPT, isinstance(exc, _NotTaken))
        return refused
