"""Seconds per customer of a night, for ever more customers: the cost is to grow with them and no more.

Customers have payments and contracts and no usage, so that what is measured is what every customer
costs: facts, measures, scores, tiers and everything stored. The first night of each size stores
everything anew; the second is what every following night costs.

BENCHMARK_SIZES names other sizes, e.g. 1000,1000000.
"""

from __future__ import annotations

import os
import time
from datetime import date

from accounts.actions.tenants import create_tenant
from accounts.loads.statistics import refresh_statistics
from accounts.models import Tenant
from benchmarks._filling import DAY, D, fill
from segmentation.actions.nights import run_night

SIZES = tuple(
    int(size) for size in os.environ.get("BENCHMARK_SIZES", "1000,10000,50000,100000").split(",")
)


def run() -> None:
    """Print for each size the seconds of two nights, and milliseconds of the second per customer."""
    print(f"{'customers':>10}{'first, s':>12}{'next, s':>12}{'next, ms per customer':>24}")
    for size in SIZES:
        tenant = create_tenant(slug=f"bench-{time.time_ns()}", name="Benchmark", by=None)
        fill(tenant, size)
        refresh_statistics()
        first, following = _seconds(tenant, D - 2 * DAY), _seconds(tenant, D - DAY)
        print(f"{size:>10}{first:>12.2f}{following:>12.2f}{following * 1000 / size:>24.3f}")


def _seconds(tenant: Tenant, day: date) -> float:
    started = time.perf_counter()
    run_night(tenant=tenant, as_of=day)
    return time.perf_counter() - started
