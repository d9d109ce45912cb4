"""Charts: lays out what ``ui.charts`` describes and draws it, wide and narrow, with its table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from ui import formats
from ui.charts import (
    Gantt,
    Matrix,
    TargetBar,
    TimeChart,
    Unit,
    lay_out_columns,
    lay_out_gantt,
    lay_out_lines,
    lay_out_matrix,
    lay_out_sparkline,
    lay_out_target,
)
from ui.charts.data import Number, Values
from ui.palette import MARKS
from ui.tags.formats import language
from ui.tags.marks import draw_mark
from ui.tags.render import draw, fresh_id

register = Library()

# View boxes; the style sheet shows the one that fits the room.
SIZES = {"full": (1080, 250), "wide": (720, 230), "medium": (480, 210), "narrow": (320, 200)}
_AREA_AND_LINE = '<path class="chart-area" d="{}"/><path class="chart-line" d="{}"/>'
_DOT = '<circle class="chart-dot" cx="{}" cy="{}" r="2"/>'
Write = Callable[[Number | None], str]


def writers(unit: Unit) -> tuple[Write, Write]:
    """How values read in the table, and shorter along the axis."""
    full = formats.formatter(unit.kind, language(), unit.currency, unit.digits)
    if unit.kind == "money":
        return full, formats.formatter("compact_money", language(), unit.currency)
    if unit.kind == "percent":
        return full, formats.formatter("percent", language(), digits=0)
    return full, full


@register.simple_tag
def line_chart(chart: TimeChart) -> SafeString:
    return _over_time(chart, "line", lay_out_lines)


@register.simple_tag
def stacked_chart(chart: TimeChart) -> SafeString:
    return _over_time(chart, "stacked", lay_out_columns)


def _over_time(chart: TimeChart, kind: str, lay_out: Callable[..., Any]) -> SafeString:
    full, short = writers(chart.unit)
    whole = chart.unit.kind in {"number", "days"} and not chart.unit.digits
    label = short if chart.unit.kind == "money" else full
    layouts = [
        (
            name,
            fresh_id("chart"),
            lay_out(
                chart,
                width=width,
                height=height,
                label=label,
                tick_label=short,
                whole=whole and _all_whole(chart),
            ),
        )
        for name, (width, height) in SIZES.items()
    ]
    return draw(
        f"charts/{kind}",
        {
            "chart": chart,
            "layouts": layouts,
            "description": _described(chart, label),
            "legend": [
                (series.tone, series.label, _legend_mark(series.tone)) for series in chart.series
            ],
            "linked": any(series.links for series in chart.series),
            "rows": [
                (period, [full(series.values[place]) for series in chart.series])
                for place, period in enumerate(chart.periods)
            ],
        },
    )


def _all_whole(chart: TimeChart) -> bool:
    return all(
        value is None or value == int(value) for series in chart.series for value in series.values
    )


def _described(chart: TimeChart, label: Write) -> str:
    """What a person who cannot see the chart is told: first and last value of each series."""
    if chart.empty or not chart.periods:
        return gettext("No data.")
    return " ".join(
        gettext("%(series)s: %(first)s in %(start)s, %(last)s in %(end)s.")
        % {
            "series": series.label,
            "first": label(series.values[0]),
            "start": chart.periods[0],
            "last": label(series.values[-1]),
            "end": chart.periods[-1],
        }
        for series in chart.series
    )


def _legend_mark(tone: str) -> SafeString:
    kind, _separator, key = tone.partition("-")
    found = MARKS.get(kind, {}).get(key.replace("-", "_"))
    return draw_mark(found) if found else SafeString("")


@register.simple_tag
def target_bar(bar: TargetBar) -> SafeString:
    full, _short = writers(bar.unit)
    words = str(bar.target_words) or gettext("of %(target)s")
    return draw(
        "charts/target",
        {
            "bar": bar,
            "layout": lay_out_target(bar),
            "value": full(bar.value),
            "target": words % {"target": full(bar.target)} if bar.target is not None else "",
        },
    )


@register.simple_tag
def sparkline(values: Values, *, label: Any, unit: Unit | None = None) -> SafeString:
    """``label`` says what it is ("12 weeks"); the last value is read out with it."""
    values = list(values or ())
    full, _short = writers(unit or Unit())
    known = [value for value in values if value is not None]
    words = (
        gettext("%(label)s: %(first)s at first, %(last)s at last")
        % {"label": label, "first": full(known[0]), "last": full(known[-1])}
        if known
        else gettext("%(label)s: no data") % {"label": label}
    )
    layout = lay_out_sparkline(values)
    line = _AREA_AND_LINE.format(layout.area, layout.path) if layout.path else ""
    dot = _DOT.format(*layout.dot) if layout.dot else ""
    # Written here, not in a template: a list has one in each of its rows.
    return format_html(
        '<svg class="sparkline" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        layout.width,
        layout.height,
        words,
        mark_safe(line + dot),  # noqa: S308 - coordinates that ui.charts has written
    )


@register.simple_tag
def matrix(chart: Matrix) -> SafeString:
    """A table: from down, to across, customers and money, each cell a link to its customers."""
    _full, short = writers(chart.unit)
    layout = lay_out_matrix(chart)
    marks = {
        axis.key: _legend_mark(f"{axis.kind}-{axis.key.replace('_', '-')}") for axis in chart.axes
    }
    rows = [
        (
            row.axis,
            marks[row.axis.key],
            [
                (cell, short(cell.cell.amount) if cell.cell.amount is not None else "")
                for cell in row.cells
            ],
            row.total,
        )
        for row in layout.rows
    ]
    return draw(
        "charts/matrix",
        {
            "chart": chart,
            "layout": layout,
            "columns": [(axis, marks[axis.key]) for axis in layout.columns],
            "rows": rows,
        },
    )


@register.simple_tag
def gantt(chart: Gantt, *, label: Any) -> SafeString:
    """A plan over time; its names stay in sight while it scrolls. ``label`` says what it is."""
    layout = lay_out_gantt(chart, month=lambda day: formats.month(day, language()))
    return draw("charts/gantt", {"chart": chart, "layout": layout, "label": label})
