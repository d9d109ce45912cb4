"""Tier schemes B and C: their decision order, what is not known, and that they are total."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute.schemes import Scheme
from segmentation.compute.stages import STAGES
from segmentation.compute.tiers import assign
from segmentation.rules.defaults import DEFAULT_RULES, default_rules
from tests.segmentation.compute.scoring_examples import listed, table

B, C = Scheme.from_rules(DEFAULT_RULES, "b"), Scheme.from_rules(DEFAULT_RULES, "c")
NAMES = ("activity", "value")
LEVELS = ("low", "mid", "high", None)
DAYS = (None, 0, 364, 365, 729, 730)


def tiers_of(
    scheme: Scheme,
    rows: list[dict[str, Any]],
    known: tuple[str, ...] = NAMES,
    known_measures: tuple[str, ...] | None = None,
) -> pd.DataFrame:
    filled = [{"stage": "active", "activity": "mid", "value": "mid", "days": 100} | r for r in rows]
    frame = pd.DataFrame(filled, dtype=object)
    days = table(tenure_days=list(frame["days"]))
    return assign(scheme, frame["stage"], frame[list(NAMES)], days, known, known_measures)


def one(scheme: Scheme, **row: Any) -> tuple[str | None, str]:
    found = tiers_of(scheme, [row]).iloc[0]
    return (None if pd.isna(found["tier"]) else found["tier"]), found["reason"]


@pytest.mark.parametrize(
    ("stage", "tier"),
    [
        ("potential", "potential"),
        ("onboarding", "new"),
        ("new", "new"),
        ("active", "active"),
        ("loyal", "loyal"),
        ("dormant", "lost"),
        ("churned", "lost"),
    ],
)
@pytest.mark.parametrize("level", LEVELS)
def test_b_follows_the_lifecycle_whatever_else_is_known(
    stage: str, tier: str, level: str | None
) -> None:
    found = one(B, stage=stage, activity=level, value=level, days=None)
    assert found == (tier, "otherwise" if tier == "active" else f"stage={stage}")


@pytest.mark.parametrize(
    ("row", "tier", "reason"),
    [
        ({"stage": "potential"}, None, "prospect"),
        ({"stage": "churned"}, None, "no_tier_in_stage=churned"),
        ({"stage": "onboarding", "value": None}, "new", "stage=onboarding"),
        (
            {"activity": "high", "value": "high", "days": 730},
            "vip",
            "stage=active,activity=high,value=high,tenure_days>=730",
        ),
        (
            {"activity": "high", "value": "high", "days": 729, "stage": "loyal"},
            "core",
            "stage=loyal,activity=high,value=high,tenure_days>=365",
        ),
        (
            {"activity": "mid", "value": "high", "days": 800},
            "core",
            "stage=active,activity=mid,value=high,tenure_days>=365",
        ),
        ({"activity": "high", "value": "low", "days": 800}, "developing", "otherwise"),
        ({"activity": "high", "value": "high", "days": 364}, "developing", "otherwise"),
        # Silent for a month: whatever it pays, it does not depend on the product now.
        (
            {"activity": "high", "value": "high", "days": 800, "stage": "dormant"},
            "developing",
            "otherwise",
        ),
        ({"value": None, "activity": "high", "days": 800}, None, "unknown:value"),
        # With low activity it is neither core nor VIP, whatever the value.
        ({"value": None, "activity": "low", "days": 800}, "developing", "otherwise"),
        ({"activity": "high", "value": "high", "days": None}, None, "unknown:tenure_days"),
    ],
)
def test_c_one_customer(row: dict[str, Any], tier: str | None, reason: str) -> None:
    assert one(C, **row) == (tier, reason)


def ladder(stage: str, levels: dict[str, str], days: int | None, known: tuple[str, ...]) -> str:
    """Scheme C with everything known, as it is written; days None: nobody's tenure is known."""
    if stage in ("onboarding", "new"):
        return "new"
    values = [levels[name] for name in known]
    if stage in ("active", "loyal"):
        if values.count("high") >= min(2, len(known)) and (days is None or days >= 730):
            return "vip"
        if "high" in values and "low" not in values and (days is None or days >= 365):
            return "core"
    return "developing"


