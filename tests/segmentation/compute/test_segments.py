"""The map of eleven on all 125 codes, the map of eight from high and low."""

from __future__ import annotations

import csv
import itertools
import statistics
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute import segments
from segmentation.compute.measures import MeasureTable
from segmentation.compute.scores import RfmScores, Scoring, score_rfm
from tests.segmentation.compute.scoring_examples import listed, quantile, table, thresholds

PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "segment_map_125.csv"

FIVE = {
    "recency": thresholds(1, 2, 3, 4, measure="days", reverse=True),
    "frequency": thresholds(1, 2, 3, 4, measure="often"),
    "monetary": thresholds(1, 2, 3, 4, measure="paid"),
}


def scored(
    rows: list[tuple[int | None, int | None, int | None]], scorings: dict[str, Scoring]
) -> tuple[MeasureTable, RfmScores]:
    days, often, paid = zip(*rows, strict=True)
    measures = table(days=days, often=often, paid=paid)
    return measures, score_rfm(measures, scorings)


def test_the_map_is_the_published_one() -> None:
    if not PUBLISHED.exists():
        pytest.skip(f"the published map is not at {PUBLISHED}")
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        published = {
            row["code"]: row["segment"].lower().replace(" ", "_") for row in csv.DictReader(file)
        }
    assert dict(segments.SEGMENT_OF_CODE) == published


def test_every_code_has_a_segment_and_every_segment_a_code() -> None:
    codes = {"".join(code) for code in itertools.product("12345", repeat=3)}
    assert set(segments.SEGMENT_OF_CODE) == codes
    assert set(segments.SEGMENT_OF_CODE.values()) == set(segments.ELEVEN)


def test_every_customer_gets_the_segment_of_its_code() -> None:
    # Measures 1..5 are scores 1..5 here; recency is reversed.
    rows = list(itertools.product(range(1, 6), repeat=3))
    _, scores = scored(rows, FIVE)
    found = listed(segments.eleven(scores).segment)
    assert found == [
        segments.SEGMENT_OF_CODE[f"{6 - days}{often}{paid}"] for days, often, paid in rows
    ]


def test_a_missing_score_leaves_no_segment() -> None:
    rows = [(1, 1, 1), (None, 1, 1), (1, None, 1), (1, 1, None)]
    measures, scores = scored(rows, FIVE)
    assert listed(segments.eleven(scores).segment) == ["new_customers", None, None, None]
    assert listed(segments.class8(measures, scores, "mean").segment)[1:] == [None] * 3


def test_eleven_is_refused_unless_every_slot_has_five_scores() -> None:
    measures, scores = scored([(1, 1, 1)] * 4, {**FIVE, "monetary": quantile(4, "paid")})
    result = segments.eleven(scores)
    assert result.refusal == "eleven_needs_five_scores"
    assert listed(result.segment) == [None] * 4
    assert segments.class8(measures, scores, "mean").refusal is None


@pytest.mark.parametrize(
    ("recent", "often", "much", "name"),
    [
        (True, True, True, "key_value"),
        (True, False, True, "key_develop"),
        (False, True, True, "key_keep"),
        (False, False, True, "key_winback"),
        (True, True, False, "general_value"),
        (True, False, False, "general_develop"),
        (False, True, False, "general_keep"),
        (False, False, False, "general_winback"),
    ],
)
def test_the_eight_classes(recent: bool, often: bool, much: bool, name: str) -> None:
    # The second customer is the opposite, so the mean lies between the two.
    rows = [
        (1 if recent else 5, 5 if often else 1, 5 if much else 1),
        (5 if recent else 1, 1 if often else 5, 1 if much else 5),
    ]
    measures, scores = scored(rows, FIVE)
    for high in ("mean", "median", 4):
        assert listed(segments.class8(measures, scores, high).segment)[0] == name  # type: ignore[arg-type]


def test_a_value_at_the_mean_is_high_on_both_sides() -> None:
    rows = [(1, 1, 1), (2, 2, 2), (3, 3, 3)]
    measures, scores = scored(rows, FIVE)
    assert listed(segments.class8(measures, scores, "mean").segment) == [
        "general_develop",
        "key_value",
        "key_keep",
    ]


def test_mean_and_median_differ_where_one_customer_is_far_out() -> None:
    rows = [(1, 1, 1), (1, 1, 2), (1, 1, 30)]
    measures, scores = scored(rows, FIVE)
    assert listed(segments.class8(measures, scores, "mean").segment) == [
        "general_value",
        "general_value",
        "key_value",
    ]
    assert listed(segments.class8(measures, scores, "median").segment) == [
        "general_value",
        "key_value",
        "key_value",
    ]


def test_the_mean_is_of_the_customers_with_all_three_scores() -> None:
    # The last customer has no amount, so that its days count for no mean.
    rows = [(10, 1, 1), (20, 1, 1), (90, 1, None)]
    measures, scores = scored(rows, FIVE)
    assert segments.high_bound(measures, scores, "recency", "mean") == 15
    assert segments.high_bound(measures, scores, "monetary", "mean") == 1


def test_no_scores_no_classes() -> None:
    refused = {name: quantile(5, rule.measure) for name, rule in FIVE.items()}
    measures, scores = scored([(1, 1, 1), (2, 2, 2)], refused)
    assert listed(segments.class8(measures, scores, "mean").segment) == [None, None]


@given(st.integers(min_value=-(10**17), max_value=10**17), st.integers(1, 50))
def test_equal_values_are_all_high(value: int, customers: int) -> None:
    measures, scores = scored([(value, value, value)] * customers, FIVE)
    for high in ("mean", "median"):
        classes = listed(segments.class8(measures, scores, high).segment)  # type: ignore[arg-type]
        assert classes == ["key_value"] * customers


@given(st.lists(st.tuples(*[st.integers(-(10**17), 10**17)] * 3), min_size=1, max_size=30))
def test_classes_follow_the_exact_mean_and_median(rows: list[tuple[int, int, int]]) -> None:
    measures, scores = scored(list(rows), FIVE)
    for high, figure in (("mean", statistics.mean), ("median", statistics.median)):
        bounds = [figure([Fraction(row[slot]) for row in rows]) for slot in range(3)]
        expected = [
            ("key_" if paid >= bounds[2] else "general_")
            + {
                (True, True): "value",
                (True, False): "develop",
                (False, True): "keep",
                (False, False): "winback",
            }[days <= bounds[0], often >= bounds[1]]
            for days, often, paid in rows
        ]
        assert listed(segments.class8(measures, scores, high).segment) == expected  # type: ignore[arg-type]


def test_the_shown_segment_is_of_the_map_that_the_rules_name() -> None:
    measures, scores = scored([(1, 5, 5)], FIVE)
    eleven, eight = segments.eleven(scores), segments.class8(measures, scores, "mean")
    assert listed(segments.shown_segment("eleven", eleven, eight)) == ["champions"]
    assert listed(segments.shown_segment("eight", eleven, eight)) == ["key_value"]
