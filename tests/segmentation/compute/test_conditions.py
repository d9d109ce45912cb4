"""Conditions of customer groups: what is read, and what is refused with its path."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute.conditions import (
    ALL_OPERATORS,
    DEPTH,
    MOST_COMPARISONS,
    Comparison,
    ConditionFaulty,
    Fault,
    Field,
    Group,
    Kind,
    parse,
)

FIELDS = {
    field.key: field
    for field in (
        Field("arr", Kind.NUMBER),
        Field("tier", Kind.WORD, frozenset({"high", "low"}), has_moves=True),
        Field("eleven", Kind.WORD, frozenset({"champions"})),
        Field("industry", Kind.TEXT),
        Field("attributes.plan", Kind.TEXT, reads_numbers=True),
        Field("face", Kind.PERSON, frozenset({"ann@x.example"})),
        Field("modules", Kind.MODULES, frozenset({"core"})),
    )
}


def one(**comparison: Any) -> dict[str, Any]:
    return {"match": "all", "conditions": [comparison]}


def faults(document: Any) -> list[tuple[str, str]]:
    with pytest.raises(ConditionFaulty) as caught:
        parse(document, FIELDS)
    return [(fault.path, fault.code) for fault in caught.value.faults]


def test_a_document_becomes_a_condition() -> None:
    found = parse(
        {
            "match": "any",
            "conditions": [
                {"field": "arr", "operator": "between", "value": [1000, 2500.5]},
                {
                    "match": "none",
                    "conditions": [
                        {"field": "tier", "operator": "left_within", "value": "low", "days": 30},
                        {"field": "face", "operator": "is_unknown"},
                    ],
                },
            ],
        },
        FIELDS,
    )
    assert found == Group(
        "any",
        (
            Comparison("arr", "between", (Decimal(1000), Decimal("2500.5"))),
            Group(
                "none",
                (
                    Comparison("tier", "left_within", ("low",), 30),
                    Comparison("face", "is_unknown"),
                ),
            ),
        ),
    )
    assert [comparison.field for comparison in found.comparisons()] == ["arr", "tier", "face"]


def test_an_attribute_may_be_read_as_text_and_as_number() -> None:
    as_text = parse(one(field="attributes.plan", operator="is", value="7"), FIELDS)
    as_number = parse(one(field="attributes.plan", operator="at_least", value=7), FIELDS)
    assert [next(group.comparisons()).values for group in (as_text, as_number)] == [
        ("7",),
        (Decimal(7),),
    ]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([], [("", "not_an_object")]),
        ({"match": "all", "conditions": []}, [("conditions", "no_conditions")]),
        ({"match": "some", "conditions": [{}]}, [("match", "match_unknown"),
                                                 ("conditions[0].field", "field_unknown")]),
        ({**one(field="arr", operator="is_known"), "or": 1}, [("or", "unknown_key")]),
        (one(field="gone", operator="is", value=1), [("conditions[0].field", "field_unknown")]),
        (one(field=["arr"], operator="is", value=1), [("conditions[0].field", "field_unknown")]),
        (one(field="arr", operator="about", value=1),
         [("conditions[0].operator", "operator_unknown")]),
        (one(field="arr", operator="contains", value="1"),
         [("conditions[0].operator", "operator_not_for_field")]),
        (one(field="eleven", operator="entered_within", value="champions", days=3),
         [("conditions[0].operator", "operator_not_for_field")]),
        (one(field="arr", operator="at_least"), [("conditions[0].value", "value_missing")]),
        (one(field="arr", operator="at_least", value="1"),
         [("conditions[0].value", "not_a_number")]),
        (one(field="arr", operator="at_least", value=True),
         [("conditions[0].value", "not_a_number")]),
        (one(field="arr", operator="at_least", value=float("nan")),
         [("conditions[0].value", "number_too_large")]),
        (one(field="arr", operator="at_least", value=10**16),
         [("conditions[0].value", "number_too_large")]),
        (one(field="arr", operator="between", value=[1]), [("conditions[0].value", "not_a_pair")]),
        (one(field="arr", operator="between", value=[2, 1]),
         [("conditions[0].value", "low_above_high")]),
        (one(field="arr", operator="is_known", value=1), [("conditions[0].value", "not_wanted")]),
        (one(field="arr", operator="is", value=1, days=3), [("conditions[0].days", "not_wanted")]),
        (one(field="tier", operator="is", value="vip"),
         [("conditions[0].value", "choice_unknown")]),
        (one(field="tier", operator="is_one_of", value=["low", "vip"]),
         [("conditions[0].value[1]", "choice_unknown")]),
        (one(field="tier", operator="is_one_of", value=[]),
         [("conditions[0].value", "no_values")]),
        (one(field="tier", operator="entered_within", value="low"),
         [("conditions[0].days", "days_wrong")]),
        (one(field="tier", operator="entered_within", value="low", days=0),
         [("conditions[0].days", "days_wrong")]),
        (one(field="industry", operator="is", value=7), [("conditions[0].value", "not_a_text")]),
        (one(field="industry", operator="is", value="a\x00"),
         [("conditions[0].value", "not_a_text")]),
        (one(field="industry", operator="contains", value="x" * 201),
         [("conditions[0].value", "text_too_long")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_path(document: Any, expected: list[tuple[str, str]]) -> None:
    assert faults(document) == expected


def test_every_fault_is_told_at_once() -> None:
    document = {
        "match": "all",
        "conditions": [
            {"field": "gone", "operator": "is", "value": 1},
            {"match": "any", "conditions": [{"field": "arr", "operator": "at_least"}]},
        ],
    }
    assert faults(document) == [
        ("conditions[0].field", "field_unknown"),
        ("conditions[1].conditions[0].value", "value_missing"),
    ]


def nested(depth: int) -> dict[str, Any]:
    inner = one(field="arr", operator="is_known")
    for _ in range(depth - 1):
        inner = {"match": "all", "conditions": [inner]}
    return inner


def test_groups_nest_to_a_depth_and_no_deeper() -> None:
    assert parse(nested(DEPTH), FIELDS)
    assert faults(nested(DEPTH + 1)) == [
        (".".join(["conditions[0]"] * DEPTH), "too_deep"),
    ]


def test_there_are_at_most_so_many_comparisons() -> None:
    comparison = {"field": "arr", "operator": "is_known"}
    many = {"match": "all", "conditions": [comparison] * MOST_COMPARISONS}
    assert parse(many, FIELDS)
    many["conditions"] = [comparison] * (MOST_COMPARISONS + 1)
    assert faults(many) == [("", "too_many_conditions")]


def test_a_fault_survives_being_stored() -> None:
    fault = Fault("conditions[0].field", "field_unknown", {"field": "gone"})
    assert Fault.from_json(fault.to_json()) == fault


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from([*FIELDS, *ALL_OPERATORS]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["match", "conditions", "field", "operator", "value", "days"]), inner
    ),
    max_leaves=12,
)  # fmt: skip


@given(anything)
def test_whatever_is_sent_is_read_or_refused(document: Any) -> None:
    try:
        found = parse(document, FIELDS)
    except ConditionFaulty:
        return
    assert list(found.comparisons())
