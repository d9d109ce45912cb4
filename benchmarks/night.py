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
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.actions.tenants import create_tenant
from accounts.loads.statistics import refresh_statistics
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.nights import run_night

CUSTOMERS = int(os.environ.get("BENCHMARK_CUSTOMERS", "10000"))
EVENTS = int(os.environ.get("BENCHMARK_EVENTS", "2000000"))
BATCH = 500_000
D, DAY = date(2026, 6, 30), timedelta(1)
ZONE = ZoneInfo("Asia/Shanghai")

# Facts of {customers} customers; pseudo-random and the same every time.
FACTS = (
    """
    INSERT INTO accounts_module (key, name, known_from)
    SELECT 'm' || n, 'Module ' || n, '2020-01-01' FROM generate_series(1, 8) n
    """,
    """
    INSERT INTO accounts_customer (key, name, industry, size, region, currency, attributes,
                                   search_text, known_from)
    SELECT 'c' || n, 'Customer ' || n, '', '', '', '', '{}', '', '2020-01-01'
      FROM generate_series(1, %(customers)s) n
    """,
    """
    INSERT INTO accounts_contract (customer_id, key, currency, attributes, known_from)
    SELECT id, 'k' || id, '', '{}', '2020-01-01' FROM accounts_customer WHERE tenant_id = %(tenant)s
    """,
    """
    INSERT INTO accounts_contractline (contract_id, module_id, kind, signed_on, starts_on, ends_on,
                                       annual_fee, amount, seats, is_trial, attributes, known_from)
    SELECT k.id, m.id, 'subscription', s.day, s.day, s.day + 1095, 1000 + abs(hashint8(k.id)) %% 90000,
           0, 5 + abs(hashint8(k.id)) %% 200, false, '{}', '2020-01-01'
      FROM accounts_contract k
      JOIN accounts_module m ON m.tenant_id = k.tenant_id AND abs(hashint8(k.id + m.id)) %% 3 = 0
     CROSS JOIN LATERAL (SELECT date '2023-01-01' + abs(hashint8(k.id)) %% 1200 AS day) s
     WHERE k.tenant_id = %(tenant)s
    """,
    """
    INSERT INTO accounts_payment (customer_id, key, paid_on, amount, attributes, known_from)
    SELECT c.id, c.key || '-' || y, date '2023-02-01' + 365 * y + (abs(hashint8(c.id)) %% 300)::int,
           1000 + abs(hashint8(c.id + y)) %% 90000, '{}', '2020-01-01'
      FROM accounts_customer c CROSS JOIN generate_series(0, 3) y WHERE c.tenant_id = %(tenant)s
    """,
)
# Of some persons and modules per customer, within so many seconds before a moment; most of it older
# than what a night looks at day by day.
USAGE = """
INSERT INTO usage_event (message_id, customer_id, module_id, person, event, occurred_at, count,
                         received_at)
SELECT 'e' || n, c.first + h.customer %% %(customers)s,
       m.first + (h.customer + h.module %% 3) %% 8,
       'p' || h.person %% (3 + h.customer %% 20) || '@example.com', 'opened',
       %(until)s - (h.age %% %(seconds)s) * interval '1 second', 1 + n %% 5, %(until)s
  FROM generate_series(%(from)s, %(to)s) n
 CROSS JOIN (SELECT min(id) AS first FROM accounts_customer WHERE tenant_id = %(tenant)s) c
 CROSS JOIN (SELECT min(id) AS first FROM accounts_module WHERE tenant_id = %(tenant)s) m
 CROSS JOIN LATERAL (SELECT abs(hashint8extended(n, 1)) AS customer,
                            abs(hashint8extended(n, 2)) AS module,
                            abs(hashint8extended(n, 3)) AS person,
                            abs(hashint8extended(n, 4)) AS age) h
"""
HISTORY_SECONDS, DAY_SECONDS = 40_000_000, 86_400
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
    _use(tenant, first=EVENTS + 1, last=EVENTS + EVENTS // 100, until=_noon(D), seconds=DAY_SECONDS)
    refresh_statistics()
    bare = _measure("bare aggregation, 1 % more", lambda: _bare(tenant))
    _measure("bare measures of use in one statement", lambda: _bare(tenant, BARE_MEASURES), bare)
    _measure("the next night, 1 % new facts", lambda: _night(tenant, D), bare)
    _measure("the same again: nothing is written", lambda: _night(tenant, D), bare)
    _measure("the first night again, from the facts", lambda: _night(tenant, D - DAY), bare)
    print(f"{'memory of a process that runs a night, MB':44}{_memory(tenant):>10}")


def _fill(tenant: Tenant) -> None:
    parameters = {"tenant": tenant.id, "customers": CUSTOMERS}
    with tenant_scope(tenant.id):
        for statement in FACTS:
            _execute(statement, parameters)
    for first in range(1, EVENTS + 1, BATCH):
        last = min(first + BATCH - 1, EVENTS)
        _use(tenant, first=first, last=last, until=_noon(D - DAY), seconds=HISTORY_SECONDS)
    refresh_statistics()


def _use(tenant: Tenant, *, first: int, last: int, until: datetime, seconds: int) -> None:
    parameters = {"tenant": tenant.id, "customers": CUSTOMERS, "from": first, "to": last}
    with tenant_scope(tenant.id):
        _execute(USAGE, {**parameters, "until": until, "seconds": seconds})


def _noon(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), ZONE) + timedelta(hours=12)


def _bare(tenant: Tenant, statement: str = BARE) -> None:
    with tenant_scope(tenant.id):
        # Into a table: of a result that only is counted PostgreSQL leaves the aggregates out.
        started = {"day_30": _noon(D - 30 * DAY), "day_90": _noon(D - 90 * DAY)}
        _execute(
            f"CREATE TEMPORARY TABLE bare ON COMMIT DROP AS {statement}",
            {"tenant": tenant.id, "zone": ZONE.key, **started},
        )


def _night(tenant: Tenant, day: date) -> None:
    known_at = _noon(day) + timedelta(hours=13)
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
    command += [f"--as-of={D}", f"--known-at={_noon(D) + timedelta(hours=13):%Y-%m-%dT%H:%M:%S%z}"]
    subprocess.run(command, check=True, capture_output=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def _execute(sql: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
