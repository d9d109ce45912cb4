"""What approvers answer, and what their answers do to a gate."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.contact_links import LinkClosed
from accounts.models import Tenant, User
from projects.actions.acceptance import record_acceptance
from projects.actions.gates import locked_gate
from projects.actions.notices import tell_manager
from projects.actions.sign_off_links import check_sign_off, check_sign_off_link
from projects.models import (
    Gate,
    ManagerNotice,
    Project,
    Side,
    SignOff,
    SignOffAnswer,
    SignOffLink,
)
from projects.queries.gates import clause_of, round_of

State, Outcome = Gate.State, SignOffAnswer.Outcome


@transaction.atomic
def answer_by_sign_off_link(
    *,
    link: SignOffLink,
    seen_hash: str,
    outcome: str,
    name: str,
    reason: str = "",
    satisfaction: int | None = None,
    ip: str | None,
    tenant: Tenant,
) -> SignOffAnswer:
    """The customer's approver confirms or returns by their link.

    Args:
        seen_hash: of the document that was on their screen.
        satisfaction: 1 to 5, at the acceptance only.

    Raises:
        LinkClosed: the link is closed, or the document is another than the one on screen.
        ValidationError: no name, or returned without a reason.
    """
    gate = locked_gate(link.sign_off.gate)
    held = (
        SignOffLink.objects.select_for_update(of=("self",))
        .select_related("sign_off")
        .get(pk=link.pk)
    )
    held.sign_off.gate = gate
    check_sign_off_link(held, timezone.now())
    if seen_hash != held.sign_off.document_hash:
        raise LinkClosed("altered")
    values = _checked(outcome, name, reason)
    if gate.is_acceptance and outcome == Outcome.APPROVED:
        values["satisfaction"] = satisfaction
    answer = _keep(held.sign_off, tenant, link=held, ip=ip, **values)
    SignOffLink.objects.filter(pk=held.pk).update(answered_at=answer.at)
    _settle(answer, gate, by=None)
    _tell(answer, gate, tenant)
    return answer


@transaction.atomic
def answer_on_screen(
    *,
    sign_off: SignOff,
    seen_hash: str,
    outcome: str,
    reason: str = "",
    tenant: Tenant,
    by: User,
) -> SignOffAnswer:
    """The vendor's approver confirms or returns, signed in.

    Raises:
        LinkClosed: it is answered or not asked any more, or another document than on screen.
        ValidationError: ``by`` is not the approver, or returned without a reason.
    """
    gate = locked_gate(sign_off.gate)
    held = SignOff.objects.select_related("colleague__membership").get(pk=sign_off.pk)
    member = held.colleague.membership if held.colleague else None
    if member is None or member.user_id != by.pk:
        raise ValidationError(_("Only who was asked can sign."))
    if held.answers.exists():
        raise LinkClosed("answered")
    check_sign_off(held, gate)
    if seen_hash != held.document_hash:
        raise LinkClosed("altered")
    answer = _keep(held, tenant, answered_by=by, **_checked(outcome, str(by), reason))
    _settle(answer, gate, by=by)
    manager = gate.project.manager
    if manager is None or manager.membership_id != member.pk:
        _tell(answer, gate, tenant)
    return answer


@transaction.atomic
def pass_by_silence(*, sign_off: SignOff, tenant: Tenant) -> SignOffAnswer | None:
    """Take the customer's silence for consent, once its deadline has passed and where the SOW says
    so. None where it does not count: answered meanwhile, not asked any more, the clause ended, or no
    link that they could have answered by and that reached them: whose letter left, or that was opened.
    """
    gate = locked_gate(sign_off.gate)
    held = round_of(gate).filter(pk=sign_off.pk).first()
    today = tenant.local_date(timezone.now())
    if (
        gate.state != State.ASKED
        or held is None
        or held.side != Side.CUSTOMER
        or held.deadline_on >= today
        or held.answers.exists()
    ):
        return None
    clause = clause_of(gate.project)
    if clause is None or clause.pk != held.clause_id:
        return None
    by_links = held.links.filter(revoked_at=None)
    if held.contact_id is None or not by_links.exclude(reached_at=None).exists():
        return None
    answer = _keep(held, tenant, outcome=Outcome.PASSIVE, clause=clause, counts_on=held.deadline_on)
    _settle(answer, gate, by=None)
    _tell(answer, gate, tenant)
    return answer


def _checked(outcome: str, name: str, reason: str) -> dict[str, Any]:
    name, reason = name.strip(), reason.strip()
    if not name:
        raise ValidationError({"name": _("Type your name.")})
    if outcome == Outcome.RETURNED and not reason:
        raise ValidationError({"reason": _("Say what has to be mended.")})
    return {
        "outcome": Outcome(outcome),
        "name": name,
        "reason": reason if outcome == Outcome.RETURNED else "",
    }


def _keep(sign_off: SignOff, tenant: Tenant, **values: Any) -> SignOffAnswer:
    now = timezone.now()
    values.setdefault("counts_on", tenant.local_date(now))
    kept: SignOffAnswer = SignOffAnswer.objects.create(
        sign_off=sign_off,
        side=sign_off.side,
        at=now,
        document=sign_off.document,
        document_hash=sign_off.document_hash,
        **values,
    )
    return kept


_VERBS = {
    Outcome.APPROVED: "sign_off.approved",
    Outcome.RETURNED: "sign_off.returned",
    Outcome.PASSIVE: "sign_off.passive",
}


def _tell(answer: SignOffAnswer, gate: Gate, tenant: Tenant) -> None:
    kinds = {
        Outcome.APPROVED: ManagerNotice.Kind.GATE_APPROVED,
        Outcome.RETURNED: ManagerNotice.Kind.GATE_RETURNED,
        Outcome.PASSIVE: ManagerNotice.Kind.GATE_SILENT,
    }
    tell_manager(
        kinds[Outcome(answer.outcome)],
        about=gate,
        project=gate.project,
        tenant=tenant,
        name=answer.name or answer.sign_off.name,
        words=answer.clause.words if answer.clause else answer.reason,
    )


def _settle(answer: SignOffAnswer, gate: Gate, *, by: User | None) -> None:
    """Record an answer, and return or pass the gate by it."""
    outcome = Outcome(answer.outcome)
    told: dict[str, Any] = {"satisfaction": answer.satisfaction} if answer.satisfaction else {}
    record(
        _VERBS[outcome],
        by=by,
        about=gate,
        project=gate.project.name,
        approver=answer.sign_off.name,
        document_hash=answer.document_hash,
        **({"name": answer.name} if answer.name else {}),
        **({"reason": answer.reason} if answer.reason else {}),
        **({"clause": answer.clause.words} if answer.clause else {}),
        **told,
    )
    if outcome == Outcome.RETURNED:
        gate.state = State.RETURNED
        gate.version += 1
        gate.save()
        return
    asked = round_of(gate)
    if asked.exclude(answers__outcome__in=[Outcome.APPROVED, Outcome.PASSIVE]).exists():
        return
    answers = SignOffAnswer.objects.filter(sign_off__in=asked)
    gate.state = State.PASSED
    gate.passed_on = max(answers.values_list("counts_on", flat=True))
    gate.version += 1
    gate.save()
    record("gate.passed", by=by, about=gate, project=gate.project.name)
    if gate.is_acceptance and gate.project.accepted_on is None:
        _accept(gate, answers)


def _accept(gate: Gate, answers: Any) -> None:
    """The day of the customer's last sign-off is the day of acceptance."""
    days = answers.filter(side=Side.CUSTOMER).values_list("counts_on", flat=True)
    project = Project.objects.select_for_update().get(pk=gate.project_id)
    if project.accepted_on is None:
        # A load may have moved the start since it was asked.
        record_acceptance(project=project, on=max(*days, project.starts_on), by=None, gate=gate)
