"""Loading usage, against a bare staged COPY + INSERT of the same rows.

The bare way gets the rows ready-made, with ids looked up and nothing to check: COPY into a temporary
table, INSERT … SELECT … ON CONFLICT DO NOTHING into the real one. The load reads the file, tells
encoding and dates apart, checks every row, looks names up and counts. Half the bare speed is the
least it may have.
"""

from __future__ import annotations

import io
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection
from django.utils import timezone

from accounts.actions.loads import load_file
from accounts.actions.tenants import create_tenant
from accounts.loads.registry import find_kind
from accounts.loads.running import LoadOptions, Result
from accounts.loads.statistics import refresh_statistics
from accounts.models import Contract, Customer, Module, Tenant
from accounts.tenancy import tenant_scope

ROWS = int(os.environ.get("BENCHMARK_ROWS", "400000"))
CUSTOMERS, MODULES, PERSONS, EVENTS = 2_000, 8, 50_000, 40
HEADER = "customer,contract,occurred_at,event,person,module,message_id,count\n"


def run() -> None:
    """Print rows per second of the bare way and of the load, and the memory of loading."""
    _measure_memory()
    rows = list(_rows(ROWS))
    print(f"{'':44}{'rows':>10}{'seconds':>10}{'rows/s':>10}{'of bare':>9}")
    tenant = _tenant()
    ready = _ready(tenant, rows)
    bare = _measure("bare staged COPY + INSERT", tenant, lambda: _bare(ready))
    with tempfile.TemporaryDirectory() as directory:
        with_ids, made_ids = Path(directory) / "with_ids.csv", Path(directory) / "made_ids.csv"
        with_ids.write_text(HEADER + "".join(_line(row) for row in rows))
        made_ids.write_text(
            HEADER.replace("message_id,", "") + "".join(_line(row, with_id=False) for row in rows)
        )
        tenant = _tenant()
        _measure("load, ids in the file", tenant, lambda: _load(tenant, with_ids), bare)
        _measure("the same file again", tenant, lambda: _load(tenant, with_ids), bare)
        other = _tenant()
        _measure("load, ids made from the rows", other, lambda: _load(other, made_ids), bare)


def _measure_memory() -> None:
    """The most memory that the load command takes, for a small file and for a large one. Comes
    first: a child process counts what its parent held when it was made."""
    print(f"{'':44}{'rows':>10}{'MB':>10}")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "usage.csv"
        for count in (ROWS // 10, ROWS):
            with path.open("w") as file:
                file.write(HEADER)
                file.writelines(_line(row) for row in _rows(count))
            command = [sys.executable, "manage.py", "load", "usage", str(path)]
            command += ["--tenant", _tenant().slug]
            subprocess.run(command, check=True, capture_output=True)
            used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
            print(f"{'memory of a process that loads':44}{count:>10}{used:>10}")


Row = tuple[int, datetime, int, int, int, str, int]


def _rows(count: int) -> Iterator[Row]:
    """(customer, occurred_at, event, person, module, message id, count), of a fixed seed."""
    chance = random.Random(7)
    start = datetime(2023, 1, 1, tzinfo=timezone.get_default_timezone())
    for _ in range(count):
        yield (
            chance.randrange(CUSTOMERS),
            start + timedelta(seconds=chance.randrange(60_000_000)),
            chance.randrange(EVENTS),
            chance.randrange(PERSONS),
            chance.randrange(MODULES),
            f"{chance.getrandbits(64):016x}",
            chance.randrange(1, 20),
        )


def _line(row: Row, *, with_id: bool = True) -> str:
    customer, occurred_at, event, person, module, message_id, count = row
    return (
        f"C{customer},K{customer},{occurred_at:%Y-%m-%dT%H:%M:%SZ},event_{event},"
        f"p{person}@example.com,M{module},{message_id + ',' if with_id else ''}{count}\n"
    )


def _tenant() -> Tenant:
    """A tenant of its own, so that every measurement starts on an empty table."""
    tenant = create_tenant(slug=f"bench-{time.time_ns()}", name="Benchmark", by=None)
    with tenant_scope(tenant.id):
        keys = range(CUSTOMERS)
        customers = Customer.objects.bulk_create(Customer(key=f"C{i}", name=f"C{i}") for i in keys)
        Contract.objects.bulk_create(Contract(key=f"K{i}", customer=customers[i]) for i in keys)
        Module.objects.bulk_create(Module(key=f"M{i}", name=f"M{i}") for i in range(MODULES))
    refresh_statistics()
    return tenant


def _measure(label: str, tenant: Tenant, work: Callable[[], object], bare: float = 0) -> float:
    started = time.perf_counter()
    with tenant_scope(tenant.id):
        work()
    seconds = time.perf_counter() - started
    share = f"{ROWS / seconds / bare:>9.2f}" if bare else ""
    print(f"{label:44}{ROWS:>10}{seconds:>10.2f}{ROWS / seconds:>10.0f}{share}")
    return ROWS / seconds


def _ready(tenant: Tenant, rows: list[Row]) -> io.StringIO:
    """The rows as COPY takes them, with the ids that they will have."""
    buffer = io.StringIO()
    with tenant_scope(tenant.id):
        customers = dict(Customer.objects.values_list("key", "id"))
        contracts = dict(Contract.objects.values_list("key", "id"))
        modules = dict(Module.objects.values_list("key", "id"))
    for customer, occurred_at, event, person, module, message_id, count in rows:
        buffer.write(
            f"{message_id}\t{customers[f'C{customer}']}\t{contracts[f'K{customer}']}\t"
            f"{modules[f'M{module}']}\tp{person}@example.com\tevent_{event}\t{occurred_at}\t{count}\n"
        )
    buffer.seek(0)
    return buffer


def _bare(ready: io.StringIO) -> None:
    columns = "message_id, customer_id, contract_id, module_id, person, event, occurred_at, count"
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bare (message_id text, customer_id bigint, contract_id bigint, "
            "module_id bigint, person text, event text, occurred_at timestamptz, count int) "
            "ON COMMIT DROP"
        )
        cursor.copy_expert("COPY bare FROM STDIN", ready)
        cursor.execute(
            f"INSERT INTO usage_event ({columns}, received_at) SELECT {columns}, now() FROM bare "
            "ON CONFLICT DO NOTHING"
        )


def _load(tenant: Tenant, path: Path) -> Result:
    kind = find_kind("usage")
    assert kind is not None
    with path.open("rb") as handle:
        _, result = load_file(
            handle=handle,  # type: ignore[arg-type]
            filename=path.name,
            kind=kind,
            options=LoadOptions(),
            tenant=tenant,
            by=None,
        )
    assert not result.refused, result.errors()[:3]
    assert result.created + result.unchanged == result.read
    return result
