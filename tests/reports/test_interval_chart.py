"""Dots with intervals: where they stand on the common axis."""

from __future__ import annotations

import math
import re

import pytest

from reports.interval_chart import MARGIN, WIDTH, Dot, axis_of, draw_axis, draw_dot

INFINITE = (-math.inf, math.inf)


def numbers(svg: str, name: str) -> list[float]:
    return [float(found) for found in re.findall(rf'{name}="([-\d.]+)"', svg)]


def test_every_dot_stands_between_the_margins() -> None:
    dots = [Dot(3, 1, 5, 2), Dot(7, 6, 9, 8)]
    axis = axis_of(dots, 4.0, INFINITE)
    assert axis is not None
    for dot in dots:
        svg = draw_dot(dot, axis, 4.0, "A <label>")
        places = numbers(svg, "cx") + numbers(svg, "x1") + numbers(svg, "x2")
        assert all(MARGIN <= place <= WIDTH - MARGIN for place in places)
        ring, middle = numbers(svg, "cx")
        assert (ring < middle) == (dot.observed < dot.value)
        assert "A &lt;label&gt;" in svg


def test_what_is_not_known_is_not_drawn() -> None:
    alone = Dot(math.nan, math.nan, math.nan, 2.0)
    axis = axis_of([alone], math.nan, INFINITE)
    assert axis is not None
    svg = draw_dot(alone, axis, math.nan, "2")
    assert "interval-ring" in svg
    assert "interval-dot" not in svg
    assert "interval-line" not in svg
    assert "interval-average" not in svg


def test_without_any_value_there_is_no_axis() -> None:
    nothing = Dot(math.nan, math.nan, math.nan, math.nan)
    assert axis_of([nothing], math.nan, INFINITE) is None


@pytest.mark.parametrize("bounds", [(0.0, 1.0), INFINITE])
def test_the_axis_ends_at_round_values_within_the_bounds(bounds: tuple[float, float]) -> None:
    axis = axis_of([Dot(0.95, 0.9, 1.0, 1.0)], 0.97, bounds)
    assert axis is not None
    values = [value for _place, value in axis.ticks]
    assert values[0] >= bounds[0]
    assert values[-1] <= bounds[1]
    svg = draw_axis(axis, [str(value) for value in values])
    assert str(values[0]) in svg
    assert str(values[-1]) in svg
