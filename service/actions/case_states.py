"""Where a case stands: waiting for the customer, solved, closed, opened again; and how satisfied the
customer was at the end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Case, Tenant, User
from service.actions.case_events import tell_opened, tell_solved
from service.actions.case_letters import owner_member, tell_member, write_customer
from service.actions.case_rows import add_entry, change_fact, locked_work, save_work
from service.actions.case_words import checked_words, note_answer, refuse_crossed, running_state
from service.compute.case_clocks import Clock, paused, resumed, solved, wound
from service.models import CaseEntry, CaseOpening, CaseWork
from service.queries.case_rules import clock_of, keep_clock, promises

Kind = CaseEntry.Kind
State = CaseWork.State


@transaction.atomic
def wait_for_customer(*, case: Case, seen: int, why: str, by: User | None) -> CaseWork:
    """Stop the clock of the solution until the customer answers.

    Raises:
        CaseConflict: its version is another than ``seen``.
        ValidationError: no reason, it waits already, it is done, or nobody has answered yet.
    """
    work, now = locked_work(case.pk, seen), timezone.now()
    if work.state not in CaseWork.RUNNING:
        raise ValidationError(_("Only a case that is open can wait."))
    if work.responded_at is None:
        raise ValidationError(_("Answer first: whoever knows of nothing cannot be waited for."))
    _change_state(work, State.WAITING, paused(clock_of(work), now), why=why, by=by, now=now)
    return work


@transaction.atomic
def go_on(*, case: Case, seen: int, why: str, tenant: Tenant, by: User | None) -> CaseWork:
    """Start the clock again: the customer is not waited for any more.

    Raises:
        CaseConflict: its version is another than ``seen``.
        ValidationError: no reason, or it does not wait.
    """
    work, now = locked_work(case.pk, seen), timezone.now()
    if work.state != State.WAITING:
        raise ValidationError(_("This case does not wait."))
    clock = resumed(clock_of(work), promises(tenant).hours, now)
    _change_state(work, running_state(work), clock, why=why, by=by, now=now)
    return work


@transaction.atomic
def solve_case(
    *, case: Case, text: str, tenant: Tenant, by: User, after: int | None = None,
    now: datetime | None = None,
) -> bool:  # fmt: skip
    """Say to the customer what was done, and ask how satisfied they are. Returns whether a letter goes
    to them.

    Raises:
        CrossedWords: something was said since the entry ``after``.
        ValidationError: no words, or it is solved already.
    """
    words, moment = checked_words(text), now or timezone.now()
    work = locked_work(case.pk)
    if not work.is_undone:
        raise ValidationError(_("This case is solved already."))
    refuse_crossed(work, after)
    clock = note_answer(work, moment, clock_of(work))
    add_entry(work, Kind.ANSWER, text=words, by=by, now=moment)
    change_fact(work, moment, closed_at=moment)
    clock = solved(clock, promises(tenant).hours, moment)
    _change_state(work, State.SOLVED, clock, why="", by=by, now=moment, needs_why=False)
    tell_solved(work)
    return write_customer("solved", work, tenant, words=words, by=by, now=moment)


@transaction.atomic
def close_case(*, case: Case, seen: int, why: str, tenant: Tenant, by: User | None) -> CaseWork:
    """End it: a solved one for good, another one without a solution.

    Raises:
        CaseConflict: its version is another than ``seen``.
        ValidationError: no reason, or it is closed already.
    """
    work, now = locked_work(case.pk, seen), timezone.now()
    if work.state == State.CLOSED:
        raise ValidationError(_("This case is closed already."))
    clock, was_undone = clock_of(work), work.is_undone
    if was_undone:
        change_fact(work, now, closed_at=now)
        clock = solved(clock, promises(tenant).hours, now)
    _change_state(work, State.CLOSED, clock, why=why, by=by, now=now)
    if was_undone:
        tell_solved(work)
    return work


@transaction.atomic
def reopen_case(
    *, case: Case, why: str, tenant: Tenant, by: User | None, name: str = "",
    now: datetime | None = None,
) -> CaseWork:  # fmt: skip
    """Open it again: the clock of the opening that was over is kept, and a new one starts.

    Args:
        by: who of ours; None: the customer, by a link, as long as the tenant allows.
        name: the customer's person.

    Raises:
        ValidationError: no reason, it is open, or it is too late for the customer.
    """
    words, moment = checked_words(why, "why"), now or timezone.now()
    work = locked_work(case.pk)
    if work.is_undone:
        raise ValidationError(_("This case is open already."))
    found = promises(tenant)
    if by is None and not may_reopen(work, found.promise.reopen_days, moment):
        raise ValidationError(_("It is too long ago. Report it as a new one."))
    _keep_opening(work, words, name or str(by or ""), moment)
    before, work.number, work.state = work.state, work.number + 1, State.REOPENED
    target = found.target(work.tier, work.priority)
    keep_clock(work, wound(Clock(moment), target, found.hours, now=None))
    work.rules_version, work.warned_of = found.promise.version, None
    change_fact(work, moment, closed_at=None, satisfaction=None)
    save_work(work, now=moment)
    if by is None:
        add_entry(work, Kind.CUSTOMER, text=words, by=None, name=name, now=moment)
    add_entry(
        work, Kind.CHANGE, text=words if by else "", by=by, name=name, now=moment, what="state",
        before=before, after=State.REOPENED,
    )  # fmt: skip
    record("case.reopened", by=by, about=work.case, number=work.number, why=words)
    tell_opened(work, reopened=True)
    member = owner_member(work)
    if member is not None and (by is None or member.user_id != by.pk):
        tell_member(member, "reopened", work, tenant, words=words)
    return work


@transaction.atomic
def rate_case(
    *, case: Case, score: int, tenant: Tenant, name: str, text: str = "",
    now: datetime | None = None,
) -> CaseWork:  # fmt: skip
    """How satisfied the customer is with what was solved, 1 to 5; the last answer counts, those before
    are kept.

    Raises:
        ValidationError: not 1 to 5, nothing is solved, or it is too long ago.
    """
    moment = now or timezone.now()
    if not 1 <= score <= 5:
        raise ValidationError({"score": _("Give 1 to 5.")})
    work = locked_work(case.pk)
    if not may_rate(work, promises(tenant).promise.reopen_days, moment):
        raise ValidationError(_("This case is not solved, or it was too long ago."))
    before = work.case.satisfaction
    words = checked_words(text) if text.strip() else ""
    if before == score and not words:
        return work
    change_fact(work, moment, satisfaction=score)
    save_work(work, now=moment)
    add_entry(
        work, Kind.CHANGE, text=words, by=None, name=name, now=moment, what="satisfaction",
        before=before, after=score,
    )  # fmt: skip
    return work


def may_reopen(work: CaseWork, days: int, now: datetime) -> bool:
    """Whether the customer may still open it again: as long after the solution as the tenant says."""
    return work.solved_at is not None and now <= work.solved_at + timedelta(days=days)


# Who is asked with the solution may take longer to say than to complain.
RATING_DAYS = 30


def may_rate(work: CaseWork, days: int, now: datetime) -> bool:
    return may_reopen(work, max(days, RATING_DAYS), now)


def _keep_opening(work: CaseWork, why: str, name: str, now: datetime) -> None:
    opening = CaseOpening(
        case=work.case, number=work.number, satisfaction=work.case.satisfaction, reopened_at=now,
        name=name[:254], why=why,
    )  # fmt: skip
    keep_clock(opening, clock_of(work))
    opening.save()


def _change_state(
    work: CaseWork, state: str, clock: Clock, *, why: str, by: User | None, now: datetime,
    needs_why: bool = True,
) -> None:  # fmt: skip
    if needs_why and not why.strip():
        raise ValidationError({"why": _("Say why.")})
    before, work.state = work.state, state
    save_work(work, clock, now=now)
    add_entry(work, Kind.CHANGE, text=why, by=by, now=now, what="state", before=before, after=state)
    record(
        "case.state_changed", by=by, about=work.case, before={"state": before},
        after={"state": str(state)}, why=why.strip(),
    )  # fmt: skip
