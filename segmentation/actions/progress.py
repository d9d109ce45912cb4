"""How far a running night or replay has come, for whoever watches. Lost without harm."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

from segmentation.actions.replays import REPLAY_STEPS
from segmentation.actions.results import STEPS, Progress
from segmentation.queries.progress import progress_key, replay_progress_key

log = structlog.get_logger("tenure.nights")

KEPT_SECONDS = 24 * 60 * 60


def tell_progress_of(tenant_id: int, night_id: int) -> Progress:
    """Progress that is told to `queries.progress.night_progress`."""
    return partial(report_progress, tenant_id, night_id)


def report_progress(tenant_id: int, night_id: int, step: str | None) -> None:
    """Say which of STEPS a night has begun; None: it has ended."""
    _tell(progress_key(tenant_id, night_id), STEPS, step)


def tell_replay_progress_of(tenant_id: int, replay_id: int) -> Progress:
    """Progress that is told to `queries.progress.replay_progress`."""
    return partial(_tell, replay_progress_key(tenant_id, replay_id), REPLAY_STEPS)


def forget_replay_progress(tenant_id: int, replay_id: int) -> None:
    """A replay has ended."""
    _tell(replay_progress_key(tenant_id, replay_id), REPLAY_STEPS, None)


def _tell(key: str, steps: Sequence[str], step: str | None) -> None:
    try:
        if step is None:
            cache.delete(key)
        else:
            told = {"step": step, "number": steps.index(step), "steps": len(steps)}
            cache.set(key, told, KEPT_SECONDS)
    except RedisError as error:
        log.info("progress not told", error=type(error).__name__)
