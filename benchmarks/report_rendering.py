"""Drawing a report: its four charts by ours and by Altair, and its PDF by a warm and a cold compiler.

The charts of the executives' report (area, lines, stacked columns, bars with their targets) are drawn
as SVG from the same numbers, in turn, in one process. Altair's specification is made and rendered by
vl-convert, which needs no browser; its first chart, which starts its engine, is told apart. The aim is a
fiftieth of Altair's time. A cold compiler is one made anew, as a process does at its first PDF.

BENCHMARK_ROUNDS chooses how many rounds; medians are shown. The processor seconds are those of this
process and its threads: on a busy machine they say what the wait would be on an idle one.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair
import psutil
import vl_convert

from reports.rendering import pdf
from reports.rendering.accent import accent_of
from reports.rendering.chart_paint import Paint
from reports.rendering.charts import FULL_PAGE, draw
from reports.rendering.html import standalone_html
from reports.rendering.xlsx import workbook_bytes

ROUNDS = int(os.environ.get("BENCHMARK_ROUNDS", "9"))
SAMPLES = Path(__file__).resolve().parent.parent / "tests" / "reports" / "samples"
Measured = tuple[float, float]


def run() -> None:
    executive, customer = _sample("executive-month-en"), _sample("customer-month-zh")
    charts = [
        block
        for section in executive["document"]["sections"]
        for block in section["blocks"]
        if block["type"] == "chart"
    ]
    assert len(charts) == 4
    _charts(charts)
    _documents(executive, customer)


def _charts(charts: list[dict[str, Any]]) -> None:
    paint = Paint(accent_of("#1f6f8b"))
    first = _measured(lambda: _altair(charts[:1]))
    ours, theirs = [], []
    sizes = (0, 0)
    for _round in range(ROUNDS):
        ours.append(_measured(lambda: [draw(block, FULL_PAGE, paint) for block in charts]))
        theirs.append(_measured(lambda: _altair(charts)))
    drawn = [draw(block, FULL_PAGE, paint) for block in charts]
    sizes = (sum(map(len, drawn)), sum(map(len, _altair(charts))))
    print(f"{'four charts as SVG':<34}{'ms':>9}{'processor':>11}{'KB':>7}")
    _line("ours", ours, sizes[0])
    _line("Altair + vl-convert", theirs, sizes[1])
    _line("Altair, its first chart", [first], 0)
    wall = _median(theirs, 0) / _median(ours, 0)
    print(f"{'Altair over ours':<34}{wall:>9.0f}{_median(theirs, 1) / _median(ours, 1):>11.0f}")


def _documents(executive: dict[str, Any], customer: dict[str, Any]) -> None:
    print(f"{'whole reports':<34}{'ms':>9}{'processor':>11}{'KB':>7}")
    cold, warm_full, warm_page, pages, books = [], [], [], [], []
    number = 0

    def altered(held: dict[str, Any]) -> dict[str, Any]:
        """Another customer's every time, so that nothing remembered helps."""
        nonlocal number
        number += 1
        return {**held["document"], "customer_name": f"客户 {number}"}

    for _round in range(min(ROUNDS, 5)):
        pdf.compiler.cache_clear()
        cold.append(_measured(lambda: pdf.pdf_bytes(altered(customer), {}, "key_user")))
    for _round in range(ROUNDS):
        warm_full.append(_measured(lambda: pdf.pdf_bytes(altered(customer), {}, "key_user")))
        warm_page.append(_measured(lambda: pdf.pdf_bytes(altered(executive), {}, "")))
        pages.append(_measured(lambda: standalone_html(altered(customer), {}, "key_user")))
        books.append(_measured(lambda: workbook_bytes(altered(customer), {})))
    full = len(pdf.pdf_bytes(customer["document"], {}, "key_user"))
    page = len(pdf.pdf_bytes(executive["document"], {}, ""))
    _line("PDF of three pages, cold", cold, full)
    _line("PDF of three pages, warm", warm_full, full)
    _line("PDF fitted to one page, warm", warm_page, page)
    _line("HTML file", pages, len(standalone_html(customer["document"], {}, "key_user").encode()))
    _line("workbook", books, len(workbook_bytes(customer["document"], {})))
    print(f"memory of this process: {psutil.Process().memory_info().rss >> 20} MB")


def _altair(charts: list[dict[str, Any]]) -> list[str]:
    return [vl_convert.vegalite_to_svg(_specification(block).to_dict()) for block in charts]


def _specification(block: dict[str, Any]) -> Any:
    """The same chart: its values, colours by series, a rule for each target."""
    # Labels alone would draw the October of last year and of this one in one place.
    places = [f"{number:02d} {period}" for number, period in enumerate(block["periods"])]
    values = [
        {"period": place, "series": one["label"], "value": value}
        for one in block["series"]
        for place, value in zip(places, one["values"], strict=True)
        if value is not None
    ]
    base = altair.Chart(altair.Data(values=values), title=block["title"])
    size = {"width": FULL_PAGE.width, "height": FULL_PAGE.height}
    if block["chart"] == "bars":
        bars = base.mark_bar().encode(x="value:Q", y=altair.Y("period:N", sort=None))
        marks = [
            {"period": place, "value": value}
            for place, value in zip(places, block["targets"], strict=True)
        ]
        ticks = (
            altair.Chart(altair.Data(values=marks))
            .mark_tick(thickness=2)
            .encode(x="value:Q", y=altair.Y("period:N", sort=None))
        )
        return (bars + ticks).properties(**size)
    kind = {"area": base.mark_area, "lines": base.mark_line, "columns": base.mark_bar}
    return (
        kind[block["chart"]]()
        .encode(x=altair.X("period:N", sort=None), y="value:Q", color="series:N")
        .properties(**size)
    )


def _sample(name: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return held


def _measured(call: Callable[[], object]) -> Measured:
    """Milliseconds that passed, and those of the processor."""
    busy, started = time.process_time(), time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000, (time.process_time() - busy) * 1000


def _median(found: list[Measured], place: int) -> float:
    return statistics.median(one[place] for one in found)


def _line(name: str, found: list[Measured], size: int) -> None:
    kilobytes = f"{size / 1024:.0f}" if size else ""
    print(f"{name:<34}{_median(found, 0):>9.1f}{_median(found, 1):>11.1f}{kilobytes:>7}")
