"""Work in the background: tasks carry ids, the database knows what is to be done."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import structlog
from celery import shared_task
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from accounts.actions.follow_ups import follow_up
from accounts.models import Tenant
from accounts.queries.warming import warm_screens
from accounts.tenancy import tenant_scope
from segmentation.actions.alarms import (
    LATE_AFTER,
    alarms_to_tell,
    raise_late_alarms,
    tell_alarm,
)
from segmentation.actions.claims import due_night, is_long, work_on_night
from segmentation.actions.ingest_inbox import MOST_AT_ONCE, tidy, work_off
from segmentation.actions.replay_claims import due_replay, work_on_replay
from segmentation.queries.ingest_pulse import remember_ingestion, tenant_ingestion
from segmentation.queries.pulse import TenantPulse, pulse_of, remember_pulse, tenant_pulse

log = structlog.get_logger("tenure.nights")

LONG_NIGHTS = "long"
"""The queue of tenants whose nights take long, and with them their replays and warming: where a
worker reads only the others, they never wait for one. A worker that is told nothing reads both in
turn."""

TIDY_SECONDS = 30
# After so long the tenants that still have more wait for the next sweep.
INBOX_SECONDS = 60

MOST_SECONDS = 4 * 60 * 60
"""Longer than any night may take; what hangs is ended and tried again, or given up."""


@shared_task(soft_time_limit=MOST_SECONDS)
def compute_night(tenant_id: int, night_id: int) -> None:
    """Compute one night, then enqueue the tenant's next one if it is due. Behind the last one its
    screens are warmed: those of a night that is being caught up would be out of date at once."""
    tenant = Tenant.objects.get(pk=tenant_id)
    is_stored = work_on_night(tenant=tenant, night_id=night_id)
    pulse = enqueue_due(tenant)
    if is_stored and not pulse.waiting:
        with tenant_scope(tenant.id):
            enqueue = enqueuing(warm_figures)
        enqueue(tenant_id)


@shared_task(soft_time_limit=MOST_SECONDS)
def warm_figures(tenant_id: int) -> None:
    """Have the figures of the latest night at hand before a person asks for them. Lost without
    harm, and done twice without harm."""
    tenant = Tenant.objects.get(pk=tenant_id)
    with tenant_scope(tenant.id):
        warm_screens(tenant)


@shared_task
def tell_night_alarm(tenant_id: int, alarm_id: int) -> None:
    """Tell whoever can do something about a night."""
    tell_alarm(tenant=Tenant.objects.get(pk=tenant_id), alarm_id=alarm_id)


@shared_task
def sweep_nights() -> None:
    """Enqueue nights and replays that are due, tenant by tenant; trouble with one holds up no other."""
    started, now = perf_counter(), timezone.now()
    pulses = []
    for tenant in Tenant.objects.order_by("pk"):
        try:
            pulses.append(enqueue_due(tenant))
        except Exception as error:
            log.error("sweep failed", tenant=tenant.slug, error=type(error).__name__)
    remember_pulse(pulse_of(pulses, now=now, sweep_seconds=perf_counter() - started))


def enqueue_due(tenant: Tenant) -> TenantPulse:
    """Hand the tenant's due night to the broker once the database has noted it, or the replay that
    comes behind its nights, and alarms that nobody was told. Returns how its nights stood."""
    now = timezone.now()
    with tenant_scope(tenant.id):
        pulse = tenant_pulse()
        night_id = due_night(tenant=tenant, now=now, pulse=pulse)
        if night_id is not None:
            transaction.on_commit(partial(enqueuing(compute_night), tenant.id, night_id))
        elif (replay_id := due_replay(now=now)) is not None:
            transaction.on_commit(partial(enqueuing(compute_replay), tenant.id, replay_id))
        if pulse.waiting_since is not None and pulse.waiting_since <= now - LATE_AFTER:
            raise_late_alarms(now=now)
        if pulse.waiting or pulse.dead:
            for alarm_id in alarms_to_tell(now=now):
                transaction.on_commit(partial(tell_night_alarm.delay, tenant.id, alarm_id))
    return pulse


def enqueuing(task: Any) -> Callable[..., Any]:
    """What hands a task to the broker, in the queue of the tenant whose scope is open; takes the
    task's arguments."""
    if is_long():
        return lambda *ids: task.apply_async(ids, queue=LONG_NIGHTS)
    return lambda *ids: task.delay(*ids)


@shared_task(soft_time_limit=MOST_SECONDS)
def compute_replay(tenant_id: int, replay_id: int) -> None:
    """Compute one stored night again, then enqueue what waits behind it."""
    tenant = Tenant.objects.get(pk=tenant_id)
    work_on_replay(tenant=tenant, replay_id=replay_id)
    enqueue_due(tenant)


@shared_task
def sweep_ingestion() -> None:
    """Handle requests that could not be handled when they came, and release what waited for customers
    that are there by now; trouble with one tenant holds up no other."""
    started = perf_counter()
    tenants = list(Tenant.objects.order_by("pk"))
    found = []
    # In turns: who has much in the inbox keeps nobody else waiting.
    going = [tenant for tenant in tenants if _has_more(tenant)]
    for tenant in tenants:
        for work in (follow_up, _tidy_seldom):
            try:
                work(tenant.id)
            except Exception as error:
                log.error("sweep failed", tenant=tenant.slug, error=type(error).__name__)
    while going and perf_counter() - started < INBOX_SECONDS:
        going = [tenant for tenant in going if _has_more(tenant)]
    for tenant in tenants:
        try:
            with tenant_scope(tenant.id):
                found.append(tenant_ingestion(timezone.now()))
        except Exception as error:
            log.error("sweep failed", tenant=tenant.slug, error=type(error).__name__)
    remember_ingestion(found)


def _tidy_seldom(tenant_id: int) -> None:
    # It looks through all that waits.
    if cache.add(f"ingestion-tidied:{tenant_id}", True, TIDY_SECONDS):
        tidy(tenant_id)


def _has_more(tenant: Tenant) -> bool:
    """Handle some of a tenant's inbox; whether there may be more."""
    try:
        return work_off(tenant.id) >= MOST_AT_ONCE
    except Exception as error:
        log.error("sweep failed", tenant=tenant.slug, error=type(error).__name__)
        return False
