"""Asking many URLs in one test: each finds the world as it was made, and what is wrong with any of
them is said of all at once, by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import Client

from access_worlds.objects import OBJECTS
from access_worlds.urls import Url


def each_anew(urls: Iterable[Url]) -> Iterator[Url]:
    """What is done while one is looked at is undone before the next. Those that no ``OBJECTS`` name
    are left out: that they lack there is a failure of its own."""
    for url in urls:
        if url.arguments and url.name not in OBJECTS:
            continue
        with transaction.atomic():
            yield url
            transaction.set_rollback(True)


def client_of(session: str = "") -> Client:
    """Whoever has this session, or nobody; what a view raises is its answer 500."""
    client = Client(raise_request_exception=False)
    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


class Faults:
    """What was wrong, URL by URL."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def expect(self, answer: Any, statuses: Collection[int], url: Url, who: str) -> bool:
        """Whether the answer has one of these statuses; what else it has is remembered."""
        right = answer.status_code in statuses
        if not right:
            asked = answer.request
            raised = f" {answer.exc_info[1]!r}" if answer.exc_info else ""
            self.found.append(
                f"{url.name} ({asked['PATH_INFO']}) {asked['REQUEST_METHOD']} as {who}: "
                f"{answer.status_code}{raised}, not {' or '.join(map(str, sorted(statuses)))}"
            )
        return right

    def none(self) -> None:
        assert not self.found, f"{len(self.found)} wrong:\n" + "\n".join(self.found)
