"""Which worker computes which night: claiming, failing, finding what is due, and what died.

The row is the truth. A try claims the night by an update that only one can win, and computes in a
transaction that holds the tenant's turn and the row; when its process dies PostgreSQL lets go of
both, so the sweeper can tell a dead try from a busy one. Every try is counted, and the fourth that
fails is the last. Nights of one tenant are computed in order.
"""

from __future__ import annotations

import calendar
import uuid
from datetime import date, datetime, timedelta

import structlog
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.actions.audit import record
from accounts.models import ContractLine, Customer, Payment, Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.actions.alarms import raise_alarm
from segmentation.actions.nights import NightRefused, compute_and_store
from segmentation.actions.progress import report_progress, tell_progress_of
from segmentation.actions.turns import Turn, has_turn, take_turn
from segmentation.models import Night, NightAlarm, UsageEvent
from segmentation.queries.pulse import UNFINISHED, TenantPulse, tenant_pulse

log = structlog.get_logger("tenure.nights")

MOST_ATTEMPTS = 4
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
"""How long a night waits after its first, second and third failure."""

ENQUEUE_AGAIN_AFTER = timedelta(minutes=5)
"""The broker may have forgotten a night that nobody claimed for so long."""

CLAIM_GRACE = timedelta(seconds=10)
"""A try that claimed just now may not have taken its turn yet."""

TURN_TIMEOUT = "5s"
"""A worker waits no longer for another night of the tenant; the sweeper brings it back."""

STATEMENT_TIMEOUT = "2h"
"""A statement of a night that takes longer hangs; the worker is wanted by other tenants."""

LONG_SECONDS = 60
LONG_CUSTOMERS = 50_000
"""A night is expected to take long when the last one did, or, before the first, with so many
customers."""

CATCH_UP_DAYS = 14
CATCH_UP_MONTHS = 13
"""Missed nights are made up for: every day of the last fortnight, and month-ends before that."""


def work_on_night(*, tenant: Tenant, night_id: int) -> bool:
    """Claim a night, compute and store it; called with its id by a worker. Safe to call twice: one
    call wins the claim, the others do nothing. Returns whether this call stored it."""
    with structlog.contextvars.bound_contextvars(tenant=tenant.slug, night=night_id):
        with tenant_scope(tenant.id):
            claim = _claim(night_id)
        if claim is None:
            return False
        try:
            with tenant_scope(tenant.id):
                return _compute_claimed(tenant, night_id, claim)
        except Exception as error:
            log.warning("night failed", error=type(error).__name__, exc_info=not holds_data(error))
            with tenant_scope(tenant.id):
                _fail(night_id, claim, error)
            return False
        finally:
            report_progress(tenant.id, night_id, None)


def due_night(*, tenant: Tenant, now: datetime, pulse: TenantPulse | None = None) -> int | None:
    """The id of the night that a worker is to compute now, if any; called in the tenant's scope by
    the sweeper, which enqueues it when the scope is committed.

    Frees nights whose worker died, and adds nights that are missing. Two sweepers at once give the
    night once. ``pulse``: what the caller has just asked of the tenant's nights.
    """
    # Asked of every tenant twice a minute: one statement where nothing is to be done.
    pulse = pulse or tenant_pulse()
    if not pulse.waiting and pulse.newest is not None and pulse.newest >= _last_due(tenant, now):
        return None
    if not has_turn(Turn.NIGHTS):
        return None
    _free_dead(now)
    _add_missing(tenant, now)
    night = Night.objects.filter(state__in=UNFINISHED).order_by("as_of").first()
    if night is None or night.state == Night.State.RUNNING:
        return None
    waits = night.not_before is not None and night.not_before > now
    waiting = night.queued_at is not None and night.queued_at > now - ENQUEUE_AGAIN_AFTER
    if waits or waiting:
        return None
    Night.objects.filter(pk=night.pk).update(queued_at=now)
    return night.pk


def is_long() -> bool:
    """Whether the tenant's next night is expected to take long; called in its scope."""
    done = Night.objects.filter(state=Night.State.DONE, seconds__isnull=False)
    seconds = done.order_by("-as_of").values_list("seconds", flat=True).first()
    if seconds is not None:
        return seconds >= LONG_SECONDS
    return Customer.objects.count() >= LONG_CUSTOMERS


@transaction.atomic
def retry_night(*, night: Night, by: User | None) -> None:
    """Let a night that was given up, or that waits after a failure, be tried again at once."""
    changed = Night.objects.filter(
        pk=night.pk, state__in=(Night.State.DEAD, Night.State.FAILED)
    ).update(state=Night.State.QUEUED, attempts=0, not_before=None, queued_at=None)
    if changed:
        record("night.retried", by=by, about=night)


