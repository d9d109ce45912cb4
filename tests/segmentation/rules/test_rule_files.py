"""A rule file: read, merged into the current rules, and told what is wrong with it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation import catalogue
from segmentation.rules.basis import is_basis_open, measures_of_slots, settle_basis
from segmentation.rules.defaults import DEFAULT_RULES, default_rules
from segmentation.rules.merging import complete_rules, merge_rules
from segmentation.rules.reading import RuleFileError, parse_rules
from segmentation.rules.schema import SCHEMA
from segmentation.rules.validation import validate_rules

SAMPLE = """
{"window_days": null,
 "rfm": {"map": "eleven",
         "recency":   {"measure": "recency_days", "method": "thresholds", "cuts": [30, 90, 180, 365]},
         "frequency": {"measure": "frequency",    "method": "quantile",   "bins": 5},
         "monetary":  {"measure": "monetary",     "method": "quantile",   "bins": 5}},
 "class8": {"high": "mean"},
 "hysteresis_nights": 3}
"""


def errors_of(change: dict[str, Any]) -> list[str]:
    return [
        str(error)
        for error in validate_rules(merge_rules(DEFAULT_RULES, change), catalogue.names())
    ]


def test_the_defaults_are_valid() -> None:
    assert validate_rules(DEFAULT_RULES, catalogue.names()) == []


def test_the_schema_is_a_valid_schema_and_describes_every_part() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def undescribed(schema: dict[str, Any], path: str) -> list[str]:
        missing = []
        for key, part in schema.get("properties", {}).items():
            if "description" not in part and "$ref" not in part and "properties" not in part:
                missing.append(f"{path}.{key}")
            missing += undescribed(part, f"{path}.{key}")
        return missing

    assert undescribed(SCHEMA, "$") == []


def test_the_sample_is_accepted_as_it_stands() -> None:
    merged = merge_rules(DEFAULT_RULES, parse_rules(SAMPLE))
    assert validate_rules(merged, catalogue.names()) == []
    assert merged["rfm"]["recency"] == {
        "measure": "recency_days",
        "method": "thresholds",
        "cuts": [30, 90, 180, 365],
    }
    assert merged["dimensions"] == DEFAULT_RULES["dimensions"]


def test_what_is_printed_can_be_loaded_again() -> None:
    printed = json.dumps({"$schema": "tenure-rules.json", **default_rules()})
    assert merge_rules(DEFAULT_RULES, parse_rules(printed)) == DEFAULT_RULES
    assert validate_rules(parse_rules(printed), catalogue.names()) == []


def test_objects_merge_key_by_key() -> None:
    merged = merge_rules(DEFAULT_RULES, {"rfm": {"map": "eight"}, "stages": {"new_days": 30}})
    assert merged["rfm"] == DEFAULT_RULES["rfm"] | {"map": "eight"}
    assert merged["stages"] == DEFAULT_RULES["stages"] | {"new_days": 30}


def test_an_object_with_a_method_is_replaced_whole() -> None:
    merged = merge_rules(DEFAULT_RULES, {"rfm": {"recency": {"method": "quantile"}}})
    assert merged["rfm"]["recency"] == {"method": "quantile"}


def test_lists_are_replaced_and_other_measures_stay() -> None:
    change = {
        "dimensions": {
            "activity": {"measures": {"active_days_30": {"method": "thresholds", "cuts": [1, 3]}}}
        },
        "tiers": {"schemes": {"a": {"ladder": ["mid", "high"]}}},
    }
    merged = merge_rules(DEFAULT_RULES, change)
    activity = merged["dimensions"]["activity"]["measures"]
    assert activity["active_days_30"] == {"method": "thresholds", "cuts": [1, 3]}
    assert "seat_utilisation" in activity
    assert merged["tiers"]["schemes"]["a"]["ladder"] == ["mid", "high"]
    assert validate_rules(merged, catalogue.names()) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)
objects = st.dictionaries(st.sampled_from(["a", "b", "method", "rfm"]), json_values, max_size=3)


@given(objects, objects)
def test_merging_touches_neither_side_and_twice_is_once(
    current: dict[str, Any], change: dict[str, Any]
) -> None:
    before = json.dumps([current, change])
    once = merge_rules(current, change)
    assert merge_rules(once, change) == once
    assert json.dumps([current, change]) == before


@given(objects)
def test_any_document_is_judged_and_never_crashes(change: dict[str, Any]) -> None:
    errors = validate_rules(merge_rules(DEFAULT_RULES, {"rfm": change}), catalogue.names())
    assert all(error.path.startswith("$") and error.message for error in errors)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (
            {"window_dayz": 30},
            "$.window_dayz: is not a known key; known here: $schema, window_days, rfm, class8, "
            "hysteresis_nights, dimensions, stages, tiers",
        ),
        (
            {"rfm": {"recencyy": {}}},
            "$.rfm.recencyy: is not a known key; known here: map, basis, recency, frequency, monetary",
        ),
        ({"rfm": {"a key": 1}}, '$.rfm["a key"]: is not a known key'),
        ({"rfm": 5}, "$.rfm: must be an object, not 5"),
        ({"rfm": {"map": "twelve"}}, '$.rfm.map: must be one of "eleven", "eight", not "twelve"'),
        ({"window_days": 0}, "$.window_days: must be at least 1, not 0"),
        ({"window_days": 2.5}, "$.window_days: must be a whole number or null, not 2.5"),
        ({"window_days": True}, "$.window_days: must be a whole number or null, not true"),
        ({"hysteresis_nights": 3.0}, "$.hysteresis_nights: must be a whole number, not 3.0"),
        (
            {"class8": {"high": "max"}},
            '$.class8.high: must be "mean", "median" or a score such as 4, not "max"',
        ),
        ({"class8": {"high": 6}}, "$.class8.high: is 6, but frequency has only the scores 1 to 5"),
        (
            {"rfm": {"recency": {"method": "magic"}}},
            '$.rfm.recency.method: must be one of "quantile", "thresholds", not "magic"',
        ),
        (
            {"rfm": {"recency": {"method": "thresholds", "measure": "arr"}}},
            "$.rfm.recency: `cuts` is missing",
        ),
        (
            {"rfm": {"recency": {"method": "quantile", "cuts": [1]}}},
            "$.rfm.recency.cuts: is not a known key; known here: measure, method, bins",
        ),
        (
            {"rfm": {"recency": {"method": "quantile", "bins": 11}}},
            "$.rfm.recency.bins: must be at most 10, not 11",
        ),
        (
            {"rfm": {"recency": {"method": "quantile", "bins": 4}}},
            "$.rfm.recency.bins: gives 4 scores, and the map of eleven needs five in each slot",
        ),
        (
            {"rfm": {"recency": {"measure": "arr", "method": "thresholds", "cuts": [1, 2]}}},
            "$.rfm.recency.cuts: gives 3 scores, and the map of eleven needs five in each slot",
        ),
        (
            {"rfm": {"recency": {"measure": "arr", "method": "thresholds", "cuts": [1, 2, 2, 3]}}},
            "$.rfm.recency.cuts[2]: 2 is not above the cut before it, 2",
        ),
        (
            {
                "rfm": {
                    "recency": {"measure": "arr", "method": "thresholds", "cuts": [1, "2", 3, 4]}
                }
            },
            '$.rfm.recency.cuts[1]: must be a number, not "2"',
        ),
        (
            {"rfm": {"recency": {"measure": "arr", "method": "thresholds", "cuts": []}}},
            "$.rfm.recency.cuts: must have at least 1 entries, not 0",
        ),
        (
            {"rfm": {"recency": {"method": "thresholds", "cuts": [1, 2, 3, 4]}}},
            "$.rfm.recency.measure: thresholds need a named measure: cuts are in its unit",
        ),
        (
            {"rfm": {"monetary": {"measure": "money", "method": "quantile"}}},
            '$.rfm.monetary.measure: "money" is not a measure of the catalogue',
        ),
        (
            {"dimensions": {"value": {"measures": {"worth": {"method": "quantile", "bins": 3}}}}},
            '$.dimensions.value.measures.worth: "worth" is not a measure of the catalogue',
        ),
        (
            {"dimensions": {"value": {"measures": {"arr": {"method": "quantile", "bins": 4}}}}},
            "$.dimensions.value.measures.arr: gives 4 scores; say in `levels` which level each one is",
        ),
        (
            {
                "dimensions": {
                    "value": {
                        "measures": {
                            "arr": {"method": "quantile", "bins": 3, "levels": ["low", "high"]}
                        }
                    }
                }
            },
            "$.dimensions.value.measures.arr.levels: names 2 levels for 3 scores",
        ),
        (
            {
                "dimensions": {
                    "value": {
                        "measures": {
                            "arr": {"method": "quantile", "bins": 2, "levels": ["high", "low"]}
                        }
                    }
                }
            },
            '$.dimensions.value.measures.arr.levels[1]: "low" is lower than "high" before it',
        ),
        (
            {
                "dimensions": {
                    "need": {
                        "measures": {
                            "arr": {"method": "quantile", "bins": 2, "levels": ["low", "high"]}
                        }
                    }
                }
            },
            '$.dimensions.need.measures.arr.levels[0]: "low" is not a level of it; levels: basic, '
            "advanced, personalised",
        ),
        (
            {"tiers": {"schemes": {"a": {"order": ["lost", "lost", "mid"]}}}},
            "$.tiers.schemes.a.order: names an entry twice",
        ),
        (
            {"tiers": {"schemes": {"a": {"order": ["mid", "lost"], "ladder": ["mid"]}}}},
            "$.tiers.schemes.a.rules.lost: is the last in the order and must match everyone who is "
            "left: give it no condition",
        ),
        (
            {
                "tiers": {
                    "schemes": {"a": {"rules": {"mature": {"measures": {"age": {"at_least": 1}}}}}}
                }
            },
            '$.tiers.schemes.a.rules.mature.measures.age: "age" is not a measure of the catalogue',
        ),
        (
            {"tiers": {"schemes": {"a": {"rules": {"high": {"count": {"high_at_most": 1}}}}}}},
            "$.tiers.schemes.a.rules.high.count: asks for at least 2 and at most 1 high",
        ),
        (
            {"tiers": {"schemes": {"a": {"rules": {"mid": {"count": {"high_at_least": 1}}}}}}},
            "$.tiers.schemes.a.rules.mid: `dimensions` and `count` go together",
        ),
        (
            {"stages": {"collapse": {"ratio": 1.5}}},
            "$.stages.collapse.ratio: must be at most 1, not 1.5",
        ),
    ],
)
def test_an_error_names_its_path_and_says_what_is_wrong(change: dict[str, Any], error: str) -> None:
    assert any(found.startswith(error) for found in errors_of(change)), errors_of(change)


def test_every_error_of_a_kind_is_named_at_once() -> None:
    cuts = {"measure": "x", "method": "thresholds", "cuts": [4, 3, 5, float("nan")]}
    assert errors_of({"rfm": {"recency": cuts}}) == [
        "$.rfm.recency.cuts[1]: 3 is not above the cut before it, 4",
        "$.rfm.recency.cuts[3]: is not a finite number",
        "$.rfm.recency.cuts[3]: nan is not above the cut before it, 5",
        '$.rfm.recency.measure: "x" is not a measure of the catalogue',
    ]


@pytest.mark.parametrize("number", [10**15 + 1, -(10**15) - 1, 1e30, -1e30, 10**400, float("inf")])
def test_numbers_beyond_what_a_night_counts_are_refused(number: float) -> None:
    """Cuts and bounds of tier rules, the numbers without a bound of their own."""
    recency = {"measure": "recency_days", "method": "thresholds", "cuts": [number, 2, 3, 4]}
    levelling = {"method": "thresholds", "cuts": [2, number]}
    bounds = {"tenure_days": {"at_least": number}, "arr": {"at_most": number}}
    mature = {"mature": {"measures": bounds}}
    found = errors_of(
        {
            "rfm": {"recency": recency},
            "dimensions": {"activity": {"measures": {"active_days_30": levelling}}},
            "tiers": {"schemes": {"a": {"rules": mature}}},
        }
    )
    limit = (
        "must be at least -1000000000000000" if number < 0 else "must be at most 1000000000000000"
    )
    rule = "$.tiers.schemes.a.rules.mature.measures"
    assert [error.partition(",")[0] for error in found] == [
        f"$.dimensions.activity.measures.active_days_30.cuts[1]: {limit}",
        f"$.rfm.recency.cuts[0]: {limit}",
        f"{rule}.arr.at_most: {limit}",
        f"{rule}.tenure_days.at_least: {limit}",
    ]


@pytest.mark.parametrize("number", [1e30, 10**400, float("inf")])
@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("window_days", lambda number: {"window_days": number}),
        ("hysteresis_nights", lambda number: {"hysteresis_nights": number}),
        ("class8.high", lambda number: {"class8": {"high": number}}),
        ("stages.new_days", lambda number: {"stages": {"new_days": number}}),
        ("stages.collapse.ratio", lambda number: {"stages": {"collapse": {"ratio": number}}}),
        ("rfm.recency.bins", lambda n: {"rfm": {"recency": {"method": "quantile", "bins": n}}}),
    ],
)
def test_a_huge_number_where_there_are_narrower_bounds_is_refused(
    path: str, change: Any, number: float
) -> None:
    assert {error.partition(":")[0] for error in errors_of(change(number))} == {f"$.{path}"}


def test_the_largest_numbers_allowed() -> None:
    cuts = {"method": "thresholds", "cuts": [-(10**15), 10**15]}
    assert errors_of({"dimensions": {"value": {"measures": {"arr": cuts}}}}) == []


def test_other_numbers_of_scores_go_with_the_map_of_eight() -> None:
    slots = {
        name: {"method": "quantile", "bins": 3} for name in ("recency", "frequency", "monetary")
    }
    assert errors_of({"rfm": {"map": "eight", **slots}}) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1"),
        ('{"window_days": }', "line 1, column 17"),
        ("[1]", "one JSON object"),
        ('{"a": 1, "a": 2}', r'^\$: the key "a" is given twice'),
        ('{"b": [{}, {"a": 1, "a": 2}]}', r'^\$\.b\[1\]: the key "a" is given twice'),
        ('{"a": NaN}', r"^\$\.a: NaN is not a number"),
        ('{"a": [1, -Infinity]}', r"^\$\.a\[1\]: -Infinity is not a number"),
        ('{"a": -%s}' % ("1" * 5001), r"^\$\.a: a number of 5001 digits"),
        ('{"a": ' * 40 + "1" + "}" * 40, r"^\$\.a: is nested too deeply"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_rule_file_is_refused(text: str, message: str) -> None:
    with pytest.raises(RuleFileError, match=message):
        parse_rules(text)


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse_rules('\ufeff{"window_days": 30}') == {"window_days": 30}


def test_the_first_night_settles_the_basis_by_the_facts() -> None:
    assert is_basis_open(DEFAULT_RULES)
    with pytest.raises(ValueError, match="first night"):
        measures_of_slots(DEFAULT_RULES)
    engaged = settle_basis(DEFAULT_RULES, has_contracts=True)
    assert measures_of_slots(engaged) == {
        "recency": "days_since_usage",
        "frequency": "active_days_90",
        "monetary": "arr",
    }
    paying = settle_basis(DEFAULT_RULES, has_contracts=False)
    assert measures_of_slots(paying) == {
        "recency": "recency_days",
        "frequency": "frequency",
        "monetary": "monetary",
    }
    assert validate_rules(engaged, catalogue.names()) == []
    # Later facts do not change it.
    assert settle_basis(paying, has_contracts=True) == paying


def test_a_named_measure_goes_before_the_basis() -> None:
    rules = merge_rules(DEFAULT_RULES, parse_rules(SAMPLE))
    assert measures_of_slots(settle_basis(rules, has_contracts=True)) == {
        "recency": "recency_days",
        "frequency": "frequency",
        "monetary": "monetary",
    }


def before_schemes_b_and_c() -> dict[str, Any]:
    """A document as it was stored when only scheme A was shipped."""
    document = default_rules()
    del document["tiers"]["also_shown"], document["tiers"]["schemes"]["b"]
    del document["tiers"]["schemes"]["c"]
    return document


def test_a_document_of_before_a_scheme_was_shipped_gets_the_shipped_one() -> None:
    old = before_schemes_b_and_c()
    old["tiers"]["schemes"]["a"]["ladder"] = ["mid", "high"]
    complete = complete_rules(old)
    assert validate_rules(complete, catalogue.names()) == []
    assert complete["tiers"]["schemes"]["a"]["ladder"] == ["mid", "high"]
    assert complete["tiers"]["schemes"]["b"] == DEFAULT_RULES["tiers"]["schemes"]["b"]
    assert "b" not in old["tiers"]["schemes"]
    assert complete_rules(DEFAULT_RULES) == DEFAULT_RULES


@pytest.mark.parametrize("scheme", ["a", "b", "c"])
def test_a_scheme_is_picked_and_others_are_shown(scheme: str) -> None:
    assert errors_of({"tiers": {"scheme": scheme, "also_shown": ["a", "c"]}}) == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"scheme": "d"}, '$.tiers.scheme: must be one of "a", "b", "c", not "d"'),
        ({"also_shown": ["b", "b"]}, "$.tiers.also_shown: names an entry twice"),
        (
            {"schemes": {"c": {"order": ["vip", "gold"]}}},
            '$.tiers.schemes.c.order[1]: must be one of "new", "developing", "core", "vip", not "gold"',
        ),
        (
            {"schemes": {"c": {"order": ["new", "core", "vip"]}}},
            "$.tiers.schemes.c.rules.vip: is the last in the order",
        ),
        (
            {"schemes": {"b": {"facets": {"value": {"loyalty": {"measures": {"years": None}}}}}}},
            '$.tiers.schemes.b.facets.value.loyalty.measures.years: "years" is not a measure',
        ),
        (
            {
                "schemes": {
                    "b": {
                        "facets": {
                            "value": {
                                "loyalty": {
                                    "measures": {
                                        "renewals": {"method": "thresholds", "cuts": [2, 1]}
                                    }
                                }
                            }
                        }
                    }
                }
            },
            "$.tiers.schemes.b.facets.value.loyalty.measures.renewals.cuts[1]: 1 is not above",
        ),
    ],
)
def test_what_is_wrong_with_a_scheme_is_named(change: dict[str, Any], error: str) -> None:
    assert any(found.startswith(error) for found in errors_of({"tiers": change})), errors_of(
        {"tiers": change}
    )
