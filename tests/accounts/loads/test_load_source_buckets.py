"""Files that arrive in a bucket, and buckets that misbehave."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bucket_server import SECRET, Bucket
from django.core.exceptions import ValidationError
from load_source_world import (
    ANN,
    customers,
    files,
    fresh,
    look_again,
    looking,
    of_bucket,
    states,
    the_source,
)

from accounts.actions.load_source_looks import fetch_loads
from accounts.actions.load_source_trials import try_source
from accounts.actions.load_source_values import RuleValues, SourceValues
from accounts.actions.load_sources import change_source, make_source, place_of
from accounts.load_places import BadPlace, Changed, TooLarge, Unreachable, buckets, s3_wires
from accounts.load_places.buckets import Bucket as Place
from accounts.models import AuditRecord, Contact, Contract, Load, LoadSource, Tenant, User
from accounts.tenancy import tenant_scope

CRM = (
    RuleValues("companies*.csv", "customers", recipe="hubspot-companies"),
    RuleValues("hubspot/contacts*.csv", "contacts", recipe="hubspot-contacts", skips_bad=True),
    RuleValues("deals*.csv", "contracts", recipe="hubspot-deals", skips_bad=True),
)


@pytest.fixture(autouse=True)
def inside(settings: Any) -> None:
    settings.LOAD_BUCKET_ALLOW_PRIVATE = True


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with Bucket() as running:
        yield running


def place(bucket: Bucket, **further: Any) -> Place:
    named = {
        "endpoint": bucket.url, "bucket": bucket.name, "region": "eu-test-1", "prefix": "",
        "access_key": "AKIDTEST", "secret": SECRET,
    }  # fmt: skip
    return Place(**{**named, **further}, anywhere=True)


def test_objects_are_loaded_once_and_again_when_they_change(
    tenant: Tenant, alice: User, bucket: Bucket
) -> None:
    looking(tenant, of_bucket(bucket, path="in/"), alice)
    bucket.put("in/customers é+ .csv", ANN)
    bucket.put("in/", "")
    bucket.put("out/customers.csv", "key,name\nB1,Not asked for\n")
    assert look_again(tenant) is False
    look_again(tenant)
    assert customers(tenant) == {"A1": "Ann"}
    (row,) = files(tenant)
    assert (row.name, row.state, row.size) == ("customers é+ .csv", "loaded", len(ANN))
    assert len(row.sha256) == 64
    bucket.put("in/customers é+ .csv", "key,name\nA1,Anna\n")
    look_again(tenant)
    assert customers(tenant) == {"A1": "Anna"}
    assert [one.is_current for one in files(tenant)] == [False, True]
    with tenant_scope(tenant.pk):
        assert Load.objects.count() == 2


def test_listings_come_in_pages(tenant: Tenant, alice: User, bucket: Bucket) -> None:
    bucket.page = 2
    for number in range(5):
        bucket.put(f"customers{number}.csv", f"key,name\nK{number},N\n")
    looking(tenant, of_bucket(bucket), alice)
    look_again(tenant)
    assert len(customers(tenant)) == 5
    assert sum("list-type=2" in asked for asked in bucket.requests) == 3


def test_more_than_is_looked_at_is_said(
    tenant: Tenant, alice: User, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "MOST_FILES", 3)
    for number in range(5):
        bucket.put(f"customers{number}.csv", f"key,name\nK{number},N\n")
    looking(tenant, of_bucket(bucket), alice)
    look_again(tenant)
    assert len(customers(tenant)) == 3
    assert the_source(tenant).last_look["cut"] is True


def test_a_hubspot_export_arrives(tenant: Tenant, alice: User, bucket: Bucket) -> None:
    """Names are in the wrong order; what others refer to comes first all the same."""
    companies = (
        "Record ID,Company name,Lifecycle Stage,Company owner\n"
        "71,Aurora,Customer,bob@acme.example\n72,Borealis,Lead,\n"
    )
    bucket.put("hubspot/companies-2026-11-23.csv", companies)
    bucket.put(
        "hubspot/contacts-2026-11-23.csv",
        "Record ID,First Name,Last Name,Email,Associated Company IDs (Primary)\n"
        "5,Mia,Wu,mia@aurora.example,71\n",
    )
    bucket.put(
        "hubspot/a/deals.csv",
        "Record ID,Deal Stage,Close Date,Amount,Associated Company IDs (Primary)\n"
        "9,Closed Won,2026-03-01,12000,71\n",
    )
    looking(tenant, of_bucket(bucket, *CRM), alice)
    look_again(tenant)
    assert set(states(tenant).values()) == {"loaded"}, [
        (row.name, row.load and row.load.errors) for row in files(tenant)
    ]
    assert customers(tenant) == {"71": "Aurora"}, "a lead is no customer"
    with tenant_scope(tenant.pk):
        assert Contact.objects.get().name == "Mia Wu"
        assert Contract.objects.get().customer.key == "71"
        assert [one.kind for one in Load.objects.order_by("pk")] == [
            "customers", "contacts", "contracts",
        ]  # fmt: skip


def test_a_salesforce_export_arrives(tenant: Tenant, alice: User, bucket: Bucket) -> None:
    bucket.put(
        "Contact.csv",
        "Id,AccountId,FirstName,LastName,Email,IsDeleted,OwnerId\n"
        "003000000000001AAA,001000000000001AAA,Mia,Wu,mia@a.example,false,005000000000001AAA\n",
    )
    bucket.put(
        "Account.csv",
        "Id,Name,Type,IsDeleted,OwnerId\n001000000000001AAA,Aurora,Customer,false,005000000000001AAA\n",
    )
    bucket.put(
        "Opportunity.csv",
        "Id,AccountId,StageName,IsWon,CloseDate,Amount,IsDeleted,OwnerId\n"
        "006000000000001AAA,001000000000001AAA,Closed Won,true,2026-03-01,500,false,x\n",
    )
    rules = [
        RuleValues(pattern, kind, recipe=f"salesforce-{name}")
        for pattern, kind, name in (
            ("account*", "customers", "accounts"),
            ("contact*", "contacts", "contacts"),
            ("opportunity*", "contracts", "opportunities"),
        )
    ]
    looking(tenant, of_bucket(bucket, *rules), alice)
    look_again(tenant)
    assert set(states(tenant).values()) == {"loaded"}, [
        (row.name, row.load and row.load.errors) for row in files(tenant)
    ]
    assert customers(tenant) == {"001000000000001AAA": "Aurora"}


def test_a_wrong_secret_is_said_and_nothing_of_it_is_kept_in_words(
    tenant: Tenant, alice: User, bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    source = looking(tenant, of_bucket(bucket, secret="not/the+secret=1"), alice)
    bucket.put("customers.csv", ANN)
    look_again(tenant)
    found = the_source(tenant)
    assert (found.trouble, found.failures, customers(tenant)) == ("bad_credentials", 1, {})
    assert "not/the+secret=1" not in found.sealed_secret
    with tenant_scope(tenant.pk):
        kept = [str(one.data) for one in AuditRecord.objects.all()]
        values = of_bucket(bucket, secret=SECRET)
        change_source(source=fresh(source), values=values, by=alice)
        kept += [str(one.data) for one in AuditRecord.objects.all()]
    assert not [one for one in kept if "not/the+secret" in one or SECRET in one]
    assert "not/the+secret" not in caplog.text + repr(place_of(found, tenant))
    assert the_source(tenant).trouble == ""
    look_again(tenant)
    assert customers(tenant) == {"A1": "Ann"}


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
        place(bucket, **further).listed()
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
        place(bucket).listed()
    assert refused.value.code == trouble
    assert time.monotonic() - began < 12


def test_a_bucket_that_hangs_holds_up_no_other_tenant(
    tenant: Tenant, alice: User, bucket: Bucket, make_tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_wires, "PAGE", 0.5)
    other = make_tenant("other")
    looking(tenant, of_bucket(bucket), alice)
    with Bucket() as theirs:
        theirs.put("customers.csv", ANN)
        looking(other, of_bucket(theirs), None)
        bucket.manner = hangs
        began = time.monotonic()
        assert fetch_loads(tenant_id=tenant.pk) is False, "it rests"
        assert time.monotonic() - began < 15
        fetch_loads(tenant_id=other.pk)
    assert customers(other) == {"A1": "Ann"}
    assert the_source(tenant).trouble == "timeout"


def test_a_file_is_what_was_listed_or_waits(bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("a.csv", ANN)
    asked = place(bucket)
    (found,) = asked.listed().files
    with (tmp_path / "a").open("wb") as file:
        with pytest.raises(TooLarge):
            asked.read(found, file, most=5, beat=lambda: None)
        bucket.put("a.csv", ANN + "A2,Bo\n")
        with pytest.raises(Changed):
            asked.read(found, file, most=1000, beat=lambda: None)


def test_the_bucket_in_the_name_of_the_host(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed for that name, and sent to what that name leads to."""
    asked: list[str] = []

    def resolve(target: Any, *, anywhere: bool) -> list[str]:
        asked.append(target.host)
        return ["127.0.0.1"]

    monkeypatch.setattr(s3_wires, "addresses_of", resolve)
    endpoint = bucket.url.replace("127.0.0.1", "s3.test.example")

    def as_path(handler: Any) -> bool:
        hosts.append(handler.headers["Host"])
        handler.say(200, b"<ListBucketResult></ListBucketResult>")
        return True

    hosts: list[str] = []
    bucket.manner = as_path
    place(bucket, endpoint=endpoint, is_path_style=False).listed()
    assert asked == ["exports.s3.test.example"]
    assert hosts == [f"exports.s3.test.example:{bucket.url.rpartition(':')[2]}"]


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
    tenant: Tenant, alice: User, settings: Any, further: dict[str, Any], field: str
) -> None:
    settings.LOAD_BUCKET_ALLOW_PRIVATE = False
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


