"""How far a running night or replay has come."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache

from segmentation.models import Night, Replay


@dataclass(frozen=True)
class NightProgress:
    """`step`: one of actions.results.STEPS (of a replay: actions.replays.REPLAY_STEPS), which is the
    ``number``-th (from 0) of ``steps``."""

    step: str
    number: int
    steps: int


def night_progress(night: Night) -> NightProgress | None:
    """Of a running night, as its worker last told; None when it told nothing."""
    told = cache.get(progress_key(night.tenant_id, night.pk))
    return NightProgress(**told) if told else None


def replay_progress(replay: Replay) -> NightProgress | None:
    """Of a running replay, as its worker last told; None when it told nothing."""
    told = cache.get(replay_progress_key(replay.tenant_id, replay.pk))
    return NightProgress(**told) if told else None


def progress_key(tenant_id: int, night_id: int) -> str:
    """The key in the cache, kept apart by tenant."""
    return f"night-progress:{tenant_id}:{night_id}"


def replay_progress_key(tenant_id: int, replay_id: int) -> str:
    """The key in the cache, kept apart by tenant."""
    return f"replay-progress:{tenant_id}:{replay_id}"
