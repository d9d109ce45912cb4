"""Lifecycle stages: the decision order, and stages held through hysteresis."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute.stages import (
    STAGES,
    WORTH,
    StageFacts,
    StageRules,
    hold,
    raw_stages,
)

RULES = StageRules(
    new_days=90,
    dormant_days=60,
    collapse_ratio=0.2,
    collapse_min_events=30,
    hysteresis_nights=3,
)

IN_USE: dict[str, Any] = {
    "contract_signed": True,
    "contract_active": True,
    "contract_to_start": False,
    "project_running": False,
    "renewed": False,
    "accepted_days": None,
    "contract_days": 400,
    "days_since_usage": 3,
    "usage_trend": 1.0,
    "events_previous_30": 200,
}


def facts(*customers: dict[str, Any], usage_known: bool = True) -> StageFacts:
    frame = pd.DataFrame([{**IN_USE, **customer} for customer in customers])
    types = {
        "accepted_days": "Int64",
        "contract_days": "Int64",
        "days_since_usage": "Int64",
        "events_previous_30": "Int64",
        "usage_trend": "Float64",
    }
    return StageFacts(frame.astype(types), usage_known)


def stage_of(usage_known: bool = True, **customer: Any) -> tuple[str, str]:
    found = raw_stages(facts(customer, usage_known=usage_known), RULES).iloc[0]
    return found["stage"], found["branch"]


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ({}, ("active", "in_use")),
        ({"renewed": True}, ("loyal", "renewed")),
        ({"contract_active": False}, ("churned", "contract_ended")),
        # Signed again, though the new term has not begun.
        ({"contract_active": False, "contract_to_start": True}, ("active", "in_use")),
        (
            {"contract_signed": False, "contract_active": False, "contract_days": None},
            ("potential", "never_contracted"),
        ),
        # Prospects do not onboard: a contract comes first.
        (
            {
                "contract_signed": False,
                "contract_active": False,
                "contract_days": None,
                "project_running": True,
            },
            ("potential", "never_contracted"),
        ),
        ({"project_running": True}, ("onboarding", "project_running")),
        # A later project of a customer that accepted one before.
        ({"project_running": True, "accepted_days": 300}, ("active", "in_use")),
        ({"accepted_days": 0}, ("new", "accepted_lately")),
        ({"accepted_days": 89}, ("new", "accepted_lately")),
        ({"accepted_days": 90}, ("active", "in_use")),
        ({"contract_days": 89}, ("new", "started_lately")),
        ({"contract_days": 90}, ("active", "in_use")),
        # Signed, to start later, no project.
        (
            {"contract_active": False, "contract_to_start": True, "contract_days": -20},
            ("new", "started_lately"),
        ),
        # The first acceptance counts, not the start of the contract.
        ({"accepted_days": 200, "contract_days": 30}, ("active", "in_use")),
        ({"days_since_usage": 59}, ("active", "in_use")),
        ({"days_since_usage": 60}, ("dormant", "no_usage")),
        ({"days_since_usage": 60, "renewed": True}, ("dormant", "no_usage")),
        ({"days_since_usage": None}, ("dormant", "no_usage")),  # never used at all
        ({"usage_trend": 0.2}, ("dormant", "usage_collapsed")),
        ({"usage_trend": 0.21}, ("active", "in_use")),
        ({"usage_trend": 0.0, "events_previous_30": 29}, ("active", "in_use")),
        ({"usage_trend": None}, ("active", "in_use")),
        ({"days_since_usage": 80, "contract_days": 80}, ("new", "started_lately")),
        ({"contract_active": False, "project_running": True}, ("churned", "contract_ended")),
    ],
)
def test_the_decision_order(customer: dict[str, Any], expected: tuple[str, str]) -> None:
    assert stage_of(**customer) == expected


def test_without_any_usage_facts_nobody_is_dormant() -> None:
    assert stage_of(usage_known=False, days_since_usage=None) == ("active", "in_use")


def test_a_project_accepted_and_nothing_known_of_the_start() -> None:
    assert stage_of(contract_days=None, accepted_days=10) == ("new", "accepted_lately")


def oracle(customer: dict[str, Any]) -> str:
    """The definition, read aloud."""
    had = customer["contract_signed"]
    if had and not customer["contract_active"] and not customer["contract_to_start"]:
        return "churned"
    if not had:
        return "potential"
    if customer["project_running"] and customer["accepted_days"] is None:
        return "onboarding"
    since = customer["accepted_days"]
    if since is None:
        since = customer["contract_days"]
    if since < 90:
        return "new"
    if customer["days_since_usage"] is None or customer["days_since_usage"] >= 60:
        return "dormant"
    if customer["usage_trend"] <= 0.2 and customer["events_previous_30"] >= 30:
        return "dormant"
    return "loyal" if customer["renewed"] else "active"


def test_every_combination_of_facts_has_the_stage_of_the_definition() -> None:
    values = {
        "contract_signed": [True, False],
        "contract_active": [True, False],
        "contract_to_start": [True, False],
        "project_running": [True, False],
        "renewed": [True, False],
        "accepted_days": [None, 10, 500],
        "contract_days": [-5, 30, 500],
        "days_since_usage": [None, 2, 75],
        "usage_trend": [0.1, 1.0],
        "events_previous_30": [5, 300],
    }
    customers = [dict(zip(values, row, strict=True)) for row in itertools.product(*values.values())]
    found = raw_stages(facts(*customers), RULES)["stage"]
    assert list(found) == [oracle(customer) for customer in customers]


def held_over(raw: list[str], nights: int = 3) -> list[str]:
    """The held stages of one customer over a row of nights."""
    previous: pd.DataFrame | None = None
    held = []
    for stage in raw:
        previous = hold(pd.Series([stage]), previous, nights)
        held.append(str(previous["stage"].iloc[0]))
    return held


@pytest.mark.parametrize(
    ("raw", "held"),
    [
        # Worse on three nights in a row, on the third it moves.
        (["loyal", "dormant", "dormant", "dormant"], ["loyal", "loyal", "loyal", "dormant"]),
        # One better night in between starts the count again.
        (
            ["active", "dormant", "dormant", "active", "dormant", "dormant", "dormant"],
            ["active", "active", "active", "active", "active", "active", "dormant"],
        ),
        # Different kinds of worse count together; tonight's stage is taken.
        (["loyal", "active", "dormant", "active"], ["loyal", "loyal", "loyal", "active"]),
        # Better at once.
        (["dormant", "active", "loyal"], ["dormant", "active", "loyal"]),
        # New and active are worth the same.
        (["active", "new", "active"], ["active", "new", "active"]),
        (["active", "active", "churned"], ["active", "active", "churned"]),
        (["churned", "dormant"], ["churned", "dormant"]),
        (["potential", "onboarding", "new"], ["potential", "onboarding", "new"]),
        (["loyal", "onboarding", "dormant"], ["loyal", "onboarding", "dormant"]),
        (["loyal", "dormant", "potential"], ["loyal", "loyal", "potential"]),
        # After a move the count starts from nothing.
        (
            ["loyal", "active", "active", "active", "dormant", "dormant"],
            ["loyal", "loyal", "loyal", "active", "active", "active"],
        ),
    ],
)
def test_stages_are_held(raw: list[str], held: list[str]) -> None:
    assert held_over(raw) == held


@pytest.mark.parametrize("nights", [0, 1])
def test_without_hysteresis_the_raw_stage_is_the_stage(nights: int) -> None:
    raw = ["loyal", "dormant", "active", "dormant", "churned"]
    assert held_over(raw, nights) == raw


def test_a_customer_unknown_to_the_night_before_starts_as_it_is() -> None:
    previous = pd.DataFrame({"stage": ["loyal"], "worse_nights": [2]}, index=["a"])
    held = hold(pd.Series(["dormant", "dormant"], index=["b", "a"]), previous, 3)
    assert held.loc["b"].to_dict() == {"stage": "dormant", "worse_nights": 0}
    assert held.loc["a"].to_dict() == {"stage": "dormant", "worse_nights": 0}


def test_stages_stored_as_words_are_understood() -> None:
    previous = pd.DataFrame(
        {"stage": ["loyal", None], "worse_nights": pd.array([1, None], dtype="Int64")}
    )
    held = hold(pd.Series(["dormant", "dormant"]), previous, 3)
    assert held.to_dict("list") == {"stage": ["loyal", "dormant"], "worse_nights": [2, 0]}


def slow_hold(raw: list[str], nights: int) -> list[str]:
    """Another way to say it: look back over the nights, one customer, one night at a time."""
    held: list[str] = []
    worse: list[bool] = []
    for stage in raw:
        if not held:
            held.append(stage)
            worse.append(False)
            continue
        before = held[-1]
        free = {"churned", "potential", "onboarding"}
        if stage in free or before in {"potential", "onboarding"} or WORTH[stage] >= WORTH[before]:
            held.append(stage)
            worse.append(False)
            continue
        worse.append(True)
        run = len(worse) - 1 - max((i for i, w in enumerate(worse) if not w), default=-1)
        if run >= nights:
            held.append(stage)
            worse[-1] = False
        else:
            held.append(before)
    return held


@given(st.lists(st.sampled_from(STAGES), min_size=1, max_size=15), st.integers(0, 4))
def test_holding_follows_the_rule_over_any_nights(raw: list[str], nights: int) -> None:
    assert held_over(raw, nights) == slow_hold(raw, nights)
