"""The official client libraries, unmodified, through retries and a server that is killed."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import segment.analytics.client as segment
from ingest_world import counts, make_customers, make_key, track
from workers import start_web

from accounts.models import Contact, Customer, Tenant
from accounts.tenancy import tenant_scope
from segmentation.models import UsageEvent
from segmentation.tasks import sweep_ingestion

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import rudderstack.analytics.client as rudderstack

# EVENTS=50000 looks for longer.
EVENTS = int(os.environ.get("EVENTS", "1000"))
SECONDS = 120 + EVENTS / 100

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # What the libraries do with dates and threads is theirs.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


class Server:
    """A web server that can be killed and started again at the same address."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = start_web(self.port)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                assert self.process.poll() is None, "the server ended"
                time.sleep(0.1)
            else:
                return
        raise TimeoutError

    def kill(self) -> None:
        if self.process is not None:
            # Its workers with it, in the middle of whatever they do.
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.kill()


def stored(tenant: Tenant) -> int:
    with tenant_scope(tenant.id):
        return int(UsageEvent.objects.count())


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < until, "it takes too long"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("library", "further"),
    [
        (segment, {"gzip": False}),
        # It zips of its own accord.
        (rudderstack, {}),
    ],
    ids=["segment", "rudderstack"],
)
def test_every_event_is_there_once_though_the_server_was_killed(
    tenant: Tenant, server: Server, library: Any, further: dict[str, Any]
) -> None:
    make_customers(tenant, "acme")
    # So few that it is told to wait, too.
    key, failed = make_key(tenant, events_per_second=EVENTS // 5), []
    client = library.Client(
        key,
        host=server.address,
        max_queue_size=EVENTS * 2,
        on_error=lambda error, items: failed.append(error),
        **further,
    )
    client.identify("ann", {"name": "Ann Lee", "email": "ann@acme.example"})
    client.group("ann", "acme", {"name": "Acme Ltd"})
    for number in range(EVENTS):
        client.track("ann", "Report opened", {"number": number, "module": "reports"})
    # Killed while it is at work, and away for a moment.
    wait_until(lambda: stored(tenant) >= EVENTS // 10)
    server.kill()
    assert stored(tenant) < EVENTS, "it was over before the server was killed"
    server.start()
    client.page("ann", "Docs", "Index")
    client.screen("ann", "Docs", "Home")
    # Comes back when everything was sent or given up.
    client.flush()
    sweep_ingestion()
    assert failed == []
    with tenant_scope(tenant.id):
        rows = UsageEvent.objects.filter(event="Report opened")
        assert rows.count() == EVENTS
        assert set(rows.values_list("person", "module__key", "customer__key")) == {
            ("ann", "reports", "acme")
        }
        others = UsageEvent.objects.exclude(event="Report opened").order_by("event")
        assert list(others.values_list("event", flat=True)) == [
            "Viewed Docs Home Screen",
            "Viewed Docs Index Page",
        ]
        assert Customer.objects.get().name == "Acme Ltd"
        assert Contact.objects.get().name == "Ann Lee"
    # Who somebody is may be told twice; it is the same.
    told = counts(key)
    assert told["accepted"] >= EVENTS + 4
    assert set(told) <= {"accepted", "duplicates"}


def test_a_body_may_come_in_parts(tenant: Tenant, server: Server) -> None:
    make_customers(tenant, "acme")
    parts = [b'{"batch": [', json.dumps(track()).encode(), b"]}"]
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"Authorization": f"Bearer {make_key(tenant)}"}
    for body, status in ((iter(parts), 200), (iter([b" " * 100_000] * 6), 413)):
        connection.request("POST", "/v1/batch", body, headers, encode_chunked=True)
        answer = connection.getresponse()
        assert (answer.status, answer.read() != b"") == (status, True)
    connection.close()
    assert stored(tenant) == 1
