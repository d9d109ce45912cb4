"""Messages of other programs: whatever is sent, it is read or kept with a reason."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute.event_rules import RuleBook, RuleValues
from segmentation.compute.message_bodies import BadBody, read_body
from segmentation.compute.message_values import has_no_text, message_id_of, moment
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
        ("", None),
        (True, None),
        (1e300, None),
        (float("nan"), None),
    ],
)
def test_moments(given: Any, found: datetime | None) -> None:
    assert moment(given) == found
