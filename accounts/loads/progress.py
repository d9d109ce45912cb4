"""How far a load is, where other processes can see it: its own transaction hides what it writes."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

from accounts.loads.running import Progress
from accounts.models import Load

KEPT_SECONDS = 600

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class LoadProgress:
    """`total` 0: unknown."""

    phase: str
    done: int
    total: int


def show_progress(load: Load) -> Progress:
    """A function that keeps the progress of a load. Without Redis nothing is shown, and that is all."""
    key = _key(load)

    def show(phase: str, done: int, total: int) -> None:
        try:
            cache.set(key, (phase, done, total), KEPT_SECONDS)
        except RedisError:
            log.warning("load progress not shown", load=load.pk)

    return show


def read_progress(load: Load) -> LoadProgress | None:
    """The progress of a load that somebody works on."""
    try:
        kept = cache.get(_key(load))
    except RedisError:
        return None
    return LoadProgress(*kept) if kept else None


def _key(load: Load) -> str:
    return f"load-progress:{load.tenant_id}:{load.pk}:{load.attempts}"
