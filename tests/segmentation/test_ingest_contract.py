"""The HTTP contract of ingestion: what is let in, what is refused, and what becomes of messages."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone
from ingest_world import (
    Sender,
    basic,
    counts,
    dead,
    events,
    held,
    make_customers,
    make_key,
    track,
)

from accounts.models import Module, RowVersion, Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.event_rules import save_event_rules
from segmentation.actions.write_keys import revoke_write_key
from segmentation.compute.event_rules import RuleValues
from segmentation.models import DeadLetter, EventSeen, WriteKey


def test_a_batch_is_in_the_facts_when_it_is_answered(tenant: Tenant, sender: Sender) -> None:
    before = timezone.now()
    told = sender.batch(
        track(1, properties={"module": "reports", "count": 3}, timestamp="2026-03-31T09:30:00Z"),
        track(2, userId=None, anonymousId="anonymous-1"),
    )
    assert told == {"accepted": 2}
    first, second = events(tenant)
    assert (first.message_id, first.customer.key, first.person) == ("m-1", "acme", "ann")
    assert (first.event, first.module.key, first.count) == ("Report opened", "reports", 3)
    assert first.occurred_at == datetime(2026, 3, 31, 9, 30, tzinfo=UTC)
    assert before <= first.received_at <= timezone.now()
    assert first.load_id is None
    assert (second.person, second.module, second.count) == ("anonymous-1", None, 1)
    assert before <= second.occurred_at <= timezone.now()


@pytest.mark.parametrize("call", ["track", "t", "import/track"])
def test_a_call_of_its_own_needs_no_type(tenant: Tenant, sender: Sender, call: str) -> None:
    message = track()
    del message["type"]
    assert sender.post(call, message).status_code == 200
    assert [event.message_id for event in events(tenant)] == ["m-1"]


@pytest.mark.parametrize("call", ["batch", "b", "import", "import/batch", "batch/"])
def test_batches_have_several_addresses(tenant: Tenant, sender: Sender, call: str) -> None:
    assert sender.post(call, {"batch": [track()]}).status_code == 200
    assert len(events(tenant)) == 1


@pytest.mark.parametrize(
    ("call", "message", "event"),
    [
        ("page", {"name": "Pricing"}, "Viewed Pricing Page"),
        ("p", {"category": "Docs", "name": "Index"}, "Viewed Docs Index Page"),
        ("page", {"properties": {"name": "Pricing"}}, "Viewed Pricing Page"),
        ("page", {}, "Loaded a Page"),
        ("screen", {"name": "Home"}, "Viewed Home Screen"),
        ("s", {}, "Loaded a Screen"),
    ],
)
def test_views_are_named_as_segments_destinations_do(
    tenant: Tenant, sender: Sender, call: str, message: dict[str, Any], event: str
) -> None:
    body = {"userId": "ann", "groupId": "acme", **message}
    assert sender.post(call, body).status_code == 200
    assert [row.event for row in events(tenant)] == [event]


@pytest.mark.parametrize("where", ["body", "basic", "bearer"])
def test_a_key_may_stand_in_three_places(tenant: Tenant, sender: Sender, where: str) -> None:
    body: dict[str, Any] = {"batch": [track()]}
    headers = {}
    if where == "body":
        body["writeKey"] = sender.key
    else:
        headers["HTTP_AUTHORIZATION"] = (
            basic(sender.key) if where == "basic" else f"Bearer {sender.key}"
        )
    assert sender.post("batch", body, key=False, **headers).status_code == 200
    assert len(events(tenant)) == 1


def test_browsers_send_plain_text_from_anywhere(tenant: Tenant, sender: Sender) -> None:
    body = {**track(), "writeKey": sender.key}
    answer = sender.post(
        "t", body, key=False, content_type="text/plain", HTTP_ORIGIN="https://app.example"
    )
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    assert not answer.cookies
    asked = sender.client.options(
        "/v1/t",
        HTTP_ORIGIN="https://app.example",
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST",
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS="authorization,content-type",
    )
    assert asked.status_code == 200
    assert asked["Access-Control-Allow-Origin"] == "*"
    assert asked["Access-Control-Allow-Headers"] == "authorization,content-type"
    assert "POST" in asked["Access-Control-Allow-Methods"]
    assert len(events(tenant)) == 1


def test_bodies_may_be_gzip(tenant: Tenant, sender: Sender) -> None:
    assert sender.zipped({"batch": [track()]}).status_code == 200
    half = gzip.compress(b'{"batch": ') + gzip.compress(json.dumps([track(2)]).encode() + b"}")
    assert sender.post("batch", half, HTTP_CONTENT_ENCODING="gzip").status_code == 200
    assert len(events(tenant)) == 2


BOMB = gzip.compress(b'{"batch": []}' + b" " * 50_000_000, mtime=0)


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {}, 400, "bad_json"),
        (b"\xff\xfe{}", {}, 400, "bad_json"),
        (b"[]", {}, 400, "bad_json"),
        (b"[" * 200_000, {}, 400, "bad_json"),
        (b'{"a": ' + b"9" * 5000 + b"}", {}, 400, "bad_json"),
        (b"{}", {}, 400, "no_batch"),
        (b'{"batch": {}}', {}, 400, "no_batch"),
        (b'{"batch": [' + b"1," * 2500 + b"1]}", {}, 413, "too_many"),
        (b" " * 512_001, {}, 413, "too_large"),
        (BOMB, {"HTTP_CONTENT_ENCODING": "gzip"}, 413, "too_large"),
        (b"no gzip", {"HTTP_CONTENT_ENCODING": "gzip"}, 400, "bad_gzip"),
        (BOMB[:200], {"HTTP_CONTENT_ENCODING": "gzip"}, 400, "bad_gzip"),
        (gzip.compress(b"{}", mtime=0)[:-9], {"HTTP_CONTENT_ENCODING": "gzip"}, 400, "bad_gzip"),
        (b"{}", {"HTTP_CONTENT_ENCODING": "br"}, 400, "bad_encoding"),
    ],
)
def test_what_cannot_be_read_is_refused(
    tenant: Tenant, sender: Sender, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = sender.post("batch", body, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]
    assert counts(sender.key) == {}


@pytest.mark.parametrize(
    "key", ["", "nothing", "tnw_1_short", "tnw_999999_" + "a" * 43, "tnw_{tenant}_" + "b" * 43]
)
def test_an_unknown_key_is_refused(tenant: Tenant, sender: Sender, key: str) -> None:
    key = key.format(tenant=tenant.pk)
    answer = sender.post("batch", {"batch": [track()], "writeKey": key}, key=False)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_key")
    answer = sender.post("batch", {"batch": [track()]}, HTTP_AUTHORIZATION=basic(key))
    assert answer.status_code == 401
    assert events(tenant) == []


def test_a_header_that_is_no_base64_is_refused(sender: Sender) -> None:
    answer = sender.post("batch", {"batch": []}, HTTP_AUTHORIZATION="Basic €€€")
    assert answer.status_code == 401


def test_a_key_of_one_tenant_writes_into_no_other(
    tenant: Tenant, sender: Sender, make_tenant: Callable[..., Tenant]
) -> None:
    other = make_tenant("other")
    make_customers(other, "acme")
    secret = sender.key.split("_", 2)[2]
    forged = f"tnw_{other.pk}_{secret}"
    answer = sender.post("batch", {"batch": [track()]}, HTTP_AUTHORIZATION=basic(forged))
    assert answer.status_code == 401
    theirs = Sender(make_key(other))
    theirs.batch(track(1))
    sender.batch(track(1), track(2))
    assert [event.message_id for event in events(other)] == ["m-1"]
    assert [event.message_id for event in events(tenant)] == ["m-1", "m-2"]


def test_a_revoked_key_lets_nothing_in(tenant: Tenant, sender: Sender) -> None:
    sender.batch(track(1))
    with tenant_scope(tenant.id):
        key = WriteKey.objects.get()
        assert key.last_used_at is not None
        revoke_write_key(key=key, by=None)
    assert sender.post("batch", {"batch": [track(2)]}).status_code == 401


@pytest.mark.parametrize(("path", "status"), [("/v1/", 404), ("/v1/nothing", 404), ("/v1/t", 405)])
def test_other_addresses_and_methods_are_told_as_json(path: str, status: int) -> None:
    answer = Client().get(path)
    # An unknown address is unknown by every method.
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message"}


@override_settings(HTTPS=True)
def test_with_https_nothing_else_is_taken(tenant: Tenant, sender: Sender) -> None:
    assert sender.post("batch", {"batch": [track()]}).status_code == 400
    answer = sender.client.post(
        "/v1/batch",
        json.dumps({"batch": [track()], "writeKey": sender.key}),
        content_type="application/json",
        secure=True,
    )
    assert answer.status_code == 200


BAD: list[tuple[Any, str, str]] = [
    ("text", "not_an_object", ""),
    (None, "not_an_object", ""),
    (track(9, type="dance"), "unknown_type", "type"),
    (track(9, type=["track"]), "unknown_type", "type"),
    (track(9, event=""), "no_event", "event"),
    (track(9, event={"a": 1}), "bad_value", "event"),
    (track(9, event="x" * 201), "too_long", "event"),
    (track(9, userId=None), "no_person", "userId"),
    (track(9, userId="x" * 255), "too_long", "userId"),
    (track(9, context={}), "no_customer", "groupId"),
    (track(9, context="none"), "no_customer", "groupId"),
    (track(9, properties=[1]), "bad_value", "properties"),
    (track(9, properties={"module": "x" * 201}), "too_long", "properties.module"),
    (track(9, timestamp="yesterday"), "bad_time", "timestamp"),
    (track(9, timestamp=True), "bad_time", "timestamp"),
    (track(9, timestamp="1999-12-31T23:59:59Z"), "time_out_of_range", "timestamp"),
    (track(9, timestamp="2999-01-01T00:00:00Z"), "time_out_of_range", "timestamp"),
    (track(9, timestamp="9999-12-31T23:59:59-12:00"), "time_out_of_range", "timestamp"),
    (track(9, event="a\x00b"), "bad_value", "text"),
    (track(9, event="\ud800"), "bad_value", "text"),
    (track(9, properties={"text": "x" * 33_000}), "too_large", ""),
    ({"type": "group", "userId": "ann"}, "no_group", "groupId"),
    ({"type": "identify", "traits": {}}, "no_person", "userId"),
    ({"type": "alias", "userId": "ann"}, "no_previous", "previousId"),
    ({"type": "alias", "previousId": "ann"}, "no_person", "userId"),
]


@pytest.mark.parametrize(("message", "reason", "detail"), BAD)
def test_a_bad_event_is_a_dead_letter_beside_good_ones(
    tenant: Tenant, sender: Sender, message: Any, reason: str, detail: str
) -> None:
    assert sender.batch(track(1), message, track(2)) == {"accepted": 2, "dead": 1}
    assert dead(tenant) == [(reason, detail)]
    with tenant_scope(tenant.id):
        letter = DeadLetter.objects.get()
    assert len(letter.body.encode()) <= 32 * 1024
    if reason != "too_large":
        assert json.loads(letter.body) == message
    # Sent again, it is told once.
    assert sender.batch(message) == {"accepted": 2, "dead": 1, "duplicates": 1}
    assert len(dead(tenant)) == 1


def test_a_deep_message_is_a_dead_letter_too(tenant: Tenant, sender: Sender) -> None:
    deep = b'{"type": "track", "event": "x\\ud800", "properties": {"a": ' + b"[" * 700 + b"]" * 700
    good = json.dumps(track(1)).encode()
    body = b'{"batch": [' + good + b"," + deep + b"}}, " + json.dumps(track(2)).encode() + b"]}"
    assert sender.post("batch", body).status_code == 200
    assert counts(sender.key) == {"accepted": 2, "dead": 1}


def test_numbers_are_names_too(tenant: Tenant, sender: Sender) -> None:
    make_customers(tenant, "7")
    sender.batch(track(1, userId=42, context={"groupId": 7}, properties={"module": 3}))
    (event,) = events(tenant)
    assert (event.person, event.customer.key, event.module.key) == ("42", "7", "3")


@pytest.mark.parametrize("given", [0, -1, 1.5, 1_000_001, "3", True, None, 1e300])
def test_a_count_that_is_none_counts_once(tenant: Tenant, sender: Sender, given: Any) -> None:
    sender.batch(track(1, properties={"count": given}))
    assert [event.count for event in events(tenant)] == [1]


def test_an_event_of_32_kb_is_taken(tenant: Tenant, sender: Sender) -> None:
    message = track(1, properties={"text": ""})
    left = 32 * 1024 - len(json.dumps(message, separators=(",", ":")))
    message["properties"]["text"] = "x" * left
    assert sender.batch(message) == {"accepted": 1}
    message = track(2, properties={"text": "x" * (left + 1)})
    assert sender.batch(message) == {"accepted": 1, "dead": 1}


def test_nothing_is_counted_twice(tenant: Tenant, sender: Sender) -> None:
    nameless = track()
    del nameless["messageId"]
    batch = [track(1), track(1), nameless, nameless, track(2, messageId="x" * 300)]
    assert sender.batch(*batch) == {"accepted": 3, "duplicates": 2}
    assert sender.batch(*batch) == {"accepted": 3, "duplicates": 7}
    assert len(events(tenant)) == 3


def test_without_an_id_a_second_try_is_the_same_and_a_later_click_is_not(
    tenant: Tenant, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 3, 31, 9, 30, tzinfo=UTC)
    timed = {**track(1, timestamp="2026-03-31T09:00:00Z"), "messageId": None}
    untimed = {**track(2), "messageId": None}
    for hours, written in [(0, 2), (0, 2), (1, 3), (24, 4)]:
        arrived = now + timedelta(hours=hours)
        monkeypatch.setattr(timezone, "now", lambda arrived=arrived: arrived)
        sent = {"sentAt": (arrived + timedelta(seconds=written)).isoformat()}
        sender.batch({**timed, **sent}, {**untimed, **sent})
        sender.batch(timed, untimed)
        assert len(events(tenant)) == written
    unknown = {"context": {"groupId": "bolt"}}
    person = {"type": "identify", "userId": "ann", "traits": {}, **unknown}
    sender.batch(person, {**person, "sentAt": now.isoformat()})
    assert len(held(tenant)) == 1


def test_clocks_of_clients_are_corrected(tenant: Tenant, sender: Sender) -> None:
    """The client's clock is two hours behind; what it says happened a minute before it sent."""
    now = timezone.now()
    wrong = now - timedelta(hours=2)
    at = {"timestamp": (wrong - timedelta(minutes=1)).isoformat()}
    sender.batch(track(1, **at), sentAt=wrong.isoformat())
    sender.batch(track(2, **at, sentAt=wrong.isoformat()))
    original = {"originalTimestamp": at["timestamp"], "sentAt": wrong.isoformat()}
    sender.batch(track(3, **original))
    for event in events(tenant):
        gap = event.occurred_at - (now - timedelta(minutes=1))
        assert timedelta(0) <= gap < timedelta(seconds=20)


