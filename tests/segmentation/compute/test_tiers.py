"""Tier scheme A: its decision order, and what is not known."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd
import pytest

from segmentation.compute.schemes import Scheme
from segmentation.compute.stages import STAGES
from segmentation.compute.tiers import assign
from segmentation.rules.defaults import DEFAULT_RULES, default_rules
from tests.segmentation.compute.scoring_examples import listed, table

SCHEME = Scheme.from_rules(DEFAULT_RULES)
NAMES = ("activity", "contribution", "value")
LEVELS = ("low", "mid", "high", None)


def tiers_of(
    rows: list[dict[str, Any]], known: tuple[str, ...] = NAMES, scheme: Scheme = SCHEME
) -> pd.DataFrame:
    filled = [
        {"stage": "active", "activity": "mid", "contribution": "mid", "value": "mid", "days": 100}
        | row
        for row in rows
    ]
    frame = pd.DataFrame(filled, dtype=object)
    return assign(
        scheme,
        frame["stage"],
        frame[list(NAMES)],
        table(tenure_days=list(frame["days"])),
        known,
    )


def tier_of(known: tuple[str, ...] = NAMES, **row: Any) -> tuple[str | None, str]:
    found = tiers_of([row], known).iloc[0]
    return (None if pd.isna(found["tier"]) else found["tier"]), found["reason"]


@pytest.mark.parametrize(
    ("row", "tier", "reason"),
    [
        ({"stage": "churned", "value": None}, "lost", "stage=churned"),
        ({"stage": "onboarding", "value": None}, "new", "stage=onboarding"),
        ({"stage": "new", "days": None}, "new", "stage=new"),
        (
            {"activity": "high", "value": "high"},
            "high",
            "activity=high,contribution=mid,value=high",
        ),
        (
            {"activity": "low", "value": "low"},
            "low",
            "activity=low,contribution=mid,value=low",
        ),
        ({"activity": "high", "value": "high", "contribution": "low"}, "mid", "otherwise"),
        ({"days": 364}, "mid", "otherwise"),
        ({"days": 365}, "mature", "tenure_days>=365"),
        ({"stage": "potential"}, None, "prospect"),
        ({"activity": "high", "value": None}, None, "unknown:value"),
        # High, low and unknown: whatever the unknown is, it is neither group.
        ({"activity": "high", "contribution": "low", "value": None}, "mid", "otherwise"),
        ({"days": None}, None, "unknown:tenure_days"),
        ({"activity": "high", "value": "high", "days": None}, "high", None),
        (
            {"activity": None, "value": None, "days": None},
            None,
            "unknown:activity,value,tenure_days",
        ),
    ],
)
def test_one_customer(row: dict[str, Any], tier: str | None, reason: str | None) -> None:
    found = tier_of(**row)
    assert found[0] == tier
    if reason is not None:
        assert found[1] == reason


def test_a_dimension_unknown_for_everybody_is_left_out() -> None:
    two = ("activity", "value")
    assert tier_of(two, activity="high", value="high", contribution=None)[0] == "high"
    assert tier_of(two, activity="high", value="mid", contribution=None)[0] == "mid"
    one = ("value",)
    assert tier_of(one, activity=None, value="high", contribution=None)[0] == "high"
    assert tier_of(one, activity=None, value="low", contribution=None)[0] == "low"


def test_with_no_dimension_known_only_the_stage_gives_a_tier() -> None:
    none = {"activity": None, "contribution": None, "value": None}
    assert tier_of((), **none) == (None, "no_dimension_known")
    assert tier_of((), stage="churned", **none) == ("lost", "stage=churned")
    assert tier_of((), stage="new", **none) == ("new", "stage=new")
    assert tier_of((), stage="potential", **none) == (None, "prospect")


def by_definition(stage: str, levels: dict[str, str], days: int, known: tuple[str, ...]) -> str:
    """Scheme A with everything known, as it is written."""
    if stage == "churned":
        return "lost"
    if stage in ("onboarding", "new"):
        return "new"
    values = [levels[name] for name in known]
    need = min(2, len(known))
    if values.count("high") >= need and "low" not in values:
        return "high"
    if values.count("low") >= need and "high" not in values:
        return "low"
    return "mature" if days >= 365 else "mid"


def oracle(row: dict[str, Any], known: tuple[str, ...]) -> str | None:
    """A tier when every way to fill in the unknown gives the same one."""
    if row["stage"] == "potential":
        return None
    choices = [[row[name]] if row[name] else ["low", "mid", "high"] for name in known]
    days = [row["days"]] if row["days"] is not None else [0, 1000]
    answers = {
        by_definition(row["stage"], dict(zip(known, levels, strict=True)), day, known)
        for *levels, day in itertools.product(*choices, days)
    }
    return answers.pop() if len(answers) == 1 else None


@pytest.mark.parametrize(
    "known", [names for size in (1, 2, 3) for names in itertools.combinations(NAMES, size)]
)
def test_the_whole_truth_table(known: tuple[str, ...]) -> None:
    rows = [
        {"stage": stage, "activity": a, "contribution": c, "value": v, "days": days}
        for stage, a, c, v, days in itertools.product(
            STAGES, LEVELS, LEVELS, LEVELS, (None, 0, 364, 365)
        )
    ]
    # What nobody of the tenant has is unknown for all of them.
    rows = [row | {name: None for name in NAMES if name not in known} for row in rows]
    found = tiers_of(rows, known)
    assert listed(found["tier"]) == [oracle(row, known) for row in rows]
    assert (found["reason"] != "").all()
    without = found[found["tier"].isna()]
    assert without["reason"].str.match(r"prospect$|unknown:\w").all()


def test_the_order_and_the_numbers_are_data() -> None:
    rules = default_rules()
    scheme = rules["tiers"]["schemes"]["a"]
    scheme["order"] = ["lost", "mature", "new", "high", "low", "mid"]
    scheme["rules"]["mature"] = {"measures": {"tenure_days": {"at_least": 30, "at_most": 99}}}
    changed = Scheme.from_rules(rules)
    found = tiers_of(
        [{"stage": "new", "days": 30}, {"days": 99}, {"days": 100}, {"days": 29}], scheme=changed
    )
    assert listed(found["tier"]) == ["mature", "mature", "mid", "mid"]
    assert found["reason"].iloc[0] == "tenure_days>=30,tenure_days<=99"


def test_a_scheme_that_leaves_customers_over_is_an_error() -> None:
    rules = default_rules()
    rules["tiers"]["schemes"]["a"]["order"] = ["lost", "new"]
    with pytest.raises(ValueError, match="not total"):
        tiers_of([{}], scheme=Scheme.from_rules(rules))


def test_nobody_to_tier() -> None:
    empty = tiers_of([{}]).iloc[:0]
    found = assign(
        SCHEME,
        pd.Series([], dtype=object),
        pd.DataFrame({name: [] for name in NAMES}, dtype=object),
        table(tenure_days=[]),
        NAMES,
    )
    assert list(found.columns) == list(empty.columns)
    assert len(found) == 0
