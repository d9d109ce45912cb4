"""Files that arrive in a bucket, and buckets that misbehave."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bucket_server import SECRET, Bucket
from django.core.exceptions import ValidationError
from load_source_world import (
    ANN,
    bucket_place,
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
from accounts.actions.load_source_values import RuleValues
from accounts.actions.load_sources import change_source, place_of
from accounts.load_places import BadPlace, Changed, TooLarge, buckets, s3_wires
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


def hangs(handler: Any) -> bool:
    time.sleep(20)
    return True


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
    asked = bucket_place(bucket)
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
    bucket_place(bucket, endpoint=endpoint, is_path_style=False).listed()
    assert asked == ["exports.s3.test.example"]
    assert hosts == [f"exports.s3.test.example:{bucket.url.rpartition(':')[2]}"]


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
