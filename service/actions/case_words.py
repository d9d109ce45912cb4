"""What is said about a case: internal notes, words to the customer, and the customer's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Case, Tenant, User
from service.actions.case_letters import owner_member, tell_member, write_customer
from service.actions.case_rows import add_entry, change_fact, locked_work, save_work
from service.actions.cases import LONGEST_TEXT
from service.compute.case_clocks import Clock, answered, paused, resumed, run_out
from service.models import CaseEntry, CaseWork
from service.queries.case_rules import clock_of, promises

Kind = CaseEntry.Kind
State = CaseWork.State


class CrossedWords(Exception):
    """Somebody wrote to the customer, or the customer wrote, since the page was opened. Nothing was
    sent. ``entries``: what was said meanwhile; ``latest``: the last of them."""

    def __init__(self, entries: list[CaseEntry]) -> None:
        super().__init__(len(entries))
        self.entries, self.latest = entries, entries[-1].pk


@dataclass(frozen=True)
class Said:
    """``is_written``: a letter goes to the contact."""

    entry: CaseEntry
    is_written: bool


@transaction.atomic
def note_internally(*, case: Case, text: str, by: User, now: datetime | None = None) -> CaseEntry:
    """Write down what only we see.

    Raises:
        ValidationError: no words, or too many.
    """
    words, moment = checked_words(text), now or timezone.now()
    work = locked_work(case.pk)
    save_work(work, now=moment)
    entry = add_entry(work, Kind.NOTE, text=words, by=by, now=moment)
    record("case.noted", by=by, about=work.case)
    return entry


@transaction.atomic
def answer_customer(
    *,
    case: Case,
    text: str,
    tenant: Tenant,
    by: User,
    after: int | None = None,
    waits: bool = False,
    now: datetime | None = None,
) -> Said:
    """Say something to the customer: the first words are the first response.

    Args:
        after: the last of what was said that the writer saw; None: whatever was said.
        waits: the customer is waited for from now on.

    Raises:
        CrossedWords: something was said since.
        ValidationError: no words, too many, or it is solved.
    """
    words, moment = checked_words(text), now or timezone.now()
    work = locked_work(case.pk)
    if not work.is_undone:
        raise ValidationError(_("This case is solved. Open it again first."))
    refuse_crossed(work, after)
    clock = note_answer(work, moment, clock_of(work))
    entry = add_entry(work, Kind.ANSWER, text=words, by=by, now=moment)
    if waits and work.state != State.WAITING:
        clock = paused(clock, moment)
        add_entry(
            work, Kind.CHANGE, by=by, now=moment, what="state", before=work.state,
            after=State.WAITING,
        )  # fmt: skip
        work.state = State.WAITING
    save_work(work, clock, now=moment)
    record("case.answered", by=by, about=work.case)
    is_written = write_customer("answer", work, tenant, words=words, by=by, now=moment)
    return Said(entry, is_written)


@transaction.atomic
def hear_customer(
    *,
    case: Case,
    text: str,
    tenant: Tenant,
    name: str,
    by: User | None = None,
    now: datetime | None = None,
) -> CaseEntry:
    """Take down what the customer says. A case that waited for it goes on.

    Args:
        name: whose words they are.
        by: who of ours heard them; None: they came by a link.

    Raises:
        ValidationError: no words, too many, or the case is solved or closed.
    """
    words, moment = checked_words(text), now or timezone.now()
    work = locked_work(case.pk)
    if not work.is_undone:
        raise ValidationError(_("This case is solved. Open it again, or report a new one."))
    twice = _said_twice(work, words, moment) if by is None else None
    if twice is not None:
        return twice
    entry = add_entry(work, Kind.CUSTOMER, text=words, by=by, name=name, now=moment)
    clock = clock_of(work)
    if work.state == State.WAITING:
        clock = resumed(clock, promises(tenant).hours, moment)
        work.state = running_state(work)
        add_entry(
            work, Kind.CHANGE, by=by, name="" if by else name, now=moment, what="state",
            before=State.WAITING, after=work.state,
        )  # fmt: skip
    save_work(work, run_out(clock, moment), now=moment)
    if by is None:
        tell_member(owner_member(work), "words", work, tenant, words=words)
    return entry


def note_answer(work: CaseWork, now: datetime, clock: Clock) -> Clock:
    """The clock after words to the customer; the fact knows the first ones of all."""
    if work.case.first_response_at is None:
        change_fact(work, now, first_response_at=now)
    return answered(clock, now)


def running_state(work: CaseWork) -> str:
    return State.OPEN if work.number == 1 else State.REOPENED


def refuse_crossed(work: CaseWork, after: int | None) -> None:
    """Raises CrossedWords where something was said to or by the customer after an entry."""
    if after is None:
        return
    since = CaseEntry.objects.filter(
        case=work.case, pk__gt=after, kind__in=[Kind.ANSWER, Kind.CUSTOMER]
    )
    crossed = list(since)
    if crossed:
        raise CrossedWords(crossed)


def checked_words(text: str, field: str = "text") -> str:
    words = text.strip()
    if not words:
        raise ValidationError({field: _("Write something.")})
    if len(words) > LONGEST_TEXT:
        raise ValidationError({field: _("At most %(most)s characters.") % {"most": LONGEST_TEXT}})
    return words


def _said_twice(work: CaseWork, words: str, now: datetime) -> CaseEntry | None:
    """The same words, sent by a second press of the button."""
    last = CaseEntry.objects.filter(case=work.case, kind=Kind.CUSTOMER).order_by("-pk").first()
    is_same = last is not None and last.text == words and (now - last.at).total_seconds() < 600
    return last if is_same else None
