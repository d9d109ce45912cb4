"""Rules that say to which module an event belongs."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute.event_rules import RuleBook, Ruled, RuleValues, at_path, fits, sample

texts = st.text(alphabet="ab*", max_size=12)


@given(texts, st.text(alphabet="ab", max_size=12))
def test_a_star_stands_for_any_text(pattern: str, text: str) -> None:
    expression = ".*".join(map(re.escape, pattern.split("*")))
    assert fits(pattern, text) == bool(re.fullmatch(expression, text))


def test_no_pattern_takes_long() -> None:
    started = time.perf_counter()
    assert not fits("*a" * 100 + "b", "a" * 200)
    assert time.perf_counter() - started < 0.1


def test_the_first_rule_that_fits_is_followed() -> None:
    book = RuleBook(
        [
            RuleValues(kind="page", pattern="Viewed Docs*", module="docs"),
            RuleValues(pattern="*", property_path="a.b", property_value="tr*", is_ignored=True),
            RuleValues(kind="track", pattern="Report*", module="reports"),
        ]
    )
    assert book.of("page", "Viewed Docs Page", {}) == Ruled("docs", False, 0)
    assert book.of("track", "Viewed Docs Page", {}) is None
    assert book.of("track", "Report", {"a": {"b": True}}) == Ruled(None, True, 1)
    assert book.of("track", "Report", {"a.b": "true"}) == Ruled(None, True, 1)
    assert book.of("track", "Report", {"a": {"b": [True]}}) == Ruled("reports", False, 2)
    assert RuleBook().of("track", "Report", {}) is None


@pytest.mark.parametrize(
    ("path", "found"),
    [("a.b", 1), ("a", {"b": 1}), ("x.y", 2), ("a.b.c", None), ("nothing", None), ("", None)],
)
def test_what_stands_at_a_path(path: str, found: object) -> None:
    assert at_path({"a": {"b": 1}, "x.y": 2}, path) == found


def test_a_sample_holds_single_values_cut_short() -> None:
    properties = {"a": "x" * 500, "b": {"c": 1, "d": {"e": 2}}, "f": [1], "g": None, "h": False}
    assert sample(properties) == {"a": "x" * 100, "b.c": "1", "h": "false"}
    assert len(sample({str(number): number for number in range(100)})) == 40
