"""Axes that line and column charts share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ui.charts.data import Number
from ui.charts.scale import Scale, every, nice_ticks, px, text_width

Format = Callable[[Number | None], str]
LABEL_GAP = 6.0


@dataclass(frozen=True)
class Tick:
    """A label of an axis: its place in view-box units, as text."""

    at: str
    label: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Frame:
    """The room of a chart: plot edges, the value axis with its ticks, and the zero line."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    scale: Scale
    ticks: list[Tick]
    zero: str | None

    @property
    def plot_width(self) -> float:
        return self.right - self.left

    @property
    def grid_from(self) -> str:
        return px(self.left)

    @property
    def labels_to(self) -> str:
        return px(self.left - 6)


def frame_for(
    low: float,
    high: float,
    *,
    width: int,
    height: int,
    label: Format,
    right_margin: float = 8,
    whole: bool = False,
    from_zero: bool = True,
) -> Frame:
    """Room for values from ``low`` to ``high``; zero is in it, unless ``from_zero`` is false."""
    if from_zero:
        low, high = min(0.0, low), max(0.0, high)
    ticks = nice_ticks(low, high, 4 if height > 140 else 2, whole)
    texts = [label(tick) for tick in ticks]
    left = round(max(text_width(text) for text in texts) + 10, 1)
    top, bottom = 12.0, height - 22.0
    scale = Scale(ticks[0], ticks[-1], bottom, top)
    return Frame(
        width=width,
        height=height,
        left=left,
        right=width - right_margin,
        top=top,
        bottom=bottom,
        scale=scale,
        ticks=[Tick(px(scale(tick)), text, "end") for tick, text in zip(ticks, texts, strict=True)],
        zero=px(scale(0)) if ticks[0] < 0 else None,
    )


def period_ticks(periods: Sequence[str], places: Sequence[float], frame: Frame) -> list[Tick]:
    """Labels under the plot, thinned from the right so that the newest period keeps its own."""
    if not periods:
        return []
    step = every(len(periods), frame.plot_width, max(text_width(text) for text in periods))
    shown = []
    free = float("inf")  # where the label to the right begins
    for place in range(len(periods) - 1, -1, -step):
        width = text_width(periods[place])
        is_cut = places[place] + width / 2 > frame.width
        ends = places[place] + (0 if is_cut else width / 2)
        # The newest, pushed inside, takes the room of its neighbour.
        if ends > free:
            continue
        shown.append(Tick(px(places[place]), periods[place], "end" if is_cut else "middle"))
        free = ends - width - LABEL_GAP
    return shown[::-1]