def test_a_moment_of_sending_that_is_none_corrects_nothing(tenant: Tenant, sender: Sender) -> None:
    sender.batch(track(1, timestamp="2026-03-31T09:30:00+02:00"), sentAt="soon")
    (event,) = events(tenant)
    assert event.occurred_at == datetime(2026, 3, 31, 7, 30, tzinfo=UTC)


def test_unknown_modules_come_to_be_as_facts(tenant: Tenant, sender: Sender) -> None:
    sender.batch(*(track(n, properties={"module": "reports"}) for n in range(3)))
    with tenant_scope(tenant.id):
        module = Module.objects.get()
        assert (module.key, module.name) == ("reports", "reports")
        assert RowVersion.objects.filter(table="accounts_module", row_id=module.pk).count() == 1
        # Undone by somebody meanwhile: this process remembers it wrongly, and finds out.
        for row in events(tenant):
            row.delete()
        module.delete()
    assert sender.batch(track(7, properties={"module": "reports"}))["accepted"] == 4
    assert [event.module.key for event in events(tenant)] == ["reports"]


def test_rules_say_which_module(tenant: Tenant, sender: Sender) -> None:
    rules = [
        RuleValues(pattern="Debug*", is_ignored=True),
        RuleValues(kind="page", pattern="Viewed Docs*", module="docs"),
        RuleValues(property_path="plan.name", property_value="pro*", module="pro"),
        RuleValues(kind="track", pattern="Report *", module="reports"),
    ]
    with tenant_scope(tenant.id):
        save_event_rules(rules=rules, by=None)
    told = sender.batch(
        track(1, event="Debug started"),
        {**track(2), "type": "page", "category": "Docs", "name": "Index"},
        track(3, event="Other", properties={"plan": {"name": "pro-2026"}, "module": "x"}),
        track(4, properties={"module": "x"}),
        track(5, event="Other", properties={"module": "x"}),
    )
    assert told == {"accepted": 4, "ignored": 1}
    assert [event.module.key for event in events(tenant)] == ["docs", "pro", "reports", "x"]
    with tenant_scope(tenant.id):
        seen = {row.event: row.properties for row in EventSeen.objects.all()}
    assert seen["Other"] == {"plan.name": "pro-2026", "module": "x"}
    assert "Debug started" in seen


