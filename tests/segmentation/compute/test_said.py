"""Whatever order messages come in, and however often, the latest of each trait counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute.said import MOST_NAMES, Told, about, stamp_of, together

START = datetime(2026, 3, 1, tzinfo=UTC)

Message = tuple[int, str, dict[str, int]]
messages = st.lists(
    st.tuples(
        st.integers(0, 10),
        st.uuids().map(str),
        st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), min_size=1),
    ),
    max_size=8,
    unique_by=lambda one: one[1],
)


def stamp(message: Message) -> str:
    return stamp_of(START + timedelta(seconds=message[0]), message[1])


def written(given: list[Message]) -> tuple[dict[str, Any], dict[str, str]]:
    """What is known after messages that came one by one."""
    known: dict[str, Any] = {}
    said: dict[str, str] = {}
    for message in given:
        told = Told()
        told.add(message[2], stamp(message))
        news = told.since(said)
        known.update(news.values)
        said = together(said, news.stamps)
    return known, said


@given(messages, st.randoms(use_true_random=False), st.data())
def test_any_order_and_any_number_of_tries_come_to_the_same(
    given_messages: list[Message], chance: Any, data: Any
) -> None:
    again = (
        given_messages + data.draw(st.lists(st.sampled_from(given_messages), max_size=4))
        if (given_messages)
        else []
    )
    shuffled = list(again)
    chance.shuffle(shuffled)
    known, said = written(shuffled)
    assert (known, said) == written(sorted(given_messages, key=stamp))
    for name, value in known.items():
        latest = max((one for one in given_messages if name in one[2]), key=stamp)
        assert (value, said[name]) == (latest[2][name], stamp(latest))


def test_within_a_batch_the_last_of_the_same_moment_counts() -> None:
    told = Told()
    for number in range(20):
        told.add({"plan": number}, stamp_of(START, str(number)))
    assert told.values == {"plan": 19}


def test_what_nobody_knows_the_time_of_fills_only_what_was_never_said() -> None:
    told = Told()
    told.add({"plan": "old", "title": "CTO"}, {})
    news = told.since({"plan": stamp_of(START, "m")})
    assert news.values == {"title": "CTO"}
    assert not told.is_due({})
    assert together({}, news.stamps) == {}


def test_said_again_it_is_noted_once_a_minute() -> None:
    said = {"plan": stamp_of(START, "one")}
    for seconds, is_due in ((1, False), (60, False), (61, True)):
        told = Told()
        told.add({"plan": "pro"}, stamp_of(START + timedelta(seconds=seconds), "other"))
        assert told.is_due(said) is is_due


def test_names_do_not_grow_for_ever() -> None:
    said: dict[str, str] = {}
    for number in range(MOST_NAMES + 50):
        at = START + timedelta(seconds=number)
        said = together(said, {f"n{number}": stamp_of(at, "m")})
    assert len(said) == MOST_NAMES
    assert "n0" not in said


def test_whom_it_is_about_is_not_named() -> None:
    assert "ann" not in about("contact", "1", "ann@acme.example")
    assert about("a", "bc") != about("ab", "c")
