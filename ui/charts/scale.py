"""From values to positions: round ticks and linear scales."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from ui.charts.data import Number

STEPS = (1.0, 2.0, 2.5, 5.0)


def nice_ticks(low: float, high: float, count: int = 4, whole: bool = False) -> list[float]:
    """About ``count`` round steps that cover low to high; the ends are ticks too.

    Equal ends are widened: zero alone gives 0 and 1, another value alone includes zero.
    ``whole`` keeps to whole numbers. Raises ValueError when an end is not finite.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("ticks need finite ends")
    if low == high:
        low, high = min(low, 0.0), max(high, 0.0)
        if low == high:
            high = 1.0
    if low > high:
        low, high = high, low
    step = _best_step(low, high, count, whole)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    digits = max(0, -math.floor(math.log10(step)) + 1)
    return [round(place * step, digits) for place in range(first, last + 1)]


@dataclass(frozen=True)
class Scale:
    """Linear: ``low`` goes to ``start``, ``high`` to ``end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        if self.high == self.low:
            return (self.start + self.end) / 2
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def px(value: float) -> str:
    """A coordinate as SVG takes it, whatever the language: at most one decimal."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def text_width(text: str, size: float = 11) -> float:
    """Estimated width of a label in the units of ``size``; CJK characters are square."""
    return sum(
        size if unicodedata.east_asian_width(character) in "WF" else size * 0.56
        for character in text
    )


def every(count: int, room: float, widest: float) -> int:
    """Show each n-th of ``count`` labels so that they do not touch in ``room``."""
    if count <= 1:
        return 1
    fits = max(1, int(room // (widest + 10)))
    return math.ceil(count / fits)


def known(values: Iterable[Number | None]) -> list[float]:
    return [float(value) for value in values if value is not None and math.isfinite(value)]


def _best_step(low: float, high: float, count: int, whole: bool) -> float:
    """The round step that wastes least room with about ``count`` steps."""
    magnitude = 10.0 ** math.floor(math.log10((high - low) / count))
    candidates = [step * power for power in (magnitude, 10 * magnitude) for step in STEPS]
    if whole:
        candidates = [step for step in candidates if step == int(step)] or [1.0]

    def cost(step: float) -> tuple[float, float]:
        steps = math.ceil(high / step - 1e-9) - math.floor(low / step + 1e-9)
        waste = steps * step / (high - low) - 1
        too_many = max(0, steps - count - 2) + max(0, count - 2 - steps)
        return (too_many + waste, abs(steps - count))

    return min(candidates, key=cost)
