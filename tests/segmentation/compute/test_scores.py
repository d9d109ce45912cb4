"""R, F and M scores: figures by hand, the laws they obey, and numpy as the independent witness."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from segmentation.compute.exact import scaled_integer
from segmentation.compute.measures import MeasureTable
from segmentation.compute.scores import TOO_FEW_CUSTOMERS, Scoring, cut_points, score, score_rfm
from tests.segmentation.compute.scoring_examples import (
    few_distinct,
    listed,
    measured,
    quantile,
    ratios,
    table,
    thresholds,
    whole,
    whole_numbers,
    with_gaps,
)


def scores_of(values: list[int | None], scoring: Scoring) -> list[object]:
    return listed(score(table(x=values), scoring).scores)


def numpy_scores(values: np.ndarray, bins: int, *, reverse: bool = False) -> list[int]:
    """What somebody else would write."""
    cuts = np.quantile(values, [i / bins for i in range(1, bins)])
    scores = 1 + (cuts[None, :] < values[:, None]).sum(axis=1)
    return list(bins + 1 - scores if reverse else scores)


def test_ten_customers_fall_two_by_two_into_five_scores() -> None:
    assert scores_of(list(range(10, 110, 10)), quantile()) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_a_value_on_a_cut_point_belongs_below_it() -> None:
    # Six customers: the cuts fall on the values 20, 30, 40, 50.
    assert scores_of([10, 20, 30, 40, 50, 60], quantile()) == [1, 1, 2, 3, 4, 5]


def test_type_7_cut_points_are_interpolated() -> None:
    points = cut_points(table(x=[1, 2, 3, 4]), quantile(5))
    assert points.cuts is None
    points = cut_points(table(x=[1, 2, 4, 8, 16]), quantile(5))
    assert points.cuts is not None
    assert [float(cut) for cut in points.cuts] == pytest.approx([1.8, 3.2, 5.6, 9.6])


# Miles per gallon of 32 cars (Motor Trend, 1974), the vector on which R's documentation shows its
# default quantiles, which are of type 7: 15.425, 19.2, 22.8; in fifths 15.2, 17.92, 21, 24.08.
MILES = [
    *(
        21.0,
        21.0,
        22.8,
        21.4,
        18.7,
        18.1,
        14.3,
        24.4,
        22.8,
        19.2,
        17.8,
        16.4,
        17.3,
        15.2,
        10.4,
        10.4,
    ),
    *(
        14.7,
        32.4,
        30.4,
        33.9,
        21.5,
        15.5,
        15.2,
        13.3,
        19.2,
        27.3,
        26.0,
        30.4,
        15.8,
        19.7,
        15.0,
        21.4,
    ),
]


@pytest.mark.parametrize(
    ("bins", "published"), [(4, [15.425, 19.2, 22.8]), (5, [15.2, 17.92, 21.0, 24.08])]
)
def test_type_7_cut_points_are_the_published_ones(bins: int, published: list[float]) -> None:
    points = cut_points(table(x=pd.Series(MILES)), quantile(bins))
    assert points.cuts is not None
    assert [float(cut) for cut in points.cuts] == pytest.approx(published, abs=1e-12)


def test_recency_is_reversed() -> None:
    assert scores_of([10, 20, 30, 40, 50, 60], quantile(reverse=True)) == [5, 5, 4, 3, 2, 1]


def test_thresholds_count_the_cuts_strictly_below() -> None:
    days: list[int | None] = [0, 30, 31, 90, 91, 180, 181, 365, 366]
    scoring = thresholds(30, 90, 180, 365)
    assert scores_of(days, scoring) == [1, 1, 2, 2, 3, 3, 4, 4, 5]
    reverse = thresholds(30, 90, 180, 365, reverse=True)
    assert scores_of(days, reverse) == [5, 5, 4, 4, 3, 3, 2, 2, 1]


def test_a_threshold_of_money_is_the_decimal_that_was_written() -> None:
    amounts = [Decimal("0.1"), Decimal("0.1001"), Decimal("0.3"), Decimal("0.30"), Decimal("0.31")]
    paid = table({"x": 4}, x=[scaled_integer(amount) for amount in amounts])
    assert listed(score(paid, thresholds(0.1, 0.3)).scores) == [1, 2, 2, 2, 3]


def test_fewer_customers_than_scores_are_refused_with_the_numbers() -> None:
    result = score(table(x=[1, 2, None, 4, None]), quantile(5))
    assert result.points.refusal is not None
    assert vars(result.points.refusal) == {
        "code": TOO_FEW_CUSTOMERS,
        "measure": "x",
        "needed": 5,
        "found": 3,
    }
    assert listed(result.scores) == [None] * 5
    assert listed(result.missing) == [
        "too_few_customers",
        "too_few_customers",
        "no_value",
        "too_few_customers",
        "no_value",
    ]


def test_as_many_customers_as_scores_are_enough() -> None:
    assert scores_of([1, 2, 3, 4, 5], quantile(5)) == [1, 2, 3, 4, 5]


def test_nobody_at_all_is_refused_and_not_an_error() -> None:
    result = score(table(x=[]), quantile(5))
    assert result.points.refusal is not None
    assert listed(result.scores) == []


def test_a_missing_measure_has_no_score_and_says_so() -> None:
    result = score(table(x=[5, None, 1, 2, 3, 4]), quantile(5))
    assert listed(result.scores) == [5, None, 1, 2, 3, 4]
    assert listed(result.missing) == [None, "no_value", None, None, None, None]


def test_a_measure_without_a_column_is_unknown_for_everybody() -> None:
    result = score(table(y=[1, 2]), thresholds(1))
    assert listed(result.missing) == ["no_value", "no_value"]


def test_everybody_equal_shares_the_lowest_score() -> None:
    assert scores_of([7] * 9, quantile(5)) == [1] * 9
    assert scores_of([7] * 9, quantile(5, reverse=True)) == [5] * 9


def test_the_three_slots_are_scored_by_their_own_measures() -> None:
    days, often, paid = [1, 2, 3, 4, 5], [5, 4, 3, 2, 1], [1, 1, 1, 1, 9]
    result = score_rfm(
        table(days=days, often=often, paid=paid),
        {
            "recency": quantile(5, "days", reverse=True),
            "frequency": quantile(5, "often"),
            "monetary": thresholds(5, measure="paid"),
        },
    )
    assert result.frame.to_dict("list") == {
        "r": [5, 4, 3, 2, 1],
        "f": [5, 4, 3, 2, 1],
        "m": [1, 1, 1, 1, 2],
    }


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        (pd.Series([1.0, float("inf")]), ValueError, "infinite"),
        (pd.Series([True, False]), TypeError, "true/false"),
        (pd.Series([Decimal("1.5")], dtype=object), TypeError, "dtype"),
    ],
)
def test_what_is_no_measure_is_refused(
    values: pd.Series, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        score(MeasureTable(values.to_frame("x")), thresholds(1))


def test_a_million_customers_take_seconds_not_minutes() -> None:
    values = np.random.default_rng(3).integers(0, 10**9, 1_000_000)
    frame = pd.DataFrame({"x": pd.array(values, dtype="Int64")})
    scores = score(MeasureTable(frame), quantile(5)).scores
    assert scores.value_counts().tolist() == [200_000] * 5


bins = st.integers(min_value=2, max_value=9)


@given(measured, bins, st.booleans())
def test_scores_are_those_of_numpy(values: list[int], n: int, reverse: bool) -> None:
    assume(len(values) >= n)
    expected = numpy_scores(np.array(values, dtype=float), n, reverse=reverse)
    assert scores_of(list(values), quantile(n, reverse=reverse)) == expected


@given(ratios, bins)
def test_scores_of_ratios_are_those_of_numpy(values: list[float], n: int) -> None:
    assume(len(values) >= n)
    result = score(MeasureTable(pd.DataFrame({"x": values})), quantile(n))
    assert listed(result.scores) == numpy_scores(np.array(values), n)


@given(st.lists(st.one_of(whole_numbers, few_distinct), min_size=10, max_size=120))
def test_ten_scores_follow_the_definition_where_numpy_rounds(values: list[int]) -> None:
    """Of N customers, v is above the i/10 quantile exactly when v > x[floor((N-1)·i/10)]."""
    ordered = sorted(values)
    cuts = [ordered[(len(values) - 1) * i // 10] for i in range(1, 10)]
    expected = [1 + sum(cut < value for cut in cuts) for value in values]
    assert scores_of(list(values), quantile(10)) == expected


@given(with_gaps, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(values: list[int | None], random: object) -> None:
    order = list(range(len(values)))
    random.shuffle(order)  # type: ignore[attr-defined]
    plain = scores_of(values, quantile(5))
    shuffled = scores_of([values[i] for i in order], quantile(5))
    assert shuffled == [plain[i] for i in order]


@given(with_gaps, bins)
def test_equal_values_share_a_score_and_more_never_scores_less(
    values: list[int | None], n: int
) -> None:
    pairs = [
        (value, points)
        for value, points in zip(values, scores_of(values, quantile(n)), strict=True)
        if value is not None and points is not None
    ]
    for value, points in pairs:
        for other, other_points in pairs:
            if value == other:
                assert points == other_points
            if value < other:
                assert points <= other_points  # type: ignore[operator]


@given(
    st.lists(st.decimals(-(10**6), 10**6, places=2), min_size=5, max_size=40),
    st.sampled_from(["0.01", "0.07", "0.1", "3", "7", "12.5", "1000"]),
)
def test_money_times_a_constant_changes_no_score(amounts: list[Decimal], factor: str) -> None:
    plain = table({"x": 4}, x=[scaled_integer(amount) for amount in amounts])
    times = table({"x": 4}, x=[scaled_integer(amount * Decimal(factor)) for amount in amounts])
    for n in (2, 5, 10):
        if len(amounts) >= n:
            assert listed(score(plain, quantile(n)).scores) == listed(
                score(times, quantile(n)).scores
            )


@given(with_gaps, st.sets(st.integers(-50, 50), min_size=1, max_size=9))
def test_reversing_mirrors_the_score(values: list[int | None], cuts: set[int]) -> None:
    ascending = sorted(cuts)
    forward = scores_of(values, thresholds(*ascending))
    backward = scores_of(values, thresholds(*ascending, reverse=True))
    for there, back in zip(forward, backward, strict=True):
        assert (there is None) == (back is None)
        if there is not None:
            assert there + back == len(cuts) + 2  # type: ignore[operator]


def test_quantiles_may_be_taken_over_some_and_applied_to_all() -> None:
    of_some = pd.Series([True, True, True, False, False])
    points = cut_points(table(x=[10, 20, 30, 1000, 0]), quantile(3), of_some)
    assert points.population == 3
    assert points.cuts is not None
    assert [round(float(cut), 3) for cut in points.cuts] == [16.667, 23.333]


def test_column_types_do_not_matter() -> None:
    values = [3, 1, 2, 5, 4]
    columns = [whole(values), pd.Series(values), pd.Series([float(v) for v in values])]
    for column in columns:
        assert listed(score(table(x=column), quantile(5)).scores) == [3, 1, 2, 5, 4]
