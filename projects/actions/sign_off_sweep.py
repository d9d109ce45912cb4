"""What the days bring to sign-offs: reminders before and on the deadline, word to the project's
manager when it has passed, and consent by silence where the SOW says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog
from django.core.cache import cache
from django.utils import timezone

from accounts.actions.audit import record
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from projects.actions.gates import locked_gate
from projects.actions.notices import tell_manager
from projects.actions.sign_off_answers import pass_by_silence
from projects.actions.sign_off_letters import write_colleague, write_contact
from projects.actions.sign_off_links import make_link, reached_by
from projects.models import ManagerNotice, SignOff, SignOffReminder
from projects.queries.gates import unanswered

log = structlog.get_logger("tenure.gates")

BEFORE = timedelta(days=3)
# Letters come when people work, and who answers in the night after the deadline is still in time.
LOCAL_HOUR = 8
Kind = SignOffReminder.Kind


def sweep_sign_offs(*, tenant_id: int) -> bool:
    """Once a local day, from ``LOCAL_HOUR`` on, see to every sign-off that is waited for. Returns
    whether it was done now.

    A day missed is made up for: what is due is read from the sign-offs, never from when this ran
    last. That today is done is kept in the cache alone: forgotten, it is done again, and everything
    in it happens once.
    """
    tenant = Tenant.objects.get(pk=tenant_id)
    now = timezone.now().astimezone(tenant.zone)
    today, key = now.date(), f"sign-offs-swept:{tenant_id}"
    if now.hour < LOCAL_HOUR or cache.get(key) == today.isoformat():
        return False
    with tenant_scope(tenant_id):
        due = list(unanswered().filter(deadline_on__lte=today + BEFORE))
    is_whole = True
    for sign_off in due:
        # Each in its own transaction: one that fails keeps nobody else waiting.
        is_whole &= _tried(tenant, sign_off, _see_to)
    if is_whole:
        cache.set(key, today.isoformat(), timeout=int(timedelta(days=2).total_seconds()))
    return True


def _tried(tenant: Tenant, sign_off: SignOff, do: Callable[[Tenant, SignOff], None]) -> bool:
    try:
        with tenant_scope(tenant.pk):
            do(tenant, sign_off)
    except Exception:
        log.exception("sign-off not seen to", tenant=tenant.pk, sign_off=sign_off.pk)
        return False
    return True


def _see_to(tenant: Tenant, sign_off: SignOff) -> None:
    today = tenant.local_date(timezone.now())
    if sign_off.deadline_on < today:
        if sign_off.clause_id and pass_by_silence(sign_off=sign_off, tenant=tenant) is not None:
            write_contact("passive", sign_off, tenant)
        else:
            _say_overdue(tenant, sign_off)
    elif sign_off.deadline_on == today:
        _remind(tenant, sign_off, Kind.DEADLINE)
    elif tenant.local_date(sign_off.asked_at) < today:
        _remind(tenant, sign_off, Kind.BEFORE)


def _remind(tenant: Tenant, sign_off: SignOff, kind: Kind) -> None:
    """Write who has not answered; once, whoever sweeps at the same time."""
    if not _first(sign_off, kind):
        return
    contact = sign_off.contact
    if sign_off.colleague_id:
        write_colleague(str(kind), sign_off, tenant)
    # Who took every link back does not want them to answer by one.
    elif contact and contact.email and sign_off.links.filter(revoked_at=None).exists():
        link, secret = make_link(sign_off, contact, sign_off.language, tenant, by=None)
        write_contact(str(kind), sign_off, tenant, secret, after=reached_by(link))


def _say_overdue(tenant: Tenant, sign_off: SignOff) -> None:
    if _first(sign_off, Kind.OVERDUE):
        tell_manager(
            ManagerNotice.Kind.GATE_OVERDUE,
            about=sign_off.gate,
            project=sign_off.gate.project,
            tenant=tenant,
            name=sign_off.name,
        )


def _first(sign_off: SignOff, kind: Kind) -> bool:
    """Whether it is still waited for, and nobody has written this one before: of two sweeps at once
    the second waits here for the first."""
    locked_gate(sign_off.gate)
    if not unanswered().filter(pk=sign_off.pk).exists():
        return False
    _row, is_new = SignOffReminder.objects.get_or_create(sign_off=sign_off, kind=kind)
    if is_new:
        record(
            "sign_off.overdue" if kind == Kind.OVERDUE else "sign_off.reminded",
            by=None,
            about=sign_off.gate,
            project=sign_off.gate.project.name,
            approver=sign_off.name,
            until=sign_off.deadline_on.isoformat(),
        )
    return bool(is_new)
