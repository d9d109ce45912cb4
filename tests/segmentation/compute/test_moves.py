"""Moves: what changed between two nights, and what it is put down to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from segmentation.compute.assignments import NightResult, Rules
from segmentation.compute.comparison import Comparison, RuleChange
from segmentation.compute.moves import detect, reason_text
from segmentation.rules.basis import measures_of_slots
from segmentation.rules.differences import differences
from tests.segmentation.compute.nights import (
    ORIGINS,
    VENDOR,
    document_with,
    measures_of,
    rules_with,
    run,
    vendor,
)

Vendor = dict[str, dict[str, Any]]


def compare(
    before: Vendor,
    after: Vendor,
    *,
    rules: Rules | None = None,
    changes: dict[str, list[str]] | None = None,
    nights: int = 1,
) -> Comparison:
    """The comparison of two nights, hysteresis off unless the rules say otherwise.

    changes: customer → flags that are true for it.
    """
    rules = rules or rules_with({"hysteresis_nights": 0})
    first = run(before, rules=rules)
    second: NightResult = first
    for _ in range(nights):
        second = run(after, second, rules)
    flags = pd.DataFrame(
        [(customer, flag) for customer, names in (changes or {}).items() for flag in names],
        columns=["customer", "flag"],
    )
    return Comparison(
        previous=first.frame,
        current=second.frame,
        current_measures=measures_of(after),
        previous_measures=measures_of(before),
        scheme=rules.scheme,
        dimensions=rules.dimensions,
        known_dimensions=second.context.known_dimensions,
        origins=ORIGINS,
        changes=pd.crosstab(flags["customer"], flags["flag"]).astype(bool),
    )


def moves_of(customer: str, nights: Comparison) -> list[tuple[Any, ...]]:
    found = detect(nights)
    mine = found[found["customer"] == customer]
    return list(mine[["kind", "from", "to", "cause"]].itertuples(index=False, name=None))


def reasons_of(customer: str, nights: Comparison) -> list[str]:
    found = detect(nights)
    return found.loc[found["customer"] == customer, "reason"].to_list()


def test_nothing_changed_nothing_moved() -> None:
    found = detect(compare(VENDOR, VENDOR))
    assert len(found) == 0
    assert list(found.columns) == ["customer", "kind", "from", "to", "cause", "reason", "detail"]


def test_a_customer_seen_for_the_first_time_has_not_moved() -> None:
    assert moves_of("late comer", compare(VENDOR, vendor(**{"late comer": {}}))) == []


ALIVE = {"contract_active": True, "arr": 500_0000}
SIGNED = {"contract_signed": True, "contract_active": True, "contract_days": 200}


@pytest.mark.parametrize(
    ("customer", "before", "after", "flags", "moves"),
    [
        (
            "average",
            {},
            {"contract_active": False},
            [],
            [("stage", "active", "churned", "commercial"), ("tier", "mid", "lost", "commercial")],
        ),
        (
            "average",
            {},
            {"contract_active": False},
            ["contracts_late"],
            [("stage", "active", "churned", "late_data"), ("tier", "mid", "lost", "late_data")],
        ),
        (
            "average",
            {},
            {"contract_active": False},
            ["contracts_late", "contracts_changed"],
            [("stage", "active", "churned", "commercial"), ("tier", "mid", "lost", "commercial")],
        ),
        (
            "prospect",
            {},
            {**SIGNED, "contract_days": 0, "tenure_days": 0, "arr": 500_0000},
            [],
            [("stage", "potential", "new", "commercial"), ("tier", None, "new", "commercial")],
        ),
        (
            "building",
            {},
            {"project_running": False, "accepted_days": 0},
            [],
            # Onboarding and new are the same tier.
            [("stage", "onboarding", "new", "project")],
        ),
        (
            "building",
            {},
            {"project_running": False, "accepted_days": 0},
            ["projects_late"],
            [("stage", "onboarding", "new", "late_data")],
        ),
        (
            "average",
            {},
            {"project_running": True},
            [],
            [("stage", "active", "onboarding", "project"), ("tier", "mid", "new", "project")],
        ),
        (
            "average",
            {"contract_days": 89, "tenure_days": 89},
            {"contract_days": 90, "tenure_days": 90},
            [],
            [("stage", "new", "active", "calendar"), ("tier", "new", "mid", "calendar")],
        ),
        (
            "average",
            {"contract_days": 89},
            {"contract_days": 95},
            ["contracts_late"],
            [("stage", "new", "active", "late_data"), ("tier", "new", "mid", "late_data")],
        ),
        (
            "average",
            {"contract_days": 89},
            {"contract_days": 90, "renewed": True},
            ["contracts_changed"],
            [("stage", "new", "loyal", "commercial"), ("tier", "new", "mid", "commercial")],
        ),
        ("average", {}, {"renewed": True}, [], [("stage", "active", "loyal", "commercial")]),
        (
            "average",
            {},
            {"days_since_usage": 60},
            [],
            [("stage", "active", "dormant", "behaviour")],
        ),
        # Silence is never late data: what arrives late can only show use.
        (
            "average",
            {},
            {"days_since_usage": 60},
            ["usage_late"],
            [("stage", "active", "dormant", "behaviour")],
        ),
        (
            "average",
            {"days_since_usage": 60},
            {"days_since_usage": 0},
            [],
            [("stage", "dormant", "active", "behaviour")],
        ),
        (
            "average",
            {"days_since_usage": 60},
            {"days_since_usage": 30},
            ["usage_late"],
            [("stage", "dormant", "active", "late_data")],
        ),
        (
            "average",
            {"tenure_days": 364},
            {"tenure_days": 365},
            [],
            [("tier", "mid", "mature", "calendar")],
        ),
        (
            "big",
            {"active_days_30": 20},
            {"active_days_30": 0},
            [],
            [("tier", "high", "mid", "behaviour")],
        ),
        (
            "big",
            {"active_days_30": 20},
            {"active_days_30": 0},
            ["usage_late"],
            [("tier", "high", "mid", "late_data")],
        ),
        (
            "big",
            {"active_days_30": 20},
            {"active_days_30": 0},
            ["usage_late", "usage_changed"],
            [("tier", "high", "mid", "behaviour")],
        ),
        (
            "big",
            {},
            {"arr": 110_0000, "monetary": 500_0000},
            [],
            [("tier", "high", "mid", "commercial")],
        ),
        # Use known for the first time.
        (
            "big",
            {"active_days_30": None, "seat_utilisation": None},
            {},
            [],
            [("tier", None, "high", "behaviour")],
        ),
    ],
)
def test_a_change_and_its_cause(
    customer: str,
    before: dict[str, Any],
    after: dict[str, Any],
    flags: list[str],
    moves: list[tuple[Any, ...]],
) -> None:
    nights = compare(
        vendor(**{customer: before}), vendor(**{customer: after}), changes={customer: flags}
    )
    assert moves_of(customer, nights) == moves


def test_the_decisive_input_gives_the_cause_not_every_change() -> None:
    # Falls dormant and turns a year old on the same night; only the year makes it mature.
    nights = compare(
        vendor(average={"tenure_days": 364}),
        vendor(average={"tenure_days": 365, "days_since_usage": 60}),
    )
    assert moves_of("average", nights) == [
        ("stage", "active", "dormant", "behaviour"),
        ("tier", "mid", "mature", "calendar"),
    ]
    assert reasons_of("average", nights) == [
        "no_usage (days_since_usage 2→60)",
        "tenure_days 364→365; most changed: days_since_usage 2→60",
    ]


def test_inputs_that_only_move_the_tier_together_are_all_named() -> None:
    # From low on both to high on both; either alone would have given mid.
    nights = compare(
        VENDOR, vendor(small={"active_days_30": 25, "seat_utilisation": 0.9, "arr": 990_0000})
    )
    assert moves_of("small", nights) == [("tier", "low", "high", "behaviour")]
    (reason,) = reasons_of("small", nights)
    assert reason == (
        "activity low→high, value low→high (active_days_30 1→25, arr 100.00→990.00, "
        "seat_utilisation 0.1→0.9)"
    )


def test_a_tier_moved_by_the_others_is_marked_relative() -> None:
    # big stays as it is; the others grow past it.
    others = {name: {"arr": 2000_0000} for name in ("average", "old", "second", "small", "loyal")}
    nights = compare(VENDOR, vendor(**others))
    assert moves_of("big", nights) == [("tier", "high", "mid", "behaviour")]
    assert reasons_of("big", nights) == ["value high→mid (relative)"]


def test_a_dimension_that_becomes_known_for_the_tenant_moves_as_late_data() -> None:
    # First requests of the tenant: contribution counts from now on, and big's is not known.
    nights = compare(VENDOR, vendor(average={"requests_90": 1}))
    assert moves_of("big", nights) == [("tier", "high", None, "late_data")]
    assert reasons_of("big", nights) == ["known_dimensions"]


def test_held_stages_move_when_the_nights_are_full() -> None:
    rules = rules_with({"hysteresis_nights": 3})
    silent = vendor(average={"days_since_usage": 70})
    assert moves_of("average", compare(VENDOR, silent, rules=rules, nights=2)) == []
    assert moves_of("average", compare(VENDOR, silent, rules=rules, nights=3)) == [
        ("stage", "active", "dormant", "behaviour")
    ]


def changed_rules(after: Vendor) -> Comparison:
    """The night after mature was lowered to 100 days, with what the old rules would say."""
    old = rules_with({"hysteresis_nights": 0})
    mature = {"rules": {"mature": {"measures": {"tenure_days": {"at_least": 100}}}}}
    new = rules_with({"hysteresis_nights": 0, "tiers": {"schemes": {"a": mature}}})
    nights = compare(VENDOR, after, rules=old)
    first = run(VENDOR, rules=old)
    return replace(
        nights,
        previous=first.frame,
        current=run(after, first, new).frame,
        scheme=new.scheme,
        rules_changed=True,
        under_previous_rules=run(after, first, old).frame,
    )


def test_a_move_that_the_new_rules_alone_made_has_the_cause_rules() -> None:
    nights = changed_rules(VENDOR)
    assert moves_of("average", nights) == [("tier", "mid", "mature", "rules")]
    assert moves_of("big", nights) == []


def rule_changes_between(
    old_change: dict[str, Any], new_change: dict[str, Any], after: Vendor | None = None
) -> Comparison:
    """The night after the rules changed, from one change of the test rules to another."""
    after = after or VENDOR
    documents = [document_with({"hysteresis_nights": 0, **c}) for c in (old_change, new_change)]
    old, new = (Rules.from_document(one, measures_of_slots(one)) for one in documents)
    first = run(VENDOR, rules=old)
    second = run(after, first, new)
    return replace(
        compare(VENDOR, after, rules=old),
        current=second.frame,
        scheme=new.scheme,
        dimensions=new.dimensions,
        known_dimensions=second.context.known_dimensions,
        rules_changed=True,
        under_previous_rules=run(after, first, old).frame,
        rule_changes=tuple(
            RuleChange(one.path, one.old, one.new) for one in differences(*documents)
        ),
        previous_scheme=old.scheme,
        previous_dimensions=old.dimensions,
    )


def thresholds(*cuts: float) -> dict[str, Any]:
    return {"method": "thresholds", "cuts": list(cuts)}


def activity(**measures: Any) -> dict[str, Any]:
    return {"dimensions": {"activity": {"measures": measures}}}


def test_rules_that_moved_a_level_name_the_cut_between_which_the_customer_is() -> None:
    nights = rule_changes_between(
        activity(active_days_30=thresholds(4, 12), seat_utilisation=thresholds(0.05, 0.95)),
        activity(active_days_30=thresholds(4, 25), seat_utilisation=thresholds(0.06, 0.95)),
    )
    assert moves_of("big", nights) == [("tier", "high", "mid", "rules")]
    assert reasons_of("big", nights) == [
        "activity high→mid; rules: dimensions.activity.measures.active_days_30.cuts [4,12]→[4,25]"
    ]
    found = detect(nights).set_index("customer").at["big", "detail"]
    assert found["relative"] is False


def test_rules_that_fire_otherwise_name_the_bound_of_the_tier() -> None:
    def mature(days: int) -> dict[str, Any]:
        rule = {"measures": {"tenure_days": {"at_least": days}}}
        return {"tiers": {"schemes": {"a": {"rules": {"mature": rule}}}}}

    nights = rule_changes_between(
        {**mature(365), **activity(active_days_30=thresholds(4, 12))},
        {**mature(100), **activity(active_days_30=thresholds(4, 13))},
    )
    assert moves_of("average", nights) == [("tier", "mid", "mature", "rules")]
    assert reasons_of("average", nights) == [
        "known_dimensions; rules: tiers.schemes.a.rules.mature.measures.tenure_days.at_least 365→100"
    ]


def test_rules_that_moved_a_stage_name_its_days() -> None:
    nights = rule_changes_between(
        {"stages": {"new_days": 90, "dormant_days": 60}},
        {"stages": {"new_days": 250, "dormant_days": 61}},
    )
    assert moves_of("average", nights) == [
        ("stage", "active", "new", "rules"),
        ("tier", "mid", "new", "rules"),
    ]
    assert all(
        reason.endswith("; rules: stages.new_days 90→250")
        for reason in reasons_of("average", nights)
    )


def test_fixed_thresholds_are_never_put_down_to_the_other_customers() -> None:
    nights = rule_changes_between(
        activity(active_days_30=thresholds(4, 12), seat_utilisation=thresholds(0.05, 0.95)),
        activity(active_days_30=thresholds(4, 25), seat_utilisation=thresholds(0.05, 0.95)),
    )
    nights = replace(nights, under_previous_rules=None)
    found = detect(nights).set_index("customer")
    assert found.at["big", "detail"]["because"] == ["activity"]
    assert not found["detail"].map(lambda detail: detail.get("relative", False)).any()


def test_rules_are_not_named_where_they_moved_nobody() -> None:
    after = vendor(average={"contract_active": False})
    nights = rule_changes_between({}, activity(active_days_30=thresholds(4, 13)), after)
    assert moves_of("average", nights) == [
        ("stage", "active", "churned", "commercial"),
        ("tier", "mid", "lost", "commercial"),
    ]
    assert all("rules" not in reason for reason in reasons_of("average", nights))


def test_a_move_that_would_have_come_anyway_keeps_its_cause() -> None:
    nights = changed_rules(vendor(average={"contract_active": False}))
    assert [move[3] for move in moves_of("average", nights)] == ["commercial", "commercial"]
    assert moves_of("second", nights) == [("tier", "mid", "mature", "rules")]


def test_without_the_comparison_under_old_rules_every_move_counts_as_rules() -> None:
    nights = changed_rules(vendor(average={"contract_active": False}))
    nights = replace(nights, under_previous_rules=None)
    assert set(detect(nights)["cause"]) == {"rules"}


def test_the_night_before_may_come_from_a_database_with_empty_words() -> None:
    nights = compare(VENDOR, vendor(prospect={**SIGNED, "tenure_days": 200, "arr": 500_0000}))
    words = nights.previous.astype(object).where(nights.previous.notna(), "")
    stored = replace(nights, previous=words.drop(columns=["branch", "reason"]))
    pd.testing.assert_frame_equal(detect(stored), detect(nights))
    assert moves_of("prospect", stored)[1] == ("tier", None, "mid", "commercial")


def test_without_the_earlier_measures_the_move_is_still_explained() -> None:
    nights = compare(vendor(average={"tenure_days": 364}), vendor(average={"tenure_days": 365}))
    nights = replace(nights, previous_measures=None)
    assert moves_of("average", nights) == [("tier", "mid", "mature", "calendar")]


def test_moves_come_in_the_order_of_the_customers_the_stage_first() -> None:
    gone = {"contract_active": False}
    found = detect(compare(VENDOR, vendor(second=gone, average=gone)))
    assert found[["customer", "kind"]].to_numpy().tolist() == [
        ["average", "stage"],
        ["average", "tier"],
        ["second", "stage"],
        ["second", "tier"],
    ]


@pytest.mark.parametrize(
    ("kind", "detail", "text"),
    [
        (
            "stage",
            {"branch": "contract_ended", "grounds": "contracts", "measures": {}},
            "contract_ended",
        ),
        ("stage", {"branch": "in_use", "grounds": "days", "measures": {}}, "in_use (days passed)"),
        (
            "tier",
            {
                "because": ["activity"],
                "levels": {"activity": [None, "low"]},
                "measures": {"active_days_30": [None, "0"]},
                "relative": False,
            },
            "activity unknown→low (active_days_30 unknown→0)",
        ),
    ],
)
def test_reasons_as_text(kind: str, detail: dict[str, Any], text: str) -> None:
    assert reason_text(kind, detail) == text
