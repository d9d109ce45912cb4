"""Load sources of the tests: set up, looked at, and what came of it."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from bucket_server import ACCESS_KEY, REGION, SECRET, Bucket

from accounts.actions.load_source_looks import fetch_loads
from accounts.actions.load_source_values import RuleValues, SourceValues
from accounts.actions.load_sources import make_source, switch_source_on
from accounts.load_places.buckets import Bucket as Place
from accounts.models import Customer, LoadSource, LoadSourceFile, Tenant, User
from accounts.tenancy import tenant_scope

CUSTOMERS = RuleValues("customers*.csv", "customers")
CONTACTS = RuleValues("contacts*.csv", "contacts")
ANN = "key,name\nA1,Ann\n"


def of_folder(*rules: RuleValues, **further: Any) -> SourceValues:
    return SourceValues(name="Exports", place="folder", rules=rules or (CUSTOMERS,), **further)


def of_bucket(bucket: Bucket, *rules: RuleValues, **further: Any) -> SourceValues:
    named = {"name": "CRM", "region": REGION, "access_key": ACCESS_KEY, "secret": SECRET, **further}
    return SourceValues(
        place="bucket",
        endpoint=bucket.url,
        bucket=bucket.name,
        rules=rules or (CUSTOMERS,),
        **named,
    )


def bucket_place(server: Bucket, **further: Any) -> Place:
    """The bucket as a place, without a source."""
    named = {
        "endpoint": server.url, "bucket": server.name, "region": "eu-test-1", "prefix": "",
        "access_key": "AKIDTEST", "secret": SECRET,
    }  # fmt: skip
    return Place(**{**named, **further}, anywhere=True)


def looking(tenant: Tenant, values: SourceValues, by: User | None) -> LoadSource:
    """A source that is on."""
    with tenant_scope(tenant.pk):
        source = make_source(values=values, by=by)
        switch_source_on(source=source, by=by)
        return fresh(source)


def fresh(source: LoadSource) -> LoadSource:
    found: LoadSource = LoadSource.objects.get(pk=source.pk)
    return found


def write(folder: Path, name: str, text: str | bytes, *, age: float = 3600) -> Path:
    """A file that was last changed so many seconds ago."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    moment = time.time() - age
    os.utime(path, (moment, moment))
    return path


def look_again(tenant: Tenant) -> bool:
    """As if the time for the next look of every source had come."""
    with tenant_scope(tenant.pk):
        LoadSource.objects.filter(is_active=True).update(
            next_look_at=LoadSource.objects.earliest("made_at").made_at
        )
    return fetch_loads(tenant_id=tenant.pk)


def claims_run_out(tenant: Tenant, after: timedelta) -> None:
    with tenant_scope(tenant.pk):
        for source in LoadSource.objects.exclude(claimed_until=None):
            assert source.claimed_until is not None
            source.claimed_until -= after
            source.save()


def files(tenant: Tenant) -> list[LoadSourceFile]:
    with tenant_scope(tenant.pk):
        return list(LoadSourceFile.objects.select_related("load", "source").order_by("pk"))


def states(tenant: Tenant) -> dict[str, str]:
    """The latest content of each file by name."""
    return {row.name: row.state for row in files(tenant) if row.is_current}


def customers(tenant: Tenant) -> dict[str, str]:
    with tenant_scope(tenant.pk):
        return dict(Customer.objects.order_by("key").values_list("key", "name"))


def the_source(tenant: Tenant) -> LoadSource:
    with tenant_scope(tenant.pk):
        found: LoadSource = LoadSource.objects.get()
        return found
