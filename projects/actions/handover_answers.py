"""Proposing a handover to the service manager, and the answer. Only an accepted one changes the face."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import keep_versions
from accounts.actions.notifications import notify
from accounts.addresses import tenant_path
from accounts.letters import Letter, write_later
from accounts.models import Membership, Purpose, Tenant, User
from accounts.signals import customer_facts_changed
from projects.actions.handovers import HandoverConflict, locked_handover
from projects.actions.member_pages import address_of_page, letter_language
from projects.models import Handover, HandoverAnswer, HandoverItem, HandoverRound, Project
from projects.models.handovers import TO_DO
from projects.queries.handovers import (
    OPEN_TO_CHANGE,
    document_of,
    may_answer,
    missing,
    not_listed,
    others_may_accept,
    section_rows,
)

State, Outcome = Handover.State, HandoverAnswer.Outcome


@transaction.atomic
def propose_handover(
    *, handover: Handover, seen: int, words: str, tenant: Tenant, by: User
) -> HandoverRound:
    """Propose the list as it stands to the customer-service manager named for the customer, who gets
    a letter.

    Raises:
        HandoverConflict: its version is another than ``seen``.
        ValidationError: it is proposed or accepted, or something is missing; every message says what.
    """
    current = locked_handover(handover)
    if current.state not in OPEN_TO_CHANGE:
        raise ValidationError(_("The handover is proposed or accepted already."))
    if current.version != seen:
        raise HandoverConflict
    project, today = current.project, _today(tenant)
    unlisted = not_listed(current, project, today)
    faults = missing(project, section_rows(current), unlisted, today)
    to = project.customer.service_manager
    if faults or to is None:
        raise ValidationError(faults)
    current.state, current.proposed_to = State.PROPOSED, to
    current.round += 1
    current.save(update_fields=["state", "proposed_to", "round"])
    proposed = HandoverRound.objects.create(
        handover=current,
        number=current.round,
        to=to,
        to_name=to.name,
        words=words.strip(),
        by=by,
        document=document_of(current),
    )
    record(
        "handover.proposed", by=by, about=current, label=project.name, person=to.name,
        round=current.round,
    )  # fmt: skip
    _write(to.membership, "proposed", proposed, tenant)
    handover.refresh_from_db()
    return proposed


@transaction.atomic
def take_back(*, handover: Handover, by: User | None) -> None:
    """Take a proposal back, to change the list.

    Raises:
        ValidationError: it is not proposed (any more).
    """
    current = locked_handover(handover)
    proposed = _proposed(current)
    current.state = State.DRAFT
    _answer(current, proposed, Outcome.TAKEN_BACK, "", by)
    record(
        "handover.taken_back", by=by, about=current, label=current.project.name,
        round=current.round,
    )  # fmt: skip
    handover.refresh_from_db()


@transaction.atomic
def return_handover(
    *, handover: Handover, seen: int, reason: str, membership: Membership, tenant: Tenant
) -> None:
    """Send a proposal back with what has to be mended; who proposed it gets a letter.

    Raises:
        HandoverConflict: another list than ``seen`` is proposed by now.
        ValidationError: it is not proposed (any more), this member is not asked, or no reason.
    """
    current = locked_handover(handover)
    proposed = _proposed(current)
    if current.version != seen:
        raise HandoverConflict
    _must_be_asked(current, membership)
    if not reason.strip():
        raise ValidationError({"reason": _("Say what has to be mended.")})
    current.state = State.RETURNED
    _answer(current, proposed, Outcome.RETURNED, reason.strip(), membership.user)
    record(
        "handover.returned", by=membership.user, about=current, label=current.project.name,
        round=current.round, reason=reason.strip(),
    )  # fmt: skip
    _tell_proposer(proposed, "returned", tenant, reason.strip())
    handover.refresh_from_db()


@transaction.atomic
def accept_handover(
    *,
    handover: Handover,
    seen: int,
    sections: Collection[str],
    membership: Membership,
    tenant: Tenant,
) -> None:
    """Take the customer over: from today the service manager is its face, and it leaves onboarding
    with the next night. What is open and nobody's becomes the service manager's.

    Args:
        sections: those that the person has gone through; each one of the list has to be.

    Raises:
        HandoverConflict: another list than ``seen`` is proposed by now.
        ValidationError: it is not proposed (any more), this member is not asked or proposed it
            although others could accept it, a section was not gone through, the customer's
            acceptance was taken back meanwhile, or nobody is named to take it over any more.
    """
    current = locked_handover(handover)
    proposed = _proposed(current)
    if current.version != seen:
        raise HandoverConflict
    _must_be_asked(current, membership)
    if proposed.by_id == membership.user_id and others_may_accept(current, membership):
        raise ValidationError(_("You proposed this handover: somebody else has to accept it."))
    shown = {part["section"] for part in proposed.document["sections"]}
    if shown - set(sections):
        raise ValidationError({"sections": _("Go through every section before you accept.")})
    now, today = timezone.now(), _today(tenant)
    project = Project.objects.select_for_update().get(pk=current.project_id)
    if project.accepted_on is None or project.accepted_on > today:
        raise ValidationError(_("The customer has not accepted the project yet."))
    # Who is named by now becomes the face, whoever it was proposed to.
    to = current.project.customer.service_manager
    if to is None:
        raise ValidationError(_("No customer-service manager is named for the customer."))
    keep_versions([project], until=now)
    project.awaits_handover, project.handed_over_on, project.known_from = True, today, now
    project.save(update_fields=["awaits_handover", "handed_over_on", "known_from"])
    # To whom each round was proposed stays with the round.
    current.state, current.proposed_to = State.ACCEPTED, to
    _answer(current, proposed, Outcome.ACCEPTED, "", membership.user)
    nobodys = HandoverItem.objects.filter(
        handover=current, section__in=TO_DO, state="open", person=None, contact=None
    )
    nobodys.update(person=to)
    record(
        "handover.accepted", by=membership.user, about=current, label=project.name,
        round=current.round, handed_over_on=today.isoformat(),
    )  # fmt: skip
    customer_facts_changed.send(sender=Project, customer_ids=[project.customer_id])
    _tell_proposer(proposed, "accepted", tenant, "")
    handover.refresh_from_db()


def _today(tenant: Tenant) -> date:
    day: date = tenant.local_date(timezone.now())
    return day


def _proposed(handover: Handover) -> HandoverRound:
    """The round of a locked handover that waits for its answer."""
    if handover.state != State.PROPOSED:
        words = {
            State.ACCEPTED: _("This handover was accepted meanwhile."),
            State.RETURNED: _("This handover was returned meanwhile."),
        }
        raise ValidationError(words.get(State(handover.state), _("This handover is not proposed.")))
    found: HandoverRound = HandoverRound.objects.select_related("by", "to").get(
        handover=handover, number=handover.round
    )
    return found


def _must_be_asked(handover: Handover, membership: Membership) -> None:
    if not may_answer(handover, membership):
        raise ValidationError(_("This handover was proposed to somebody else."))


def _answer(
    handover: Handover, proposed: HandoverRound, outcome: str, reason: str, by: User | None
) -> None:
    HandoverAnswer.objects.create(round=proposed, outcome=outcome, reason=reason, by=by)
    handover.save(update_fields=["state", "proposed_to"])


def _tell_proposer(proposed: HandoverRound, kind: str, tenant: Tenant, reason: str) -> None:
    if proposed.by is None:
        return
    member = Membership.objects.filter(user=proposed.by).select_related("user").first()
    _write(member, kind, proposed, tenant, reason=reason)


def _write(
    member: Membership | None, kind: str, proposed: HandoverRound, tenant: Tenant, **further: Any
) -> None:
    """A letter to a member, once the open transaction is done; ``kind``: proposed, returned or
    accepted."""
    if member is None or not member.is_active or not member.user.email:
        return
    project = proposed.handover.project
    notify(
        member=member,
        kind=f"handover.{kind}",
        values={
            "project": project.name,
            "customer": project.customer.name,
            "reason": further.get("reason", ""),
        },
        path=tenant_path("project_handover", project.pk),
        about=project,
    )
    letter = Letter(
        template="projects/letters/handover",
        context={
            "kind": kind,
            "name": str(member.user),
            "project": project.name,
            "customer": project.customer.name,
            "to": proposed.to_name,
            "words": proposed.words,
            "address": address_of_page(tenant, "project_handover", project.pk),
            **further,
        },
        language=letter_language(member.user),
    )
    write_later(letter, member.user.email, purpose=Purpose.NOTICE, member=member, about=project)
