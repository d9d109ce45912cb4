"""The charts of a stored report as SVG: one definition for screen and paper.

Every number written in a chart is looked up in the words that its block brings; nothing is formatted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from reports.rendering.chart_paint import PAPER_FONT, Paint, shortened
from ui.charts import Series, TimeChart, lay_out_columns, lay_out_lines
from ui.charts.data import Number
from ui.charts.frame import Frame, Tick
from ui.charts.scale import known, px, text_width

ABSENT = "–"
BAR_ROW, BAR_HEIGHT = 26.0, 12.0
CELL = 26.0
CLOSE = 0.75  # the least value over the greatest

Write = Callable[[Number | None], str]


@dataclass(frozen=True)
class Size:
    """A view box in which letters are 11 high. height: of charts over time."""

    name: str
    width: int
    height: int


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
            parts.append(_text(line.end.x, line.end.y, "start", line.end.text, paint, "strong"))
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
    parts += [_text(x, y, "middle", text, paint, "strong") for x, y, text in layout.totals]
    return size.height, "".join(parts)


def _bars(
    block: Mapping[str, Any], size: Size, paint: Paint, write: Write, short: Write
) -> tuple[float, str]:
    """A row per period label: its name, its bars one after the other, what they come to."""
    del short
    count = len(block["periods"])
    targets = block.get("targets") or (None,) * count
    sums = [sum(known(one["values"][place] for one in block["series"])) for place in range(count)]
    said = [
        write(total) if known(one["values"][place] for one in block["series"]) else ABSENT
        for place, total in enumerate(sums)
    ]
    most = max([*sums, *known(targets), 0.0]) or 1.0
    left = min(
        size.width * 0.44, max((text_width(label) for label in block["periods"]), default=0) + 10
    )
    right = size.width - max((text_width(text) for text in said), default=0) - 12
    scale = max(1.0, right - left) / most
    parts = []
    for place, label in enumerate(block["periods"]):
        middle = place * BAR_ROW + BAR_ROW / 2
        top = px(middle - BAR_HEIGHT / 2)
        parts.append(_text(px(left - 10), px(middle + 4), "end", shortened(label, left - 8), paint))
        parts.append(
            f'<rect {paint.look("track")} x="{px(left)}" y="{top}" width="{px(right - left)}"'
            f' height="{px(BAR_HEIGHT)}" rx="2"/>'
        )
        start = left
        for one in block["series"]:
            value = sum(known([one["values"][place]]))
            if value <= 0:
                continue
            tone = one.get("tone", "accent")
            parts.append(
                f'<rect {paint.toned("segment", tone)} x="{px(start)}" y="{top}"'
                f' width="{px(max(0.5, value * scale))}" height="{px(BAR_HEIGHT)}" rx="2">'
                f"<title>{escape(label)} · {escape(one['label'])}: {escape(write(value))}</title>"
                "</rect>"
            )
            start += value * scale
        for target in known([targets[place]]):
            at = px(left + target * scale)
            parts.append(
                f'<line {paint.look("target")} x1="{at}" x2="{at}" y1="{px(middle - 9)}"'
                f' y2="{px(middle + 9)}"><title>{escape(write(target))}</title></line>'
            )
        parts.append(_text(px(right + 8), px(middle + 4), "start", said[place], paint, "strong"))
    return max(BAR_ROW, count * BAR_ROW), "".join(parts)


def _matrix(
    block: Mapping[str, Any], size: Size, paint: Paint, write: Write, short: Write
) -> tuple[float, str]:
    """Rows down, series across; the deeper the ground, the more there is."""
    del short
    columns = block["series"]
    left = min(
        size.width * 0.4, max((text_width(label) for label in block["periods"]), default=0) + 10
    )
    pitch = (size.width - left) / max(1, len(columns))
    most = max(known(value for one in columns for value in one["values"]), default=0.0) or 1.0
    parts = [
        _text(
            px(left + pitch * (place + 0.5)), "14", "middle", shortened(one["label"], pitch - 4),
            paint,
        )
        for place, one in enumerate(columns)
    ]  # fmt: skip
    for number, label in enumerate(block["periods"]):
        top = 22 + number * CELL
        parts.append(_text(px(left - 8), px(top + 17), "end", shortened(label, left - 8), paint))
        for place, one in enumerate(columns):
            value = one["values"][number]
            share = max(0.0, sum(known([value]))) / most
            parts.append(
                f'<rect {paint.look("track")} x="{px(left + pitch * place + 1)}" y="{px(top + 1)}"'
                f' width="{px(pitch - 2)}" height="{px(CELL - 2)}" rx="2"/>'
            )
            if share:
                parts.append(
                    f"<rect {paint.toned('heat', one.get('tone', 'accent'))}"
                    f' fill-opacity="{0.1 + 0.35 * share:.2f}"'
                    f' x="{px(left + pitch * place + 1)}" y="{px(top + 1)}"'
                    f' width="{px(pitch - 2)}" height="{px(CELL - 2)}" rx="2"/>'
                )
            parts.append(
                _text(px(left + pitch * (place + 0.5)), px(top + 17), "middle", write(value),
                      paint, "strong")
            )  # fmt: skip
    return 22 + CELL * len(block["periods"]), "".join(parts)


def _frame(frame: Frame, periods: list[Tick], paint: Paint) -> str:
    grid = paint.look("grid")
    parts = []
    for tick in frame.ticks:
        parts.append(
            f'<line {grid} x1="{frame.grid_from}" x2="{px(frame.right)}" y1="{tick.at}"'
            f' y2="{tick.at}"/>'
        )
        parts.append(_text(frame.labels_to, px(float(tick.at) + 4), "end", tick.label, paint))
    if frame.zero:
        parts.append(
            f'<line {paint.look("zero")} x1="{frame.grid_from}" x2="{px(frame.right)}"'
            f' y1="{frame.zero}" y2="{frame.zero}"/>'
        )
    parts += [
        _text(tick.at, px(frame.height - 5), tick.anchor, tick.label, paint) for tick in periods
    ]
    return "".join(parts)


def _text(x: str, y: str, anchor: str, text: str, paint: Paint, part: str = "tick") -> str:
    aligned = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text {paint.look(part)} x="{x}" y="{y}"{aligned}>{escape(text)}</text>'


_MAKERS: dict[str, Callable[..., tuple[float, str]]] = {
    "lines": _lines,
    "area": _lines,
    "columns": _columns,
    "bars": _bars,
    "matrix": _matrix,
}
