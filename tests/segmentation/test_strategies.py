"""The shipped strategies: every tier of every scheme, in both languages."""

from __future__ import annotations

import re

import pytest

from accounts.models import ContactRole
from segmentation.compute.dimensions import LEVELS
from segmentation.compute.facets import VALUE_LEVELS
from segmentation.compute.schemes import SCHEMES, Scheme
from segmentation.rules.defaults import default_rules
from segmentation.strategies import ROLE, strategy_for, tiers_with_strategies

TEXTS = ("name", "service", "marketing", "product")


EVERYTHING = [
    *((name, tier) for name in SCHEMES for tier in Scheme.from_rules(default_rules(), name).tiers),
    *(("b", f"value.{level}") for level in VALUE_LEVELS),
    *(("b", f"need.{level}") for level in LEVELS["need"]),
    *(("role", role.value) for role in ContactRole.Kind),
]


@pytest.mark.parametrize(("scheme", "tier"), EVERYTHING)
def test_everything_that_can_be_shown_has_its_texts(scheme: str, tier: str) -> None:
    english, chinese = strategy_for(scheme, tier, "en"), strategy_for(scheme, tier, "zh-hans")
    assert english is not None
    assert chinese is not None
    for text in TEXTS:
        assert getattr(english, text).isascii()
        assert re.search("[\u4e00-\u9fff]", getattr(chinese, text))
    # Chinese as it is written: no half-width comma between its words.
    assert not any(re.search("[\u4e00-\u9fff],", getattr(chinese, text)) for text in TEXTS)


def test_nothing_else_has_texts() -> None:
    found = [
        (scheme, tier) for scheme in (*SCHEMES, ROLE) for tier in tiers_with_strategies(scheme)
    ]
    assert sorted(found) == sorted(EVERYTHING)


def test_a_tier_of_ones_own_has_none() -> None:
    assert strategy_for("a", "platinum", "en") is None
    assert strategy_for("z", "high", "en") is None


def test_other_languages_read_english() -> None:
    assert strategy_for("a", "high", "fr") == strategy_for("a", "high", "en")
    assert strategy_for("a", "high", "zh-tw") == strategy_for("a", "high", "zh-hans")
