"""Payments brought down to a row per customer, against plain loops and numpy's quantiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute import payment_summary
from segmentation.compute.payment_summary import (
    NONE,
    measure_payments,
    score_payments,
    summarise_buying,
)

UNTIL = 60
COUNT = 6
Row = tuple[int, int, int]
rows = st.lists(
    st.tuples(st.integers(0, COUNT - 1), st.integers(0, 70), st.integers(-5, 20)), max_size=40
)


def columns(given_rows: list[Row]) -> list[np.ndarray]:
    return [np.array([row[place] for row in given_rows], dtype=np.int64) for place in range(3)]


@given(rows)
def test_measures_against_a_loop(given_rows: list[Row]) -> None:
    found = measure_payments(*columns(given_rows), count=COUNT, until=UNTIL)
    for code in range(COUNT):
        mine = [row for row in given_rows if row[0] == code and row[1] <= UNTIL]
        paid = [row for row in mine if row[2] >= 0]
        assert found.frequency[code] == len(paid)
        assert found.monetary[code] == sum(row[2] for row in mine)
        last = max((row[1] for row in paid), default=None)
        assert found.recency[code] == (NONE if last is None else UNTIL - last)


@given(rows, st.booleans())
def test_buying_against_a_loop(given_rows: list[Row], sorts: bool) -> None:
    most = payment_summary._MOST_FLAGS
    payment_summary._MOST_FLAGS = 0 if sorts else most
    try:
        found = summarise_buying(*columns(given_rows), count=COUNT, until=UNTIL)
    finally:
        payment_summary._MOST_FLAGS = most
    wanted = []
    for code in range(COUNT):
        mine = [row for row in given_rows if row[0] == code and row[1] <= UNTIL]
        bought = sorted({row[1] for row in mine if row[2] >= 0})
        if bought:
            later = sum(row[2] for row in mine if row[1] > bought[0])
            repeats = len(bought) - 1
            value = later / repeats if repeats else 0.0
            wanted.append((code, repeats, bought[-1] - bought[0], UNTIL - bought[0], value))
    assert [
        *zip(
            found.customer, found.repeats, found.recency, found.age, found.repeat_value, strict=True
        )
    ] == wanted


@given(st.lists(st.integers(0, 1000), min_size=5, max_size=60))
def test_scores_are_those_of_type_7_quantiles(amounts: list[int]) -> None:
    count = len(amounts)
    codes = np.arange(count)
    found = score_payments(
        measure_payments(codes, codes % 50, np.array(amounts), count=count, until=UNTIL)
    )
    # Quantiles of whole numbers times four are whole where they meet a value.
    cuts = np.quantile(amounts, [0.2, 0.4, 0.6, 0.8])
    near = np.abs(np.subtract.outer(amounts, cuts)).min(axis=1)
    for amount, score, distance in zip(amounts, found.m, near, strict=True):
        if distance > 1e-6:
            assert score == 1 + int((cuts < amount).sum())
    assert set(found.f) == {1}
    assert found.r[np.argmax(codes % 50)] == 5


def test_who_never_paid_has_no_score() -> None:
    codes = np.array([0, 1, 2, 3, 4])
    measures = measure_payments(codes, codes, codes * 10, count=7, until=UNTIL)
    found = score_payments(measures)
    assert found.m.tolist() == [1, 2, 3, 4, 5, 0, 0]
    with pytest.raises(ValueError, match="fewer customers"):
        score_payments(measure_payments(codes[:4], codes[:4], codes[:4], count=4, until=UNTIL))
