"""Usage by HTTP in batches of 100, against a bare staged COPY + INSERT of the same rows.

The bare way gets the rows ready-made, with ids looked up and nothing to check, in one statement. A
request is parsed, checked, let in by its key and its limit, resolved, written once, counted and
committed before it is answered. Server, PostgreSQL, Redis and the client share the machine. Half the
bare speed is the least it may have.
"""

from __future__ import annotations

import io
import json
import os
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection

from accounts.actions.tenants import create_tenant
from accounts.loads.statistics import refresh_statistics
from accounts.models import Customer, Module, Tenant
from accounts.tenancy import tenant_scope
from benchmarks._flooding import flood
from benchmarks._sending import Server
from segmentation.actions.write_keys import make_write_key
from segmentation.models import UsageEvent

EVENTS = int(os.environ.get("BENCHMARK_EVENTS", "200000"))
BATCH, THREADS = 100, 4
CUSTOMERS, MODULES, PERSONS, NAMES = 2_000, 8, 50_000, 40
FLOOD_LIMIT = 1_000
NO_LIMIT = 1_000_000

Row = tuple[int, datetime, int, int, int, str]


def run() -> None:
    """Print events a second and their share of the bare way, latencies, and what a flood does."""
    rows = list(_rows(EVENTS))
    bodies = [_body(rows[at : at + BATCH]) for at in range(0, len(rows), BATCH)]
    print(f"{EVENTS} events, {len(bodies[0])} bytes a batch of {BATCH}, {THREADS} threads")
    server = Server()
    try:
        tenant = _tenant()
        key = _key(tenant, NO_LIMIT)
        server.send(key, bodies[:50], THREADS)
        print(f"{'':40}{'events/s':>10}{'of bare':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}")
        before = _bare(rows)
        seconds, latencies = server.send(key, bodies[50:], THREADS)
        after = _bare(rows)
        bare = statistics.mean([before, after])
        print(f"{'bare staged COPY + INSERT, before':40}{before:>10.0f}")
        print(f"{'the same, after':40}{after:>10.0f}")
        _tell("new events", len(bodies[50:]) * BATCH / seconds, latencies, bare)
        with tenant_scope(tenant.id):
            assert UsageEvent.objects.count() == EVENTS
        seconds, latencies = server.send(key, bodies, THREADS)
        _tell("the same events again", EVENTS / seconds, latencies, bare)
        calm, loud = _key(_tenant(), NO_LIMIT), _key(_tenant(), FLOOD_LIMIT)
        for label, beside in flood(server, calm=calm, loud=loud, bodies=bodies).items():
            _tell(label, 0, beside, 0)
    finally:
        server.end()


def _tell(label: str, rate: float, latencies: Sequence[float], bare: float) -> None:
    parts = statistics.quantiles(latencies, n=100)
    shown = f"{rate:>10.0f}{rate / bare:>9.2f}" if bare else f"{'':19}"
    print(f"{label:40}{shown}{parts[49]:>9.1f}{parts[94]:>9.1f}{parts[98]:>9.1f}")


def _rows(count: int) -> Iterator[Row]:
    """(customer, occurred_at, event, person, module, message id), of a fixed seed."""
    chance = random.Random(7)
    start = datetime(2023, 1, 1, tzinfo=UTC)
    for _ in range(count):
        yield (
            chance.randrange(CUSTOMERS),
            start + timedelta(seconds=chance.randrange(60_000_000)),
            chance.randrange(NAMES),
            chance.randrange(PERSONS),
            chance.randrange(MODULES),
            f"{chance.getrandbits(128):032x}",
        )


def _body(rows: Sequence[Row]) -> bytes:
    """As the Python library of Segment writes it."""
    batch = [
        {
            "integrations": {},
            "anonymousId": None,
            "properties": {"module": f"M{module}", "plan": "pro", "duration": 12},
            "timestamp": occurred_at.isoformat(),
            "userId": f"p{person}@example.com",
            "type": "track",
            "event": f"event_{event}",
            "messageId": message_id,
            "context": {
                "groupId": f"C{customer}",
                "library": {"name": "analytics-python", "version": "2.4.0"},
            },
        }
        for customer, occurred_at, event, person, module, message_id in rows
    ]
    return json.dumps({"batch": batch}).encode()


def _tenant() -> Tenant:
    tenant = create_tenant(slug=f"bench-{time.time_ns()}", name="Benchmark", by=None)
    with tenant_scope(tenant.id):
        Customer.objects.bulk_create(Customer(key=f"C{i}", name=f"C{i}") for i in range(CUSTOMERS))
        Module.objects.bulk_create(Module(key=f"M{i}", name=f"M{i}") for i in range(MODULES))
    refresh_statistics()
    return tenant


def _key(tenant: Tenant, events_per_second: int) -> str:
    with tenant_scope(tenant.id):
        return make_write_key(name="Benchmark", events_per_second=events_per_second, by=None)[1]


def _bare(rows: Sequence[Row]) -> float:
    """Rows a second of COPY into a temporary table, INSERT into the real one, for a new tenant."""
    tenant = _tenant()
    with tenant_scope(tenant.id):
        customers = dict(Customer.objects.values_list("key", "id"))
        modules = dict(Module.objects.values_list("key", "id"))
    ready = io.StringIO()
    for customer, occurred_at, event, person, module, message_id in rows:
        ready.write(
            f"{message_id}\t{customers[f'C{customer}']}\t{modules[f'M{module}']}\t"
            f"p{person}@example.com\tevent_{event}\t{occurred_at}\n"
        )
    ready.seek(0)
    columns = "message_id, customer_id, module_id, person, event, occurred_at"
    started = time.perf_counter()
    with tenant_scope(tenant.id), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bare (message_id text, customer_id bigint, module_id bigint, "
            "person text, event text, occurred_at timestamptz) ON COMMIT DROP"
        )
        cursor.copy_expert("COPY bare FROM STDIN", ready)
        cursor.execute(
            f"INSERT INTO usage_event ({columns}, count, received_at) "
            f"SELECT {columns}, 1, now() FROM bare ON CONFLICT DO NOTHING"
        )
    return len(rows) / (time.perf_counter() - started)
