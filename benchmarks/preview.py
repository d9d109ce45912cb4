"""Changed rules tried on last night's customers: what a person waits for.

One tenant, 50,000 customers with contracts, payments and usage; a night is stored, then each change
is tried as the screen does it, without anything remembered, and asked for once more, remembered. The
aim is under two seconds. The processor seconds are those of this process, without PostgreSQL's: on a
busy machine they say what the wait would be on an idle one.

BENCHMARK_CUSTOMERS chooses another number.
"""

from __future__ import annotations

import os
import time
from typing import Any

from django.core.cache import cache

from accounts.actions.tenants import create_tenant
from accounts.loads.statistics import refresh_statistics
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from benchmarks._filling import COMPANIES, D, fill
from segmentation.actions.nights import run_night
from segmentation.queries.rule_preview import Preview, preview, previewed_night
from segmentation.queries.rules import current_rules
from segmentation.rules.merging import merge_rules

CUSTOMERS = int(os.environ.get("BENCHMARK_CUSTOMERS", "50000"))

# Pseudo-random and the same every time; a hundred kinds of customer, no two with the same fee.
FACTS = (
    *COMPANIES,
    """
    INSERT INTO accounts_contractline (contract_id, module_id, kind, signed_on, starts_on, ends_on,
                                       annual_fee, amount, seats, is_trial, attributes, known_from)
    SELECT id, (SELECT min(id) FROM accounts_module WHERE tenant_id = %(tenant)s), 'subscription',
           start, start, start + 365 * (1 + id %% 3)::int, 1000 + (id * 7919) %% 400000, 0,
           5 + id %% 40, false, '{}', '2020-01-01'
      FROM (SELECT id, %(day)s::date - (20 + (id * 104729) %% 900)::int AS start
              FROM accounts_contract WHERE tenant_id = %(tenant)s) AS contract
    """,
    """
    INSERT INTO accounts_payment (customer_id, key, paid_on, amount, attributes, known_from)
    SELECT customer.id, 'p' || customer.id || '-' || n,
           %(day)s::date - ((customer.id * 31 + n * 97) %% 700)::int,
           100 + (customer.id * 7 + n) %% 9000, '{}', '2020-01-01'
      FROM accounts_customer customer, generate_series(1, 4) n WHERE tenant_id = %(tenant)s
    """,
    """
    INSERT INTO usage_event (message_id, customer_id, module_id, person, event, occurred_at, count,
                             received_at)
    SELECT 'e' || customer.id || '-' || n, customer.id,
           (SELECT min(id) FROM accounts_module WHERE tenant_id = %(tenant)s),
           'p' || n %% (1 + customer.id %% 7), 'opened',
           %(day)s::timestamptz - make_interval(hours => ((customer.id * 13 + n * 53) %% 2100)::int),
           1, '2020-01-01'
      FROM accounts_customer customer, generate_series(1, 8) n
     WHERE tenant_id = %(tenant)s AND customer.id %% 9 > 0
    """,
)

CHANGES: dict[str, dict[str, Any]] = {
    "a threshold of stages": {"stages": {"dormant_days": 20}},
    "a dimension by equal parts": {
        "dimensions": {
            "activity": {
                "measures": {
                    "active_days_30": {
                        "method": "quantile",
                        "bins": 3,
                        "levels": ["low", "mid", "high"],
                    }
                }
            }
        }
    },
    "the order of the tiers": {
        "tiers": {"schemes": {"a": {"order": ["lost", "mature", "new", "high", "low", "mid"]}}}
    },
    "the look-back window": {"window_days": 365, "rfm": {"basis": "payments"}},
}


def run() -> None:
    tenant = create_tenant(slug="preview-benchmark", name="Preview", by=None)
    started = time.perf_counter()
    fill(tenant, CUSTOMERS, FACTS, day=D)
    refresh_statistics()
    run_night(tenant=tenant, as_of=D)
    print(f"{CUSTOMERS:,} customers, a night: {time.perf_counter() - started:.0f} s to prepare")
    print(f"{'change':<30}{'seconds':>9}{'processor':>11}{'again':>8}{'move':>8}")
    cache.clear()
    with tenant_scope(tenant.id):
        rules = current_rules()
    for name, change in CHANGES.items():
        busy = time.process_time()
        first, moved = _tried(tenant, merge_rules(rules, change))
        busy = time.process_time() - busy
        again, _ = _tried(tenant, merge_rules(rules, change))
        print(f"{name:<30}{first:>9.2f}{busy:>11.2f}{again:>8.2f}{moved:>8,}")


def _tried(tenant: Tenant, rules: dict[str, Any]) -> tuple[float, int]:
    """(seconds, customers whose tier would change) of what the screen asks for."""
    with tenant_scope(tenant.id):
        started = time.perf_counter()
        night = previewed_night()
        assert night is not None
        found = preview(tenant, night, rules)
        assert isinstance(found, Preview)
        found.flows("tier")
        found.by_rule("tier")
        moved = found.moved("tier")
        return time.perf_counter() - started, moved