def _claim(night_id: int) -> uuid.UUID | None:
    claim = uuid.uuid4()
    now = timezone.now()
    free = (
        Night.objects.select_for_update(skip_locked=True)
        .filter(Q(not_before=None) | Q(not_before__lte=now))
        .filter(pk=night_id, state__in=(Night.State.QUEUED, Night.State.FAILED))
    )
    # Locked first: an update would wait for whoever computes the night here and now.
    if not list(free.values_list("pk", flat=True)):
        return None
    Night.objects.filter(pk=night_id).update(
        state=Night.State.RUNNING, claim=claim, attempts=F("attempts") + 1, started_at=now
    )
    return claim


def _compute_claimed(tenant: Tenant, night_id: int, claim: uuid.UUID) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{TURN_TIMEOUT}'")
            take_turn(Turn.NIGHTS)
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
            cursor.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
    except OperationalError:
        # Another night of the tenant is being computed: this try never was one.
        _release(night_id, claim)
        return False
    night = Night.objects.select_for_update().filter(pk=night_id, claim=claim).first()
    if night is None or night.state != Night.State.RUNNING:
        log.info("night lost its claim")
        return False
    compute_and_store(tenant=tenant, night=night, progress=tell_progress_of(tenant.id, night_id))
    return True


def _release(night_id: int, claim: uuid.UUID) -> None:
    Night.objects.filter(pk=night_id, claim=claim, state=Night.State.RUNNING).update(
        state=Night.State.QUEUED, claim=None, attempts=F("attempts") - 1, queued_at=None
    )


def _fail(night_id: int, claim: uuid.UUID, error: Exception) -> None:
    night = Night.objects.select_for_update().filter(pk=night_id, claim=claim).first()
    if night is not None and night.state == Night.State.RUNNING:
        _end_try(night, error_words(error), timezone.now())


def _end_try(night: Night, error: str, now: datetime) -> None:
    """A try ended without a result: wait and try again, or give up."""
    given_up = night.attempts >= MOST_ATTEMPTS
    night.state = Night.State.DEAD if given_up else Night.State.FAILED
    night.claim = None
    night.error = error[:500]
    night.finished_at = now
    night.queued_at = None
    night.not_before = None if given_up else now + WAITS[min(night.attempts, len(WAITS)) - 1]
    night.save(update_fields=["state", "claim", "error", "finished_at", "queued_at", "not_before"])
    log.warning("night given up" if given_up else "night will be tried again", error=error)
    if given_up:
        raise_alarm(night=night, kind=NightAlarm.Kind.GIVEN_UP, now=now)


def _free_dead(now: datetime) -> None:
    """Nobody computes, so a night that says it runs has lost its worker."""
    dead = Night.objects.select_for_update(skip_locked=True).filter(
        state=Night.State.RUNNING, started_at__lt=now - CLAIM_GRACE
    )
    for night in dead:
        _end_try(night, "WorkerLost", now)
        if night.state == Night.State.FAILED:
            # The next worker may well live: it does not wait.
            night.not_before = None
            night.save(update_fields=["not_before"])


def _add_missing(tenant: Tenant, now: datetime) -> None:
    last = _last_due(tenant, now)
    newest = Night.objects.order_by("-as_of").values_list("as_of", flat=True).first()
    if newest is not None and newest >= last:
        return
    if newest is None and not _has_facts():
        return
    days = _missed(newest, last) if newest else [last]
    Night.objects.bulk_create([Night(as_of=day) for day in days], ignore_conflicts=True)
    log.info("nights due", first=days[0].isoformat(), nights=len(days))


def _last_due(tenant: Tenant, now: datetime) -> date:
    """The latest day whose night is due: yesterday, from the tenant's night hour on."""
    local = now.astimezone(tenant.zone)
    ended = 1 if local.hour >= tenant.night_hour else 2
    return local.date() - timedelta(days=ended)


def _missed(newest: date, last: date) -> list[date]:
    days = [newest + timedelta(days=number) for number in range(1, (last - newest).days + 1)]
    fortnight = last - timedelta(days=CATCH_UP_DAYS - 1)
    months = last - timedelta(days=31 * CATCH_UP_MONTHS)
    return [
        day
        for day in days
        if day >= fortnight
        or (day >= months and day.day == calendar.monthrange(day.year, day.month)[1])
    ]


def _has_facts() -> bool:
    """Before there is anything to score, the sweeper leaves a tenant alone: its first night settles
    what R, F and M are read from."""
    return any(model.objects.exists() for model in (ContractLine, Payment, UsageEvent))


def holds_data(error: Exception) -> bool:
    """Whether the text of an error may hold what customers' rows hold."""
    return isinstance(error, DatabaseError | ValueError | TypeError | KeyError)


def error_words(error: Exception) -> str:
    """What may be shown and kept of an error: its kind and place, never a value."""
    if isinstance(error, NightRefused):
        return str(error)
    words = type(error).__name__
    code = getattr(error.__cause__, "pgcode", None)
    if code:
        words += f" {code}"
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is not None:
        words += f" in {trace.tb_frame.f_globals.get('__name__', '?')}, line {trace.tb_lineno}"
    return words
