"""A whole night, from measures and facts to a row per customer."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.compute.assignments import assign
from segmentation.compute.contexts import Context
from segmentation.compute.measures import MeasureTable
from segmentation.compute.stages import StageFacts
from tests.segmentation.compute.nights import VENDOR, rules_with, run, vendor
from tests.segmentation.compute.scoring_examples import listed


def test_a_vendor_with_contracts_is_scored_on_engagement() -> None:
    night = run(VENDOR)
    assert night.frame["tier"].astype(object).where(
        night.frame["tier"].notna(), None
    ).to_dict() == {
        "average": "mid",
        "big": "high",
        "small": "low",
        "old": "mature",
        "fresh": "new",
        "gone": "lost",
        "prospect": None,
        "building": "new",
        "loyal": "mid",
        "second": "mid",
    }
    assert night.frame.loc["prospect", "reason"] == "prospect;no_monetary=no_value"
    assert night.context.known_dimensions == ("activity", "value", "need")
    assert night.context.refusals == ()


def test_the_segment_shown_is_that_of_the_map() -> None:
    eleven = run(VENDOR).frame
    assert listed(eleven["segment"]) == listed(eleven["eleven"])
    eight = run(VENDOR, rules=rules_with({"rfm": {"map": "eight"}})).frame
    assert listed(eight["segment"]) == listed(eight["class8"])
    assert listed(eight["eleven"]) == listed(eleven["eleven"])


def test_too_few_customers_are_said_and_not_scored_around() -> None:
    night = run({"only": {}, "other": {}})
    assert {refusal.measure for refusal in night.context.refusals} == {
        "days_since_usage",
        "active_days_90",
        "arr",
        "monetary",
    }
    row = night.frame.loc["only"]
    assert pd.isna(row["r"])
    assert pd.isna(row["segment"])
    # Activity is by thresholds and known; value is not, for anybody, and is left out.
    assert night.context.known_dimensions == ("activity", "need")
    assert row["tier"] == "mid"
    assert row["reason"] == (
        "otherwise;no_recency=too_few_customers;no_frequency=too_few_customers"
        ";no_monetary=too_few_customers"
    )


def test_value_is_relative_to_the_customers_served() -> None:
    # Twenty more who left with nothing do not make the smallest of the others look big.
    gone = {f"gone {number}": VENDOR["gone"] for number in range(20)}
    assert run(VENDOR | gone).frame.loc["small", "value"] == "low"


def test_a_stage_is_held_over_nights() -> None:
    silent = vendor(average={"days_since_usage": 70})
    first = run(VENDOR)
    second = run(silent, first)
    third = run(silent, second)
    fourth = run(silent, third)
    assert [night.frame.loc["average", "stage"] for night in (first, second, third, fourth)] == [
        "active",
        "active",
        "active",
        "dormant",
    ]
    assert second.frame.loc["average", "raw_stage"] == "dormant"
    assert second.frame.loc["average", "worse_nights"] == 1


@settings(max_examples=25)
@given(st.permutations(list(VENDOR)))
def test_the_order_of_the_rows_changes_nothing(order: list[str]) -> None:
    plain = run(VENDOR)
    shuffled = run({name: VENDOR[name] for name in order})
    pd.testing.assert_frame_equal(shuffled.frame.loc[list(VENDOR)], plain.frame)
    assert shuffled.context == plain.context


def test_paying_in_another_unit_changes_nothing() -> None:
    plain = run(VENDOR)
    richer = {
        name: facts | {key: (facts.get(key, 500_0000) or 0) * 7 for key in ("arr", "monetary")}
        for name, facts in VENDOR.items()
        if name != "prospect"
    }
    without = {name: facts for name, facts in VENDOR.items() if name != "prospect"}
    assert listed(run(richer).frame["tier"]) == listed(run(without).frame["tier"])
    assert listed(run(richer).frame["m"]) == listed(run(without).frame["m"])
    assert len(plain.frame) == len(VENDOR)


def test_the_context_survives_being_stored() -> None:
    context = run(VENDOR).context
    stored = json.loads(json.dumps(context.to_json()))
    assert Context.from_json(stored) == context


def test_a_customer_twice_is_an_error() -> None:
    frame = pd.DataFrame({"arr": [1, 2]}, index=["a", "a"])
    with pytest.raises(ValueError, match="more than one row"):
        assign(MeasureTable(frame), StageFacts(frame, True), rules_with())


def test_a_tenant_without_customers() -> None:
    everybody = run(VENDOR)
    nobody: dict[str, dict[str, Any]] = {}
    night = run({"x": {}} | nobody)
    assert list(night.frame.columns) == list(everybody.frame.columns)
    table = MeasureTable(pd.DataFrame(index=pd.Index([], dtype=object)))
    facts = pd.DataFrame(
        {name: [] for name in ("contract_signed", "contract_active", "contract_to_start")},
        dtype=bool,
    ).assign(project_running=False, renewed=False)
    numbers = ("accepted_days", "contract_days", "days_since_usage", "events_previous_30")
    for name in (*numbers, "usage_trend"):
        facts[name] = pd.Series([], dtype="Int64")
    empty = assign(table, StageFacts(facts, usage_known=False), rules_with())
    assert len(empty.frame) == 0
    assert list(empty.frame.columns) == list(everybody.frame.columns)
