"""Charts put values where they belong, also when there are few, none, or negative ones."""

from __future__ import annotations

import itertools
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.charts import (
    Cell,
    Matrix,
    MatrixAxis,
    Series,
    TargetBar,
    TimeChart,
    lay_out_columns,
    lay_out_lines,
    lay_out_matrix,
    lay_out_sparkline,
    lay_out_target,
)
from ui.charts.frame import frame_for, period_ticks
from ui.charts.scale import Scale, every, nice_ticks, px, text_width

SIZE = {"width": 640, "height": 220}
MONTHS = ("Jan", "Feb", "Mar", "Apr")


def plain(value: object) -> str:
    return "" if value is None else f"{value:g}"  # type: ignore[str-format]


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]


def chart(*series: Series, periods: tuple[str, ...] = MONTHS, **further: Any) -> TimeChart:
    return TimeChart("Events", periods, series, **further)


# --- Ticks and scales ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 202, [0, 50, 100, 150, 200, 250]),
        (0, 1, [0, 0.25, 0.5, 0.75, 1]),
        (-42_000, 61_000, [-50_000, -25_000, 0, 25_000, 50_000, 75_000]),
        (0, 0, [0, 0.25, 0.5, 0.75, 1]),
        (5, 5, [0, 1, 2, 3, 4, 5]),
        (-3, -3, [-3, -2, -1, 0]),
    ],
)
def test_ticks_are_round(low: float, high: float, ticks: list[float]) -> None:
    assert nice_ticks(low, high) == ticks


def test_counts_have_no_half_ticks() -> None:
    assert nice_ticks(0, 1, whole=True) == [0, 1]
    assert nice_ticks(0, 2, whole=True) == [0, 1, 2]


def test_ends_must_be_finite() -> None:
    with pytest.raises(ValueError, match="finite"):
        nice_ticks(0, float("inf"))


@given(
    low=st.floats(-1e12, 0, allow_nan=False),
    span=st.floats(1e-6, 1e12, allow_nan=False),
    count=st.integers(2, 6),
)
def test_ticks_cover_the_values_in_equal_steps(low: float, span: float, count: int) -> None:
    high = low + span
    if high - low < 1e-9 * max(abs(low), abs(high)):
        return  # floats cannot tell such ends apart
    ticks = nice_ticks(low, high, count)
    steps = [after - before for before, after in itertools.pairwise(ticks)]
    assert 1 <= len(steps) <= 4 * count
    assert max(steps) - min(steps) <= 1e-6 * max(steps)
    assert ticks[0] <= low + 1e-6 * max(steps)
    assert ticks[-1] >= high - 1e-6 * max(steps)


def test_a_scale_is_linear_and_flat_ends_meet_in_the_middle() -> None:
    scale = Scale(0, 10, 100, 0)
    assert (scale(0), scale(5), scale(10)) == (100, 50, 0)
    assert Scale(3, 3, 0, 100)(3) == 50


def test_coordinates_are_short_and_never_minus_zero() -> None:
    assert [px(12.34), px(5.0), px(-0.01), px(-3.26)] == ["12.3", "5", "0", "-3.3"]


def test_chinese_labels_are_wider_and_thin_out_sooner() -> None:
    assert text_width("十二月") > text_width("Dec")
    assert every(12, 600, text_width("Dec")) == 1
    assert every(12, 200, text_width("2024年12月")) > every(12, 200, text_width("Dec"))


# --- Lines -----------------------------------------------------------------------------------


def test_a_line_rises_with_its_values_and_runs_left_to_right() -> None:
    layout = lay_out_lines(chart(Series("A", [1, 2, 3, 4])), **SIZE, label=plain)
    drawn = points(layout.lines[0].path)
    assert len(drawn) == 4
    assert [x for x, _ in drawn] == sorted(x for x, _ in drawn)
    assert [y for _, y in drawn] == sorted((y for _, y in drawn), reverse=True)


def test_a_missing_value_breaks_the_line() -> None:
    layout = lay_out_lines(chart(Series("A", [1, 2, None, 4])), **SIZE, label=plain)
    line = layout.lines[0]
    assert line.path.count("M") == 1
    # April stands alone: a dot, since a line needs two.
    assert [dot.label for dot in line.dots] == ["Apr: 4"]


def test_a_single_value_is_a_dot_in_the_middle() -> None:
    layout = lay_out_lines(chart(Series("A", [7]), periods=("Jan",)), **SIZE, label=plain)
    line = layout.lines[0]
    assert line.path == ""
    middle = (layout.frame.left + layout.frame.right) / 2
    assert float(line.dots[0].x) == pytest.approx(middle, abs=0.1)


def test_all_zero_lies_on_the_ground() -> None:
    layout = lay_out_lines(chart(Series("A", [0, 0, 0, 0])), **SIZE, label=plain)
    assert {y for _, y in points(layout.lines[0].path)} == {layout.frame.bottom}


