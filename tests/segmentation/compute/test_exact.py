"""Means, medians and sums that no float noise decides."""

from __future__ import annotations

import math
import statistics
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute import exact
from tests.segmentation.compute.scoring_examples import measured, ratios


@given(st.lists(st.integers(-(2**62), 2**62), max_size=50))
def test_the_sum_of_integers_is_exact_beyond_64_bits(values: list[int]) -> None:
    assert exact.exact_sum(np.array(values, dtype=np.int64)) == sum(values)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=50))
def test_the_sum_of_floats_is_exact(values: list[float]) -> None:
    expected = sum(map(Fraction, values), Fraction(0))
    assert exact.exact_sum(np.array(values, dtype=np.float64)) == expected


@given(measured)
def test_mean_and_median_are_those_of_the_statistics_module(values: list[int]) -> None:
    numbers = [Fraction(value) for value in values]
    assert exact.mean(np.array(values)) == statistics.mean(numbers)
    assert exact.median(np.array(values)) == statistics.median(numbers)


@given(ratios, st.fractions())
def test_comparing_with_the_bound_is_comparing_with_the_fraction(
    values: list[float], cut: Fraction
) -> None:
    array = np.array(values)
    low, high = exact.floor_to(cut, array), exact.ceil_to(cut, array)
    for value in values:
        assert (value > low) == (Fraction(value) > cut)
        assert (value >= high) == (Fraction(value) >= cut)


@given(st.floats(-1e300, 1e300), st.integers(-2, 2))
def test_a_bound_a_hair_beside_a_ratio_falls_on_the_right_side(value: float, hairs: int) -> None:
    array = np.array([value])
    cut = Fraction(value) + hairs * Fraction(math.ulp(value)) / 1000
    assert (value > exact.floor_to(cut, array)) == (hairs < 0)
    assert (value >= exact.ceil_to(cut, array)) == (hairs <= 0)


@given(measured, st.fractions())
def test_comparing_integers_with_the_bound_too(values: list[int], cut: Fraction) -> None:
    array = np.array(values)
    low, high = exact.floor_to(cut, array), exact.ceil_to(cut, array)
    for value in values:
        assert (value > low) == (value > cut)
        assert (value >= high) == (value >= cut)


def test_a_bound_beyond_64_bits_is_the_farthest_integer() -> None:
    array = np.array([1])
    assert exact.floor_to(Fraction(10**30), array) == 2**63 - 1
    assert exact.ceil_to(Fraction(-(10**30)), array) == -(2**63)


def test_the_mean_of_nothing_is_undefined() -> None:
    for figure in (exact.mean, exact.median):
        with pytest.raises(ValueError, match="no values"):
            figure(np.array([], dtype=np.int64))


def test_amounts_keep_every_place_or_are_refused() -> None:
    assert exact.scaled_integer(Decimal("-12.3456")) == -123456
    assert exact.unscaled_decimal(-123456) == Decimal("-12.3456")
    with pytest.raises(ValueError, match="decimal places"):
        exact.scaled_integer(Decimal("0.00001"))


def test_a_cut_of_a_ratio_is_the_float_and_of_a_count_the_decimal() -> None:
    assert exact.cut_in_unit_of(0.1, np.array([0.5])) == Fraction(0.1)
    assert exact.cut_in_unit_of(0.1, np.array([5])) == Fraction(1, 10)
    assert exact.cut_in_unit_of(0.1, np.array([5]), 4) == 1000
    assert math.isclose(float(exact.cut_in_unit_of(Decimal("2.5"), np.array([5]))), 2.5)
