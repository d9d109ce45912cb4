"""Why a customer is where it is, and the smallest change that takes it up."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from segmentation.compute.contexts import Context
from segmentation.compute.dimensions import levels
from segmentation.compute.explanations import Change, Explanation, explain
from segmentation.compute.stages import StageFacts, raw_stages
from segmentation.compute.tiers import assign as assign_tier
from tests.segmentation.compute.nights import (
    VENDOR,
    measures_of,
    rules_with,
    run,
    stage_facts_of,
    vendor,
)

Vendor = dict[str, dict[str, Any]]


def explained(customer: str, customers: Vendor = VENDOR, scheme: str = "a") -> Explanation:
    rules = rules_with()
    night = run(customers, rules=rules)
    stored = Context.from_json(night.context.to_json())
    facts = stage_facts_of(customers)
    return explain(
        customer,
        measures_of(customers),
        str(night.frame.loc[customer, "stage"]),
        rules,
        stored,
        scheme=rules.schemes[scheme],
        facts=StageFacts(facts.frame.loc[[customer]], facts.usage_known),
    )


@pytest.mark.parametrize("scheme", ["b", "c"])
@pytest.mark.parametrize("customer", list(VENDOR))
def test_it_explains_the_other_schemes_too(customer: str, scheme: str) -> None:
    row = run(VENDOR).frame.loc[customer]
    found = explained(customer, scheme=scheme)
    tier = row[f"tier_{scheme}"]
    assert found.tier == (None if pd.isna(tier) else tier)
    assert found.value == (row["facet_value"] if scheme == "b" else None)
    assert found.reason


def test_the_sides_of_the_value_are_read_for_scheme_b_only() -> None:
    found = explained("big", scheme="b")
    assert found.sides == {"consumption": "high", "interaction": "mid", "loyalty": "low"}
    days = {(r.read_for, r.measure): r for r in found.read}["interaction", "active_days_90"]
    assert (days.value, days.cuts, days.level) == (20, (6, 24), "mid")
    assert explained("big").sides == {}


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


def test_the_bounds_of_one_measure_are_read_together() -> None:
    read = [one for one in explained("big", scheme="c").read if one.read_for == "tier"]
    assert [(one.measure, one.cuts) for one in read] == [("tenure_days", (365, 730))]


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


def test_the_nearest_way_down() -> None:
    customers = vendor(big={"active_days_30": 13, "seat_utilisation": 0.4})
    found = explained("big", customers)
    assert found.tier == "high"
    # 13 → 12 days is 1/13; the money would have to fall by nearly half.
    assert found.downward == Change("active_days_30", 13, 12, False, "mid", falls=True)
    assert found.no_downward is None


def test_what_only_grows_is_no_way_down() -> None:
    # A day less of tenure would do; but nobody loses a day of tenure.
    found = explained("old", vendor(old={"tenure_days": 365}))
    assert found.tier == "mature"
    assert found.downward is None or found.downward.measure != "tenure_days"


@pytest.mark.parametrize(
    ("customer", "why"),
    [
        ("small", "already_lowest"),
        ("gone", "decided_by_stage"),
        ("fresh", "decided_by_stage"),
        ("prospect", "no_tier"),
    ],
)
def test_where_there_is_no_way_down_the_reason_is_given(customer: str, why: str) -> None:
    found = explained(customer)
    assert (found.downward, found.no_downward) == (None, why)


def test_silence_is_the_way_down_where_the_stage_decides_and_it_takes_its_nights() -> None:
    found = explained("average", scheme="b")
    assert found.tier == "active"
    assert found.downward is not None
    assert (found.downward.measure, found.downward.tier) == ("usage_trend", "lost")
    assert found.downward.nights == 3
    # A renewal makes it loyal, at once.
    assert found.upward == Change("renewals", 0, 1, False, "loyal")


def test_use_brings_a_silent_customer_back_at_once() -> None:
    silent = vendor(average={"days_since_usage": 60})
    found = explained("average", silent, scheme="b")
    assert found.tier == "lost"
    assert found.upward == Change("days_since_usage", 60, 59, False, "active", falls=True)
    assert found.no_downward == "already_lowest"


def test_a_stage_held_for_some_nights_is_not_changed_by_supposing() -> None:
    """Raw dormant tonight, still held active: another measure does not make it dormant."""
    customers = vendor(average={"days_since_usage": 60})
    rules = rules_with()
    before = run(VENDOR, rules=rules)
    night = run(customers, before, rules)
    assert night.frame.loc["average", "stage"] == "active"
    facts = stage_facts_of(customers)
    found = explain(
        "average",
        measures_of(customers),
        "active",
        rules,
        night.context,
        scheme=rules.schemes["b"],
        facts=StageFacts(facts.frame.loc[["average"]], facts.usage_known),
    )
    assert found.tier == "active"
    assert found.downward is None


@pytest.mark.parametrize("scheme", ["a", "b", "c"])
@pytest.mark.parametrize("customer", list(VENDOR))
def test_every_change_named_leads_where_it_says(customer: str, scheme: str) -> None:
    """The night of the changed customer, its cut points kept, gives the tier that was named."""
    rules = rules_with()
    context = run(VENDOR, rules=rules).context
    found = explained(customer, scheme=scheme)
    for change in (found.upward, found.downward):
        if change is None:
            continue
        needed = float(change.needed)
        if change.beyond:
            needed += -1e-9 if change.falls else 1e-9
        raw: Any = round(needed * 10_000) if change.measure in ("arr", "monetary") else needed
        raw = int(raw) if change.measure != "usage_trend" and raw == int(raw) else raw
        changed = {**VENDOR, customer: {**VENDOR[customer], change.measure: raw}}
        changed[customer]["renewed"] = changed[customer].get("renewed") or (
            change.measure == "renewals"
        )
        table, facts = measures_of(changed), stage_facts_of(changed)
        raw_stage = raw_stages(facts, rules.stages).loc[customer, "stage"]
        tier = assign_tier(
            rules.schemes[scheme],
            pd.Series([raw_stage], index=[customer]),
            levels(table.rows(pd.Index([customer])), rules.dimensions, context.dimension_cuts),
            table.rows(pd.Index([customer])),
            context.known_dimensions,
            context.known_measures,
        )["tier"].iloc[0]
        assert tier == change.tier, change
