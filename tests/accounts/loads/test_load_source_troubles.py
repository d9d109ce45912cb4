"""Buckets that misbehave or are none, and sources that are refused."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from bucket_server import Bucket, Object
from django.core.exceptions import ValidationError
from load_source_world import bucket_place

from accounts.actions.load_source_values import RuleValues, SourceValues
from accounts.actions.load_sources import make_source
from accounts.load_places import BadPlace, Unreachable, s3_wires
from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with Bucket() as running:
        yield running


@pytest.mark.parametrize(
    ("further", "trouble"),
    [
        ({"access_key": "AKIDOTHER"}, "bad_credentials"),
        ({"region": "eu-other-9"}, "other_region"),
        ({"bucket": "no-such"}, "no_bucket"),
        ({"endpoint": "http://127.0.0.1:9"}, "no_connection"),
        ({"endpoint": "https://no-such-host.invalid"}, "unknown_host"),
    ],
)
def test_what_is_wrong_with_a_place_is_named(
    bucket: Bucket, further: dict[str, str], trouble: str
) -> None:
    with pytest.raises((BadPlace, Unreachable)) as refused:
        bucket_place(bucket, **further).listed()
    assert refused.value.code == trouble


def hangs(handler: Any) -> bool:
    time.sleep(20)
    return True


def drips(handler: Any) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _byte in range(400):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)
    return True


def floods(handler: Any) -> bool:
    handler.send_response(200)
    handler.end_headers()
    for _chunk in range(200):
        handler.wfile.write(b"x" * 100_000)
    return True


def babbles(handler: Any) -> bool:
    handler.say(200, b"<html>welcome</html")
    return True


def sends_on(handler: Any) -> bool:
    handler.say(307, b"", Location="http://169.254.169.254/latest/")
    return True


def breaks(handler: Any) -> bool:
    handler.refuse(500, "InternalError")
    return True


@pytest.mark.parametrize(
    ("manner", "trouble"),
    [
        (hangs, "timeout"), (drips, "timeout"), (floods, "answer"), (babbles, "answer"),
        (sends_on, "other_region"), (breaks, "status"),
    ],
)  # fmt: skip
def test_whoever_answers_nothing_useful_is_left_in_time(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, manner: Any, trouble: str
) -> None:
    monkeypatch.setattr(s3_wires, "PAGE", 2.0)
    bucket.manner = manner
    began = time.monotonic()
    with pytest.raises((BadPlace, Unreachable)) as refused:
        bucket_place(bucket).listed()
    assert refused.value.code == trouble
    assert time.monotonic() - began < 12


@pytest.mark.parametrize(
    ("further", "field"),
    [
        ({"endpoint": "http://s3.example.com"}, "endpoint"),
        ({"endpoint": "https://127.0.0.1"}, "endpoint"),
        ({"endpoint": "https://10.0.0.8:9000"}, "endpoint"),
        ({"endpoint": "https://169.254.169.254"}, "endpoint"),
        ({"endpoint": "https://user:pw@s3.example.com"}, "endpoint"),
        ({"endpoint": "https://s3.example.com/?x=1"}, "endpoint"),
        ({"endpoint": "ftp://s3.example.com"}, "endpoint"),
        ({"endpoint": ""}, "endpoint"),
        ({"bucket": "a/b"}, "bucket"),
        ({"bucket": "a@b"}, "bucket"),
        ({"bucket": "arn:aws:s3:::x"}, "bucket"),
        ({"region": "eu central"}, "region"),
        ({"region": "x.evil.example"}, "region"),
        ({"access_key": "a\nb"}, "access_key"),
        ({"access_key": ""}, "access_key"),
        ({"secret": ""}, "secret"),
        ({"secret": "a b"}, "secret"),
        ({"path": "/x"}, "path"),
        ({"name": "  "}, "name"),
        ({"minutes": 1}, "minutes"),
        ({"schedule": "daily", "hour": 24}, "hour"),
        ({"rules": ()}, "rules"),
        ({"rules": [RuleValues("", "customers")]}, "rules"),
        ({"rules": [RuleValues("*", "cars")]}, "rules"),
        ({"rules": [RuleValues("*", "contacts", recipe="hubspot-companies")]}, "rules"),
        ({"rules": [RuleValues("*", "contacts", recipe="nobody")]}, "rules"),
        ({"rules": [RuleValues("*", "contacts", dates="ymd")]}, "rules"),
    ],
)
def test_what_is_no_source_is_refused(
    tenant: Tenant, alice: User, further: dict[str, Any], field: str
) -> None:
    base: dict[str, Any] = {
        "name": "S", "place": "bucket", "endpoint": "https://s3.example.com", "bucket": "exports",
        "access_key": "AK", "secret": "SK", "rules": [RuleValues("*.csv", "customers")],
    }  # fmt: skip
    whole = SourceValues(**base)
    with tenant_scope(tenant.pk):
        with pytest.raises(ValidationError) as refused:
            make_source(values=replace(whole, **further), by=alice)
        assert list(refused.value.message_dict) == [field]
        make_source(values=whole, by=alice)


@pytest.mark.parametrize("etag", ["CKih16GjycICEAE=", "0x8D4BCC2E4835CD0", "a/b+c=-12"])
def test_objects_of_any_etag_are_seen(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, etag: str
) -> None:
    """Not all are hexadecimal digits; what is not seen would never be loaded, and nobody told."""
    monkeypatch.setattr(Object, "etag", etag)
    bucket.put("customers.csv", "key,name\nA1,Ann\n")
    place = bucket_place(bucket)
    (found,) = place.listed().files
    assert found.mark == etag
    into = io.BytesIO()
    place.read(found, into, most=1000, beat=lambda: None)
    assert into.getvalue() == b"key,name\nA1,Ann\n"
