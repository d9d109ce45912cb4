"""Tables where there is little room: what stands on one line, and from where row stands by row."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from reports.compute.documents import ChartBlock, ChartSeries
from reports.rendering.chart_paint import Paint, in_lines
from reports.rendering.charts import HALF_PAGE, NARROW, draw
from reports.rendering.html import STYLE, body_html
from reports.rendering.widths import STEPS, is_short, step_of, units
from tests.reports.rendering.test_charts import stored, worded


def test_chinese_letters_take_twice_the_room() -> None:
    assert units("层级 ABC") == 8
    assert is_short("2026-12-31")
    assert is_short("考勤排班 Attendance") is True
    assert not is_short("员工自助 Employee self-service")


def test_the_more_there_is_the_more_room_it_needs() -> None:
    few = step_of([["Figure", "Events"], ["Value", "12"]])
    more = step_of([["目标", "客户流失率（十二个月）"], *[["按基线以来的速度", "738.2万元"]] * 6])
    assert few == STEPS[0]
    assert more == STEPS[-1]
    assert step_of([["a" * 400]]) == STEPS[0], "a name takes several lines"


def test_the_style_knows_every_step_and_what_it_holds() -> None:
    style = Path(settings.BASE_DIR, "static", STYLE).read_text(encoding="utf-8")
    for place, step in enumerate(STEPS):
        selected = ", ".join(f".needs-{one}" for one in STEPS[place:])
        assert f"@container rows (max-width: {step}em) {{\n  .report :is({selected})" in style


@pytest.mark.parametrize("name", ["executive-month-zh", "customer-month-en"])
def test_each_cell_says_what_it_is_where_headings_are_away(sample: Callable, name: str) -> None:
    found = sample(name)
    audience = "" if name.startswith("executive") else "key_user"
    html = str(body_html(found.document, found.texts, audience, link_paths=False))
    tables = re.findall(
        r'<div class="report-scroll needs-(\d+)"[^>]*><table>(.*?)</table>', html, re.S
    )
    assert len(tables) == html.count(" needs-")
    for step, table in tables:
        assert int(step) in STEPS
        headings = re.findall(r"<th scope=\"col\"[^>]*>([^<]*)</th>", table)[1:]
        for row in re.findall(r"<tr><th scope=\"row\".*?</tr>", table, re.S):
            assert re.findall(r'<td[^>]*data-label="([^"]*)"', row) == headings


def test_short_words_of_a_table_are_not_broken(sample: Callable) -> None:
    found = sample("executive-month-en")
    table = found.block("table")
    row = table["rows"][0]
    place = next(
        n for n, one in enumerate(table["columns"]) if n and one.get("unit", "text") == "text"
    )
    for words, shown in (("2026-12-31", "is-short"), ("so many words that they need lines", "")):
        row[place]["text"] = words
        html = str(body_html(found.document, found.texts, "", link_paths=False))
        cell = re.search(rf'<td class="([^"]*)"[^>]*>(?:<svg.*?</svg>)?{words}</td>', html)
        assert cell
        assert ("is-short" in cell[1]) is bool(shown)


def test_a_heading_of_a_matrix_stands_on_two_lines_before_it_is_cut() -> None:
    assert in_lines("Mid value", 36) == ["Mid", "value"]
    assert in_lines("三高客户", 30) == ["三高", "客户"]
    assert in_lines("Mid value", 200) == ["Mid value"]
    assert in_lines("Indivisible", 30)[0].endswith("…")
    tiers = ("High value", "Mature", "Mid value", "Low value", "New", "Lost", "None")
    chart = ChartBlock(
        "matrix", "Who went where?", tiers, tuple(ChartSeries(one, (3,) * 7) for one in tiers), {}
    )
    for size in (HALF_PAGE, NARROW):
        assert "…" not in draw(stored(worded(chart, str)), size, Paint(), ids="x")
