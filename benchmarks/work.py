"""Ranked work with 500 and with 50,000 customers: server time of each screen, and how they compare.

Four pieces of open work per customer (200,000 with the larger tenant), owned by ten and by a hundred
service managers, and a stored night. Of each screen the second look is taken: what a night remembers is
asked for by its worker. The aim is at most twice the time, with the same number of queries. Ranking all
of it and the preview of other weights are measured beside. BENCHMARK_CUSTOMERS chooses another number.
"""

from __future__ import annotations

import logging
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.tenants import add_member, create_tenant
from accounts.loads.statistics import refresh_statistics
from accounts.models import Tenant, User
from accounts.planning import planning
from accounts.tenancy import tenant_scope
from benchmarks._filling import FACTS, fill
from segmentation.actions.nights import run_night
from service.actions.ranks import refresh_ranks
from service.compute.ranks import RankWeights
from service.models import Cta
from service.queries.ranks import top_with

FEW = 500
MANY = int(os.environ.get("BENCHMARK_CUSTOMERS", "50000"))
PER_CUSTOMER, STEPS = 4, 3
MOST_MANAGERS, CUSTOMERS_OF_ONE = 100, 50
ROUNDS = 9
PAGES = {
    "first screen": "customers/",
    "first screen, all": "customers/?scope=all",
    "work, mine": "work/",
    "work, all": "work/?view=all",
    "work, all, by due day": "work/?view=all&sort=due",
    "work, overdue": "work/?view=all&due=overdue",
    "work, one owner's": "work/?view=all&owner={owner}",
    "one piece of work": "work/{work}/",
    "a customer": "customers/{customer}/",
}

# Everybody's face is one of the managers. Of the work every tenth is nobody's, and every twentieth is put
# off; due days lie around today.
FACES = (
    *FACTS,
    """
    INSERT INTO accounts_colleague (key, name)
    SELECT 'person' || n, 'Person ' || n FROM generate_series(1, %(managers)s - 1) n
    """,
    """
    INSERT INTO accounts_responsibility (customer_id, colleague_id, capacity, from_on, why)
    SELECT c.id, p.people[1 + c.id %% cardinality(p.people)], 'service_manager', '2026-01-01',
           'contract'
      FROM accounts_customer c
     CROSS JOIN (SELECT array_agg(id ORDER BY id) AS people FROM accounts_colleague
                  WHERE tenant_id = %(tenant)s) p
     WHERE c.tenant_id = %(tenant)s
    """,
)
# Four for each customer.
WORK = (
    """
    INSERT INTO service_cta (customer_id, event_key, title, reason, owner_id, opened_on, due_on, state,
                             snoozed_until, close_reason, close_note, rank, rank_factors,
                             version_seen, created_at)
    SELECT c.id, '', 'Work ' || n, '{"kind": "by_hand"}',
           CASE WHEN (c.id + n) %% 10 > 0 THEN r.colleague_id END, %(day)s,
           %(day)s::date + (abs(hashint8(c.id + 7 * n)) %% 90)::int - 10, 'open',
           CASE WHEN (c.id + n) %% 20 = 0 THEN %(day)s::date + 30 END, '', '', 0, '{}', 1, now()
      FROM accounts_customer c
      JOIN accounts_responsibility r ON r.tenant_id = c.tenant_id AND r.customer_id = c.id
       AND r.to_on IS NULL
     CROSS JOIN generate_series(1, %(each)s) n WHERE c.tenant_id = %(tenant)s
    """,
    """
    INSERT INTO service_ctastep (cta_id, position, title, kind, owner_id, due_on)
    SELECT id, n - 1, 'Step ' || n, 'task', owner_id, due_on
      FROM service_cta CROSS JOIN generate_series(1, %(steps)s) n WHERE tenant_id = %(tenant)s
    """,
)


@dataclass(frozen=True)
class World:
    """A tenant with so many customers, a service manager of it, and what its addresses name."""

    tenant: Tenant
    client: Client
    names: dict[str, int]


def run() -> None:
    """Print the median and the best of each screen for both sizes, their ratios, and the queries."""
    # The test client names itself so.
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    # A line per request would hide the table.
    logging.getLogger("tenure.web").setLevel(logging.WARNING)
    small, large = (_world(number) for number in (FEW, MANY))
    print(f"{'page':<24}{FEW:>16,}{MANY:>18,}{'ratios':>12}{'queries':>12}")
    for name, path in PAGES.items():
        (few, asked_few), (many, asked_many) = _measured((small, large), path)
        middle, best = (pick(many) / pick(few) for pick in (statistics.median, min))
        print(
            f"{name:<24}{_told(few):>16}{_told(many):>18}{middle:>6.1f}{best:>6.1f}"
            f"{asked_few:>6}{asked_many:>6}",
            flush=True,
        )


def _told(seconds: Sequence[float]) -> str:
    return f"{1000 * statistics.median(seconds):.0f} / {1000 * min(seconds):.0f}ms"


def _measured(worlds: Sequence[World], path: str) -> list[tuple[list[float], int]]:
    """Seconds of each look at a page, and its number of queries, of each world.

    Looks alternate, so that what else the machine does slows each of them alike.
    """
    looks = [
        (world.client, f"/t/{world.tenant.slug}/{path.format(**world.names)}") for world in worlds
    ]
    # What is remembered of a night is asked for once.
    for client, url in looks:
        client.get(url)
    seconds: list[list[float]] = [[] for _look in looks]
    for _round in range(ROUNDS):
        for (client, url), found in zip(looks, seconds, strict=True):
            clock = time.perf_counter()
            answer = client.get(url)
            found.append(time.perf_counter() - clock)
            assert answer.status_code == 200, answer.status_code
    asked = []
    for client, url in looks:
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        asked.append(len(captured))
    return list(zip(seconds, asked, strict=True))


def _world(customers: int) -> World:
    tenant = create_tenant(slug=f"work-{time.time_ns()}", name="Benchmark", by=None)
    user = User.objects.create_user(f"sm-{time.time_ns()}@benchmark.example", "benchmark only")
    with tenant_scope(tenant.id):
        add_member(user=user, roles=["service_manager"], by=None)
    now = timezone.now()
    today, night = tenant.local_date(now), tenant.last_ended_day(now)
    managers = min(MOST_MANAGERS, max(2, customers // CUSTOMERS_OF_ONE))
    fill(tenant, customers, FACES, managers=managers)
    refresh_statistics()
    with tenant_scope(tenant.id), planning():
        fill(tenant, customers, WORK, day=today, each=PER_CUSTOMER, steps=STEPS)
    refresh_statistics()
    run_night(tenant=tenant, as_of=night)
    refresh_statistics()
    with tenant_scope(tenant.id):
        clock = time.perf_counter()
        changed = refresh_ranks()
        ranked = time.perf_counter() - clock
        clock = time.perf_counter()
        top_with(RankWeights(floor=30), 10)
        tried = time.perf_counter() - clock
        first = Cta.objects.exclude(owner=None).latest("pk")
        names = {"owner": first.owner_id or 0, "work": first.pk, "customer": first.customer_id}
    refresh_statistics()
    print(
        f"{changed:>10,} ranked in {ranked:.2f} s; other weights tried in {tried:.2f} s", flush=True
    )
    client = Client()
    client.force_login(user)
    return World(tenant, client, names)
