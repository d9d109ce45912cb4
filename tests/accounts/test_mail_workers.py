"""Workers that hand letters over at once, die or are slow: none lost, none sent twice."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from django.core.cache import cache
from django.db import connections
from smtp_server import SmtpServer, use
from workers import start_worker

from accounts.actions import mail_sending
from accounts.actions.mail import wake_sender
from accounts.actions.mail_sending import LEASE, release_abandoned, send_batch
from accounts.models import Tenant
from accounts.tasks import send_mail, sweep_mail
from tests.accounts.mail_world import states, time_passes, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nobody_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only who is asked to."""
    monkeypatch.setattr("accounts.actions.mail.wake_sender", lambda tenant_id: None)


@pytest.fixture
def server(settings: Any) -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        use(settings, running)
        yield running


def sweep_mail_now(tenant: Tenant) -> None:
    release_abandoned(tenant_id=tenant.pk)
    send_batch(tenant_id=tenant.pk)


def test_workers_at_once_send_each_letter_once(tenant: Tenant, server: SmtpServer) -> None:
    addresses = [f"{number}@acme.example" for number in range(40)]
    write(tenant, *addresses)
    server.manners.waits = 0.01

    def work() -> None:
        try:
            while send_batch(tenant_id=tenant.pk).more:
                pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while send_batch(tenant_id=tenant.pk).more:
        pass
    assert sorted(server.recipients) == sorted(addresses)
    assert set(states(tenant).values()) == {"sent"}


def test_a_killed_worker_loses_nothing_and_sends_nothing_twice(
    tenant: Tenant, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL while the server has the letter and has not answered yet."""
    queue = f"mail-{uuid4()}"
    url = f"smtp://127.0.0.1:{server.port}"
    monkeypatch.setenv("EMAIL_URL", url)
    server.manners.waits = 30
    write(tenant, *(f"{number}@acme.example" for number in range(4)))
    worker = start_worker(queue)
    try:
        current_app.send_task("accounts.tasks.send_mail", args=[tenant.pk], queue=queue)
        deadline = time.monotonic() + 180
        while not server.taken:
            assert time.monotonic() < deadline, "the worker sent nothing"
            time.sleep(0.05)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    server.manners.waits = 0
    assert sorted(states(tenant).values()) == ["queued", "queued", "queued", "sending"]
    assert send_batch(tenant_id=tenant.pk).sent == 0, "the dead one's are still held"
    time_passes(tenant, LEASE + timedelta(minutes=1))
    sweep_mail_now(tenant)
    assert sorted(states(tenant).values()) == ["sent", "sent", "sent", "unclear"]
    assert sorted(server.recipients) == [f"{number}@acme.example" for number in range(4)]


def test_a_worker_that_was_only_slow_says_what_became_of_it(
    tenant: Tenant, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was taken for dead while the server thought; its answer counts."""
    write(tenant, "li@acme.example")
    really = mail_sending._record_sent

    def late(*given: Any) -> None:
        time_passes(tenant, LEASE + timedelta(minutes=1))
        assert release_abandoned(tenant_id=tenant.pk) == 1
        assert states(tenant) == {"li@acme.example": "unclear"}
        really(*given)

    monkeypatch.setattr(mail_sending, "_record_sent", late)
    send_batch(tenant_id=tenant.pk)
    assert states(tenant) == {"li@acme.example": "sent"}
    assert server.recipients == ["li@acme.example"]


def test_tenants_take_turns(
    tenant: Tenant, make_tenant: Any, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tenant with many letters lets the others' go in between."""
    other = make_tenant("other")
    monkeypatch.setattr(mail_sending, "BATCH", 2)
    write(tenant, *(f"{number}@big.example" for number in range(5)))
    write(other, "one@small.example")
    waiting: list[int] = []
    monkeypatch.setattr("accounts.actions.mail.wake_sender", waiting.append)
    sweep_mail()
    while waiting:
        send_mail(waiting.pop(0))
    assert server.recipients.index("one@small.example") == 2
    assert len(server.recipients) == 6


def test_many_letters_wake_one_worker(
    tenant: Tenant, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    monkeypatch.setattr("accounts.actions.mail.wake_sender", wake_sender)
    enqueued: list[list[int]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args: enqueued.append([name, *args]))
    write(tenant, *(f"{number}@acme.example" for number in range(5)))
    write(tenant, "later@acme.example")
    assert enqueued == [["accounts.tasks.send_mail", tenant.pk]]
    send_mail(tenant.pk)
    assert len(server.recipients) == 6
    write(tenant, "again@acme.example")
    assert len(enqueued) == 2, "who comes after the worker looked wakes one again"
