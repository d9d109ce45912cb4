"""A night, against the bare aggregation of its facts in SQL.

The bare way is the least that PostgreSQL has to do: one pass over usage, grouped by customer. A night
gathers every measure as known then, scores, compares with the night before, and stores. The first one
reads the facts and makes the states of usage; the next, after a day that brought one percent more,
continues from them; a night of the past is computed again from the facts.

BENCHMARK_CUSTOMERS and BENCHMARK_EVENTS choose the size.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

from accounts.actions.tenants import create_tenant
from accounts.loads.statistics import refresh_statistics
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from benchmarks._filling import (
    DAY,
    DAY_SECONDS,
    HISTORY_SECONDS,
    USAGE,
    ZONE,
    D,
    execute,
    fill,
    noon,
)
from segmentation.actions.nights import run_night

CUSTOMERS = int(os.environ.get("BENCHMARK_CUSTOMERS", "10000"))
EVENTS = int(os.environ.get("BENCHMARK_EVENTS", "2000000"))
BATCH = 500_000

BARE = """
SELECT customer_id, count(*) AS rows, sum(count) AS events, max(occurred_at) AS last_at
  FROM usage_event
 WHERE tenant_id = %(tenant)s GROUP BY customer_id
"""

# What an engineer would write who wants the measures of use from one statement, and nothing else of a
# night: no moment of knowledge, no payments or contracts, no scores, nothing saved.
BARE_MEASURES = """
SELECT customer_id, max(occurred_at) AS last_at,
       sum(count) FILTER (WHERE occurred_at >= %(day_30)s) AS events_30,
       count(DISTINCT (occurred_at AT TIME ZONE %(zone)s)::date)
           FILTER (WHERE occurred_at >= %(day_30)s) AS days_30,
       count(DISTINCT (occurred_at AT TIME ZONE %(zone)s)::date)
           FILTER (WHERE occurred_at >= %(day_90)s) AS days_90,
       count(DISTINCT person) FILTER (WHERE occurred_at >= %(day_30)s) AS persons_30,
       count(DISTINCT module_id) FILTER (WHERE occurred_at >= %(day_30)s) AS modules_30,
       count(DISTINCT person) AS persons
  FROM usage_event WHERE tenant_id = %(tenant)s GROUP BY customer_id
"""


def run() -> None:
    """Print seconds of the bare aggregation and of nights, and the night's memory."""
    tenant = create_tenant(slug=f"bench-{time.time_ns()}", name="Benchmark", by=None)
    started = time.perf_counter()
    _fill(tenant)
    print(f"{CUSTOMERS} customers, {EVENTS} events ({time.perf_counter() - started:.0f} s to make)")
    print(f"{'':44}{'seconds':>10}{'of bare':>9}")
    _measure("bare aggregation of usage, for the first time", lambda: _bare(tenant))
    bare = _measure("bare aggregation of usage", lambda: _bare(tenant))
    _measure("first night: states are made", lambda: _night(tenant, D - DAY), bare)
    _use(tenant, first=EVENTS + 1, last=EVENTS + EVENTS // 100, until=noon(D), seconds=DAY_SECONDS)
    refresh_statistics()
    bare = _measure("bare aggregation, 1 % more", lambda: _bare(tenant))
    _measure("bare measures of use in one statement", lambda: _bare(tenant, BARE_MEASURES), bare)
    _measure("the next night, 1 % new facts", lambda: _night(tenant, D), bare)
    _measure("the same again: nothing is written", lambda: _night(tenant, D), bare)
    _measure("the first night again, from the facts", lambda: _night(tenant, D - DAY), bare)
    print(f"{'memory of a process that runs a night, MB':44}{_memory(tenant):>10}")


def _fill(tenant: Tenant) -> None:
    fill(tenant, CUSTOMERS)
    for first in range(1, EVENTS + 1, BATCH):
        last = min(first + BATCH - 1, EVENTS)
        _use(tenant, first=first, last=last, until=noon(D - DAY), seconds=HISTORY_SECONDS)
    refresh_statistics()


def _use(tenant: Tenant, *, first: int, last: int, until: datetime, seconds: int) -> None:
    parameters = {"tenant": tenant.id, "customers": CUSTOMERS, "from": first, "to": last}
    with tenant_scope(tenant.id):
        execute(USAGE, {**parameters, "until": until, "seconds": seconds})


def _bare(tenant: Tenant, statement: str = BARE) -> None:
    with tenant_scope(tenant.id):
        # Into a table: of a result that only is counted PostgreSQL leaves the aggregates out.
        started = {"day_30": noon(D - 30 * DAY), "day_90": noon(D - 90 * DAY)}
        execute(
            f"CREATE TEMPORARY TABLE bare ON COMMIT DROP AS {statement}",
            {"tenant": tenant.id, "zone": ZONE.key, **started},
        )


def _night(tenant: Tenant, day: date) -> None:
    known_at = noon(day) + timedelta(hours=13)
    outcome = run_night(tenant=tenant, as_of=day, known_at=known_at)
    assert outcome.customers == CUSTOMERS


def _measure(label: str, work: Callable[[], None], bare: float | None = None) -> float:
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    ratio = f"{seconds / bare:>9.1f}" if bare else ""
    print(f"{label:44}{seconds:>10.2f}{ratio}", flush=True)
    return seconds


def _memory(tenant: Tenant) -> int:
    """The most memory that the command takes to compute the night again, in MB."""
    command = [sys.executable, "manage.py", "run_night", "--tenant", tenant.slug]
    command += [f"--as-of={D}", f"--known-at={noon(D) + timedelta(hours=13):%Y-%m-%dT%H:%M:%S%z}"]
    subprocess.run(command, check=True, capture_output=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
