"""What a member was told."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import Membership, Notification, NotificationPreference
from accounts.notification_kinds import Topic, notification_kinds, topics_in_order, words_of
from accounts.permissions import may

# More are shown as "99+".
MOST_COUNTED = 100


def notifications_of(member: Membership) -> QuerySet:
    """Latest first."""
    found = Notification.objects.filter(member=member, is_in_app=True)
    rows: QuerySet = found.order_by("-created_at", "-id")
    return rows


def unread(member: Membership) -> QuerySet:
    """What is new, up to ``MOST_COUNTED``."""
    found = Notification.objects.filter(member=member, is_in_app=True, read_at=None)
    rows: QuerySet = found.order_by().values("pk")[:MOST_COUNTED]
    return rows


@dataclass(frozen=True)
class ToldLine:
    """A notification in words."""

    notification: Notification
    words: str
    icon: str


def told_lines(found: list[Notification]) -> list[ToldLine]:
    """In the active language."""
    return [
        ToldLine(
            told,
            words_of(told.kind, told.values),
            kind.icon if (kind := notification_kinds.get(told.kind)) else "bell",
        )
        for told in found
    ]


@dataclass(frozen=True)
class TopicChoice:
    """How a member wants to be told of a topic."""

    topic: Topic
    in_app: bool
    for_digest: bool


def topic_choices(member: Membership) -> list[TopicChoice]:
    """Of the topics that concern the member, in order; one query."""
    kept = {row.kind: row for row in NotificationPreference.objects.filter(member=member)}
    return [
        TopicChoice(
            topic,
            kept[topic.key].is_in_app if topic.key in kept else topic.in_app,
            kept[topic.key].is_for_digest if topic.key in kept else topic.for_digest,
        )
        for topic in topics_in_order()
        if not topic.ability or may(member, topic.ability)
    ]
