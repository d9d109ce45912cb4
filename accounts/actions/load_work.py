"""What workers do with loads: claim one, check it, run it or take it back; find what was left lying.

A load's row is the truth. A worker claims it by an UPDATE that only one can win, and then holds a
lock on it for as long as it works; a row that says somebody works on it while nobody holds the lock
belonged to a worker that died.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta

import structlog
from django.db import OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.actions.audit import program
from accounts.actions.loads import (
    NotPossible,
    finish,
    keep_result,
    open_parts,
    run_file,
    undo_load,
)
from accounts.loads.dependants import CannotUndo
from accounts.loads.progress import show_progress
from accounts.loads.registry import find_kind
from accounts.loads.running import LoadOptions
from accounts.loads.statistics import refresh_statistics
from accounts.models import Load, LoadPart, Tenant, User
from accounts.tenancy import tenant_scope

State = Load.State

MOST_ATTEMPTS = 4
# A claim and its lock are two transactions; in between the row looks abandoned.
CLAIM_GRACE = timedelta(seconds=30)
KEPT_UPLOADS = timedelta(days=7)

# Waiting for a worker, and what it becomes when one takes it.
WAITING = Q(state=State.QUEUED) | Q(
    state__in=[State.CHECKING, State.UNDOING], started_at__isnull=True
)
TAKEN = Q(state=State.RUNNING) | Q(
    state__in=[State.CHECKING, State.UNDOING], started_at__isnull=False
)

log = structlog.get_logger(__name__)


def work_on_load(*, tenant_id: int, load_id: int) -> bool:
    """Do what a load waits for. False: there is nothing to do, or another worker does it.

    Safe to run twice, and to be killed at any moment: what it writes is one transaction.
    """
    with tenant_scope(tenant_id):
        attempt = _claim(load_id)
    if attempt is None:
        return False
    refresh_statistics()
    try:
        with tenant_scope(tenant_id):
            done = _work(Tenant.objects.get(pk=tenant_id), load_id, attempt)
    except Exception as error:
        log.exception("load failed", load=load_id, attempt=attempt)
        with tenant_scope(tenant_id):
            _give_back(
                Load.objects.filter(TAKEN, pk=load_id, attempts=attempt), type(error).__name__
            )
        return False
    refresh_statistics()
    return done


def _claim(load_id: int) -> int | None:
    """Take a waiting load; returns which attempt this is."""
    now = timezone.now()
    waiting = Load.objects.filter(WAITING, pk=load_id)
    claimed = waiting.filter(state=State.QUEUED).update(
        state=State.RUNNING, attempts=F("attempts") + 1, started_at=now
    ) or waiting.update(attempts=F("attempts") + 1, started_at=now)
    if not claimed:
        return None
    return Load.objects.values_list("attempts", flat=True).get(pk=load_id)


def _work(tenant: Tenant, load_id: int, attempt: int) -> bool:
    try:
        with transaction.atomic():
            load = (
                Load.objects.select_for_update(nowait=True)
                .filter(TAKEN, pk=load_id, attempts=attempt)
                .first()
            )
    except OperationalError:
        return False  # somebody else holds it
    if load is None:
        return False
    if load.state == State.UNDOING:
        _take_back(load)
    else:
        _check_or_run(load, tenant)
    return True


def _check_or_run(load: Load, tenant: Tenant) -> None:
    kind = find_kind(load.kind)
    if kind is None:
        raise NotPossible
    checking = load.state == State.CHECKING
    with closing(open_parts(load)) as handle:
        result = run_file(
            handle,
            kind,
            LoadOptions.from_json(load.options),
            tenant,
            load,
            dry_run=checking,
            progress=show_progress(load),
        )
    if not checking:
        # Through whom it came: the audit names the program that sent the rows.
        through = program.set(load.options.get("program", ""))
        try:
            finish(load, result, by=load.created_by)
        finally:
            program.reset(through)
        return
    keep_result(load, result)
    load.preview = result.preview.as_json() if result.preview else None
    load.state = State.CHECKED if result.preview else State.REFUSED
    load.finished_at = timezone.now()
    load.save()


def _take_back(load: Load) -> None:
    by = User.objects.filter(pk=load.notes.get("undone_by")).first()
    # Through whom it was asked for: the audit names the program.
    through = program.set(load.notes.get("undone_through", ""))
    try:
        undo_load(load=load, by=by)
    except CannotUndo as refusal:
        load.state = State.DONE
        load.notes["dependants"] = [found.as_json() for found in refusal.dependants]
        load.save(update_fields=["state", "notes"])
    finally:
        program.reset(through)


def _give_back(loads: Iterable[Load], reason: str) -> None:
    """Let loads wait again, or give them up after too many attempts."""
    for load in loads:
        load.notes["failure"] = reason
        if load.attempts >= MOST_ATTEMPTS:
            # An undoing that fails leaves the load as it was: done.
            load.state = State.DONE if load.state == State.UNDOING else State.DEAD
        elif load.state == State.RUNNING:
            load.state = State.QUEUED
        load.started_at = None if load.state != State.DEAD else load.started_at
        load.save(update_fields=["state", "notes", "started_at"])


def loads_to_work_on(*, tenant_id: int) -> list[int]:
    """What waits for a worker, after giving back what dead ones held and forgetting old uploads."""
    now = timezone.now()
    with tenant_scope(tenant_id):
        abandoned = Load.objects.select_for_update(skip_locked=True).filter(
            TAKEN, started_at__lt=now - CLAIM_GRACE
        )
        _give_back(abandoned, "WorkerLost")
        old = Load.objects.filter(
            state__in=[State.UPLOADED, State.CHECKED, State.REFUSED, State.DEAD],
            created_at__lt=now - KEPT_UPLOADS,
        )
        LoadPart.objects.filter(load__in=old).delete()
        return list(Load.objects.filter(WAITING).order_by("id").values_list("id", flat=True))
