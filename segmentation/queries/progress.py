"""How far a running night has come."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache

from segmentation.models import Night


@dataclass(frozen=True)
class NightProgress:
    """`step`: one of facts, scores, moves, storing, which is the ``number``-th (from 0) of
    ``steps``."""

    step: str
    number: int
    steps: int


def night_progress(night: Night) -> NightProgress | None:
    """Of a running night, as its worker last told; None when it told nothing."""
    told = cache.get(progress_key(night.tenant_id, night.pk))
    return NightProgress(**told) if told else None


def progress_key(tenant_id: int, night_id: int) -> str:
    """The key in the cache, kept apart by tenant."""
    return f"night-progress:{tenant_id}:{night_id}"
