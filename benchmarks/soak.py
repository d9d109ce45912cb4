"""Workers killed at random and a broker that forgets, while many tenants catch up with their nights.

A sweeper runs here; workers are real processes, one of which is killed with SIGKILL every few
seconds and started again; half-way the broker loses everything. At the end every night must be done,
once, and say what a calm computation says.

SOAK_TENANTS, SOAK_CUSTOMERS (of each), SOAK_NIGHTS, SOAK_WORKERS, SOAK_SECONDS (for how long workers
are killed) and SOAK_KILL_EVERY choose the size.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import redis
from django.conf import settings
from django.utils import timezone

from accounts.actions.tenants import create_tenant
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from benchmarks._filling import fill
from segmentation.actions import tries
from segmentation.actions.nights import run_night
from segmentation.models import Assignment, Move, Night
from segmentation.tasks import sweep_nights

TENANTS = int(os.environ.get("SOAK_TENANTS", "20"))
CUSTOMERS = int(os.environ.get("SOAK_CUSTOMERS", "50"))
NIGHTS = int(os.environ.get("SOAK_NIGHTS", "8"))
WORKERS = int(os.environ.get("SOAK_WORKERS", "3"))
SECONDS = int(os.environ.get("SOAK_SECONDS", "120"))
KILL_EVERY = float(os.environ.get("SOAK_KILL_EVERY", "4"))
SEED = 7
PATIENCE = timedelta(minutes=15)


def run() -> None:
    """Print what was killed and what came of the nights; AssertionError when one is lost or doubled."""
    chance = random.Random(SEED)
    # The broker forgets in this run: what nobody claimed is handed to it again soon.
    tries.ENQUEUE_AGAIN_AFTER = timedelta(seconds=15)
    tenants = [_tenant(number) for number in range(TENANTS)]
    print(f"{TENANTS} tenants of {CUSTOMERS} customers, {NIGHTS} nights each, {WORKERS} workers")
    workers = [_worker() for _ in range(WORKERS)]
    killed, flushed = 0, False
    started = time.monotonic()
    next_kill = started + KILL_EVERY
    try:
        while True:
            sweep_nights()
            now = time.monotonic()
            if now >= next_kill and now < started + SECONDS:
                place = chance.randrange(WORKERS)
                os.killpg(workers[place].pid, signal.SIGKILL)
                workers[place].wait()
                workers[place] = _worker()
                killed += 1
                next_kill = now + KILL_EVERY * chance.uniform(0.5, 1.5)
            if not flushed and now >= started + SECONDS / 2:
                with redis.from_url(settings.REDIS_URL) as broker:
                    broker.flushall()
                flushed = True
            states = _states(tenants)
            over = now >= started + SECONDS
            if over and not set(states) & {"queued", "running", "failed"}:
                break
            assert now < started + SECONDS + PATIENCE.total_seconds(), states
            time.sleep(1)
    finally:
        for worker in workers:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
    seconds = time.monotonic() - started
    print(f"{killed} workers killed, the broker emptied once, {seconds:.0f} s: {dict(states)}")
    _check(tenants)
    print("every night done once, and equal to a calm computation")


def _tenant(number: int) -> Tenant:
    tenant = create_tenant(slug=f"soak-{number}-{time.time_ns()}", name="Soak", by=None)
    first = tenant.last_ended_day(timezone.now()) - timedelta(days=NIGHTS - 1)
    fill(tenant, CUSTOMERS)
    with tenant_scope(tenant.id):
        # The sweeper adds those after it.
        Night.objects.create(as_of=first)
    return tenant


def _worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "--app=config.celery", "worker"),
            *("--concurrency=1", "--loglevel=critical"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _states(tenants: list[Tenant]) -> Counter[str]:
    states: Counter[str] = Counter()
    for tenant in tenants:
        with tenant_scope(tenant.id):
            states.update(Night.objects.values_list("state", flat=True))
    return states


def _check(tenants: list[Tenant]) -> None:
    for tenant in tenants:
        with tenant_scope(tenant.id):
            nights = list(Night.objects.order_by("as_of"))
            # A night whose worker was killed four times is given up, visibly: that is no loss.
            done = [night for night in nights if night.state == Night.State.DONE]
            assert len(nights) == NIGHTS, f"{len(nights)} nights of {tenant.slug}"
            assert len(done) + sum(n.state == Night.State.DEAD for n in nights) == NIGHTS
            now = Assignment.objects.filter(valid_to=None)
            assert now.count() == now.values("customer").distinct().count() == CUSTOMERS
            for night in done:
                assert Move.objects.filter(night=night).count() == night.moves_count
        for night in done:
            outcome = run_night(tenant=tenant, as_of=night.as_of, known_at=night.known_at)
            assert outcome.stored == "unchanged", f"{tenant.slug} {night.as_of}"