def test_names_that_lead_inside_are_refused_as_they_are_asked(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name may lead anywhere, and elsewhere a moment later."""
    with pytest.raises(BadPlace) as refused:
        Place(
            endpoint="https://localhost", bucket="exports", region="", prefix="",
            access_key="a", secret="b",
        ).listed()  # fmt: skip
    assert refused.value.code == "private_address"
    assert bucket.requests == []


def test_a_secret_is_not_sent_to_another_address_than_it_was_entered_for(
    tenant: Tenant, alice: User, bucket: Bucket
) -> None:
    source = looking(tenant, of_bucket(bucket), alice)
    with tenant_scope(tenant.pk), Bucket() as evil:
        with pytest.raises(ValidationError) as refused:
            change_source(source=source, values=of_bucket(evil, secret=""), by=alice)
        assert list(refused.value.message_dict) == ["secret"]
        change_source(source=source, values=of_bucket(bucket, secret="", name="Kept"), by=alice)
        assert LoadSource.objects.get().name == "Kept"
    bucket.put("customers.csv", ANN)
    look_again(tenant)
    assert customers(tenant) == {"A1": "Ann"}


def test_a_trial_says_what_would_happen_and_nothing_does(
    tenant: Tenant, alice: User, bucket: Bucket
) -> None:
    source = looking(tenant, of_bucket(bucket, *CRM), alice)
    for key in ("deals.csv", "companies.csv", "readme.txt"):
        bucket.put(key, "x")
    with tenant_scope(tenant.pk):
        tried = try_source(source=source, tenant=tenant)
    assert [(one.found.name, one.what.value) for one in tried.shown] == [
        ("companies.csv", "load"), ("deals.csv", "load"), ("readme.txt", "no_rule"),
    ]  # fmt: skip
    assert files(tenant) == []
    with tenant_scope(tenant.pk):
        assert not Load.objects.exists()
