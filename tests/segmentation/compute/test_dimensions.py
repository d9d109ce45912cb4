"""Dimensions: levels from measures, combined; what is unknown stays unknown."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute.dimensions import (
    DimensionRule,
    dimension_cuts,
    known_dimensions,
    levels,
    ranks_of,
)
from segmentation.compute.measures import MeasureTable
from tests.segmentation.compute.scoring_examples import listed, table

THREE = {"method": "thresholds", "cuts": [10, 20]}


def rule(name: str = "activity", combine: str = "average", **measures: Any) -> DimensionRule:
    return DimensionRule.from_rules(name, {"combine": combine, "measures": measures})


def levels_of(measures: MeasureTable, *rules: DimensionRule) -> pd.DataFrame:
    return levels(measures, rules, dimension_cuts(measures, rules).cuts)


def test_thresholds_make_three_levels() -> None:
    measures = table(days=[0, 10, 11, 20, 21, None])
    found = listed(levels_of(measures, rule(days=THREE))["activity"])
    assert found == ["low", "low", "mid", "mid", "high", None]


def test_less_is_better_when_the_rule_says_so() -> None:
    measures = table(days=[0, 10, 11, 20, 21])
    found = listed(levels_of(measures, rule(days={**THREE, "reversed": True}))["activity"])
    assert found == ["high", "high", "mid", "mid", "low"]


@pytest.mark.parametrize(
    ("combine", "expected"),
    [
        ("highest", ["low", "mid", "high", "high", "high", "high", "mid", None]),
        ("lowest", ["low", "low", "low", "mid", "high", "high", "mid", None]),
        ("average", ["low", "mid", "mid", "high", "high", "high", "mid", None]),
    ],
)
def test_levels_of_several_measures_are_combined(combine: str, expected: list[str | None]) -> None:
    measures = table(
        days=[5, 5, 5, 15, 25, 25, None, None], persons=[5, 15, 25, 25, 25, None, 15, None]
    )
    found = levels_of(measures, rule(combine=combine, days=THREE, persons=THREE))
    assert listed(found["activity"]) == expected


def test_scores_may_name_levels_unevenly() -> None:
    five = {
        "method": "thresholds",
        "cuts": [1, 2, 3, 4],
        "levels": ["low", "low", "mid", "mid", "high"],
    }
    found = levels_of(table(x=[1, 2, 3, 4, 5]), rule("value", x=five))
    assert listed(found["value"]) == five["levels"]


def test_need_has_words_of_its_own_and_a_measure_may_only_reach_some() -> None:
    breadth = {"method": "thresholds", "cuts": [0.6], "levels": ["basic", "advanced"]}
    asked = {"method": "thresholds", "cuts": [0], "levels": ["basic", "personalised"]}
    measures = MeasureTable(
        pd.DataFrame({"breadth": [0.6, 0.61, 0.1, None], "asked": [0.0, 0.0, 2.0, None]})
    )
    found = levels_of(measures, rule("need", "highest", breadth=breadth, asked=asked))
    assert listed(found["need"]) == ["basic", "advanced", "personalised", None]


def test_a_measure_set_to_null_is_not_used() -> None:
    found = levels_of(table(x=[100], y=[0]), rule(x=None, y=THREE))
    assert listed(found["activity"]) == ["low"]


def test_a_dimension_nobody_is_known_in_is_left_out() -> None:
    measures = table(x=[100, None])
    found = levels_of(measures, rule(x=THREE), rule("contribution", asked=THREE))
    assert known_dimensions(found) == ("activity",)
    assert listed(found["contribution"]) == [None, None]


def test_quantiles_over_too_few_customers_leave_it_unknown_and_are_reported() -> None:
    thirds = {"method": "quantile", "bins": 3}
    rules = (rule("value", x=thirds, y=thirds),)
    cuts = dimension_cuts(table(x=[1, 2, None], y=[None, None, None]), rules)
    assert [refusal.measure for refusal in cuts.refusals] == ["x"]  # y is not there at all
    found = levels(table(x=[1, 2, None], y=[None, None, None]), rules, cuts.cuts)
    assert known_dimensions(found) == ()


def test_cut_points_are_those_of_the_population_and_place_everybody() -> None:
    thirds = {"method": "quantile", "bins": 3}
    measures = table(x=[0, 0, 0, 0, 10, 20, 30])
    served = pd.Series([False] * 4 + [True] * 3)
    rules = (rule("value", x=thirds),)
    cuts = dimension_cuts(measures, rules, served)
    assert listed(levels(measures, rules, cuts.cuts)["value"]) == ["low"] * 5 + ["mid", "high"]


def test_a_population_of_nobody_is_everybody() -> None:
    thirds = {"method": "quantile", "bins": 3}
    rules = (rule("value", x=thirds),)
    cuts = dimension_cuts(table(x=[1, 2, 3]), rules, pd.Series([False] * 3))
    assert not cuts.refusals


def test_levels_are_read_back_from_words() -> None:
    column = pd.Series(["low", "high", None, "mid", ""], name="value", dtype=object)
    assert ranks_of(column).tolist() == [1, 3, 0, 2, 0]


@given(
    st.lists(st.tuples(*[st.one_of(st.none(), st.integers(0, 30))] * 3), min_size=1, max_size=30),
    st.sampled_from(["highest", "lowest", "average"]),
)
def test_more_of_a_measure_never_lowers_the_level(
    rows: list[tuple[int | None, ...]], combine: str
) -> None:
    def ranks(columns: list[tuple[int | None, ...]]) -> list[int]:
        x, y, z = zip(*columns, strict=True)
        found = levels_of(table(x=x, y=y, z=z), rule(combine=combine, x=THREE, y=THREE, z=THREE))
        return ranks_of(found["activity"]).tolist()

    more = [(None if row[0] is None else row[0] + 7, *row[1:]) for row in rows]
    assert all(after >= before for before, after in zip(ranks(rows), ranks(more), strict=True))
