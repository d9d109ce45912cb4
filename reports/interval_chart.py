"""Dots with their intervals on one common axis, a small drawing per row of a table. The table says the
same in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ui.charts.scale import Scale, nice_ticks, px

# The style sheet shows it at this size, so that its letters have theirs.
WIDTH, HEIGHT, MARGIN = 192, 20, 8


@dataclass(frozen=True)
class Dot:
    """``value`` with its interval (adjusted), and ``observed`` as a ring; NaN: not known."""

    value: float
    low: float
    high: float
    observed: float


@dataclass(frozen=True)
class Axis:
    """Where values stand; ``ticks``: (position, value) of round values."""

    scale: Scale
    ticks: Sequence[tuple[float, float]]


def axis_of(dots: Iterable[Dot], average: float, bounds: tuple[float, float]) -> Axis | None:
    """A scale that holds every dot and interval; None without any value."""
    values = [
        number
        for dot in dots
        for number in (dot.value, dot.low, dot.high, dot.observed)
        if math.isfinite(number)
    ]
    if math.isfinite(average):
        values.append(average)
    if not values:
        return None
    ticks = nice_ticks(min(values), max(values), 3)
    low, high = max(ticks[0], bounds[0]), min(ticks[-1], bounds[1])
    if not low < high:
        low, high = ticks[0], ticks[-1]
    scale = Scale(low, high, MARGIN, WIDTH - MARGIN)
    return Axis(scale, [(scale(tick), tick) for tick in ticks if low <= tick <= high])


def draw_axis(axis: Axis, words: Sequence[str]) -> SafeString:
    """The first and the last round value above the column; ``words``: of each tick."""
    shown = [(axis.ticks[0], "start", words[0])]
    if len(axis.ticks) > 1:
        shown.append((axis.ticks[-1], "end", words[-1]))
    texts = format_html_join(
        "",
        '<text class="chart-tick" x="{}" y="14" text-anchor="{}">{}</text>',
        (
            (px(MARGIN if anchor == "start" else WIDTH - MARGIN), anchor, word)
            for _tick, anchor, word in shown
        ),
    )
    return format_html(
        '<svg class="interval-row" viewBox="0 0 {} {}" aria-hidden="true">{}</svg>',
        WIDTH,
        HEIGHT,
        texts,
    )


def draw_dot(dot: Dot, axis: Axis, average: float, label: str) -> SafeString:
    """One row: the interval as a line, the adjusted value as a dot, the observed one as a ring, and the
    average of all as a dashed line through every row."""
    middle = HEIGHT / 2
    parts: list[SafeString] = []
    if math.isfinite(average):
        parts.append(
            format_html(
                '<line class="interval-average" x1="{0}" x2="{0}" y1="0" y2="{1}"/>',
                px(axis.scale(average)),
                HEIGHT,
            )
        )
    if math.isfinite(dot.low) and math.isfinite(dot.high):
        parts.append(
            format_html(
                '<line class="interval-line" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>',
                px(axis.scale(dot.low)),
                px(axis.scale(dot.high)),
                px(middle),
            )
        )
    if math.isfinite(dot.observed):
        parts.append(
            format_html(
                '<circle class="interval-ring" cx="{}" cy="{}" r="3.5"/>',
                px(axis.scale(dot.observed)),
                px(middle),
            )
        )
    if math.isfinite(dot.value):
        parts.append(
            format_html(
                '<circle class="interval-dot" cx="{}" cy="{}" r="3.5"/>',
                px(axis.scale(dot.value)),
                px(middle),
            )
        )
    return format_html(
        '<svg class="interval-row" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        WIDTH,
        HEIGHT,
        label,
        format_html_join("", "{}", ((part,) for part in parts)),
    )
