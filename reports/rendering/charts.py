"""The charts of a stored report as SVG: one definition for screen and paper.

Every number written in a chart is looked up in the words that its block brings; nothing is formatted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from reports.rendering.chart_paint import ABSENT, PAPER_FONT, Paint, Size, Write, svg_text
from reports.rendering.chart_rows import draw_bars, draw_matrix
from ui.charts import Series, TimeChart, lay_out_columns, lay_out_lines
from ui.charts.data import Number
from ui.charts.frame import Frame, Tick
from ui.charts.scale import known, px

CLOSE = 0.75  # the least value over the greatest


WIDE = Size("wide", 720, 220)
MEDIUM = Size("medium", 520, 200)
NARROW = Size("narrow", 340, 190)
FULL_PAGE = Size("full", 700, 165)
HALF_PAGE = Size("half", 400, 150)
SIZES = (WIDE, MEDIUM, NARROW, FULL_PAGE, HALF_PAGE)


def canonical(value: Number) -> str:
    """The text by which a value is found in the words of a chart: 3, 3.0 and Decimal("3.00") are one."""
    return repr(float(value)).removesuffix(".0")


def draw(block: Mapping[str, Any], size: Size, paint: Paint, *, ids: str = "") -> str:
    """The chart of a block as an ``<svg>``. ids: prefix of the ids of its title and description."""
    return drawn(
        block,
        size,
        paint,
        writer(block["words"]),
        writer({**block["words"], **block.get("short", {})}),
        ids=ids,
    )


def drawn(
    block: Mapping[str, Any],
    size: Size,
    paint: Paint,
    write: Write,
    write_short: Write,
    *,
    ids: str = "",
) -> str:
    """The same with the words from functions: how values read, and how they read along the axis."""
    maker = _MAKERS[block["chart"]]
    height, inside = maker(block, size, paint, write, write_short)
    return _svg(block, size.width, height, inside, paint, ids)


def writer(words: Mapping[str, str]) -> Write:
    def write(value: Number | None) -> str:
        return ABSENT if value is None else words.get(canonical(value), canonical(value))

    return write


def is_empty(block: Mapping[str, Any]) -> bool:
    return not any(known(one["values"]) for one in block["series"])


def legend(block: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(tone, label) of each series where there are several to tell apart."""
    if len(block["series"]) < 2 or block["chart"] == "matrix":
        return []
    return [(one.get("tone", "accent"), one["label"]) for one in block["series"]]


def table(block: Mapping[str, Any], target: str) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The chart in words: headings, and per period its label and values. target: that heading."""
    write = writer(block["words"])
    headings = [one["label"] for one in block["series"]]
    targets = block.get("targets") or ()
    if targets:
        headings.append(block.get("targets_label") or target)
    rows = []
    for place, period in enumerate(block["periods"]):
        values = [write(one["values"][place]) for one in block["series"]]
        rows.append((period, [*values, write(targets[place])] if targets else values))
    return headings, rows


def _svg(
    block: Mapping[str, Any], width: int, height: float, inside: str, paint: Paint, ids: str
) -> str:
    title, description = escape(block["title"]), escape(block.get("description", ""))
    if paint.accent is None:
        named = f"{ids}-title {ids}-desc" if description else f"{ids}-title"
        head = f'role="img" aria-labelledby="{named}"><title id="{ids}-title">{title}</title>'
        if description:
            head += f'<desc id="{ids}-desc">{description}</desc>'
    else:
        head = f'xmlns="http://www.w3.org/2000/svg" font-family="{PAPER_FONT}">'
    return f'<svg viewBox="0 0 {width} {px(height)}" {head}{inside}</svg>'


def _time_chart(block: Mapping[str, Any]) -> TimeChart:
    return TimeChart(
        title=block["title"],
        periods=block["periods"],
        series=[
            Series(one["label"], one["values"], one.get("tone", "accent"))
            for one in block["series"]
        ],
        area=block["chart"] == "area",
    )


def _is_whole(block: Mapping[str, Any]) -> bool:
    """Counts have no ticks between whole numbers."""
    return block.get("unit", "count") == "count"


def _from_zero(block: Mapping[str, Any]) -> bool:
    """Lines whose values lie close together, far from zero, begin higher: what moves is read."""
    values = known(value for one in block["series"] for value in one["values"])
    return min(values, default=0.0) < CLOSE * max(values, default=0.0)


def _lines(
    block: Mapping[str, Any], size: Size, paint: Paint, write: Write, short: Write
) -> tuple[float, str]:
    layout = lay_out_lines(
        _time_chart(block),
        width=size.width,
        height=size.height,
        label=write,
        tick_label=short,
        whole=_is_whole(block),
        from_zero=_from_zero(block),
        ends=True,
    )
    parts = [_frame(layout.frame, layout.periods, paint)]
    for line in layout.lines:
        if line.area:
            parts.append(f'<path {paint.toned("area", line.tone)} d="{line.area}"/>')
        if line.path:
            parts.append(f'<path {paint.toned("line", line.tone)} d="{line.path}"/>')
        parts += [
            f'<circle {paint.toned("dot", line.tone)} cx="{dot.x}" cy="{dot.y}" r="3.5">'
            f"<title>{escape(line.label)}, {escape(dot.label)}</title></circle>"
            for dot in line.dots
        ]
        if line.end:
            parts.append(svg_text(line.end.x, line.end.y, "start", line.end.text, paint, "strong"))
    return size.height, "".join(parts)


def _columns(
    block: Mapping[str, Any], size: Size, paint: Paint, write: Write, short: Write
) -> tuple[float, str]:
    layout = lay_out_columns(
        _time_chart(block),
        width=size.width,
        height=size.height,
        label=write,
        tick_label=short,
        whole=_is_whole(block),
    )
    parts = [_frame(layout.frame, layout.periods, paint)]
    parts += [
        f'<rect {paint.toned("segment", one.tone)} x="{one.x}" y="{one.y}" width="{one.width}"'
        f' height="{one.height}"><title>{escape(one.label)}</title></rect>'
        for one in layout.segments
    ]
    parts += [svg_text(x, y, "middle", text, paint, "strong") for x, y, text in layout.totals]
    return size.height, "".join(parts)


def _frame(frame: Frame, periods: list[Tick], paint: Paint) -> str:
    grid = paint.look("grid")
    parts = []
    for tick in frame.ticks:
        parts.append(
            f'<line {grid} x1="{frame.grid_from}" x2="{px(frame.right)}" y1="{tick.at}"'
            f' y2="{tick.at}"/>'
        )
        parts.append(svg_text(frame.labels_to, px(float(tick.at) + 4), "end", tick.label, paint))
    if frame.zero:
        parts.append(
            f'<line {paint.look("zero")} x1="{frame.grid_from}" x2="{px(frame.right)}"'
            f' y1="{frame.zero}" y2="{frame.zero}"/>'
        )
    parts += [
        svg_text(tick.at, px(frame.height - 5), tick.anchor, tick.label, paint) for tick in periods
    ]
    return "".join(parts)


_MAKERS: dict[str, Callable[..., tuple[float, str]]] = {
    "lines": _lines,
    "area": _lines,
    "columns": _columns,
    "bars": draw_bars,
    "matrix": draw_matrix,
}
