"""Nights restated one after the other, each by a replay of its own: one chain of a tenant at a time."""

from __future__ import annotations

from segmentation.actions.turns import Turn, take_turn
from segmentation.models import Replay
from segmentation.queries.pulse import UNFINISHED


def is_chain_under_way(*, beside: Replay) -> bool:
    """Whether nights are being restated in their order by another replay than this one; until this
    transaction ends nobody else begins to."""
    take_turn(Turn.CHAINS)
    under_way = Replay.objects.filter(state__in=UNFINISHED, restates_following=True)
    return bool(under_way.exclude(pk=beside.pk).exists())
