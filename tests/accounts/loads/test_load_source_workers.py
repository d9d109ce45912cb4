"""Workers that look at once, or die while they do: nothing is lost, and nothing is loaded twice."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from bucket_server import Bucket
from celery import current_app
from django.core.cache import cache
from django.db import connections
from load_source_world import (
    ANN,
    claims_run_out,
    customers,
    files,
    look_again,
    looking,
    of_bucket,
    states,
)
from workers import start_worker

from accounts.actions import load_source_fetching
from accounts.actions.load_source_looks import fetch_loads
from accounts.actions.load_source_turns import LEASE, sources_wait
from accounts.actions.load_work import loads_to_work_on, work_on_load
from accounts.models import Load, Tenant, User
from accounts.tasks import sweep_load_sources
from accounts.tenancy import tenant_scope

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nobody_looks(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Only who is asked to."""
    settings.LOAD_BUCKET_ALLOW_PRIVATE = True
    monkeypatch.setattr("accounts.actions.load_sources.wake_fetching_later", lambda tenant_id: None)


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with Bucket() as running:
        yield running


def loads(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant.pk):
        return list(Load.objects.order_by("pk").values_list("state", flat=True))


def test_two_at_once_load_each_once(tenant: Tenant, alice: User, bucket: Bucket) -> None:
    for number in range(6):
        bucket.put(f"customers{number}.csv", f"key,name\nK{number},N\n")
    looking(tenant, of_bucket(bucket), alice)

    def work() -> None:
        try:
            fetch_loads(tenant_id=tenant.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fetch_loads(tenant_id=tenant.pk)
    assert loads(tenant) == ["done"] * 6
    assert len(customers(tenant)) == 6
    assert sum("list-type" not in asked for asked in bucket.requests) == 6, "each was read once"


def test_a_worker_killed_while_a_file_comes_loses_nothing(
    tenant: Tenant, alice: User, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL while the bucket is half through sending the file."""
    bucket.put("customers.csv", ANN)
    looking(tenant, of_bucket(bucket), alice)
    begun = threading.Event()

    def stalls(handler: Any) -> bool:
        if "list-type" in handler.path:
            return False
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(ANN)))
        handler.end_headers()
        handler.wfile.write(ANN[:5].encode())
        handler.wfile.flush()
        begun.set()
        time.sleep(60)
        return True

    bucket.manner = stalls
    monkeypatch.setenv("LOAD_BUCKET_ALLOW_PRIVATE", "1")
    queue = f"sources-{uuid4()}"
    worker = start_worker(queue)
    try:
        current_app.send_task("accounts.tasks.fetch_loads", args=[tenant.pk], queue=queue)
        assert begun.wait(240), "the worker fetched nothing"
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    bucket.manner = None
    assert states(tenant) == {"customers.csv": "waiting"}
    assert fetch_loads(tenant_id=tenant.pk) is False
    assert loads(tenant) == [], "the dead one's hold lasts a while"
    claims_run_out(tenant, LEASE)
    assert sources_wait(tenant_id=tenant.pk)
    fetch_loads(tenant_id=tenant.pk)
    assert states(tenant) == {"customers.csv": "loaded"}
    assert loads(tenant) == ["done"]
    assert customers(tenant) == {"A1": "Ann"}


def test_a_worker_that_dies_before_the_load_leaves_it_to_the_sweeper(
    tenant: Tenant, alice: User, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put("customers1.csv", ANN)
    bucket.put("customers2.csv", "key,name\nA2,Bo\n")
    looking(tenant, of_bucket(bucket), alice)

    def dies(**_given: Any) -> bool:
        raise SystemExit

    monkeypatch.setattr(load_source_fetching, "work_on_load", dies)
    with pytest.raises(SystemExit):
        fetch_loads(tenant_id=tenant.pk)
    monkeypatch.undo()
    assert states(tenant) == {"customers1.csv": "taken", "customers2.csv": "waiting"}
    assert sources_wait(tenant_id=tenant.pk) is False, "the second waits for the first"
    look_again(tenant)
    assert loads(tenant) == ["queued"], "it is neither fetched nor loaded a second time"
    (load_id,) = loads_to_work_on(tenant_id=tenant.pk)
    assert work_on_load(tenant_id=tenant.pk, load_id=load_id)
    assert sources_wait(tenant_id=tenant.pk)
    fetch_loads(tenant_id=tenant.pk)
    assert states(tenant) == {"customers1.csv": "loaded", "customers2.csv": "loaded"}
    assert customers(tenant) == {"A1": "Ann", "A2": "Bo"}


def test_who_was_taken_for_dead_writes_nothing_any_more(
    tenant: Tenant, alice: User, bucket: Bucket
) -> None:
    """It sleeps over its lease while a file comes; another worker loads that file meanwhile."""
    bucket.put("customers.csv", ANN)
    looking(tenant, of_bucket(bucket), alice)

    def meanwhile(handler: Any) -> bool:
        if "list-type" in handler.path:
            return False
        bucket.manner = None
        try:
            claims_run_out(tenant, LEASE)
            fetch_loads(tenant_id=tenant.pk)
        finally:
            connections.close_all()
        return False

    bucket.manner = meanwhile
    fetch_loads(tenant_id=tenant.pk)
    assert loads(tenant) == ["done"]
    assert [row.state for row in files(tenant)] == ["loaded"]


def test_the_sweeper_wakes_one_worker_for_each_tenant_that_is_due(
    tenant: Tenant,
    alice: User,
    bucket: Bucket,
    make_tenant: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_tenant("idle")
    looking(tenant, of_bucket(bucket), alice)
    cache.clear()
    sent: list[Any] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args: sent.append([name, *args]))
    sweep_load_sources()
    sweep_load_sources()
    assert sent == [["accounts.tasks.fetch_loads", tenant.pk]]
    fetch_loads(tenant_id=tenant.pk)
    sent.clear()
    cache.clear()
    sweep_load_sources()
    assert sent == [], "its next look is in an hour"
