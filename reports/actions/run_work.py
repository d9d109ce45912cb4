"""Producing the reports of a period as work that is a row: who does it, how far it came, what a try
that failed means.

A run goes batch by batch, each a transaction that holds the run's row, makes some customers' reports
and notes how far it came. A worker that dies leaves whole batches; PostgreSQL lets go of its row, and
the next one goes on behind them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.actions.audit import record
from accounts.models import Customer, Tenant, User
from accounts.tenancy import tenant_scope
from reports.actions.production import Order, error_words, make_batch, make_figures
from reports.actions.report_storing import Batch
from reports.actions.tenant_reports import make_tenant_report
from reports.compute.documents import ReportKind
from reports.compute.report_periods import period_of
from reports.models import ReportFailure, ReportRun
from reports.queries.report_customers import customers_due, report_rule

log = structlog.get_logger("tenure.reports")
State, Phase = ReportRun.State, ReportRun.Phase
BATCH = 500
MOST_ATTEMPTS = 4
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
"""How long a run waits after its first, second and third failure."""

ENQUEUE_AGAIN_AFTER = timedelta(minutes=5)
"""The broker may have forgotten what nobody claimed for so long."""

SILENCE = timedelta(seconds=30)
"""A worker that holds no row and said nothing for so long is dead: between batches it speaks."""

UNFINISHED = (State.QUEUED, State.RUNNING, State.FAILED)


Told = Callable[[Sequence[int | None], Batch], None]
"""Is told what became of some customers, once that is stored; of none once there are figures."""


class ClaimLost(Exception):
    """Another worker took the run, or it is over."""


def work_on_run(*, tenant: Tenant, run_id: int) -> bool:
    """Claim a run and do what is left of it. Safe to call twice: one call wins the claim. Returns
    whether this call ended it."""
    with tenant_scope(tenant.pk):
        claim = _claim(run_id)
    if claim is None:
        return False
    try:
        work_on(tenant=tenant, run_id=run_id, claim=claim)
    except ClaimLost:
        return False
    except Exception as error:
        log.warning("report run failed", tenant=tenant.slug, run=run_id, error=type(error).__name__)
        return False
    return True


def work_on(*, tenant: Tenant, run_id: int, claim: uuid.UUID, told: Told | None = None) -> None:
    """Do what is left of a run that was claimed.

    Raises:
        ClaimLost: another worker took it meanwhile.
        Exception: whatever stood in the way; the run says so and is tried again.
    """
    try:
        while (step := _step(tenant, run_id, claim)) is not None:
            if told is not None:
                told(step.ids, step.batch)
    except ClaimLost:
        raise
    except Exception as error:
        with tenant_scope(tenant.pk):
            _fail(run_id, claim, error_words(error))
        raise


def next_due(now: datetime) -> int | None:
    """The id of the run that is to be handed to the broker, which is noted; in the tenant's scope.
    Runs go one after the other."""
    _free_dead(now)
    run = ReportRun.objects.filter(state__in=UNFINISHED).order_by("created_at", "pk").first()
    if run is None or run.state == State.RUNNING:
        return None
    waits = run.not_before is not None and run.not_before > now
    waiting = run.queued_at is not None and run.queued_at > now - ENQUEUE_AGAIN_AFTER
    if waits or waiting:
        return None
    ReportRun.objects.filter(pk=run.pk).update(queued_at=now)
    return int(run.pk)


@transaction.atomic
def retry_run(*, run: ReportRun, by: User | None) -> bool:
    """Have a run that was given up, or that left customers out, done again: what is made stays, what
    failed is tried. Returns whether there was anything to do."""
    current = ReportRun.objects.select_for_update().get(pk=run.pk)
    failed = ReportFailure.objects.filter(run=current).exists()
    if current.state not in (State.DEAD, State.DONE) or (
        current.state == State.DONE and not failed
    ):
        return False
    current.state, current.attempts, current.error = State.QUEUED, 0, ""
    current.not_before = current.queued_at = current.finished_at = None
    if current.phase == Phase.DONE:
        current.phase = Phase.REPORTS
    current.save()
    record("report_run.retried", by=by, about=current)
    return True


def _claim(run_id: int) -> uuid.UUID | None:
    claim, now = uuid.uuid4(), timezone.now()
    free = (
        ReportRun.objects.select_for_update(skip_locked=True)
        .filter(Q(not_before=None) | Q(not_before__lte=now))
        .filter(pk=run_id, state__in=(State.QUEUED, State.FAILED))
    )
    if not list(free.values_list("pk", flat=True)):
        return None
    ReportRun.objects.filter(pk=run_id).update(
        state=State.RUNNING, claim=claim, attempts=F("attempts") + 1, started_at=now, heard_at=now
    )
    return claim


@dataclass(frozen=True)
class _Step:
    """Customers that a transaction went through, and what became of them."""

    ids: Sequence[int | None] = ()
    batch: Batch = field(default_factory=Batch)


def _step(tenant: Tenant, run_id: int, claim: uuid.UUID) -> _Step | None:
    """One transaction of the run; None: it is over."""
    step = _Step()
    with tenant_scope(tenant.pk):
        run = _held(run_id, claim)
        order = Order(tenant, run.kind, period_of(run.period), run.known_at or timezone.now())
        if run.phase == Phase.FIGURES:
            run.known_at = order.known_at
            if run.kind == ReportKind.CUSTOMER:
                make_figures(order)
            run.total = _due(order).count() if run.kind == ReportKind.CUSTOMER else 1
            run.phase = Phase.REPORTS
        elif ids := _next(run, order):
            if run.kind == ReportKind.CUSTOMER:
                made = make_batch(order, ids)
            else:
                order, made = make_tenant_report(order)
                run.known_at = order.known_at
            _note(run, ids, made)
            step = _Step(ids, made)
        else:
            _end(run)
        run.heard_at = timezone.now()
        run.save()
        return step if run.state == State.RUNNING else None


def _held(run_id: int, claim: uuid.UUID) -> ReportRun:
    """The run, until the transaction ends: who looks for dead workers passes over it."""
    run = (
        ReportRun.objects.select_for_update()
        .filter(pk=run_id, claim=claim, state=State.RUNNING)
        .first()
    )
    if run is None:
        raise ClaimLost
    return run


def _due(order: Order) -> QuerySet[Customer]:
    today = order.tenant.local_date(order.known_at)
    return customers_due(order.period, report_rule(), today)


def _next(run: ReportRun, order: Order) -> list[int | None]:
    """The customers that follow; then those that failed before this try, once more."""
    if run.kind == ReportKind.CUSTOMER:
        ids: list[int | None] = list(
            _due(order).filter(pk__gt=run.reached).values_list("pk", flat=True)[:BATCH]
        )
        if ids:
            return ids
    elif not run.reached:
        return [None]
    failed = ReportFailure.objects.filter(run=run, at__lt=run.started_at).order_by("pk")
    return list(failed.values_list("customer_id", flat=True)[:BATCH])


def _note(run: ReportRun, ids: Sequence[int | None], batch: Batch) -> None:
    """What became of a batch. One that came to something takes back the tries before it: a run is
    given up when it no longer gets on."""
    run.made += batch.count("made")
    run.refreshed += batch.count("refreshed")
    furthest = ids[-1] or 1
    if furthest > run.reached:
        run.customers += len(ids)
        run.reached = furthest
        run.attempts = 1
    note_failures(run, ids, batch)


def note_failures(run: ReportRun, ids: Sequence[int | None], batch: Batch) -> None:
    """Whose report could not be made, and whose was made after all."""
    done = [pk for pk in ids if pk not in batch.failed]
    before = ReportFailure.objects.filter(run=run)
    gone = before.filter(Q(customer__in=[pk for pk in done if pk is not None]))
    if None in done:
        gone = before.filter(customer=None)
    gone.delete()
    now = timezone.now()
    for customer, reason in batch.failed.items():
        failure, is_new = ReportFailure.objects.get_or_create(
            run=run, customer_id=customer, defaults={"reason": reason, "at": now}
        )
        if not is_new:
            failure.reason, failure.at, failure.attempts = reason, now, failure.attempts + 1
            failure.save()


def _end(run: ReportRun) -> None:
    run.state, run.phase, run.claim, run.error = State.DONE, Phase.DONE, None, ""
    run.finished_at = timezone.now()
    record(
        "report_run.done", by=run.asked_by, about=run, customers=run.customers, made=run.made,
        refreshed=run.refreshed, failed=ReportFailure.objects.filter(run=run).count(),
    )  # fmt: skip


def _free_dead(now: datetime) -> None:
    """What says that it runs, is held by nobody and was silent has lost its worker; the next one does
    not wait."""
    dead = ReportRun.objects.select_for_update(skip_locked=True).filter(
        state=State.RUNNING, heard_at__lt=now - SILENCE
    )
    for run in dead:
        _end_try(run, "WorkerLost", now)
        if run.state == State.FAILED:
            run.not_before = None
            run.save(update_fields=["not_before"])


def _fail(run_id: int, claim: uuid.UUID, error: str) -> None:
    try:
        run = _held(run_id, claim)
    except ClaimLost:
        return
    _end_try(run, error, timezone.now())


def _end_try(run: ReportRun, error: str, now: datetime) -> None:
    """A try ended without a result: wait and try again, or give up."""
    given_up = run.attempts >= MOST_ATTEMPTS
    run.state = State.DEAD if given_up else State.FAILED
    run.claim, run.queued_at, run.error, run.finished_at = None, None, error[:500], now
    run.not_before = None if given_up else now + WAITS[min(run.attempts, len(WAITS)) - 1]
    run.save()
    log.warning(
        "report run given up" if given_up else "report run will be tried again",
        run=run.pk, error=error,
    )  # fmt: skip
