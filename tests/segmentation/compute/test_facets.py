"""The value beside the tier of scheme B."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from segmentation.compute.facets import SIDES, VALUE_LEVELS, known_sides, value_levels
from tests.segmentation.compute.nights import VENDOR, rules_with, run, vendor
from tests.segmentation.compute.scoring_examples import listed

RANK = {level: rank for rank, level in enumerate(VALUE_LEVELS, start=1)}


def sides_of(*rows: tuple[str | None, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(SIDES), dtype=object)


def oracle(row: tuple[str | None, ...]) -> str | None:
    answers = set()
    for filled in itertools.product(*[[side] if side else VALUE_LEVELS for side in row]):
        mean = sum(RANK[side] for side in filled) / len(filled)
        answers.add("high" if mean >= 2.5 else "low" if mean < 1.5 else "mid")
    return answers.pop() if len(answers) == 1 else None


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_average_of_the_sides_over_every_combination(count: int) -> None:
    rows = list(itertools.product((*VALUE_LEVELS, None), repeat=count))
    sides = sides_of(*[row + (None,) * (3 - count) for row in rows])
    assert listed(value_levels(sides, SIDES[:count])) == [oracle(row) for row in rows]


def test_a_side_that_nobody_has_is_left_out() -> None:
    sides = sides_of(("high", None, "high"), ("low", None, "low"))
    assert known_sides(sides) == ("consumption", "loyalty")
    assert listed(value_levels(sides, known_sides(sides))) == ["high", "low"]
    assert listed(value_levels(sides_of((None, None, None)), ())) == [None]


def test_a_night_gives_the_value_and_all_schemes() -> None:
    night = run(VENDOR)
    frame = night.frame
    assert listed(frame["tier"]) == listed(frame["tier_a"])
    assert frame.loc["prospect", "tier_b"] == "potential"
    assert pd.isna(frame.loc["prospect", "tier_c"])
    assert frame.loc["fresh", ["tier_b", "tier_c"]].to_list() == ["new", "new"]
    assert frame.loc["gone", "tier_b"] == "lost"
    # The most money, but of its first year: much consumption, no loyalty yet.
    assert frame.loc["big", "facet_value"] == "mid"
    assert night.context.known_sides == SIDES


def test_long_loyalty_raises_the_value() -> None:
    customers = vendor(big={"tenure_days": 1200, "renewals": 2, "active_days_90": 60})
    assert run(customers).frame.loc["big", "facet_value"] == "high"


def test_the_tier_is_that_of_the_scheme_picked() -> None:
    rules = rules_with({"tiers": {"scheme": "b", "also_shown": ["a", "b"]}})
    assert rules.also_shown == ("a",)
    frame = run(VENDOR, rules=rules).frame
    assert listed(frame["tier"]) == listed(frame["tier_b"])
    assert listed(frame["tier_a"]) == listed(run(VENDOR).frame["tier"])
