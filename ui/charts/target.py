"""A bar with its target."""

from __future__ import annotations

from dataclasses import dataclass

from ui.charts.data import TargetBar
from ui.charts.scale import known, px


@dataclass(frozen=True)
class TargetLayout:
    """In percent of the width. ``reached`` is None while either is unknown."""

    value: str
    target: str | None
    reached: bool | None


def lay_out_target(bar: TargetBar) -> TargetLayout:
    """The longer of the two takes 100 %, or 92 % when the target lies beyond the value."""
    value = max(0.0, *known([bar.value]), 0.0)
    target = known([bar.target])
    room = max(value, (target[0] / 0.92 if target else 0.0)) or 1.0
    return TargetLayout(
        value=px(100 * value / room),
        target=px(100 * max(0.0, target[0]) / room) if target else None,
        reached=value >= target[0] if target and bar.value is not None else None,
    )
