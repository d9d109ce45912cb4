"""Messages of other programs: whatever is sent, it is read or kept with a reason."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute.event_rules import RuleBook, RuleValues
from segmentation.compute.message_bodies import MOST_GZIP_PARTS, BadBody, read_body, unzipped
from segmentation.compute.message_values import (
    as_kept,
    contact_key,
    has_no_text,
    message_id_of,
    moment,
)
from segmentation.compute.messages import read_messages
from segmentation.compute.traits import contact_values, customer_values

NOW = datetime(2026, 11, 23, tzinfo=UTC)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(
    [
        *("type", "event", "userId", "anonymousId", "previousId", "groupId", "messageId", "name"),
        *(
            "timestamp",
            "originalTimestamp",
            "sentAt",
            "properties",
            "traits",
            "context",
            "category",
        ),
    ]
)
types = st.sampled_from(["track", "identify", "group", "alias", "page", "screen"])
messages = st.dictionaries(names, anything | types, max_size=8) | anything


@given(st.lists(messages, max_size=4), anything)
def test_every_message_is_read_or_kept(sent: list[Any], sent_at: Any) -> None:
    raw = json.dumps({"batch": sent, "sentAt": sent_at}).encode()
    body = read_body(raw, "batch")
    read = read_messages(
        body.messages,
        call="batch",
        arrived=NOW,
        sent_at=body.sent_at,
        rules=RuleBook([RuleValues(property_path="a.b", module="m")]),
        texts_checked=body.texts_checked,
    )
    found = [*read.events, *read.identified, *read.grouped, *read.aliased, *read.bad]
    assert len(found) + read.ignored == len(sent)
    for row in read.events:
        assert not has_no_text(dict(row))
        assert 0 < len(row["message_id"]) <= 200
        assert datetime.fromisoformat(row["occurred_at"]) <= NOW + timedelta(days=1)
    for bad in read.bad:
        # As PostgreSQL can keep it.
        assert "\x00" not in bad.body + bad.event + bad.kind + bad.message_id
        f"{bad.body}{bad.event}{bad.kind}{bad.message_id}".encode()


@given(st.binary(max_size=200))
def test_every_body_is_read_or_refused(raw: bytes) -> None:
    with suppress(BadBody):
        read_body(raw, "batch")


@given(st.dictionaries(st.text(), anything), st.sampled_from([contact_values, customer_values]))
def test_traits_become_values_that_can_be_kept(traits: dict[str, Any], read: Any) -> None:
    fields, attributes = read(traits)
    assert all(isinstance(value, str) for value in fields.values())
    json.dumps(attributes, allow_nan=False)


@pytest.mark.parametrize(
    "number", [10**400, -(10**400), 2**63 + 1], ids=["large", "small", "too large"]
)
def test_a_number_that_nobody_counts_to_is_left_out(number: int) -> None:
    assert contact_values({"logins_ever": number, "seats": 2**63}) == ({}, {"seats": 2**63})


def nested(levels: int) -> Any:
    found: Any = []
    for _level in range(levels):
        found = [found]
    return found


@pytest.mark.parametrize(
    "message",
    [
        nested(5000),
        {"type": "track", "deep": nested(5000)},
        {"type": "track", "event": "x", "userId": nested(5000)},
        {"type": "track", "event": "x", "userId": "a", "properties": {"a": nested(5000)}},
        {"type": "track", "messageId": "\ud800" * 201},
    ],
)
@pytest.mark.parametrize("call", ["batch", "track"])
def test_what_cannot_be_written_as_json_keeps_nothing_else(message: Any, call: str) -> None:
    good = {"type": "track", "event": "x", "userId": "a"}
    read = read_messages(
        [good, message, good], call=call, arrived=NOW, rules=RuleBook(), texts_checked=False
    )
    assert [row["n"] for row in read.events] == [0, 2]
    (bad,) = read.bad
    assert 0 < len(bad.message_id) <= 200
    assert "\x00" not in bad.message_id
    json.loads(bad.body)


def test_a_message_is_kept_without_what_is_too_deep() -> None:
    assert json.loads(as_kept({"a": nested(5000), "b": 1})) == {"a": None, "b": 1}
    assert json.loads(as_kept({"a": [[1]], "b": 1})) == {"a": [[1]], "b": 1}


def test_keys_of_contacts_are_told_from_each_other() -> None:
    assert contact_key("a" * 200) == "a" * 200
    one, other = contact_key("a" * 200 + "b"), contact_key("a" * 200 + "c")
    assert one != other
    assert len(one) == len(other) == 200
    assert contact_key("\ud800" * 201)


def test_gzip_may_come_in_a_few_parts() -> None:
    part = gzip.compress(b"")
    assert unzipped(part * (MOST_GZIP_PARTS - 1) + gzip.compress(b"{}")) == b"{}"
    with pytest.raises(BadBody, match="parts"):
        unzipped(part * (MOST_GZIP_PARTS + 1))


@given(st.dictionaries(st.text(min_size=1), anything, min_size=1))
def test_a_message_without_an_id_has_the_same_one_every_time(message: dict[str, Any]) -> None:
    message.pop("messageId", None)
    again = dict(reversed(message.items()))
    assert message_id_of(message) == message_id_of(again)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("2026-03-31T09:30:00Z", datetime(2026, 3, 31, 9, 30, tzinfo=UTC)),
        ("2026-03-31T09:30:00.123+02:00", datetime(2026, 3, 31, 7, 30, 0, 123000, tzinfo=UTC)),
        ("2026-03-31", datetime(2026, 3, 31, tzinfo=UTC)),
        (1774949400000, datetime(2026, 3, 31, 9, 30, tzinfo=UTC)),
        ("2026-03-31T09:30:00+16:00", datetime(2026, 3, 30, 17, 30, tzinfo=UTC)),
        ("0001-01-01T00:00:00+16:00", None),
        ("", None),
        (True, None),
        (1e300, None),
        (float("nan"), None),
    ],
)
def test_moments(given: Any, found: datetime | None) -> None:
    read = moment(given)
    assert read == found
    # PostgreSQL knows no displacement of 16 hours.
    assert read is None or read.utcoffset() == timedelta(0)