def test_negative_values_hang_below_a_zero_line() -> None:
    layout = lay_out_lines(chart(Series("A", [5, -5, 5, -5])), **SIZE, label=plain)
    assert layout.frame.zero is not None
    zero = float(layout.frame.zero)
    assert all((y < zero) == (place % 2 == 0) for place, (_, y) in
               enumerate(points(layout.lines[0].path)))  # fmt: skip


def test_nothing_known_is_said_to_be_empty() -> None:
    assert chart(Series("A", [None] * 4)).empty
    assert chart(periods=()).empty
    assert not chart(Series("A", [0, None, None, None])).empty
    layout = lay_out_lines(chart(Series("A", [None] * 4)), **SIZE, label=plain)
    assert layout.lines[0].path == ""


def test_labels_of_the_last_values_do_not_cover_each_other() -> None:
    series = [
        Series(name, [1, 2, 3, value]) for name, value in zip("ABC", (50, 50, 51), strict=True)
    ]
    layout = lay_out_lines(chart(*series), **SIZE, label=plain)
    places = sorted(float(line.end.y) for line in layout.lines if line.end)
    assert len(places) == 3
    assert all(after - before >= 13 for before, after in itertools.pairwise(places))


def test_lines_are_named_at_their_ends_where_that_is_asked_for() -> None:
    series = [Series(name, [1, 2, 3, 0]) for name in "ABCDEFG"]
    assert all(
        line.end is None for line in lay_out_lines(chart(*series), **SIZE, label=plain).lines
    )
    layout = lay_out_lines(chart(*series, names_ends=True), **SIZE, label=plain)
    assert [line.end.text for line in layout.lines if line.end] == [
        f"0 {name}" for name in "ABCDEFG"
    ]
    places = [float(line.end.y) for line in layout.lines if line.end]
    assert all(after - before >= 13 for before, after in itertools.pairwise(places))
    assert max(places) <= layout.frame.bottom + 4


def test_narrow_charts_leave_the_room_to_the_line() -> None:
    layout = lay_out_lines(chart(Series("A", [1, 2, 3, 4])), width=320, height=200, label=plain)
    assert layout.lines[0].end is None


def test_an_area_ends_on_zero() -> None:
    layout = lay_out_lines(chart(Series("A", [1, 2, 3, 4]), area=True), **SIZE, label=plain)
    drawn = points(layout.lines[0].area)
    assert drawn[0][1] == drawn[-1][1] == layout.frame.bottom


def test_the_newest_period_keeps_its_label_when_labels_thin_out() -> None:
    periods = tuple(f"2024-{month:02}" for month in range(1, 13))
    layout = lay_out_lines(
        chart(Series("A", list(range(12))), periods=periods), width=320, height=200, label=plain
    )
    assert len(layout.periods) < 12
    assert layout.periods[-1].label == "2024-12"


def test_a_series_must_have_a_value_for_each_period() -> None:
    with pytest.raises(ValueError, match="3 values for 4 periods"):
        chart(Series("A", [1, 2, 3]))


# --- Columns ---------------------------------------------------------------------------------


def test_layers_stand_on_each_other() -> None:
    layout = lay_out_columns(
        chart(Series("A", [10, 1, 1, 1], "tier-high"), Series("B", [20, 1, 1, 1], "tier-mid")),
        **SIZE,
        label=plain,
    )
    first, second = layout.segments[:2]
    assert float(first.y) + float(first.height) == pytest.approx(layout.frame.bottom, abs=0.1)
    assert float(second.y) + float(second.height) == pytest.approx(float(first.y), abs=0.2)
    assert float(second.height) == pytest.approx(2 * float(first.height), rel=0.02)
    assert first.label == "Jan · A: 10"


def test_a_period_that_is_not_over_is_drawn_apart() -> None:
    chart = TimeChart("t", ["May", "Jun"], [Series("a", [1, 2])], partial="Jun only up to 15 Jun")
    layout = lay_out_columns(chart, width=320, height=200, label=str)
    assert [segment.is_partial for segment in layout.segments] == [False, True]
    whole = TimeChart("t", ["May", "Jun"], [Series("a", [1, 2])])
    layout = lay_out_columns(whole, width=320, height=200, label=str)
    assert not any(segment.is_partial for segment in layout.segments)


def test_zero_and_unknown_draw_nothing() -> None:
    layout = lay_out_columns(chart(Series("A", [0, None, 3, 0])), **SIZE, label=plain)
    assert [segment.label for segment in layout.segments] == ["Mar · A: 3"]


def test_negative_layers_hang_below_zero_on_their_own() -> None:
    layout = lay_out_columns(
        chart(Series("New", [30, 0, 0, 0]), Series("Churned", [-10, -5, 0, 0])),
        **SIZE,
        label=plain,
    )
    assert layout.frame.zero is not None
    zero = float(layout.frame.zero)
    up, down = layout.segments[:2]
    assert float(up.y) + float(up.height) == pytest.approx(zero, abs=0.2)
    assert float(down.y) == pytest.approx(zero, abs=0.2)
    assert layout.totals == []


