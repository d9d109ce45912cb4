"""Buckets in Redis, out of which something is taken by a script of Redis's own, so that all processes
count together. Without Redis nothing is limited."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

import redis
from django.conf import settings

# Redis is not asked again for so long once it did not answer.
SILENCE_SECONDS = 5.0


class Buckets:
    """``script`` takes the key of a bucket and arguments of its own and answers milliseconds to wait;
    ``untold`` is called with the name of the error when Redis does not answer."""

    def __init__(self, script: str, *, untold: Callable[[str], Any]) -> None:
        self.text = script
        self.untold = untold
        self.silent_until = 0.0

    def take(self, key: str, *arguments: int) -> int:
        """Milliseconds to wait; 0: taken, or nobody can say."""
        if time.monotonic() < self.silent_until:
            return 0
        try:
            return int(self.script(keys=[key], args=[*arguments]))
        except redis.RedisError as error:
            self.silent_until = time.monotonic() + SILENCE_SECONDS
            self.untold(type(error).__name__)
            return 0

    @cached_property
    def script(self) -> Callable[..., Any]:
        given = settings.CACHES["default"]
        client = redis.Redis.from_url(
            given["LOCATION"],
            socket_timeout=1,
            socket_connect_timeout=1,
            **given.get("OPTIONS", {}),
        )
        return client.register_script(self.text)
