"""What people can be told of: apps add topics, which people choose by, and kinds of sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Topic:
    """What a person says of how they want to be told.

    ``ability``: of whom it concerns at all (accounts.permissions); "": everybody. ``in_app`` and
    ``for_digest`` are what holds for who has not chosen. ``for_channels``: whether a chat may be told.
    """

    key: str
    label: Text
    order: int
    ability: str = ""
    in_app: bool = True
    for_digest: bool = True
    for_channels: bool = True


@dataclass(frozen=True)
class NotificationKind:
    """One sentence. ``text``: with named places, e.g. ``%(customer)s``; ``icon``: of Lucide;
    ``for_channels``: whether it makes sense to who is not the member that it is for."""

    key: str
    topic: str
    text: Text
    icon: str = "bell"
    for_channels: bool = True


class Missing(dict):  # type: ignore[type-arg]
    """Values of a sentence; one that an older row lacks reads as a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


topics: dict[str, Topic] = {}
notification_kinds: dict[str, NotificationKind] = {}


def register_topic(topic: Topic) -> None:
    topics[topic.key] = topic


def register_kind(kind: NotificationKind) -> None:
    """
    Raises:
        KeyError: its topic is not registered.
    """
    topics[kind.topic]
    notification_kinds[kind.key] = kind


def words_of(kind: str, values: Mapping[str, Any]) -> str:
    """The sentence in the active language; a kind that is gone reads as its key."""
    found = notification_kinds.get(kind)
    return str(found.text) % Missing(values) if found else kind.replace("_", " ")


def topics_in_order() -> list[Topic]:
    return sorted(topics.values(), key=lambda topic: topic.order)
