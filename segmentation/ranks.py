"""The order of worth of tiers and stages: which move is for the worse, how lists sort."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import Any

from django.db.models import Case, Func, IntegerField, Q, Value, When

from ui.palette import MARKS

WORSE, OTHER, BETTER = "worse", "other", "better"

# Per scheme; more is better. New customers stand where the average does: they can fall from there
# and rise. Tiers of two schemes are not compared: who picks another scheme makes nobody worse.
SCHEME_WORTHS: Mapping[str, Mapping[str, int]] = {
    "a": {"lost": 0, "low": 1, "new": 2, "mid": 2, "mature": 3, "high": 4},
    "b": {"lost": 0, "potential": 2, "new": 2, "active": 2, "loyal": 4},
    "c": {"developing": 1, "new": 2, "core": 3, "vip": 4},
}
STAGE_WORTH: Mapping[str, int] = {
    "churned": 0,
    "dormant": 1,
    "potential": 1,
    "onboarding": 2,
    "new": 2,
    "active": 2,
    "loyal": 3,
}
_WORTHS: Mapping[str, tuple[Mapping[str, int], ...]] = {
    "tier": tuple(SCHEME_WORTHS.values()),
    "stage": (STAGE_WORTH,),
}
_SIGNS = {WORSE: -1, OTHER: 0, BETTER: 1}


def direction_of(kind: str, old: str, new: str) -> str:
    """Whether a move is ``worse``, ``better`` or ``other`` (equal worth, or into or out of none)."""
    for worth in _WORTHS[kind]:
        before, after = worth.get(old), worth.get(new)
        if before is not None and after is not None and before != after:
            return BETTER if after > before else WORSE
    return OTHER


def sign_of(direction: str) -> int:
    return _SIGNS[direction]


class DirectionSign(Func):
    """``direction_of`` a row of moves as SQL: -1, 0 or 1.

    Written as text once: as a tree of expressions its hundred branches take longer to put together
    than the query takes to run.
    """

    output_field = IntegerField()

    def __init__(self, kind: str = "kind", old: str = "from_value", new: str = "to_value") -> None:
        super().__init__(kind, old, new)

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **_: Any
    ) -> tuple[str, list[Any]]:
        kind, old, new = (
            compiler.compile(expression)[0] for expression in self.get_source_expressions()
        )
        move = f"{kind} || ':' || {old} || '>' || {new}"
        return (
            f"(CASE WHEN {move} IN ({_moves(WORSE)}) THEN -1 "
            f"WHEN {move} IN ({_moves(BETTER)}) THEN 1 ELSE 0 END)",
            [],
        )


@cache
def _moves(direction: str) -> str:
    """Every move that goes this way, as SQL texts."""
    return ", ".join(
        f"'{kind}:{old}>{new}'"
        for kind, worths in _WORTHS.items()
        for old, new in product({key for worth in worths for key in worth}, repeat=2)
        if direction_of(kind, old, new) == direction
    )


def place_of(kind: str, field: str) -> Case:
    """Where the tier, stage or segment in ``field`` stands in the order of its marks; none: NULL."""
    return Case(
        *(When(Q(**{field: key}), then=Value(place)) for place, key in enumerate(MARKS[kind])),
        default=Value(None),
        output_field=IntegerField(null=True),
    )
