"""Charts whose periods are rows: bars across with their targets, and a matrix."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from reports.rendering.chart_paint import (
    ABSENT,
    Paint,
    Size,
    Write,
    in_lines,
    shortened,
    svg_text,
)
from ui.charts.scale import known, px, text_width

BAR_ROW, BAR_HEIGHT = 26.0, 12.0
CELL = 26.0
LINE = 13.0


def draw_bars(
    block: Mapping[str, Any], size: Size, paint: Paint, write: Write, short: Write
) -> tuple[float, str]:
    """(height, inside) of a row per period label: its name, its bars one after the other, what they
    come to."""
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
        parts.append(
            svg_text(px(left - 10), px(middle + 4), "end", shortened(label, left - 8), paint)
        )
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
        parts.append(svg_text(px(right + 8), px(middle + 4), "start", said[place], paint, "strong"))
    return max(BAR_ROW, count * BAR_ROW), "".join(parts)


def draw_matrix(
    block: Mapping[str, Any], size: Size, paint: Paint, write: Write, short: Write
) -> tuple[float, str]:
    """(height, inside) of rows down and series across; the deeper the ground, the more there is."""
    del short
    columns = block["series"]
    left = min(
        size.width * 0.4, max((text_width(label) for label in block["periods"]), default=0) + 10
    )
    pitch = (size.width - left) / max(1, len(columns))
    most = max(known(value for one in columns for value in one["values"]), default=0.0) or 1.0
    heads = [in_lines(one["label"], pitch - 1) for one in columns]
    most_lines = max(map(len, heads), default=1)
    # The lines of a heading end where its column begins.
    parts = [
        svg_text(px(left + pitch * (place + 0.5)),
                 px(14 + LINE * (most_lines - len(lines) + number)), "middle", line, paint)
        for place, lines in enumerate(heads)
        for number, line in enumerate(lines)
    ]  # fmt: skip
    head = 22 + LINE * (most_lines - 1)
    for number, label in enumerate(block["periods"]):
        top = head + number * CELL
        parts.append(svg_text(px(left - 8), px(top + 17), "end", shortened(label, left - 8), paint))
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
                svg_text(px(left + pitch * (place + 0.5)), px(top + 17), "middle", write(value),
                      paint, "strong")
            )  # fmt: skip
    return head + CELL * len(block["periods"]), "".join(parts)
