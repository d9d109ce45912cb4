"""Every code of the engine has words."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from segmentation import labels
from segmentation.catalogue import Unit
from segmentation.compute.comparison import CAUSE_OF_GROUNDS
from segmentation.compute.dimensions import DIMENSIONS
from segmentation.compute.origins import CAUSES
from segmentation.compute.schemes import Scheme
from segmentation.compute.scores import SLOTS
from segmentation.compute.segments import CLASS8, ELEVEN
from segmentation.compute.stages import BRANCHES, STAGES
from segmentation.reasons import missing_scores, move_sentence, refusal_sentence, tier_sentence
from segmentation.rules import DEFAULT_RULES
from segmentation.tier_rule_words import rule_in_words


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (labels.SEGMENTS, ELEVEN),
        (labels.CLASSES, CLASS8),
        (labels.STAGES, STAGES),
        (labels.TIERS, Scheme.from_rules(DEFAULT_RULES).tiers),
        (labels.DIMENSIONS, DIMENSIONS),
        (labels.CAUSES, CAUSES),
        (labels.BRANCHES, BRANCHES),
        (labels.GROUNDS, CAUSE_OF_GROUNDS),
        (labels.SLOTS, SLOTS),
        (labels.UNITS, Unit),
    ],
)
def test_every_key_has_a_word(words: Any, keys: Any) -> None:
    assert set(keys) <= set(words)
    assert all(str(word) for word in words.values())


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("prospect;no_monetary=no_value", "A prospect has no tier: there was never a contract."),
        ("otherwise", "None of the other rules matched."),
        ("stage=churned", "Stage: Churned"),
        ("activity=high,value=high", "Activity: High, Value: High"),
        ("tenure_days>=365", "Tenure is at least 365 days"),
        ("no_tier_in_stage=onboarding", "A customer in the stage “Onboarding” has no tier."),
        (
            "unknown:value,tenure_days",
            "No tier: it depends on what is not known (Value, Tenure).",
        ),
        (
            "no_dimension_known",
            "No tier: neither activity, contribution nor value is known for any customer.",
        ),
        ("something else", "something else"),
    ],
)
def test_why_a_customer_is_in_its_tier(reason: str, sentence: str) -> None:
    with override("en"):
        assert tier_sentence(reason) == sentence


def test_why_scores_are_missing() -> None:
    with override("en"):
        assert missing_scores("otherwise;no_recency=too_few_customers;no_monetary=no_value") == [
            "Recency (R) has no score: too few customers to compare.",
            "Monetary (M) has no score: the customer has no value of its measure.",
        ]
    assert missing_scores("otherwise") == []


@pytest.mark.parametrize(
    ("kind", "detail", "sentence"),
    [
        (
            "stage",
            {
                "branch": "no_usage",
                "grounds": "silence",
                "measures": {"days_since_usage": ["2", "60"]},
            },
            "no usage for a long time (Days since last use 2 → 60)",
        ),
        (
            "stage",
            {"branch": "in_use", "grounds": "days", "measures": {}},
            "in use, the time as a new customer is over",
        ),
        (
            "tier",
            {
                "because": ["activity"],
                "levels": {"activity": [None, "low"]},
                "measures": {"seat_utilisation": [None, "0.125"]},
                "relative": False,
            },
            "Activity unknown → Low (Seats used unknown → 12.5%)",
        ),
        (
            "tier",
            {
                "because": ["stage"],
                "stage": ["new", "active"],
                "levels": {},
                "measures": {},
                "relative": False,
            },
            "Stage New → Active",
        ),
        (
            "tier",
            {
                "because": ["value"],
                "levels": {"value": ["high", "mid"]},
                "measures": {},
                "relative": True,
            },
            "Value High → Mid (the other customers changed)",
        ),
        (
            "tier",
            {
                "because": ["tenure_days"],
                "levels": {},
                "measures": {"tenure_days": ["364", "365"]},
                "relative": False,
            },
            "Tenure 364 → 365",
        ),
        (
            "tier",
            {
                "because": ["value"],
                "levels": {"value": ["low", "high"]},
                "measures": {"arr": ["1000.00", "2500.50"]},
                "relative": False,
            },
            "Value Low → High (ARR ¥1,000.00 → ¥2,500.50)",
        ),
        (
            "tier",
            {"because": [], "levels": {}, "measures": {}, "relative": False},
            "Another dimension became known, or unknown, for the customers as a whole.",
        ),
    ],
)
def test_why_a_customer_moved(kind: str, detail: dict[str, Any], sentence: str) -> None:
    with override("en"):
        assert move_sentence(kind, detail, "CNY") == sentence


def by_rules(*changes: list[Any]) -> dict[str, Any]:
    return {
        "because": ["activity"],
        "levels": {"activity": ["high", "mid"]},
        "measures": {"active_days_30": ["9", "10"]},
        "relative": False,
        "rules": list(changes),
    }


DAYS = ["dimensions", "activity", "measures", "active_days_30"]
HIGH = ["tiers", "schemes", "a", "rules", "high"]
MATURE = ["tiers", "schemes", "a", "rules", "mature", "measures"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            [
                DAYS,
                {"method": "thresholds", "cuts": [2, 8]},
                {"method": "thresholds", "cuts": [2, 12]},
            ],
            "Active days (30): High above 12 days instead of 8 days",
        ),
        (
            [DAYS, {"method": "thresholds", "cuts": [2, 8]}, {"method": "quantile", "bins": 3}],
            "Active days (30) gives its levels in another way",
        ),
        (
            [DAYS, {"method": "quantile", "bins": 3}, None],
            "Active days (30) does not count any more",
        ),
        ([DAYS, None, {"method": "quantile", "bins": 3}], "Active days (30) counts now"),
        (
            [[*MATURE, "tenure_days", "at_least"], 365, 100],
            "Mature: Tenure at least 100 days instead of 365 days",
        ),
        (
            [[*MATURE, "arr", "at_most"], 1000, 2500.5],
            "Mature: ARR at most ¥2,500.50 instead of ¥1,000",
        ),
        (
            [[*MATURE, "tenure_days", "at_least"], None, 100],
            "Mature: now also Tenure is at least 100 days",
        ),
        (
            [[*MATURE, "arr"], {"at_least": 1000, "at_most": 2000}, None],
            "Mature: no longer ARR is at least ¥1,000, ARR is at most ¥2,000",
        ),
        ([MATURE, {}, None], "the rule of the tier “Mature”"),
        (
            [[*HIGH, "count", "high_at_least"], 2, 3],
            "High value: at least 3 high instead of at least 2 high",
        ),
        (
            [[*HIGH, "count", "low_at_most"], 1, 0],
            "High value: none low instead of at most 1 low",
        ),
        ([[*HIGH, "count", "low_at_least"], None, 1], "High value: now also at least 1 low"),
        ([[*HIGH, "count", "low_at_most"], 0, None], "High value: no longer none low"),
        (
            [[*HIGH, "dimensions"], ["activity", "value"], ["value"]],
            "High value: counted over Value instead of counted over Activity, Value",
        ),
        (
            [[*HIGH, "stages"], ["active"], ["active", "loyal"]],
            "High value: stage: Active or Loyal instead of stage: Active",
        ),
        (
            [HIGH, None, {"dimensions": ["activity"], "count": {"high_at_least": 1}}],
            "High value: now also of Activity: at least 1 high",
        ),
        (
            [["tiers", "schemes", "a", "order"], ["mid"], ["low", "mid"]],
            "Decision order: Low value → Mid value instead of Mid value",
        ),
        (
            [["tiers", "schemes", "a", "ladder"], ["low", "mid"], ["mid", "low"]],
            "The tiers a customer climbs: Mid value → Low value instead of Low value → Mid value",
        ),
        (
            [["tiers", "schemes", "a", "without"], [], ["churned"]],
            "Stages without a tier: Churned instead of none",
        ),
        (
            [["tiers", "schemes", "b", "facets", "value", "loyalty", "combine"], "lowest", "x"],
            "the value beside the tier is found in another way",
        ),
        (
            [["stages", "dormant_days"], 30, 45],
            "dormant after 45 days without usage instead of 30 days",
        ),
        (
            [["stages", "new_days"], 90, 30],
            "new for fewer than 30 days instead of 90 days",
        ),
        (
            [["stages", "collapse", "ratio"], 0.2, 0.1],
            "usage collapses at 10% of the month before instead of 20%",
        ),
        (
            [["stages", "collapse", "min_events"], 30, 1200],
            "usage can collapse from 1,200 events a month instead of 30",
        ),
        ([["stages", "collapse"], {}, None], "another limit of collapsed usage"),
        (
            [["hysteresis_nights"], 3, 1],
            "a stage gets worse after 1 night instead of 3",
        ),
        (
            [["dimensions", "activity", "combine"], "average", "highest"],
            "Activity: the highest level of the measures known instead of the average of the "
            "measures known",
        ),
        (
            [["dimensions", "activity", "combine"], None, "highest"],
            "Activity: its measures are combined differently",
        ),
    ],
)
def test_a_move_by_changed_rules_says_what_they_say_now(change: list[Any], words: str) -> None:
    with override("en"):
        sentence = move_sentence("tier", by_rules(change), "CNY")
    assert sentence == f"Activity High → Mid (the rules changed: {words})"


def test_several_changes_of_rules_stand_side_by_side() -> None:
    detail = by_rules([["stages", "new_days"], 90, 30], [["stages", "dormant_days"], 30, 45])
    stage = {**detail, "branch": "in_use", "grounds": "days"}
    with override("en"):
        assert move_sentence("stage", stage, "CNY") == (
            "in use, the time as a new customer is over (the rules changed: new for fewer than "
            "30 days instead of 90 days; dormant after 45 days without usage instead of 30 days)"
        )


def test_another_rule_alone_needs_no_input_of_the_customer() -> None:
    detail = by_rules([[*MATURE, "tenure_days", "at_least"], 365, 100])
    with override("en"):
        assert move_sentence("tier", {**detail, "because": [], "levels": {}}, "CNY") == (
            "the rules changed: Mature: Tenure at least 100 days instead of 365 days"
        )


def test_a_move_by_changed_rules_is_told_in_chinese() -> None:
    cuts = [{"method": "thresholds", "cuts": [2, cut]} for cut in (8, 12)]
    with override("zh-hans"):
        sentence = move_sentence("tier", by_rules([DAYS, *cuts]), "CNY")
    assert "规则已更改：" in sentence
    assert "高于 12" in sentence
    assert "原为 8" in sentence


def test_names_stand_apart_as_the_language_does_it() -> None:
    high = {"dimensions": ["activity", "value"], "count": {"high_at_least": 1, "low_at_most": 0}}
    with override("en"):
        assert rule_in_words(high, "CNY") == "of Activity, Value: at least 1 high, none low"
    with override("zh-hans"):
        assert rule_in_words(high, "CNY") == "活跃度、价值中：至少 1 项为高，无一为低"
        assert "活跃度、价值" in tier_sentence("unknown:activity,value")


def test_why_quantiles_were_refused() -> None:
    refusal = {"code": "too_few_customers", "measure": "arr", "needed": 5, "found": 3}
    with override("en"):
        assert refusal_sentence(refusal) == (
            "Too few customers to compare by “ARR”: 3 of at least 5. Nobody is scored by it."
        )