def oracle(row: dict[str, Any], known: tuple[str, ...], *, tenure_known: bool) -> str | None:
    """A tier when every way to fill in the unknown gives the same one."""
    if row["stage"] in ("potential", "churned"):
        return None
    choices = [[row[name]] if row[name] else ["low", "mid", "high"] for name in known]
    days: list[int | None] = [row["days"]]
    if row["days"] is None and tenure_known:
        days = [0, 365, 1000]
    answers = {
        ladder(row["stage"], dict(zip(known, levels, strict=True)), day, known)
        for *levels, day in itertools.product(*choices, days)
    }
    return answers.pop() if len(answers) == 1 else None


@pytest.mark.parametrize("tenure_known", [True, False])
@pytest.mark.parametrize("known", [("activity",), ("value",), NAMES])
def test_c_the_whole_truth_table(known: tuple[str, ...], tenure_known: bool) -> None:
    rows = [
        {"stage": stage, "activity": a, "value": v, "days": days}
        for stage, a, v, days in itertools.product(
            STAGES, LEVELS, LEVELS, DAYS if tenure_known else (None,)
        )
    ]
    rows = [row | {name: None for name in NAMES if name not in known} for row in rows]
    measures = ("tenure_days",) if tenure_known else ()
    found = tiers_of(C, rows, known, measures)
    assert listed(found["tier"]) == [oracle(row, known, tenure_known=tenure_known) for row in rows]
    without = found[found["tier"].isna()]
    assert without["reason"].str.match(r"prospect$|no_tier_in_stage=churned$|unknown:\w").all()


def test_with_neither_activity_nor_value_known_only_stages_give_a_tier() -> None:
    nothing = {"activity": None, "value": None}
    found = tiers_of(C, [nothing, nothing | {"stage": "new"}, nothing | {"stage": "dormant"}], ())
    assert listed(found["tier"]) == [None, "new", "developing"]
    assert found["reason"].iloc[0] == "no_dimension_known"


rows = st.fixed_dictionaries(
    {
        "stage": st.sampled_from(STAGES),
        "activity": st.sampled_from(LEVELS),
        "value": st.sampled_from(LEVELS),
        "days": st.none() | st.integers(-100, 2000),
    }
)


@given(
    scheme=st.sampled_from([B, C]),
    row=rows,
    known=st.sets(st.sampled_from(NAMES)),
    tenure_known=st.booleans(),
)
def test_they_are_total(
    scheme: Scheme, row: dict[str, Any], known: set[str], tenure_known: bool
) -> None:
    row = row | {name: None for name in NAMES if name not in known}
    row = row if tenure_known else row | {"days": None}
    measures = ("tenure_days",) if tenure_known else ()
    found = tiers_of(scheme, [row], tuple(n for n in NAMES if n in known), measures).iloc[0]
    assert found["reason"]
    if pd.isna(found["tier"]):
        assert scheme is C
        assert found["reason"].startswith(("prospect", "no_tier_in", "unknown:", "no_dimension"))
    else:
        assert found["tier"] in scheme.tiers


def test_a_measure_that_nobody_has_is_left_out_of_its_rule() -> None:
    rules = default_rules()
    rules["tiers"]["schemes"]["c"]["rules"]["vip"]["measures"]["nps"] = {"at_least": 30}
    scheme = Scheme.from_rules(rules, "c")
    best = {"activity": "high", "value": "high", "days": 730}
    assert listed(tiers_of(scheme, [best], NAMES, ("tenure_days",))["tier"]) == ["vip"]
    known = tiers_of(scheme, [best], NAMES, ("nps", "tenure_days"))
    assert (listed(known["tier"]), known["reason"].iloc[0]) == ([None], "unknown:nps")


def test_a_rule_about_nothing_else_than_what_nobody_has_decides_nothing() -> None:
    found = tiers_of(Scheme.from_rules(DEFAULT_RULES, "a"), [{"days": None}], NAMES, ())
    assert (listed(found["tier"]), found["reason"].iloc[0]) == ([None], "unknown:tenure_days")


def test_conditions_on_one_measure_are_supposed_together() -> None:
    rules = default_rules()
    scheme = rules["tiers"]["schemes"]["c"]
    scheme["rules"]["vip"] = {"measures": {"tenure_days": {"at_least": 730}}}
    scheme["rules"]["core"] = {"measures": {"tenure_days": {"at_most": 729}}}
    # Between the two there is nothing, and beyond neither: "developing" is out of reach.
    scheme["order"] = ["new", "core", "vip", "developing"]
    changed = Scheme.from_rules(rules, "c")
    found = tiers_of(changed, [{"days": None}, {"days": 729}, {"days": 730}])
    assert listed(found["tier"]) == [None, "core", "vip"]
