"""How many customers stand in each tier on a night, and where they went since an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from accounts.models import Membership, Visibility
from segmentation.compute.schemes import Scheme
from segmentation.models import MeasureRow, Night
from segmentation.queries.migration import flows
from segmentation.queries.rules import document_of
from segmentation.queries.scopes import Scope

LOST = "lost"

WHOLE = Scope(Membership(), str(Visibility.ALL), (str(Visibility.ALL),))
"""Nobody's view: every customer, whoever reads it."""


@dataclass(frozen=True)
class Moves:
    """Of the customers that both nights knew, how many stand on a better rung than they stood, and how
    many on a worse one or lost."""

    up: int
    down: int


def scheme_of(night: Night) -> Scheme:
    """The scheme that gives the tier by the rules that the night followed."""
    return Scheme.from_rules(document_of(night.rule_set))


def tiers_of(night: Night | None) -> Sequence[str]:
    """The tiers that customers can have by the rules of a night; None: by those that are shipped."""
    return Scheme.from_rules(document_of(night.rule_set if night else None)).tiers


def tier_counts(night: Night) -> dict[str, int]:
    """Tier → customers, also of tiers that nobody has; who has no tier is left out."""
    counts = dict.fromkeys(scheme_of(night).tiers, 0)
    rows = MeasureRow.objects.filter(as_of=night.as_of).exclude(tier="").order_by()
    for tier, number in rows.values_list("tier").annotate(number=Count("pk")):
        counts[tier] = number
    return counts


def tier_moves(start: Night, end: Night, *, latest: Night) -> Moves:
    """As the month in review's matrix has them; one statement."""
    up = down = 0
    ladder = scheme_of(end).ladder
    for flow in flows(WHOLE, start, end, "tier", latest=latest):
        way = direction(ladder, flow.old, flow.new)
        up += flow.customers * (way > 0)
        down += flow.customers * (way < 0)
    return Moves(up, down)


def direction(ladder: Sequence[str], old: str, new: str) -> int:
    """1: to a better tier, -1: to a worse one or lost, 0: neither, or onto or off the ladder."""
    if old in ladder and new == LOST:
        return -1
    if old not in ladder or new not in ladder:
        return 0
    step = ladder.index(new) - ladder.index(old)
    return (step > 0) - (step < 0)
