"""What sweepers found, kept for probes, which must not walk over tenants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

log = structlog.get_logger("tenure.probes")

KEPT_SECONDS = 60 * 60


def remember(key: str, found: Mapping[str, Any]) -> None:
    """Keep it for an hour; a Redis that does not answer stops no sweep."""
    try:
        cache.set(key, dict(found), KEPT_SECONDS)
    except RedisError as error:
        log.info("pulse not remembered", of=key, error=type(error).__name__)


def recalled(key: str) -> dict[str, Any]:
    """What was found last; empty when nobody has looked for an hour."""
    return cache.get(key) or {}
