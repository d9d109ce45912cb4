"""Intervals against published values, and what any interval must do."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute.effects import BOUNDS, LEAST, Mean, Share, difference, wilson


def mean_of(values: list[float]) -> Mean:
    return Mean(len(values), sum(values), sum(value * value for value in values))


@pytest.mark.parametrize(
    ("hits", "customers", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(hits: int, customers: int, low: float, high: float) -> None:
    found = wilson(hits, customers)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:873, method 10: p1 - p2.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_a_difference_of_shares_as_published(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = difference(Share(second[1], second[0]), Share(first[1], first[0]))
    assert found is not None
    assert found.interval is not None
    assert (round(found.interval.low, 4), round(found.interval.high, 4)) == (low, high)


def test_a_mean_and_its_t_interval() -> None:
    values = [5.1, 4.9, 6.2, 5.8, 5.5]
    found = mean_of(values)
    half = 2.7764451 * statistics.stdev(values) / math.sqrt(5)
    assert found.value == pytest.approx(5.5)
    assert found.interval is not None
    assert found.interval.low == pytest.approx(5.5 - half)
    assert found.interval.high == pytest.approx(5.5 + half)


def test_an_interval_ends_where_values_do() -> None:
    found = mean_of([0, 0, 0, 0, 1, 12])
    assert found.interval is not None
    assert found.interval.low < 0
    cut = found.interval.within(*BOUNDS["activity"])
    assert (cut.low, cut.high) == (0, found.interval.high)


@pytest.mark.parametrize("value", [0, 7, 4.3])
def test_values_that_are_all_equal_have_no_interval(value: float) -> None:
    equal, other = mean_of([value] * 9), mean_of([1, 2, 3, 4, 5])
    assert equal.is_all_equal
    assert equal.interval is None
    assert not other.is_all_equal
    change = difference(equal, mean_of([value + 1] * 9))
    assert change is not None
    assert (change.is_all_equal, change.interval, change.is_clear) == (True, None, False)
    against = difference(equal, other)
    assert against is not None
    assert against.interval is not None


def test_a_difference_of_means_after_welch() -> None:
    before = [
        27.5,
        21.0,
        19.0,
        23.6,
        17.0,
        17.9,
        16.9,
        20.1,
        21.9,
        22.6,
        23.1,
        19.6,
        19.0,
        21.7,
        21.4,
    ]
    after = [
        27.1,
        22.0,
        20.8,
        23.4,
        23.4,
        23.5,
        25.8,
        22.0,
        24.8,
        20.2,
        21.9,
        22.1,
        22.9,
        30.5,
        24.4,
    ]
    found = difference(mean_of(before), mean_of(after))
    assert found is not None
    assert found.interval is not None
    # R: t.test(after, before)
    assert found.value == pytest.approx(2.8333, abs=1e-3)
    assert found.is_clear


def test_too_few_customers_have_no_interval() -> None:
    assert Share(LEAST - 1, 2).interval is None
    assert Share(LEAST, 2).interval is not None
    assert mean_of([1.0] * (LEAST - 1)).interval is None
    few = difference(Share(LEAST - 1, 1), Share(100, 50))
    assert few is not None
    assert few.interval is None
    assert not few.is_clear
    assert difference(Share(0, 0), Share(9, 3)) is None


def test_a_share_is_not_compared_with_a_mean() -> None:
    with pytest.raises(ValueError, match="compared"):
        difference(Share(9, 3), mean_of([1.0] * 9))


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_and_is_mirrored(counts: tuple[int, int]) -> None:
    hits, customers = counts
    found, mirrored = wilson(hits, customers), wilson(customers - hits, customers)
    assert 0 <= found.low <= hits / customers <= found.high <= 1
    assert found.low == pytest.approx(1 - mirrored.high, abs=1e-12)
    wider = wilson(hits * 10, customers * 10)
    assert wider.high - wider.low < found.high - found.low


@given(st.lists(st.integers(0, 30), min_size=LEAST, max_size=60))
def test_variance_from_sums_is_that_of_the_values(values: list[int]) -> None:
    found = mean_of([float(value) for value in values])
    assert found.variance == pytest.approx(statistics.variance(values), abs=1e-9)
    same = difference(found, found)
    assert same is not None
    assert same.value == 0
    assert not same.is_clear
