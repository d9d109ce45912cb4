"""Where rule sets differ, changes carried over, rules put in another order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.rules.defaults import default_rules
from segmentation.rules.differences import (
    ABSENT,
    Difference,
    at,
    carried_over,
    differences,
    replaced,
)
from segmentation.rules.merging import merge_rules
from segmentation.rules.ordering import left_out, moved, not_given, taken_in

SCHEME = ("tiers", "schemes", "a")


def test_equal_documents_do_not_differ() -> None:
    assert differences(default_rules(), default_rules()) == []


def test_keys_differ_one_by_one_and_what_has_a_method_as_one_value() -> None:
    old = default_rules()
    new = merge_rules(
        old,
        {
            "stages": {"new_days": 10, "collapse": {"ratio": 0.5}},
            "rfm": {"recency": {"method": "thresholds", "measure": "arr", "cuts": [1]}},
        },
    )
    assert differences(old, new) == [
        Difference(("rfm", "recency"), old["rfm"]["recency"], new["rfm"]["recency"]),
        Difference(("stages", "new_days"), 90, 10),
        Difference(("stages", "collapse", "ratio"), 0.2, 0.5),
    ]


def test_what_is_only_in_one_is_told_from_null() -> None:
    assert differences({"a": None}, {"b": None}) == [
        Difference(("b",), ABSENT, None),
        Difference(("a",), None, ABSENT),
    ]


def test_changes_of_two_people_are_both_kept() -> None:
    base = default_rules()
    mine = merge_rules(base, {"stages": {"new_days": 10}, "hysteresis_nights": 1})
    theirs = merge_rules(base, {"stages": {"dormant_days": 20}, "hysteresis_nights": 9})
    both = carried_over(base, mine, theirs)
    assert both["stages"]["new_days"] == 10
    assert both["stages"]["dormant_days"] == 20
    assert both["hysteresis_nights"] == 1
    assert theirs["hysteresis_nights"] == 9


def test_a_measure_taken_out_stays_out_and_one_put_in_comes_with_it() -> None:
    base = default_rules()
    path = ("dimensions", "activity", "measures")
    rule = {"method": "thresholds", "cuts": [1], "levels": ["low", "high"]}
    mine = replaced(base, path, {"dau_rate": rule})
    theirs = merge_rules(base, {"hysteresis_nights": 9})
    assert at(carried_over(base, mine, theirs), path) == {"dau_rate": rule}


_JSON = st.recursive(
    st.none() | st.integers(0, 3) | st.lists(st.integers(0, 2), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
_DOCUMENTS = st.dictionaries(st.sampled_from("abc"), _JSON, max_size=3)


@given(_DOCUMENTS, _DOCUMENTS)
def test_changes_carried_onto_their_own_base_give_the_changed_document(
    base: dict[str, object], changed: dict[str, object]
) -> None:
    assert carried_over(base, changed, base) == changed
    assert carried_over(base, base, changed) == changed


@pytest.mark.parametrize(
    ("tier", "by", "order"),
    [
        ("low", -1, ["lost", "new", "low", "high", "mature", "mid"]),
        ("lost", 1, ["new", "lost", "high", "low", "mature", "mid"]),
        ("lost", -1, ["lost", "new", "high", "low", "mature", "mid"]),
        ("mature", 1, ["lost", "new", "high", "low", "mature", "mid"]),
        ("mid", -1, ["lost", "new", "high", "low", "mature", "mid"]),
        ("vip", -1, ["lost", "new", "high", "low", "mature", "mid"]),
    ],
)
def test_a_rule_goes_one_place_and_the_last_stays(tier: str, by: int, order: list[str]) -> None:
    rules = default_rules()
    assert at(moved(rules, SCHEME, tier, by), SCHEME)["order"] == order
    assert rules == default_rules()


def test_a_tier_left_out_leaves_the_ladder_and_comes_back_before_the_last() -> None:
    without = left_out(default_rules(), SCHEME, "high")
    scheme = at(without, SCHEME)
    assert scheme["order"] == ["lost", "new", "low", "mature", "mid"]
    assert scheme["ladder"] == ["low", "mid", "mature"]
    assert not_given(scheme) == ["high"]
    again = at(taken_in(without, SCHEME, "high"), SCHEME)
    assert again["order"] == ["lost", "new", "low", "mature", "high", "mid"]
    assert left_out(default_rules(), SCHEME, "mid") == default_rules()
    assert taken_in(default_rules(), SCHEME, "mid") == default_rules()
