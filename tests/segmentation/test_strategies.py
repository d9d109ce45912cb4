"""The shipped strategies: every tier of every scheme, in both languages."""

from __future__ import annotations

import re

import pytest

from segmentation.compute.schemes import Scheme
from segmentation.rules.defaults import default_rules
from segmentation.strategies import strategy_for

TEXTS = ("name", "service", "marketing", "product")


@pytest.mark.parametrize("tier", Scheme.from_rules(default_rules()).tiers)
def test_each_tier_of_the_shipped_scheme_has_its_texts(tier: str) -> None:
    english, chinese = strategy_for("a", tier, "en"), strategy_for("a", tier, "zh-hans")
    assert english is not None
    assert chinese is not None
    for text in TEXTS:
        assert getattr(english, text).isascii()
        assert re.search("[\u4e00-\u9fff]", getattr(chinese, text))
    # Chinese as it is written: no half-width comma between its words.
    assert not any(re.search("[\u4e00-\u9fff],", getattr(chinese, text)) for text in TEXTS)


@pytest.mark.parametrize("key", ["b.potential", "b.lost", "b.value.high", "b.need.basic", "c.vip"])
def test_the_other_schemes_and_their_facets_too(key: str) -> None:
    scheme, _dot, tier = key.partition(".")
    assert strategy_for(scheme, tier, "en") is not None


def test_a_tier_of_ones_own_has_none() -> None:
    assert strategy_for("a", "platinum", "en") is None
    assert strategy_for("z", "high", "en") is None


def test_other_languages_read_english() -> None:
    assert strategy_for("a", "high", "fr") == strategy_for("a", "high", "en")
    assert strategy_for("a", "high", "zh-tw") == strategy_for("a", "high", "zh-hans")
