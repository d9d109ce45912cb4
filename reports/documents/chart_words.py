"""How the values of a chart read, noted when a report is made: drawing it later formats nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

from reports.compute.documents import ChartBlock
from reports.rendering.chart_paint import Paint
from reports.rendering.charts import SIZES, canonical, drawn, is_empty
from ui.charts.data import Number

Write = Callable[[Number | None], str]


def worded(chart: ChartBlock, write: Write, write_short: Write | None = None) -> ChartBlock:
    """The chart with the words of each value and tick that any of its drawings writes.

    write: of ``ui.formats.formatter``; write_short: along the axis, where that reads otherwise.
    """
    words: dict[str, str] = {}
    short: dict[str, str] = {}
    block = asdict(chart)
    for number in (*(value for one in chart.series for value in one.values), *chart.targets):
        if number is not None:
            words[canonical(number)] = write(number)
    if not is_empty(block):
        for size in SIZES:
            drawn(block, size, Paint(), _noting(words, write), _noting(short, write_short or write))
    return replace(
        chart,
        words=words,
        short={key: text for key, text in short.items() if words.get(key) != text},
    )


def _noting(words: dict[str, str], write: Write) -> Write:
    def note(value: Number | None) -> str:
        text = write(value)
        if value is not None:
            words[canonical(value)] = text
        return text

    return note
