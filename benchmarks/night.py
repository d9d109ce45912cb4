"""A night, against the bare aggregation of its facts in SQL.

Two yardsticks, both without anything else of a night. The measures of use by the quickest SQL that we
know to give them, from the same rows: this is what a night does before it compares and scores and
stores. And a single pass that only counts, sums and takes the last moment: the least that reading the
rows can cost.

The first night reads the facts and makes the states of usage; the next, after a day that brought one
percent more, continues from them; a night of the past is computed again from the facts.

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

BARE_COUNTS = """
SELECT customer_id, count(*) AS rows, sum(count) AS events, max(occurred_at) AS last_at
  FROM usage_event
 WHERE tenant_id = %(tenant)s GROUP BY customer_id
"""

# The measures of use by the quickest SQL that we know to give them, and nothing else of a night: no
# moment of knowledge, no payments or contracts, no comparison with before, no scores, nothing kept.
# PostgreSQL divides each of the four aggregations among its processes, which it does not do for
# count(DISTINCT …).
BARE_MEASURES = """
WITH persons AS (
    SELECT customer_id, person, max(occurred_at) AS last_at,
           bool_or(occurred_at >= %(day_30)s) AS is_active
      FROM usage_event WHERE tenant_id = %(tenant)s GROUP BY customer_id, person
), seen AS (
    SELECT customer_id, max(last_at) AS last_at, count(*) AS persons,
           count(*) FILTER (WHERE is_active) AS active_users_30
      FROM persons GROUP BY customer_id
), daily AS (
    SELECT customer_id, (occurred_at AT TIME ZONE %(zone)s)::date AS day, sum(count) AS events
      FROM usage_event WHERE tenant_id = %(tenant)s AND occurred_at >= %(day_90)s
     GROUP BY customer_id, 2
), days AS (
    SELECT customer_id, count(*) AS active_days_90,
           count(*) FILTER (WHERE day > %(day)s::date - 30) AS active_days_30,
           sum(events) FILTER (WHERE day > %(day)s::date - 30) AS events_30,
           sum(events) FILTER (WHERE day > %(day)s::date - 60 AND day <= %(day)s::date - 30)
               AS events_previous_30
      FROM daily GROUP BY customer_id
), person_days AS (
    SELECT customer_id, count(*) AS person_days
      FROM (SELECT customer_id, person, (occurred_at AT TIME ZONE %(zone)s)::date
              FROM usage_event WHERE tenant_id = %(tenant)s AND occurred_at >= %(day_30)s
             GROUP BY 1, 2, 3) AS seen_on
     GROUP BY customer_id
), modules AS (
    SELECT customer_id, count(*) AS modules_used_30
      FROM (SELECT customer_id, module_id FROM usage_event
             WHERE tenant_id = %(tenant)s AND occurred_at >= %(day_30)s AND module_id IS NOT NULL
             GROUP BY 1, 2) AS used
     GROUP BY customer_id
)
SELECT customer_id, last_at, persons, active_users_30, active_days_90, active_days_30, events_30,
       events_previous_30, person_days, modules_used_30
  FROM seen LEFT JOIN days USING (customer_id) LEFT JOIN person_days USING (customer_id)
  LEFT JOIN modules USING (customer_id)
"""


def run() -> None:
    """Print seconds of the bare ways and of nights, and the night's memory."""
    tenant = create_tenant(slug=f"bench-{time.time_ns()}", name="Benchmark", by=None)
    started = time.perf_counter()
    _fill(tenant)
    print(f"{CUSTOMERS} customers, {EVENTS} events ({time.perf_counter() - started:.0f} s to make)")
    print(f"{'':44}{'seconds':>10}{'of bare measures':>18}{'of one pass':>13}")
    _bare(tenant, D - DAY, BARE_COUNTS)  # for the first time: rows are checked for being committed
    bare = _yardsticks(tenant, D - DAY)
    _measure("first night: states are made", lambda: _night(tenant, D - DAY), *bare)
    _use(tenant, first=EVENTS + 1, last=EVENTS + EVENTS // 100, until=noon(D), seconds=DAY_SECONDS)
    refresh_statistics()
    bare = _yardsticks(tenant, D)
    _measure("next night, 1 % new facts", lambda: _night(tenant, D), *bare)
    _measure("the same again: nothing is written", lambda: _night(tenant, D), *bare)
    _measure("the first night again, from the facts", lambda: _night(tenant, D - DAY), *bare)
    print(f"{'memory of a process that runs a night, MB':44}{_memory(tenant):>10}")


def _yardsticks(tenant: Tenant, day: date) -> tuple[float, float]:
    """Seconds of the bare measures and of one pass, the better of two each."""
    passes = [_timed(lambda: _bare(tenant, day, BARE_COUNTS)) for _ in range(2)]
    measures = [_timed(lambda: _bare(tenant, day, BARE_MEASURES)) for _ in range(2)]
    _print("bare: one pass, count, sum, last moment", min(passes))
    _print("bare: the measures of use", min(measures))
    return min(measures), min(passes)


def _fill(tenant: Tenant) -> None:
    fill(tenant, CUSTOMERS)
    # Without statistics the references of the rows to come would be checked by scanning.
    refresh_statistics()
    for first in range(1, EVENTS + 1, BATCH):
        last = min(first + BATCH - 1, EVENTS)
        _use(tenant, first=first, last=last, until=noon(D - DAY), seconds=HISTORY_SECONDS)
    refresh_statistics()


def _use(tenant: Tenant, *, first: int, last: int, until: datetime, seconds: int) -> None:
    parameters = {"tenant": tenant.id, "customers": CUSTOMERS, "from": first, "to": last}
    with tenant_scope(tenant.id):
        execute(USAGE, {**parameters, "until": until, "seconds": seconds})


def _bare(tenant: Tenant, day: date, statement: str) -> None:
    starts = {"day_30": noon(day - 30 * DAY), "day_90": noon(day - 90 * DAY), "day": day}
    with tenant_scope(tenant.id):
        # Into a table: of a result that only is counted PostgreSQL leaves the aggregates out.
        execute(
            f"CREATE TEMPORARY TABLE bare ON COMMIT DROP AS {statement}",
            {"tenant": tenant.id, "zone": ZONE.key, **starts},
        )


def _night(tenant: Tenant, day: date) -> None:
    known_at = noon(day) + timedelta(hours=13)
    outcome = run_night(tenant=tenant, as_of=day, known_at=known_at)
    assert outcome.customers == CUSTOMERS


def _measure(label: str, work: Callable[[], None], *bare: float) -> None:
    _print(label, _timed(work), *bare)


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _print(label: str, seconds: float, *bare: float) -> None:
    ratios = "".join(
        f"{seconds / one:>{width}.2f}" for one, width in zip(bare, (18, 13), strict=False)
    )
    print(f"{label:44}{seconds:>10.2f}{ratios}", flush=True)


def _memory(tenant: Tenant) -> int:
    """The most memory that the command takes to compute the night again, in MB."""
    command = [sys.executable, "manage.py", "run_night", "--tenant", tenant.slug]
    command += [f"--as-of={D}", f"--known-at={noon(D) + timedelta(hours=13):%Y-%m-%dT%H:%M:%S%z}"]
    subprocess.run(command, check=True, capture_output=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
