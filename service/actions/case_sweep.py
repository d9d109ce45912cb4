"""What time does to cases: somebody is told before a clock runs out, one that ran out is a breach and
goes to a department, and what was solved long ago is closed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta

import structlog
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.letters import without_letters
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from service.actions.case_escalations import Cause, department_for, pass_on
from service.actions.case_letters import owner_member, tell_member
from service.actions.case_rows import add_entry, locked_work, save_work
from service.actions.case_sync import follow_tiers, sync_cases
from service.compute.case_clocks import run_out
from service.models import CaseEntry, CaseEscalation, CaseWork
from service.queries.case_rules import Promises, clock_of, promises

log = structlog.get_logger("tenure.cases")
# Of each kind in one sweep; the next one goes on.
AT_ONCE = 500
# Cause, when it is due, when it is done, when it ran out.
CLOCKS = (
    (Cause.RESPONSE, "response_due_at", "responded_at", "response_breached_at"),
    (Cause.RESOLUTION, "resolution_due_at", "solved_at", "resolution_breached_at"),
)
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
    """Cases with a clock that ran out, seen or not, and was not passed on."""
    untold = Q()
    for cause, due, done, broken in CLOCKS:
        passed_on = CaseEscalation.objects.filter(
            case=OuterRef("case"), opening=OuterRef("number"), cause=cause
        )
        late = Q(**{f"{due}__lt": now, f"{broken}__isnull": True}) | (
            Q(**{f"{broken}__gte": F("made_at")}) & ~Exists(passed_on)
        )
        untold |= late & Q(**{f"{done}__isnull": True})
    return CaseWork.objects.filter(untold, state__in=CaseWork.RUNNING, due_at__lt=now)


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
    save_work(work, run_out(clock_of(work), now), now=now)
    for cause, _due, done, broken in CLOCKS:
        moment = getattr(work, broken)
        if moment is None or moment < work.made_at or getattr(work, done) is not None:
            continue
        mine = CaseEscalation.objects.filter(case=work.case, opening=work.number, cause=cause)
        if not mine.exists():
            pass_on(work, department_for(work.case.kind, work.priority), cause, tenant, now=now)
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
