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


def test_why_quantiles_were_refused() -> None:
    refusal = {"code": "too_few_customers", "measure": "arr", "needed": 5, "found": 3}
    with override("en"):
        assert refusal_sentence(refusal) == (
            "Too few customers to compare by “ARR”: 3 of at least 5. Nobody is scored by it."
        )