def test_columns_show_their_sum_and_link_to_what_is_behind_them() -> None:
    layout = lay_out_columns(
        chart(
            Series("A", [1, 2, 3, Decimal("4")], links=["/a", "/b", "/c", "/d"]),
            Series("B", [1, 1, 1, 1]),
        ),
        **SIZE,
        label=plain,
    )
    assert [text for _, _, text in layout.totals] == ["2", "3", "4", "5"]
    assert [segment.href for segment in layout.segments if segment.href] == ["/a", "/b", "/c", "/d"]


def test_columns_of_no_period_are_nothing() -> None:
    assert lay_out_columns(chart(periods=()), **SIZE, label=plain).segments == []


# --- Sparkline, target, matrix -----------------------------------------------------------------


def test_a_sparkline_starts_at_zero_so_that_noise_looks_small() -> None:
    noise = points(lay_out_sparkline([1000, 1001, 1000]).path)
    assert max(y for _, y in noise) - min(y for _, y in noise) < 1
    growth = points(lay_out_sparkline([0, 500, 1000]).path)
    assert growth[0][1] - growth[-1][1] > 10


@pytest.mark.parametrize("values", [[], [None, None]])
def test_a_sparkline_of_nothing_is_empty(values: list[None]) -> None:
    layout = lay_out_sparkline(values)
    assert (layout.path, layout.dot) == ("", None)


def test_a_sparkline_of_one_value_is_a_dot_and_zeros_lie_low() -> None:
    assert lay_out_sparkline([None, 5]).path == ""
    assert lay_out_sparkline([None, 5]).dot is not None
    flat = points(lay_out_sparkline([0, 0]).path)
    assert {y for _, y in flat} == {17.0}


@pytest.mark.parametrize(
    ("value", "target", "expected"),
    [
        (87, 90, (False, 88.9, 92.0)),
        (120, 100, (True, 100.0, 83.3)),
        (0, 10, (False, 0.0, 92.0)),
        (0, 0, (True, 0.0, 0.0)),
    ],
)
def test_a_bar_and_its_target_share_a_scale(
    value: int, target: int, expected: tuple[bool, float, float]
) -> None:
    layout = lay_out_target(TargetBar("Cash", value, target))
    assert layout.target is not None
    assert (layout.reached, float(layout.value), float(layout.target)) == expected


def test_a_bar_without_value_or_target_says_neither() -> None:
    assert lay_out_target(TargetBar("Cash", None, 10)).reached is None
    alone = lay_out_target(TargetBar("Cash", 5, None))
    assert (alone.target, alone.reached, alone.value) == (None, None, "100")


def matrix(cells: dict[tuple[str, str], Cell]) -> Matrix:
    axes = [MatrixAxis(key, key.title(), "tier") for key in ("high", "mid", "low", "new")]
    return Matrix("Moves", axes, cells, unranked=frozenset({"new"}))


def test_a_matrix_knows_up_from_down_and_sums_both_ways() -> None:
    layout = lay_out_matrix(
        matrix(
            {
                ("high", "high"): Cell(30),
                ("high", "low"): Cell(2),
                ("mid", "high"): Cell(8),
                ("new", "mid"): Cell(1),
            }
        )
    )
    directions = {
        (row.axis.key, cell.to.key): cell.direction for row in layout.rows for cell in row.cells
    }
    assert directions["high", "high"] == "same"
    assert directions["high", "low"] == "down"
    assert directions["mid", "high"] == "up"
    assert directions["new", "mid"] == "other"
    assert directions["low", "low"] == "none"
    assert [row.total for row in layout.rows] == [32, 8, 0, 1]
    assert layout.totals == [38, 1, 2, 0]
    assert (layout.total, layout.moved) == (41, 11)


def test_weights_compare_the_moves_and_not_those_who_stayed() -> None:
    layout = lay_out_matrix(
        matrix({("high", "high"): Cell(900), ("high", "mid"): Cell(8), ("mid", "low"): Cell(1)})
    )
    weights = {
        (row.axis.key, cell.to.key): cell.weight for row in layout.rows for cell in row.cells
    }
    assert weights["high", "high"] == 0
    assert weights["high", "mid"] == 4
    assert weights["mid", "low"] == 1


def test_a_matrix_of_nobody_is_all_empty() -> None:
    layout = lay_out_matrix(matrix({}))
    assert layout.total == 0
    assert {cell.direction for row in layout.rows for cell in row.cells} <= {"same", "none"}


def test_labels_of_periods_never_touch() -> None:
    """Also where the newest is pushed inside the drawing and takes its neighbour's room."""
    for count in range(1, 40):
        periods = [f"20{place:02}年10月" for place in range(count)]
        frame = frame_for(0, 10, width=340, height=200, label=str)
        places = [
            frame.left + frame.plot_width * (place / max(1, count - 1)) for place in range(count)
        ]
        edges = []
        for tick in period_ticks(periods, places, frame):
            width = text_width(tick.label)
            right = float(tick.at) + (0 if tick.anchor == "end" else width / 2)
            edges.append((right - width, right))
        assert edges[-1][1] <= frame.width
        for (_start, end), (start, _end) in itertools.pairwise(edges):
            assert end < start