def test_too_much_is_told_to_wait(tenant: Tenant) -> None:
    make_customers(tenant, "acme")
    sender = Sender(make_key(tenant, events_per_second=5))
    many = [track(number) for number in range(15)]
    assert sender.post("batch", {"batch": many}).status_code == 200
    answer = sender.post("batch", {"batch": [track(99)]})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many")
    assert 1 <= int(answer["Retry-After"]) <= 60
    # Another key of the tenant is not held back by it, nor is anything lost that was let in.
    assert Sender(make_key(tenant)).post("batch", {"batch": [track(98)]}).status_code == 200
    assert len(events(tenant)) == 16


def test_the_command_prints_a_key_that_works(tenant: Tenant) -> None:
    make_customers(tenant, "acme")
    out = io.StringIO()
    call_command("create_key", "--tenant", "acme", "--kind", "ingest", "--name", "Web", stdout=out)
    sender = Sender(out.getvalue().strip())
    sender.batch(track())
    assert len(events(tenant)) == 1


def test_nothing_personal_is_logged(
    tenant: Tenant, sender: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="tenure.ingestion"):
        sender.batch(track(1, userId="ann@acme.example"), track(2, event=""))
    told = " ".join(record.getMessage() for record in caplog.records)
    assert "acme" in told
    assert "ann@" not in told
    assert sender.key not in told
    assert "Report opened" not in told
