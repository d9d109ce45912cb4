"""Equal nights have equal digests, different ones different."""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.compute.digest import (
    MOVES_COLUMNS,
    TIERS_COLUMNS,
    moves_rows,
    night_digest,
    tiers_rows,
)
from tests.segmentation.compute.nights import VENDOR, measures_of, run, vendor

Vendor = dict[str, dict[str, Any]]
PLACES = {"monetary": 4}


def rows_of(customers: Vendor, order: list[str] | None = None) -> list[tuple[str, ...]]:
    customers = {name: customers[name] for name in order or customers}
    night = run(customers)
    measures = measures_of(customers).frame
    values = pd.DataFrame(
        {
            "recency_days": measures["days_since_usage"],
            "frequency": measures["active_days_90"],
            "monetary": measures["arr"],
        }
    )
    keys = pd.Series(list(customers), index=list(customers))
    return tiers_rows(keys, values, PLACES, night.frame)


def test_a_row_of_tiers() -> None:
    rows = {row[0]: dict(zip(TIERS_COLUMNS, row, strict=True)) for row in rows_of(VENDOR)}
    assert rows["big"] == {
        "customer": "big",
        "recency_days": "2",
        "frequency": "20",
        "monetary": "900.00",
        "r": "5",
        "f": "1",
        "m": "5",
        "segment": "promising",
        "class8": "key_value",
        "activity": "high",
        "contribution": "",
        "value": "high",
        "need": "basic",
        "stage": "active",
        "tier": "high",
        "reason": "activity=high,value=high",
    }
    assert rows["prospect"]["monetary"] == ""
    assert rows["prospect"]["tier"] == ""
    assert rows["prospect"]["reason"] == "prospect;no_monetary=no_value"


def test_rows_are_sorted_by_key_in_byte_order() -> None:
    names = ["b", "B", "a", "中", "é", "A-1", "A10", "A2", "😀", "～"]
    rows = rows_of({name: {} for name in names})
    assert [row[0] for row in rows] == sorted(names, key=str.encode)


def test_the_text_behind_the_digest_is_as_documented() -> None:
    tiers = [("b", *[""] * 15), ('a "quoted", one', "1", *[""] * 14)]
    moves = [("b", "2026-01-02", "tier", "mid", "high", "behaviour", "activity mid→high")]
    expected = (
        "tenure-night-1\n"
        + ",".join(TIERS_COLUMNS)
        + '\n"a ""quoted"", one",1,,,,,,,,,,,,,,\n'
        + "b,,,,,,,,,,,,,,,\n"
        + "\n"
        + ",".join(MOVES_COLUMNS)
        + "\nb,2026-01-02,tier,mid,high,behaviour,activity mid→high\n"
    )
    assert night_digest(tiers, moves) == hashlib.sha256(expected.encode()).hexdigest()


@settings(max_examples=25)
@given(st.permutations(list(VENDOR)))
def test_the_order_of_the_customers_does_not_matter(order: list[str]) -> None:
    assert night_digest(rows_of(VENDOR, order), []) == night_digest(rows_of(VENDOR), [])


def test_any_other_cell_is_another_digest() -> None:
    plain = night_digest(rows_of(VENDOR), [])
    dearer = vendor(average={"arr": 500_0001})
    assert night_digest(rows_of(dearer), []) != plain
    move = ("average", "2026-01-02", "tier", "mid", "high", "behaviour", "")
    assert night_digest(rows_of(VENDOR), [move]) != plain


def test_moves_are_written_and_sorted() -> None:
    rows = moves_rows(
        [
            ("b", "tier", None, "mid", "commercial", "stage potential→new"),
            ("b", "stage", "potential", "new", "commercial", "started_lately"),
            ("a", "tier", "mid", None, "late_data", "known_dimensions"),
        ],
        "2026-01-02",
    )
    assert rows == [
        ("a", "2026-01-02", "tier", "mid", "", "late_data", "known_dimensions"),
        ("b", "2026-01-02", "stage", "potential", "new", "commercial", "started_lately"),
        ("b", "2026-01-02", "tier", "", "mid", "commercial", "stage potential→new"),
    ]
    assert night_digest([], rows) == night_digest([], reversed(rows))


def test_results_of_other_machines_are_the_same_to_the_byte() -> None:
    """A digest written down once: it must not change unless the format is given a new name."""
    assert (
        night_digest(rows_of(VENDOR), [])
        == "9c092f9f64564f3a25e760695f1400bbd0e825e3109bad07446dcdbfc90c03dc"
    )
