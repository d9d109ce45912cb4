"""Many tenants, one night each, by one process: seconds a tenant, and what a sweep costs.

BENCHMARK_TENANTS and BENCHMARK_TENANT_CUSTOMERS choose the size; 1000 and 1000 is the size that
docs/decisions/schedule.md speaks of.
"""

from __future__ import annotations

import os
import statistics
import time

from accounts.actions.tenants import create_tenant
from accounts.loads.statistics import refresh_statistics
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from benchmarks._filling import DAY, HISTORY_SECONDS, USAGE, D, fill, noon
from segmentation.actions.nights import run_night
from segmentation.models import Night
from segmentation.queries.pulse import last_pulse
from segmentation.tasks import sweep_nights

TENANTS = int(os.environ.get("BENCHMARK_TENANTS", "20"))
CUSTOMERS = int(os.environ.get("BENCHMARK_TENANT_CUSTOMERS", "1000"))
EVENTS_PER_CUSTOMER = 20


def run() -> None:
    """Print seconds per tenant of a first and a next night, and of a sweep with nothing to do."""
    started = time.perf_counter()
    tenants = [_tenant(number) for number in range(TENANTS)]
    refresh_statistics()
    made = time.perf_counter() - started
    print(f"{TENANTS} tenants of {CUSTOMERS} customers ({made:.0f} s to make)")
    for label, day in (("first night", D - DAY), ("next night", D)):
        seconds = []
        for tenant in tenants:
            clock = time.perf_counter()
            run_night(tenant=tenant, as_of=day)
            seconds.append(time.perf_counter() - clock)
        tenth = max(1, TENANTS // 10)
        print(
            f"{label:14} {sum(seconds):8.1f} s in all, {statistics.median(seconds):.3f} s a tenant "
            f"(first tenth {statistics.median(seconds[:tenth]):.3f}, "
            f"last tenth {statistics.median(seconds[-tenth:]):.3f})",
            flush=True,
        )
    for tenant in tenants:
        with tenant_scope(tenant.id):
            Night.objects.create(as_of=tenant.last_ended_day(), state=Night.State.DONE)
    sweep_nights()
    pulse = last_pulse()
    assert pulse is not None
    each = 1000 * pulse.sweep_seconds / TENANTS
    print(f"{'sweep':14} {pulse.sweep_seconds:8.2f} s in all, {each:.1f} ms a tenant")


def _tenant(number: int) -> Tenant:
    tenant = create_tenant(slug=f"many-{number}-{time.time_ns()}", name="Benchmark", by=None)
    fill(tenant, CUSTOMERS)
    if number == 0:
        # Without statistics the references of the rows to come would be checked by scanning.
        refresh_statistics()
    # The ids of events are made of their number; each tenant has ids of its own.
    given = {"from": 1, "to": EVENTS_PER_CUSTOMER * CUSTOMERS, "seconds": HISTORY_SECONDS}
    fill(tenant, CUSTOMERS, [USAGE], **given, until=noon(D - DAY))
    return tenant
