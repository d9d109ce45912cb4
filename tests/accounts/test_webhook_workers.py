"""Workers that send at once, or die while they do: nothing is lost, and nobody sends beside another."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from django.core.cache import cache
from django.db import connections
from webhook_receiver import Receiver, answers, hangs
from webhook_world import NIGHT, deliveries, happens, listening, states, time_passes
from workers import start_worker

from accounts.actions.webhook_sending import LEASE, send_webhooks
from accounts.actions.webhooks import emit
from accounts.models import Tenant, User
from accounts.tasks import send_webhooks as send_task
from accounts.tasks import sweep_webhooks
from accounts.tenancy import tenant_scope

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nobody_sends(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Only who is asked to."""
    settings.WEBHOOK_ALLOW_PRIVATE = True
    monkeypatch.setattr("accounts.actions.webhooks.wake_webhooks", lambda tenant_id: None)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def waiting(tenant: Tenant, alice: User, receiver: Receiver) -> Tenant:
    """A tenant of which two endpoints are to be told of twenty nights."""
    with tenant_scope(tenant.pk):
        for name in ("A", "B"):
            listening(NIGHT, by=alice, name=name, url=receiver.url)
    happens(tenant, 20)
    return tenant


def test_two_at_once_send_each_once(waiting: Tenant, receiver: Receiver) -> None:
    def work() -> None:
        try:
            while send_webhooks(tenant_id=waiting.pk).more:
                pass
        finally:
            connections.close_all()

    def slowly(talk: Any) -> None:
        time.sleep(0.01)
        answers(200)(talk)

    receiver.manner = slowly
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work()
    assert set(states(waiting)) == {"delivered"}
    counted = Counter(request.headers["webhook-id"] for request in receiver.requests)
    assert len(counted) == 20
    assert set(counted.values()) == {2}, "once to each of the two endpoints"


def test_a_killed_worker_loses_nothing(
    tenant: Tenant, alice: User, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL while the receiver has the message and has not answered."""
    with tenant_scope(tenant.pk):
        listening(NIGHT, by=alice, url=receiver.url)
    happens(tenant, 2)
    queue = f"webhooks-{uuid4()}"
    monkeypatch.setenv("WEBHOOK_ALLOW_PRIVATE", "1")
    receiver.manner = hangs
    worker = start_worker(queue)
    try:
        current_app.send_task("accounts.tasks.send_webhooks", args=[tenant.pk], queue=queue)
        deadline = time.monotonic() + 180
        while not receiver.requests:
            assert time.monotonic() < deadline, "the worker sent nothing"
            time.sleep(0.05)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    receiver.manner = answers(200)
    assert states(tenant) == ["waiting", "waiting"]
    assert send_webhooks(tenant_id=tenant.pk).tries == 0, "the dead one's hold lasts a while"
    time_passes(tenant, LEASE + timedelta(seconds=1))
    assert send_webhooks(tenant_id=tenant.pk).taken == 2
    counted = Counter(request.headers["webhook-id"] for request in receiver.requests)
    assert sorted(counted.values()) == [1, 2], "the one that was on its way came twice"
    assert {one.event.message_id for one in deliveries(tenant)} == set(counted)


def test_who_writes_an_event_waits_for_no_sender_nor_lets_one_wait(
    waiting: Tenant, receiver: Receiver
) -> None:
    """A night that is being stored refers to the endpoint for minutes, perhaps."""
    done = threading.Event()

    def work() -> None:
        try:
            send_webhooks(tenant_id=waiting.pk)
            done.set()
        finally:
            connections.close_all()

    with tenant_scope(waiting.pk):
        emit(NIGHT, {"night": "2026-12-31"})
        sender = threading.Thread(target=work)
        sender.start()
        assert done.wait(60), "it is sent while the transaction is open"
    sender.join()
    assert len(receiver.requests) == 40


def test_the_sweeper_wakes_one_worker_for_each_tenant_that_waits(
    waiting: Tenant, make_tenant: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tenant("idle")
    cache.clear()
    monkeypatch.undo()
    sent: list[Any] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args: sent.append([name, *args]))
    sweep_webhooks()
    sweep_webhooks()
    happens(waiting)
    assert sent == [["accounts.tasks.send_webhooks", waiting.pk]]
    monkeypatch.setattr("django.conf.settings.WEBHOOK_ALLOW_PRIVATE", True)
    send_task(waiting.pk)
    assert len(receiver.requests) == 42
    sent.clear()
    sweep_webhooks()
    assert sent == []
    happens(waiting)
    assert len(sent) == 1, "what happens after a worker looked wakes one again"
