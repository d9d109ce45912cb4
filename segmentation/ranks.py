"""The order of worth of tiers and stages: which move is for the worse, how lists sort."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Case, Func, IntegerField, Q, Value, When

from ui.palette import MARKS

WORSE, OTHER, BETTER = "worse", "other", "better"

# Of all schemes; within one, more is better. New customers stand where the average does: they can
# fall from there and rise.
TIER_WORTH: Mapping[str, int] = {
    "lost": 0,
    "low": 1,
    "developing": 1,
    "new": 2,
    "potential": 2,
    "mid": 2,
    "active": 2,
    "core": 3,
    "mature": 3,
    "loyal": 4,
    "high": 4,
    "vip": 4,
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
_WORTH: Mapping[str, Mapping[str, int]] = {"tier": TIER_WORTH, "stage": STAGE_WORTH}
_SIGNS = {WORSE: -1, OTHER: 0, BETTER: 1}


def direction_of(kind: str, old: str, new: str) -> str:
    """Whether a move is ``worse``, ``better`` or ``other`` (equal worth, or into or out of none)."""
    before, after = _WORTH[kind].get(old), _WORTH[kind].get(new)
    if before is None or after is None or before == after:
        return OTHER
    return BETTER if after > before else WORSE


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
        return (
            f"COALESCE(SIGN({_worth_sql(kind, new)} - {_worth_sql(kind, old)}), 0)::integer",
            [],
        )


def _worth_sql(kind: str, value: str) -> str:
    branches = " ".join(
        f"WHEN '{name}:{key}' THEN {worth}"
        for name, worths in _WORTH.items()
        for key, worth in worths.items()
    )
    return f"(CASE {kind} || ':' || {value} {branches} END)"


def place_of(kind: str, field: str) -> Case:
    """Where the tier, stage or segment in ``field`` stands in the order of its marks; none: NULL."""
    return Case(
        *(When(Q(**{field: key}), then=Value(place)) for place, key in enumerate(MARKS[kind])),
        default=Value(None),
        output_field=IntegerField(null=True),
    )
