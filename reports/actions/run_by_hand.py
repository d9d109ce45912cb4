"""Runs that somebody does here and now, without a worker: rows like those of the morning."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.utils import timezone

from reports.actions.production import Order
from reports.actions.report_storing import Batch
from reports.actions.run_work import SILENCE, Phase, State, note_failures
from reports.compute.report_periods import ReportPeriod
from reports.models import ReportRun


def begin_by_hand(*, kind: str, period: ReportPeriod) -> tuple[int, uuid.UUID] | None:
    """Claim the run of a period from its beginning, in the tenant's scope, whoever asked for it before
    and whatever it came to: what is made stays. Returns its id and the claim; None while a worker is
    at it."""
    now = timezone.now()
    wanted = ReportRun(kind=kind, period=period.key, last_day=period.last, created_at=now)
    ReportRun.objects.bulk_create([wanted], ignore_conflicts=True)
    run = ReportRun.objects.select_for_update().get(kind=kind, period=period.key)
    if run.state == State.RUNNING and run.heard_at and run.heard_at > timezone.now() - SILENCE:
        return None
    now, claim = timezone.now(), uuid.uuid4()
    run.state, run.phase, run.claim = State.RUNNING, Phase.FIGURES, claim
    run.known_at = run.total = run.not_before = run.finished_at = None
    run.reached = run.customers = run.made = run.refreshed = 0
    run.attempts, run.error, run.started_at, run.heard_at = 1, "", now, now
    run.save()
    return int(run.pk), claim


def note_one(*, order: Order, ids: Sequence[int | None], batch: Batch) -> None:
    """What became of customers whose reports were made apart from a run, for the run of the period, if
    there is one; in the caller's transaction."""
    run = ReportRun.objects.filter(kind=order.kind, period=order.period.key).first()
    if run is not None:
        note_failures(run, ids, batch)
