"""Passing a case on to a department: because a clock ran out, or by hand; and answering that."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Case, Department, Tenant, User
from service.actions.case_letters import tell_member
from service.actions.case_rows import add_entry, locked_work, save_work
from service.models import CaseEntry, CaseEscalation, CaseWork

Kind = CaseEntry.Kind
Cause = CaseEscalation.Cause


def department_for(kind: str, priority: str) -> Department | None:
    """The first department that takes cases of a kind and a priority; None where there is none."""
    departments = Department.objects.filter(is_active=True, takes_cases=True).select_related(
        "lead__user"
    )
    for department in departments:
        takes_kind = not department.kinds or kind in department.kinds
        if takes_kind and (not department.priorities or priority in department.priorities):
            found: Department = department
            return found
    return None


@transaction.atomic
def escalate_case(
    *,
    case: Case,
    department: Department,
    why: str,
    tenant: Tenant,
    by: User | None,
    now: datetime | None = None,
) -> CaseEscalation:
    """Pass it on to a department by hand, and tell its lead.

    Raises:
        ValidationError: no reason, the case is done, or it lies there already.
    """
    work, moment = locked_work(case.pk), now or timezone.now()
    if not why.strip():
        raise ValidationError({"why": _("Say why.")})
    if not work.is_undone:
        raise ValidationError(_("This case is solved. Open it again first."))
    if work.department_id == department.pk:
        raise ValidationError({"department": _("It lies with this department already.")})
    return pass_on(work, department, Cause.BY_HAND, tenant, why=why.strip(), by=by, now=moment)


def pass_on(
    work: CaseWork,
    department: Department | None,
    cause: str,
    tenant: Tenant,
    *,
    why: str = "",
    by: User | None = None,
    now: datetime,
) -> CaseEscalation:
    """The same for a case whose row the caller holds; a clock that ran out where no department takes
    the case is kept without one."""
    lead = department.lead if department is not None else None
    escalation: CaseEscalation = CaseEscalation.objects.create(
        case=work.case, opening=work.number, cause=cause, department=department, lead=lead,
        why=why, at=now, by=by,
    )  # fmt: skip
    if department is not None:
        work.department = department
    save_work(work, now=now)
    name = department.name if department else ""
    add_entry(
        work, Kind.CHANGE, text=why, by=by, now=now, what="escalated", cause=cause, after=name
    )
    record("case.escalated", by=by, about=work.case, cause=str(cause), department=name, why=why)
    tell_member(lead, f"escalated_{cause}", work, tenant, words=why)
    return escalation


@transaction.atomic
def answer_escalation(
    *, escalation: CaseEscalation, answer: str, tenant: Tenant, by: User | None
) -> CaseEscalation:
    """Say what the department does about it; with the last open one the case lies there no more.

    Raises:
        ValidationError: no words, or it was answered before.
    """
    if not answer.strip():
        raise ValidationError({"answer": _("Say what is done about it.")})
    work, now = locked_work(escalation.case_id), timezone.now()
    answered = CaseEscalation.objects.filter(pk=escalation.pk, answered_at=None).update(
        answered_at=now, answered_by=by, answer=answer.strip()
    )
    if not answered:
        raise ValidationError(_("This was answered before."))
    still = CaseEscalation.objects.filter(case=work.case, answered_at=None)
    work.department = next((one.department for one in still if one.department_id), None)
    save_work(work, now=now)
    name = escalation.department.name if escalation.department else ""
    add_entry(
        work, Kind.CHANGE, text=answer, by=by, now=now, what="escalation_answered", before=name
    )
    record("case.escalation_answered", by=by, about=work.case, department=name)
    owner = work.owner.membership if work.owner else None
    if owner is not None and (by is None or owner.user_id != by.pk):
        tell_member(owner, "escalation_answered", work, tenant, words=answer)
    escalation.refresh_from_db()
    return escalation
