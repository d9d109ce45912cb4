"""Lines, or areas, over time."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ui.charts.data import Series, TimeChart
from ui.charts.frame import Format, Frame, Tick, frame_for, period_ticks
from ui.charts.scale import Scale, known, px, text_width

LABEL_HEIGHT = 13.0
MOST_END_LABELS = 5


@dataclass(frozen=True)
class Dot:
    x: str
    y: str
    label: str


@dataclass(frozen=True)
class EndLabel:
    x: str
    y: str
    text: str


@dataclass(frozen=True)
class Line:
    """``path`` breaks where a value is missing; ``dots`` are the values that stand alone and the
    last one; ``end`` is the last value in words beside it, where there is room."""

    tone: str
    label: str
    path: str
    area: str
    dots: list[Dot]
    end: EndLabel | None


@dataclass(frozen=True)
class LineLayout:
    frame: Frame
    periods: list[Tick]
    lines: list[Line]


def lay_out_lines(
    chart: TimeChart,
    *,
    width: int,
    height: int,
    label: Format,
    tick_label: Format | None = None,
    whole: bool = False,
    from_zero: bool = True,
    ends: bool | None = None,
) -> LineLayout:
    """Positions of everything in a view box of ``width`` x ``height``.

    from_zero: false where the axis may begin higher; never for areas, whose size is what is read.
    ends: whether last values stand beside their lines; None: where the drawing is wide.
    """
    values = [value for series in chart.series for value in known(series.values)]
    last = [_last(series, label, named=chart.names_ends) for series in chart.series]
    has_room = width >= 480 if ends is None else ends
    labelled = has_room and (chart.names_ends or len(chart.series) <= MOST_END_LABELS)
    margin = max((text_width(text) for _place, text in last), default=0) + 12 if labelled else 8
    frame = frame_for(
        min(values, default=0.0),
        max(values, default=0.0),
        width=width,
        height=height,
        label=tick_label or label,
        right_margin=max(8, margin),
        whole=whole,
        from_zero=from_zero or chart.area,
    )
    count = len(chart.periods)
    across = Scale(0, max(1, count - 1), frame.left + 6, frame.right - 6)
    places = [across(place) if count > 1 else across(0.5) for place in range(count)]
    end_labels = _spread(chart, last, frame, places) if labelled else {}
    lines = [
        _line(series, chart, frame, places, label, end_labels.get(number))
        for number, series in enumerate(chart.series)
    ]
    return LineLayout(
        frame, period_ticks([str(period) for period in chart.periods], places, frame), lines
    )


def _line(
    series: Series,
    chart: TimeChart,
    frame: Frame,
    places: list[float],
    label: Format,
    end: EndLabel | None,
) -> Line:
    runs = _runs(series)
    base = px(frame.scale(0)) if chart.area else ""
    path, area = [], []
    dots = []
    for run in runs:
        points = [(px(places[place]), px(frame.scale(value))) for place, value in run]
        drawn = "L".join(f"{x} {y}" for x, y in points)
        if len(points) > 1:
            path.append(f"M{drawn}")
            area.append(f"M{points[0][0]} {base}L{drawn}L{points[-1][0]} {base}Z")
        if len(points) == 1 or run is runs[-1]:
            place, value = run[-1]
            words = f"{chart.periods[place]}: {label(value)}"
            dots.append(Dot(points[-1][0], points[-1][1], words))
    return Line(
        tone=series.tone,
        label=str(series.label),
        path="".join(path),
        area="".join(area) if chart.area else "",
        dots=dots,
        end=end,
    )


def _runs(series: Series) -> list[list[tuple[int, float]]]:
    """Stretches of known values that follow each other."""
    runs: list[list[tuple[int, float]]] = []
    previous_known = False
    for place, value in enumerate(series.values):
        is_known = value is not None and math.isfinite(value)
        if value is not None and is_known:
            if not previous_known:
                runs.append([])
            runs[-1].append((place, float(value)))
        previous_known = is_known
    return runs


def _last(series: Series, label: Format, *, named: bool) -> tuple[int, str]:
    for place in range(len(series.values) - 1, -1, -1):
        value = series.values[place]
        if value is not None and math.isfinite(value):
            return place, f"{label(value)} {series.label}" if named else label(value)
    return -1, ""


def _spread(
    chart: TimeChart, ends: list[tuple[int, str]], frame: Frame, places: list[float]
) -> dict[int, EndLabel]:
    """Labels of the last values, moved apart until none covers another."""
    wanted = []
    for number, (series, (place, text)) in enumerate(zip(chart.series, ends, strict=True)):
        # Only a line that reaches the right edge has room beside it.
        if place != len(places) - 1:
            continue
        value = series.values[place]
        assert value is not None
        wanted.append((frame.scale(float(value)), number, text))
    wanted.sort()
    labels: dict[int, EndLabel] = {}
    lowest = -math.inf
    for left, (at, number, text) in enumerate(wanted):
        # Room is left below for those that follow.
        room = frame.bottom - (len(wanted) - 1 - left) * LABEL_HEIGHT
        at = max(min(at, room), lowest + LABEL_HEIGHT)
        lowest = at
        labels[number] = EndLabel(px(places[-1] + 8), px(at + 4), text)
    return labels
