"""What time does to cases: somebody is told before a clock runs out, one that ran out is a breach and
goes to a department, and what was solved long ago is closed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta

import structlog
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.letters import without_letters
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from service.actions.case_escalations import Cause, department_for, pass_on
from service.actions.case_letters import owner_member, tell_member
from service.actions.case_rows import add_entry, locked_work, save_work
from service.actions.case_sync import follow_tiers, sync_cases
from service.compute.case_clocks import run_out
from service.models import CaseEntry, CaseWork
from service.queries.case_rules import Promises, clock_of, promises

log = structlog.get_logger("tenure.cases")
# Of each kind in one sweep; the next one goes on.
AT_ONCE = 500
State = CaseWork.State


def sweep_cases(*, tenant_id: int, now: datetime | None = None) -> None:
    """See to every case of a tenant for which a moment has come.

    However often, and by however many at once: each case is looked at again with its row held, and
    what was done leaves a trace there.
    """
    tenant = Tenant.objects.get(pk=tenant_id)
    moment = now or timezone.now()
    with without_letters() if tenant.is_demo else nullcontext():
        sync_cases(tenant, now=moment)
        with tenant_scope(tenant_id):
            follow_tiers(tenant, now=moment)
            found = promises(tenant)
            due = list(_ran_out(moment).values_list("case_id", flat=True)[:AT_ONCE])
            horizon = _horizon(found, moment)
            soon = list(_soon(moment, horizon).values_list("case_id", flat=True)[:AT_ONCE])
            old = list(_long_solved(found, moment).values_list("case_id", flat=True)[:AT_ONCE])
        for case_ids, see_to in ((due, _break), (soon, _warn), (old, _close)):
            for case_id in case_ids:
                _tried(tenant, case_id, moment, see_to)


def _horizon(found: Promises, now: datetime) -> datetime:
    return found.hours.add(now, timedelta(minutes=found.promise.warn_minutes))


def _ran_out(now: datetime) -> QuerySet:
    response = Q(
        response_due_at__lt=now, responded_at__isnull=True, response_breached_at__isnull=True
    )
    resolution = Q(resolution_due_at__lt=now, resolution_breached_at__isnull=True)
    return CaseWork.objects.filter(
        response | resolution, state__in=CaseWork.RUNNING, due_at__lt=now
    )


def _soon(now: datetime, horizon: datetime) -> QuerySet:
    return CaseWork.objects.filter(
        state__in=CaseWork.RUNNING, due_at__gte=now, due_at__lte=horizon
    ).exclude(warned_of=F("due_at"))


def _long_solved(found: Promises, now: datetime) -> QuerySet:
    since = now - timedelta(days=found.promise.reopen_days)
    return CaseWork.objects.filter(state=State.SOLVED, solved_at__lt=since)


def _tried(
    tenant: Tenant,
    case_id: int,
    now: datetime,
    see_to: Callable[[CaseWork, Tenant, datetime], None],
) -> None:
    try:
        with tenant_scope(tenant.pk):
            see_to(locked_work(case_id), tenant, now)
    except Exception:
        # Each in its own transaction: one that fails keeps no other waiting.
        log.exception("case not seen to", tenant=tenant.pk, case=case_id)


def _break(work: CaseWork, tenant: Tenant, now: datetime) -> None:
    """A clock that ran out is a breach. It goes to a department, and to who looks after it, where it
    ran out under our eyes: a file of old cases is measured, and calls nobody."""
    if work.state not in CaseWork.RUNNING:
        return
    before = clock_of(work)
    after = run_out(before, now)
    broken = [
        (cause, moment)
        for cause, moment, was in (
            (Cause.RESPONSE, after.response_breached_at, before.response_breached_at),
            (Cause.RESOLUTION, after.resolution_breached_at, before.resolution_breached_at),
        )
        if moment is not None and was is None
    ]
    if not broken:
        return
    save_work(work, after, now=now)
    for cause, moment in broken:
        if moment < work.made_at:
            continue
        department = department_for(work.case.kind, work.priority)
        pass_on(work, department, cause, tenant, now=now)
        tell_member(owner_member(work), f"late_{cause}", work, tenant)


def _warn(work: CaseWork, tenant: Tenant, now: datetime) -> None:
    if work.state not in CaseWork.RUNNING or work.due_at is None or work.warned_of == work.due_at:
        return
    work.warned_of = work.due_at
    # No change that anybody who looks at the case has to see again.
    work.save(update_fields=["warned_of"])
    tell_member(owner_member(work), "soon", work, tenant)


def _close(work: CaseWork, tenant: Tenant, now: datetime) -> None:
    if work.state != State.SOLVED:
        return
    work.state = State.CLOSED
    save_work(work, now=now)
    add_entry(
        work, CaseEntry.Kind.CHANGE, by=None, now=now, what="state", before=State.SOLVED,
        after=State.CLOSED,
    )  # fmt: skip
