"""A trend in the size of a word."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ui.charts.data import Values
from ui.charts.scale import Scale, known, px


@dataclass(frozen=True)
class SparkLayout:
    """``path`` and ``area`` are empty when fewer than two values are known; ``dot`` is the last."""

    width: int
    height: int
    path: str
    area: str
    dot: tuple[str, str] | None


def lay_out_sparkline(values: Values, *, width: int = 84, height: int = 20) -> SparkLayout:
    """From zero, so that a small change of a large value looks small."""
    numbers = known(values)
    if not numbers:
        return SparkLayout(width, height, "", "", None)
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    up = Scale(low, high, height - 3, 3) if low != high else Scale(0, 1, height - 3, 3)
    across = Scale(0, max(1, len(values) - 1), 2, width - 3)
    points = [
        (across(place) if len(values) > 1 else width / 2, up(float(value)))
        for place, value in enumerate(values)
        if value is not None and math.isfinite(value)
    ]
    drawn = "L".join(f"{px(x)} {px(y)}" for x, y in points)
    last = points[-1]
    dot = (px(last[0]), px(last[1]))
    if len(points) < 2:
        return SparkLayout(width, height, "", "", dot)
    base = px(up(0))
    area = f"M{px(points[0][0])} {base}L{drawn}L{px(last[0])} {base}Z"
    return SparkLayout(width, height, f"M{drawn}", area, dot)
