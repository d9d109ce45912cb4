"""Why a customer is where it is, and the smallest change that takes it up."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from segmentation.compute.assignments import Context
from segmentation.compute.dimensions import levels
from segmentation.compute.explanations import Change, Explanation, explain
from segmentation.compute.tiers import assign as assign_tier
from tests.segmentation.compute.nights import VENDOR, measures_of, rules_with, run, vendor

Vendor = dict[str, dict[str, Any]]


def explained(customer: str, customers: Vendor = VENDOR) -> Explanation:
    rules = rules_with()
    night = run(customers, rules=rules)
    stored = Context.from_json(night.context.to_json())
    stage = str(night.frame.loc[customer, "stage"])
    return explain(customer, measures_of(customers), stage, rules, stored)


@pytest.mark.parametrize("customer", list(VENDOR))
def test_the_explanation_says_what_the_night_said(customer: str) -> None:
    row = run(VENDOR).frame.loc[customer]
    found = explained(customer)
    assert found.tier == (None if pd.isna(row["tier"]) else row["tier"])
    assert found.reason == row["reason"].split(";")[0]
    assert found.levels == {
        name: None if pd.isna(row[name]) else row[name]
        for name in ("activity", "contribution", "value", "need")
    }
    scores = {read.read_for: read.score for read in found.read if read.score is not None}
    assert scores == {
        slot: row[slot[0]]
        for slot in ("recency", "frequency", "monetary")
        if not pd.isna(row[slot[0]])
    }


def test_it_lists_what_was_read_with_values_and_cuts() -> None:
    read = {(r.read_for, r.measure): r for r in explained("big").read}
    days = read["activity", "active_days_30"]
    assert (days.value, days.cuts, days.level) == (20, (4, 12), "high")
    arr = read["value", "arr"]
    assert arr.value == Decimal("900")
    assert isinstance(arr.cuts, tuple)
    assert arr.level == "high"
    assert read["contribution", "referrals"].value is None
    assert read["tier", "tenure_days"].cuts == (365,)
    assert read["recency", "days_since_usage"].reversed


def test_one_measure_short_of_the_next_tier() -> None:
    # Value is high; activity is mid by one of its two measures.
    customers = vendor(big={"active_days_30": 11, "seat_utilisation": 0.4})
    found = explained("big", customers)
    assert found.tier == "mid"
    # 11 → 13 days (2/13) is less than 0.4 → over 0.5 seats (1/5) and far less than a year.
    assert found.upward == Change("active_days_30", 11, 13, False, "high")
    assert found.no_upward is None


def test_a_ratio_has_to_pass_its_cut() -> None:
    customers = vendor(big={"active_days_30": 8, "seat_utilisation": 0.49})
    found = explained("big", customers)
    assert found.upward == Change("seat_utilisation", 0.49, 0.5, True, "high")


def test_money_is_named_to_the_hundredth() -> None:
    # Most pay 500, which is therefore the upper cut: a cent more is high.
    found = explained("big", vendor(big={"arr": 500_0000}))
    assert found.tier == "mid"
    assert found.upward == Change("arr", Decimal("500"), Decimal("500.01"), False, "high")


def test_time_alone_may_be_the_nearest_way_up() -> None:
    found = explained("average", vendor(average={"tenure_days": 360}))
    assert found.upward == Change("tenure_days", 360, 365, False, "mature")


@pytest.mark.parametrize(
    ("customer", "why"),
    [
        ("big", "already_highest"),
        ("gone", "decided_by_stage"),
        ("fresh", "decided_by_stage"),
        ("prospect", "no_tier"),
    ],
)
def test_where_no_measure_helps_the_reason_is_given(customer: str, why: str) -> None:
    found = explained(customer)
    assert found.upward is None
    assert found.no_upward == why


def test_no_single_change_may_be_enough() -> None:
    # A year and more old, low on value and on activity by both of its measures: leaving "low"
    # gives mature at once, but from mature up to high two dimensions would have to rise.
    customers = vendor(old={"arr": 100_0000, "monetary": 100_0000})
    found = explained("old", customers)
    assert found.tier == "mature"
    assert found.upward is None
    assert found.no_upward == "no_single_change"


def test_the_change_is_enough_and_no_smaller_one_is() -> None:
    """Against trying every whole number of days and every hundredth of a seat share."""
    rules = rules_with()
    customers = vendor(big={"active_days_30": 10, "seat_utilisation": 0.35, "tenure_days": 10})
    night = run(customers, rules=rules)
    found = explained("big", customers)
    assert found.upward is not None

    def tier_with(**change: Any) -> str:
        supposed = measures_of({"big": customers["big"] | change})
        return str(
            assign_tier(
                rules.scheme,
                pd.Series(["active"], index=["big"]),
                levels(supposed, rules.dimensions, night.context.dimension_cuts),
                supposed,
                night.context.known_dimensions,
            )["tier"].iloc[0]
        )

    size = abs(float(found.upward.needed) - float(found.upward.value)) / max(
        float(found.upward.needed), float(found.upward.value)
    )
    assert tier_with(**{found.upward.measure: found.upward.needed}) == found.upward.tier
    better = {"mature", "high"}
    for days, seats in itertools.chain(
        ((d, 0.35) for d in range(31)), ((10, s / 100) for s in range(101))
    ):
        if tier_with(active_days_30=days, seat_utilisation=seats) in better:
            share = max(abs(days - 10) / max(days, 10), abs(seats - 0.35) / max(seats, 0.35))
            assert share >= size
