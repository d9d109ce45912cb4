"""Charts of stored reports, and the words they are drawn with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal

import pytest
from defusedxml import ElementTree

from reports.compute.documents import ChartBlock, ChartSeries
from reports.documents.chart_words import worded
from reports.rendering.accent import accent_of
from reports.rendering.chart_paint import Paint
from reports.rendering.charts import (
    FULL_PAGE,
    NARROW,
    SIZES,
    WIDE,
    canonical,
    draw,
    drawn,
    is_empty,
)
from ui.colour import Oklch

PAPER = Paint(Oklch(0.46, 0.085, 220))


def block(kind: str = "lines", **changes: object) -> ChartBlock:
    made = ChartBlock(
        chart=kind,
        title="Does it <grow>?",
        periods=("Jan", "Feb", "Mar"),
        series=(
            ChartSeries("One", (Decimal("1.50"), None, 3), "series-1"),
            ChartSeries("Two", (0.1, 0.2, 4.0), "series-2"),
        ),
        words={},
        unit="money",
        **changes,  # type: ignore[arg-type]
    )
    return worded(made, lambda value: f"<{value}>", lambda value: f"~{value}")


def stored(chart: ChartBlock) -> dict:
    """As a document holds it."""
    return asdict(chart)


@pytest.mark.parametrize("kind", ["lines", "area", "columns", "bars", "matrix"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("paint", [Paint(), PAPER])
def test_every_number_written_in_a_chart_has_its_words(
    kind: str, size: object, paint: Paint
) -> None:
    chart = stored(block(kind, targets=(2, None, 5) if kind == "bars" else ()))

    def write(value: object) -> str:
        assert value is None or canonical(value) in chart["words"], value  # type: ignore[arg-type]
        return "x"

    def write_short(value: object) -> str:
        known = {**chart["words"], **chart.get("short", {})}
        assert value is None or canonical(value) in known, value  # type: ignore[arg-type]
        return "x"

    drawn(chart, size, paint, write, write_short)  # type: ignore[arg-type]


def test_words_are_found_whatever_the_number_is_held_in() -> None:
    assert {canonical(3), canonical(3.0), canonical(Decimal("3.00"))} == {"3"}
    assert canonical(Decimal("0.10")) == canonical(0.1) == "0.1"


@pytest.mark.parametrize("paint", [Paint(), PAPER])
def test_a_chart_is_sound_xml_whatever_its_labels(paint: Paint) -> None:
    for kind in ("lines", "area", "columns", "bars", "matrix"):
        ElementTree.fromstring(draw(stored(block(kind)), WIDE, paint, ids="a"))


def test_a_chart_on_screen_says_what_it_shows() -> None:
    chart = stored(block(description="It grows & grows."))
    svg = draw(chart, WIDE, Paint(), ids="b1")
    assert 'role="img" aria-labelledby="b1-title b1-desc"' in svg
    assert '<title id="b1-title">Does it &lt;grow&gt;?</title>' in svg
    assert '<desc id="b1-desc">It grows &amp; grows.</desc>' in svg


def test_on_paper_colours_are_literal_and_on_screen_classes() -> None:
    chart = stored(block())
    paper, screen = draw(chart, FULL_PAGE, PAPER), draw(chart, NARROW, Paint(), ids="x")
    assert "class=" not in paper
    assert Paint(PAPER.accent).colour("series-1") in paper
    assert "fill=" not in screen
    assert "rt-blue" in screen


def test_the_accent_of_the_tenant_is_that_of_the_palettes_accent() -> None:
    accent = accent_of("#b4552d")
    assert Paint(accent).colour("accent") == accent.hex()


def test_a_tone_that_nobody_knows_is_grey() -> None:
    chart = block()
    chart = ChartBlock(
        "lines", "a", ("Jan", "Feb"), (ChartSeries("One", (1, 2), "tier-unheard"),), chart.words
    )
    assert "rt-grey" in draw(stored(chart), WIDE, Paint(), ids="x")


def test_lines_far_from_zero_begin_higher_and_areas_never() -> None:
    held = {
        kind: stored(
            worded(
                ChartBlock(
                    kind, "a", ("Jan", "Feb"), (ChartSeries("NRR", (1.03, 1.06)),), {}, unit="share"
                ),
                str,
            )
        )
        for kind in ("lines", "area")
    }
    assert ">0.0<" in draw(held["area"], WIDE, Paint(), ids="x")
    assert ">0.0<" not in draw(held["lines"], WIDE, Paint(), ids="x")


def test_names_too_long_for_their_room_end_in_an_ellipsis() -> None:
    chart = ChartBlock("bars", "a", ("A very long name " * 8,), (ChartSeries("One", (3,)),), {})
    svg = draw(stored(worded(chart, str)), NARROW, Paint(), ids="x")
    assert "…</text>" in svg


def test_samples_need_no_word_that_they_have_not(sample: Callable) -> None:
    for name in ("customer-month-zh", "customer-quarter-en", "executive-month-en"):
        document = sample(name).document
        for section in document["sections"]:
            for chart in section["blocks"]:
                if chart["type"] == "chart" and not is_empty(chart):
                    known = {**chart.get("words", {}), **chart.get("short", {})}

                    def write(value: object, known: dict[str, str] = known) -> str:
                        return "–" if value is None else known[canonical(value)]  # type: ignore[arg-type]

                    for size in SIZES:
                        drawn(chart, size, PAPER, write, write)
