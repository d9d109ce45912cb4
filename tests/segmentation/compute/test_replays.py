"""Who differs between a stored night and the same night computed again, and why."""

from __future__ import annotations

from segmentation.compute.digest import TIERS_COLUMNS
from segmentation.compute.replays import Said, differences, differing

DAY = "2026-06-15"


def row(key: str, **cells: str) -> tuple[str, ...]:
    return (key, *(cells.get(name, "x") for name in TIERS_COLUMNS[1:]))


def said(*rows: tuple[str, ...], moves: tuple[tuple[str, ...], ...] = ()) -> Said:
    return Said.from_rows(rows, moves)


def move(key: str, cause: str = "behaviour") -> tuple[str, ...]:
    return (key, DAY, "tier", "mid", "low", cause, "activity mid→low")


def test_equal_rows_in_any_order_do_not_differ() -> None:
    one = said(row("a"), row("b"), moves=(move("a"), move("b")))
    other = said(row("b"), row("a"), moves=(move("b"), move("a")))
    assert differing(one, other) == set()


def test_what_differs_is_named() -> None:
    stored = said(row("a"), row("b"), row("gone"), moves=(move("b"),))
    computed = said(
        row("a", tier="low", r="1"), row("b"), row("new"), moves=(move("b", "late_data"),)
    )
    found = {one.key: one for one in differences(stored, computed, replayed=stored)}
    assert set(found) == {"a", "b", "gone", "new"}
    assert found["a"].parts == ("tier", "scores")
    assert (found["a"].stored["tier"], found["a"].computed["tier"]) == ("x", "low")
    assert found["b"].parts == ("moves",)
    assert (found["gone"].computed, found["new"].stored) == ({}, {})
    assert "tier" in found["new"].parts


def test_late_data_are_told_from_rules_by_computing_under_each() -> None:
    stored = said(row("late"), row("ruled"), row("both"), row("only together"), row("same"))
    late = said(
        row("late", tier="1"),
        row("ruled"),
        row("both", tier="1"),
        row("only together"),
        row("same"),
    )
    ruled = said(
        row("late"),
        row("ruled", tier="2"),
        row("both", tier="2"),
        row("only together"),
        row("same"),
    )
    now = said(
        row("late", tier="1"),
        row("ruled", tier="2"),
        row("both", tier="3"),
        row("only together", tier="4"),
        row("same"),
    )
    found = differences(stored, now, replayed=stored, under_facts=late, under_rules=ruled)
    assert {one.key: one.reasons for one in found} == {
        "late": ("late_data",),
        "ruled": ("rules",),
        "both": ("late_data", "rules"),
        "only together": ("late_data", "rules"),
    }


def test_facts_that_only_the_rules_of_now_read_are_late_data_too() -> None:
    stored = said(row("a"), row("b"))
    ruled = said(row("a", tier="2"), row("b", tier="2"))
    now = said(row("a", tier="3"), row("b", tier="2"))
    found = differences(stored, now, replayed=stored, under_facts=stored, under_rules=ruled)
    assert {one.key: one.reasons for one in found} == {
        "a": ("late_data", "rules"),
        "b": ("rules",),
    }


def test_what_the_replay_of_then_already_says_else_comes_from_the_night_before() -> None:
    stored = said(row("a"), row("b"))
    replayed = said(row("a", tier="1"), row("b"))
    late = said(row("a", tier="1"), row("b", tier="2"))
    found = differences(stored, late, replayed=replayed, under_facts=late)
    assert {one.key: one.reasons for one in found} == {
        "a": ("earlier_night",),
        "b": ("late_data",),
    }
