"""Asking approvers of both sides to confirm a gate: rounds, further and other approvers."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Colleague, Contact, Tenant, User
from accounts.queries.calendars import working_calendar
from projects.actions.gates import GateConflict, locked_gate
from projects.actions.sign_off_letters import write_colleague
from projects.actions.sign_off_links import make_link
from projects.compute.change_documents import Parties, hash_of
from projects.compute.gate_documents import Asking, Silence, sign_off_document
from projects.models import Gate, PassiveClause, Side, SignOff, SignOffLink
from projects.queries.faces import face_of
from projects.queries.gates import clause_of, round_of, terms_of_gate

State = Gate.State
LAST_DAY = timedelta(days=366)


@transaction.atomic
def ask_gate(
    *,
    gate: Gate,
    seen: int,
    colleague: Colleague,
    contact: Contact,
    language: str,
    deadline_on: date,
    silence_counts: bool,
    tenant: Tenant,
    by: User | None,
) -> tuple[SignOffLink, str]:
    """Ask both sides to confirm a gate: the colleague on screen, the contact by a link.

    Args:
        seen: the gate's version that was on screen.
        silence_counts: after the deadline the customer's silence is consent, by the SOW's clause.

    Returns the contact's link and its secret, which cannot be had again.

    Raises:
        GateConflict: the gate is another version by now.
        ValidationError: it is asked or passed already, the approvers cannot answer, the deadline is
            too early, or silence cannot count.
    """
    current = locked_gate(gate)
    if current.version != seen:
        raise GateConflict
    if current.state in (State.ASKED, State.PASSED):
        raise ValidationError(_("This gate is asked or passed already."))
    now = timezone.now()
    today = tenant.local_date(now)
    if current.is_acceptance and today < current.project.starts_on:
        raise ValidationError(_("The project has not started, so it cannot be accepted."))
    clause = _clause_for(current, silence_counts, deadline_on, today)
    current.round += 1
    current.state = State.ASKED
    current.version += 1
    current.vendor_approver, current.customer_approver = colleague, contact
    current.save()
    asked = _Asked(current, deadline_on, tenant, by, now)
    asked.of_colleague(colleague)
    sign_off = asked.of_contact(contact, language, clause)
    record(
        "gate.asked",
        by=by,
        about=current,
        project=current.project.name,
        approvers=[colleague.name, contact.name],
        until=deadline_on.isoformat(),
        document_hash=sign_off.document_hash,
        **({"clause": clause.words} if clause else {}),
    )
    gate.refresh_from_db()
    return make_link(sign_off, contact, language, tenant, by=by)


@transaction.atomic
def ask_further(
    *,
    gate: Gate,
    approver: Colleague | Contact,
    instead_of: SignOff | None,
    language: str,
    tenant: Tenant,
    by: User | None,
) -> tuple[SignOff, SignOffLink | None, str]:
    """Ask one approver more in the round that is open, or another one instead of one of its own side
    who has not answered. They have at least as many working days as the gate gives; silence counts
    for them as it did for whom they replace.

    Returns the sign-off; for a contact the link and its secret.

    Raises:
        ValidationError: nobody is being asked, they are asked already, they cannot answer, or the
            one to replace has answered.
    """
    current = locked_gate(gate)
    if current.state != State.ASKED:
        raise ValidationError(_("Nobody is being asked about this gate."))
    now = timezone.now()
    side = Side.CUSTOMER if isinstance(approver, Contact) else Side.VENDOR
    clause, deadline = None, None
    waiting = list(round_of(current))
    if instead_of is not None:
        held = next((one for one in waiting if one.pk == instead_of.pk), None)
        if held is None or held.side != side or held.answers.exists():
            raise ValidationError(_("This approver has answered or is not asked any more."))
        deadline = held.deadline_on
        clause = clause_of(current.project) if held.clause_id else None
        held.withdrawn_at = now
        held.save(update_fields=["withdrawn_at"])
        waiting.remove(held)
    if any(approver in (one.colleague, one.contact) for one in waiting):
        raise ValidationError(_("They are asked already."))
    days = max(current.answer_days, clause.days if clause else 0)
    earliest = working_calendar().add_working_days(tenant.local_date(now), days)
    asked = _Asked(current, max(deadline or earliest, earliest), tenant, by, now)
    if isinstance(approver, Contact):
        sign_off = asked.of_contact(approver, language, clause)
    else:
        sign_off = asked.of_colleague(approver)
    record(
        "gate.approver_asked",
        by=by,
        about=current,
        project=current.project.name,
        approver=sign_off.name,
        until=sign_off.deadline_on.isoformat(),
        **({"instead_of": instead_of.name} if instead_of else {}),
        **({"clause": clause.words} if clause else {}),
    )
    if isinstance(approver, Contact):
        link, secret = make_link(sign_off, approver, language, tenant, by=by)
        return sign_off, link, secret
    return sign_off, None, ""


@transaction.atomic
def take_back(*, gate: Gate, by: User | None) -> None:
    """End the round that is open: the gate is as if it had not been asked, what was answered stays
    readable, and links no longer open.

    Raises:
        ValidationError: nobody is being asked.
    """
    current = locked_gate(gate)
    if current.state != State.ASKED:
        raise ValidationError(_("Nobody is being asked about this gate."))
    current.state = State.OPEN
    current.version += 1
    current.save()
    record("gate.taken_back", by=by, about=current, project=current.project.name)
    gate.refresh_from_db()


def _clause_for(
    gate: Gate, silence_counts: bool, deadline_on: date, today: date
) -> PassiveClause | None:
    """The clause by which silence counts, None where it does not; refuses a deadline that is no
    time to answer, or less than the clause gives."""
    if deadline_on <= today:
        raise ValidationError({"deadline_on": _("Give them a day to come.")})
    if deadline_on > today + LAST_DAY:
        raise ValidationError({"deadline_on": _("Give them a year at most.")})
    if not silence_counts:
        return None
    clause = clause_of(gate.project)
    if clause is None or not gate.uses_silence:
        raise ValidationError(
            {"silence_counts": _("Silence counts only at a gate for which the SOW says so.")}
        )
    earliest = working_calendar().add_working_days(today, clause.days)
    if deadline_on < earliest:
        raise ValidationError(
            {
                "deadline_on": _("The clause gives %(days)s working days, so not before %(day)s.")
                % {"days": clause.days, "day": earliest.isoformat()}
            }
        )
    return clause


class _Asked:
    """Sign-offs of one gate, asked by one person at one moment."""

    def __init__(
        self, gate: Gate, deadline_on: date, tenant: Tenant, by: User | None, now: datetime
    ) -> None:
        self.gate, self.deadline_on, self.tenant, self.by, self.now = (
            gate, deadline_on, tenant, by, now,
        )  # fmt: skip

    def of_colleague(self, colleague: Colleague) -> SignOff:
        member = colleague.membership
        if member is None or not member.is_active:
            raise ValidationError(
                {"colleague": _("This person cannot sign in here, so cannot sign.")}
            )
        language = member.user.language or "en"
        sign_off = self._make(Side.VENDOR, colleague.name, language, None, colleague=colleague)
        write_colleague("asked", sign_off, self.tenant)
        return sign_off

    def of_contact(self, contact: Contact, language: str, clause: PassiveClause | None) -> SignOff:
        if contact.customer_id != self.gate.project.customer_id:
            raise ValidationError({"contact": _("This belongs to another customer.")})
        return self._make(Side.CUSTOMER, contact.name, language, clause, contact=contact)

    def _make(
        self,
        side: Side,
        name: str,
        language: str,
        clause: PassiveClause | None,
        **approver: Colleague | Contact,
    ) -> SignOff:
        project = self.gate.project
        parties = Parties(
            vendor=self.tenant.name,
            customer=project.customer.name,
            project=project.name,
            face=face_of(project),
            signatory=name,
            language=language,
        )
        asking = Asking(
            round=self.gate.round,
            asked_on=self.tenant.local_date(self.now),
            deadline_on=self.deadline_on,
            silence=Silence(clause.days, clause.words) if clause else None,
        )
        document = sign_off_document(terms_of_gate(self.gate), asking, parties)
        made: SignOff = SignOff.objects.create(
            gate=self.gate,
            round=self.gate.round,
            side=side,
            name=name,
            language=language,
            asked_at=self.now,
            asked_by=self.by,
            deadline_on=self.deadline_on,
            clause=clause,
            document=document,
            document_hash=hash_of(document),
            **approver,
        )
        return made
