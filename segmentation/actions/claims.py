"""Which night a worker computes: the night that is due, those that are missing, and trying it.

How tries are claimed, counted and followed by others is said in `tries`. Nights of one tenant are
computed in order.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import QuerySet

from accounts.actions.audit import record
from accounts.models import ContractLine, Customer, Payment, Tenant, User
from segmentation.actions.alarms import raise_alarm
from segmentation.actions.nights import compute_and_store
from segmentation.actions.progress import report_progress, tell_progress_of
from segmentation.actions.tries import Work
from segmentation.actions.turns import Turn, has_turn
from segmentation.models import Night, NightAlarm, UsageEvent
from segmentation.queries.pulse import TenantPulse, tenant_pulse

log = structlog.get_logger("tenure.nights")

LONG_SECONDS = 60
LONG_CUSTOMERS = 50_000
"""A night is expected to take long when the last one did, or, before the first, with so many
customers."""

CATCH_UP_DAYS = 14
CATCH_UP_MONTHS = 13
"""Missed nights are made up for: every day of the last fortnight, and month-ends before that."""


class NightWork(Work[Night]):
    noun = "night"

    def rows(self) -> QuerySet[Night]:
        return Night.objects.order_by("as_of")

    def compute(self, tenant: Tenant, row: Night) -> None:
        compute_and_store(tenant=tenant, night=row, progress=tell_progress_of(tenant.id, row.pk))

    def forget_progress(self, tenant_id: int, pk: int) -> None:
        report_progress(tenant_id, pk, None)

    def give_up(self, row: Night, now: datetime) -> None:
        raise_alarm(night=row, kind=NightAlarm.Kind.GIVEN_UP, now=now)


NIGHTS = NightWork()


def work_on_night(*, tenant: Tenant, night_id: int) -> bool:
    """Claim a night, compute and store it; called with its id by a worker. Safe to call twice: one
    call wins the claim, the others do nothing. Returns whether this call stored it."""
    return NIGHTS.work_on(tenant, night_id)


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
    NIGHTS.free_dead(now)
    _add_missing(tenant, now)
    return NIGHTS.next_due(now)


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
