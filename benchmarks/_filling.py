"""Facts of a tenant as the benchmarks want them; pseudo-random and the same every time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.models import Tenant
from accounts.tenancy import tenant_scope

D, DAY = date(2026, 6, 30), timedelta(1)
ZONE = ZoneInfo("Asia/Shanghai")

# Modules, and companies with one contract each.
COMPANIES = (
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
)
# What they signed and paid over years.
FACTS = (
    *COMPANIES,
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


def fill(tenant: Tenant, customers: int, statements: Sequence[str] = FACTS, **values: Any) -> None:
    """Give an empty tenant so many customers; `values`: what further the statements name."""
    with tenant_scope(tenant.id):
        for statement in statements:
            execute(statement, {"tenant": tenant.id, "customers": customers, **values})


def noon(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), ZONE) + timedelta(hours=12)


def execute(sql: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
