"""The figures of customers' monthly reports, beside the bare SQL that aggregates the same facts.

Three tenants: a hundred customers, a tenth of the largest, and the largest. Contracts, instalments,
payments, a hundred usage events a customer over four hundred days, contacts, touchpoints, cases,
and a stored night at the month's end. Of each: the figures of all customers in one call, as a run
makes them, against SELECTs that group the same rows by customer (and by module, month and person)
and keep nothing; the aim is at most three times. Then what a customer costs: its figures, its
report (facts, document, row) in batches of 500 as runs make them, and the figures of one customer
read anew. Beside it the executives' figures of the eighteen closed months and their quarters, made
again after a night. BENCHMARK_CUSTOMERS chooses another number.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.actions.tenants import create_tenant
from accounts.loads.statistics import refresh_statistics
from accounts.models import Customer, Tenant
from accounts.planning import planning
from accounts.tenancy import tenant_scope
from benchmarks._filling import DAY, FACTS, HISTORY_SECONDS, USAGE, ZONE, D, execute, fill
from reports.actions.executive_figures import make_executive_sets
from reports.actions.figure_checks import closed_periods
from reports.actions.figures import make_customer_figures
from reports.actions.production import Order, make_batch
from reports.compute.documents import ReportKind
from reports.compute.report_periods import ReportPeriod, period_of
from segmentation.actions.nights import run_night
from segmentation.models import Night

MANY = int(os.environ.get("BENCHMARK_CUSTOMERS", "20000"))
EVENTS, BATCH, BATCHES, ROUNDS = 100, 500, 4, 3

FURTHER = (
    """
    INSERT INTO accounts_instalment (contract_id, due_on, amount, attributes, known_from)
    SELECT id, date '2025-01-15' + 180 * n, 1000 + n, '{}', '2020-01-01'
      FROM accounts_contract CROSS JOIN generate_series(0, 5) n WHERE tenant_id = %(tenant)s
    """,
    """
    INSERT INTO accounts_contact (customer_id, key, name, email, phone, title, attributes, known_from)
    SELECT id, 'p' || n || '@example.com', 'Person ' || n, '', '', '', '{}', '2020-01-01'
      FROM accounts_customer CROSS JOIN generate_series(0, 3) n WHERE tenant_id = %(tenant)s
    """,
    """
    INSERT INTO accounts_contactrole (contact_id, role, known_from)
    SELECT id, 'key_user', '2020-01-01' FROM accounts_contact WHERE tenant_id = %(tenant)s
    """,
    """
    INSERT INTO accounts_touchpoint (customer_id, key, kind, happened_on, note, attributes, known_from)
    SELECT id, id || '-' || n, 'call', date '2026-06-30' - 25 * n, '', '{}', '2020-01-01'
      FROM accounts_customer CROSS JOIN generate_series(0, 7) n WHERE tenant_id = %(tenant)s
    """,
    """
    INSERT INTO accounts_case (customer_id, key, title, priority, opened_at, first_response_at,
                               attributes, known_from)
    SELECT id, id || '-' || n, 'How', '', timestamptz '2026-06-20' - 30 * n * interval '1 day',
           timestamptz '2026-06-21' - 30 * n * interval '1 day', '{}', '2020-01-01'
      FROM accounts_customer CROSS JOIN generate_series(0, 3) n WHERE tenant_id = %(tenant)s
    """,
)
_SPAN = "tenant_id = %(tenant)s AND occurred_at >= %(year)s AND occurred_at < %(end)s"
_MONTH = "tenant_id = %(tenant)s AND occurred_at >= %(start)s AND occurred_at < %(end)s"
_LOCAL = "(occurred_at AT TIME ZONE %(zone)s)"
BARE = (
    f"""SELECT customer_id, sum(count), count(DISTINCT nullif(person, '')), count(DISTINCT module_id),
               count(DISTINCT {_LOCAL}::date) FROM usage_event WHERE {_MONTH} GROUP BY 1""",
    f"""SELECT customer_id, date_trunc('month', {_LOCAL}), sum(count), count(DISTINCT person)
          FROM usage_event WHERE {_SPAN} GROUP BY 1, 2""",
    f"""SELECT customer_id, person, sum(count), count(DISTINCT {_LOCAL}::date)
          FROM usage_event WHERE {_SPAN} GROUP BY 1, 2""",
    f"""SELECT customer_id, module_id, sum(count), count(DISTINCT person)
          FROM usage_event WHERE {_MONTH} GROUP BY 1, 2""",
    """SELECT k.customer_id, sum(l.annual_fee), count(DISTINCT l.module_id), max(l.seats),
              min(l.ends_on)
         FROM accounts_contractline l
         JOIN accounts_contract k ON k.tenant_id = %(tenant)s AND k.id = l.contract_id
        WHERE l.tenant_id = %(tenant)s GROUP BY 1""",
    """SELECT k.customer_id, sum(i.amount), min(i.due_on)
         FROM accounts_instalment i
         JOIN accounts_contract k ON k.tenant_id = %(tenant)s AND k.id = i.contract_id
         LEFT JOIN accounts_payment p ON p.tenant_id = %(tenant)s AND p.id = i.paid_by_id
        WHERE i.tenant_id = %(tenant)s AND p.id IS NULL GROUP BY 1""",
    "SELECT customer_id, sum(amount) FROM accounts_payment WHERE tenant_id = %(tenant)s GROUP BY 1",
    """SELECT customer_id, count(DISTINCT id) FROM accounts_touchpoint
        WHERE tenant_id = %(tenant)s AND happened_on > '2026-05-31' GROUP BY 1""",
    """SELECT customer_id, count(*), avg(first_response_at - opened_at) FROM accounts_case
        WHERE tenant_id = %(tenant)s GROUP BY 1""",
    """SELECT c.customer_id, count(*) FROM accounts_contactrole r
         JOIN accounts_contact c ON c.tenant_id = %(tenant)s AND c.id = r.contact_id
        WHERE r.tenant_id = %(tenant)s GROUP BY 1""",
    """SELECT c.industry, c.size, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY m.events_30),
              percentile_cont(0.5) WITHIN GROUP (ORDER BY m.breadth),
              percentile_cont(0.5) WITHIN GROUP (ORDER BY m.seat_utilisation)
         FROM segmentation_measurerow m
         JOIN accounts_customer c ON c.tenant_id = %(tenant)s AND c.id = m.customer_id
        WHERE m.tenant_id = %(tenant)s GROUP BY 1, 2""",
)
JUNE = period_of("2026-06")


def run() -> None:
    """Print the best of ROUNDS of each for all sizes, and what it is a customer."""
    print(
        f"{'customers':>10}{'bare SQL':>12}{'figures':>12}{'times':>8}{'ms each':>9}"
        f"{'report, ms each':>17}{'one anew':>10}{'closed periods':>16}"
    )
    for customers in (100, MANY // 10, MANY):
        tenant, night = _filled(customers)
        with tenant_scope(tenant.id):
            bare = _best(partial(_bare, tenant))
            whole = _best(partial(_all, night), undone=True)
            _all(night)
            ids = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
            batches = [ids[at : at + BATCH] for at in range(0, len(ids), BATCH)][:BATCHES]
            report = _best(partial(_reports, tenant, batches), undone=True)
            anew = _best(partial(_one, night, ids[len(ids) // 2]), undone=True)
            periods = closed_periods(tenant, timezone.now())
            sweep = _best(partial(_closed, periods), undone=True)
        print(
            f"{customers:>10,}{bare:>11.2f}s{whole:>11.2f}s{whole / bare:>8.1f}"
            f"{1000 * whole / customers:>9.3f}{1000 * report / sum(map(len, batches)):>17.3f}"
            f"{1000 * anew:>8.0f}ms{sweep:>15.2f}s",
            flush=True,
        )


def _filled(customers: int) -> tuple[Tenant, Night]:
    tenant = create_tenant(slug=f"figures-{time.time_ns()}", name="Benchmark", by=None)
    fill(tenant, customers, (*FACTS, *FURTHER))
    with tenant_scope(tenant.id):
        execute(
            "UPDATE accounts_customer SET industry = 'i' || id %% 9, size = 's' || id %% 3 "
            "WHERE tenant_id = %(tenant)s",
            {"tenant": tenant.id},
        )
        until = datetime.combine(D + DAY, datetime.min.time(), ZONE)
        execute(USAGE, {"tenant": tenant.id, "customers": customers, "until": until,
                        "seconds": HISTORY_SECONDS, "from": 1, "to": EVENTS * customers})  # fmt: skip
    refresh_statistics()
    run_night(tenant=tenant, as_of=D)
    refresh_statistics()
    with tenant_scope(tenant.id):
        return tenant, Night.objects.select_related("rule_set").get(as_of=D)


def _best(work: Callable[[], None], *, undone: bool = False) -> float:
    """Of ROUNDS; ``undone``: what each wrote is taken back, so that the next writes it again."""
    found = []
    for _round in range(ROUNDS):
        clock = time.perf_counter()
        with transaction.atomic():
            work()
            found.append(time.perf_counter() - clock)
            transaction.set_rollback(undone)
    return min(found)


def _bare(tenant: Tenant) -> None:
    def at(day: date) -> datetime:
        return datetime.combine(day, datetime.min.time(), ZONE)

    with planning() as ask:
        for statement in BARE:
            ask(
                # Materialised: of what nobody asks for PostgreSQL computes nothing.
                f"WITH found AS MATERIALIZED ({statement}) SELECT count(*) FROM found",
                {
                    "tenant": tenant.id,
                    "zone": ZONE.key,
                    "start": at(JUNE.first),
                    "end": at(JUNE.last + DAY),
                    "year": at(JUNE.first - timedelta(365)),
                },
            )


def _all(night: Night) -> None:
    make_customer_figures(period=JUNE, night=night, known_at=timezone.now())


def _reports(tenant: Tenant, batches: Sequence[Sequence[int]]) -> None:
    order = Order(tenant, ReportKind.CUSTOMER, JUNE, timezone.now())
    for ids in batches:
        made = make_batch(order, ids)
        assert not made.failed, made.failed


def _one(night: Night, customer: int) -> None:
    make_customer_figures(
        period=JUNE, night=night, known_at=timezone.now(), customer_ids=[customer]
    )


def _closed(periods: Sequence[ReportPeriod]) -> None:
    make_executive_sets(periods=periods, known_at=timezone.now())
