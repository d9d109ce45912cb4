"""Ingestion by the processes that `make run` starts: web, worker and beat, one of them killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from ingest_world import counts, make_customers, make_key, track
from workers import start_beat, start_web, start_worker

from accounts.models import Module, Tenant
from accounts.tenancy import tenant_scope
from segmentation.models import IngestInbox, UsageEvent

pytestmark = pytest.mark.django_db(transaction=True)

REQUESTS, EACH, SENDERS = 200, 10, 4
SECONDS = 180


def end(process: subprocess.Popen[bytes], number: int = signal.SIGKILL) -> None:
    """Its children with it, in the middle of whatever they do."""
    if process.poll() is None:
        os.killpg(process.pid, number)
    process.wait()


@contextmanager
def web() -> Iterator[int]:
    """A web server, answering; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = start_web(port)
    try:
        until = time.monotonic() + SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, "the server ended"
                assert time.monotonic() < until
                time.sleep(0.1)
        yield port
    finally:
        end(process)


def post(port: int, key: str, *messages: dict[str, Any]) -> int:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/batch",
        json.dumps({"batch": messages}).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return int(answer.status)


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < until, "it takes too long"
        time.sleep(0.05)


def written(tenant: Tenant) -> int:
    with tenant_scope(tenant.id):
        return int(UsageEvent.objects.count())


def waiting(tenant: Tenant, **narrowed: Any) -> int:
    with tenant_scope(tenant.id):
        return int(IngestInbox.objects.filter(**narrowed).count())


def test_what_a_lock_holds_up_is_worked_off_though_a_worker_is_killed(
    tenant: Tenant, tmp_path: Path
) -> None:
    make_customers(tenant, "acme")
    key, queue = make_key(tenant, events_per_second=1_000_000), f"ingest-{uuid4().hex}"
    held, released = threading.Event(), threading.Event()

    def load() -> None:
        """Makes the module that the messages name, and takes its time."""
        try:
            with tenant_scope(tenant.id):
                Module.objects.create(key="new", name="New")
                held.set()
                released.wait(SECONDS)
        finally:
            connections.close_all()

    def send(first: int) -> None:
        for number in range(first, REQUESTS, SENDERS):
            named = [track(number * EACH + n, properties={"module": "new"}) for n in range(EACH)]
            statuses.append(post(port, key, *named))

    statuses: list[int] = []
    with ExitStack() as stack:
        port = stack.enter_context(web())
        worker = start_worker(queue)
        stack.callback(lambda: end(worker))
        beat = start_beat(queue, entry="sweep ingestion", schedule=tmp_path / "schedule")
        stack.callback(end, beat)
        loading = threading.Thread(target=load)
        loading.start()
        stack.callback(loading.join)
        stack.callback(released.set)
        assert held.wait(SECONDS)
        senders = [threading.Thread(target=send, args=[first]) for first in range(SENDERS)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert statuses == [200] * REQUESTS
        assert (written(tenant), waiting(tenant)) == (0, REQUESTS)
        # The worker has tried, in vain.
        wait_until(lambda: waiting(tenant, attempts__gt=0) > 0)
        released.set()
        wait_until(lambda: written(tenant) > 0)
        end(worker)
        assert waiting(tenant) > 0, "it was over before the worker was killed"
        worker = start_worker(queue)
        wait_until(lambda: waiting(tenant) == 0)
    assert written(tenant) == REQUESTS * EACH
    assert counts(key) == {"accepted": REQUESTS * EACH}


def told_to_wait(port: int, key: str) -> None:
    """Whoever comes with the key is refused for a while."""
    assert post(port, key, *(track(n) for n in range(2000))) == 200
    with pytest.raises(urllib.error.HTTPError, match="429"):
        post(port, key, track(2001))


@pytest.mark.parametrize("whose", ["right", "wrong", "told to wait"])
def test_bodies_that_trickle_keep_nobody_else_waiting(
    tenant: Tenant, make_tenant: Callable[..., Tenant], whose: str
) -> None:
    """Also of requests that are refused by their heads: the server waits for what is left of them."""
    other = make_tenant("other")
    make_customers(other, "acme")
    slow, quick = make_key(tenant, events_per_second=25), make_key(other)
    if whose == "wrong":
        slow = slow[:-5] + "wrong"
    head = (
        f"POST /v1/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {slow}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"
    ).encode()
    ending = threading.Event()
    with web() as port, ExitStack() as stack:
        # The server knows what is where; the first request imports what is left.
        assert post(port, quick, track(0)) == 200
        if whose == "told to wait":
            told_to_wait(port, slow)

        def trickle() -> None:
            while not ending.wait(0.2):
                for connection in slow_ones:
                    try:
                        connection.send(b" ")
                    except OSError:
                        continue

        # More than the threads of its process.
        slow_ones = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _n in range(12)
        ]
        for connection in slow_ones:
            connection.sendall(head)
        trickling = threading.Thread(target=trickle)
        trickling.start()
        stack.callback(trickling.join)
        stack.callback(ending.set)
        time.sleep(1)
        started = time.monotonic()
        for number in range(1, 6):
            assert post(port, quick, track(number)) == 200
        # Each of them would be read for twenty seconds.
        assert time.monotonic() - started < 10
    assert written(other) == 6
