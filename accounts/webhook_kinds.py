"""What other programs can be told of: each app registers kinds of events in ``AppConfig.ready()``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, get_resolver
from django.utils.functional import Promise

from accounts.letter_texts import public_address

Text = str | Promise
Link = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class WebhookKind:
    """One ``type`` of event.

    Args:
        key: noun and past participle, e.g. ``night.finished``. What receivers rely on: it never
            changes, and fields are only added. What must change otherwise is another key.
        words: what happened, and when it is told.
        example: of ``data``, with every field that there may be.
        links: name → the name of an address of the API and the fields of ``data`` it is made of.
        order: among the kinds on screen.
    """

    key: str
    label: Text
    words: Text
    example: Mapping[str, Any]
    order: int
    links: Mapping[str, Link] = field(default_factory=dict)


webhook_kinds: dict[str, WebhookKind] = {}

# Sent by hand to see whether an endpoint takes it; nobody chooses it.
TEST = "webhook.test"


def register_webhook(kind: WebhookKind) -> None:
    webhook_kinds[kind.key] = kind


def kinds_in_order() -> list[WebhookKind]:
    return sorted(webhook_kinds.values(), key=lambda kind: kind.order)


def links_of(kind: str, data: Mapping[str, Any]) -> dict[str, str]:
    """Where the API says more; fields that are empty lead nowhere."""
    found = webhook_kinds.get(kind)
    links = {}
    for name, (url_name, fields) in (found.links if found else {}).items():
        values = [data.get(each) for each in fields]
        if any(value in (None, "") for value in values):
            continue
        try:
            # Not by `reverse`, which puts the tenant of a page's request in front.
            path = "/" + get_resolver(settings.ROOT_URLCONF).reverse(url_name, *values)
        except NoReverseMatch:
            # A key that no address can hold.
            continue
        links[name] = public_address() + path
    return links
