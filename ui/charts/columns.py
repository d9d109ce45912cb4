"""Columns over time, stacked."""

from __future__ import annotations

from dataclasses import dataclass

from ui.charts.data import TimeChart
from ui.charts.frame import Format, Frame, Tick, frame_for, period_ticks
from ui.charts.scale import known, px

WIDEST = 44.0


@dataclass(frozen=True)
class Segment:
    """One layer of one column: a rectangle, what it says, and the list behind it."""

    x: str
    y: str
    width: str
    height: str
    tone: str
    label: str
    href: str
    is_partial: bool = False


@dataclass(frozen=True)
class ColumnLayout:
    frame: Frame
    periods: list[Tick]
    segments: list[Segment]
    totals: list[tuple[str, str, str]]


def lay_out_columns(
    chart: TimeChart,
    *,
    width: int,
    height: int,
    label: Format,
    tick_label: Format | None = None,
    whole: bool = False,
) -> ColumnLayout:
    """The first series lies at the bottom; negative values hang below zero on their own."""
    count = len(chart.periods)
    ups, downs = _sums(chart)
    frame = frame_for(
        min(downs, default=0.0),
        max(ups, default=0.0),
        width=width,
        height=height,
        label=tick_label or label,
        whole=whole,
    )
    pitch = frame.plot_width / max(1, count)
    column = min(WIDEST, pitch * 0.72)
    places = [frame.left + pitch * (place + 0.5) for place in range(count)]
    segments = []
    for place in range(count):
        up = down = 0.0
        for series in chart.series:
            value = sum(known([series.values[place]]))
            if value == 0:
                continue
            start = up if value > 0 else down
            end = start + value
            if value > 0:
                up = end
            else:
                down = end
            top, bottom = sorted((frame.scale(start), frame.scale(end)))
            segments.append(
                Segment(
                    x=px(places[place] - column / 2),
                    y=px(top),
                    width=px(column),
                    height=px(max(0.5, bottom - top)),
                    tone=series.tone,
                    label=f"{chart.periods[place]} · {series.label}: {label(value)}",
                    href=series.links[place] if len(series.links) == count else "",
                    is_partial=bool(chart.partial) and place == count - 1,
                )
            )
    return ColumnLayout(
        frame=frame,
        periods=period_ticks([str(period) for period in chart.periods], places, frame),
        segments=segments,
        totals=_totals(chart, frame, places, ups, downs, label, pitch),
    )


def _sums(chart: TimeChart) -> tuple[list[float], list[float]]:
    """Of each period, the sum of what is above zero and of what is below."""
    ups, downs = [], []
    for place in range(len(chart.periods)):
        values = known(series.values[place] for series in chart.series)
        ups.append(sum(value for value in values if value > 0))
        downs.append(sum(value for value in values if value < 0))
    return ups, downs


def _totals(
    chart: TimeChart,
    frame: Frame,
    places: list[float],
    ups: list[float],
    downs: list[float],
    label: Format,
    pitch: float,
) -> list[tuple[str, str, str]]:
    """Sums above the columns, where they have room and nothing is negative."""
    if len(chart.series) < 2 or pitch < 30 or any(downs):
        return []
    return [
        (px(place), px(frame.scale(total) - 5), label(total))
        for place, total in zip(places, ups, strict=True)
        if total
    ]
