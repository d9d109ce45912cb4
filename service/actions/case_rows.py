"""What every verb on a case does: take its row, keep the fact's version, write down what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.actions.audit import program
from accounts.actions.facts import keep_versions
from accounts.models import Case, User
from service.compute.case_clocks import Clock
from service.models import CaseEntry, CaseWork
from service.queries.case_rules import keep_clock

RELATED = ("case__customer", "case__contact", "owner__membership__user", "department", "module")


class CaseConflict(Exception):
    """Somebody changed the case since it was on screen. ``work``: as it is now."""

    def __init__(self, work: CaseWork) -> None:
        super().__init__(work.pk)
        self.work = work


def locked_work(case_id: int, seen: int | None = None) -> CaseWork:
    """A case's row, nobody else's until the transaction ends.

    Raises:
        CaseConflict: its version is another than ``seen``.
    """
    found: CaseWork = (
        CaseWork.objects.select_for_update(of=("self",)).select_related(*RELATED).get(case=case_id)
    )
    if seen is not None and found.version != seen:
        raise CaseConflict(found)
    return found


def save_work(work: CaseWork, clock: Clock | None = None, *, now: datetime | None = None) -> None:
    """Keep a row that was locked, with its clock, as the next version."""
    if clock is not None:
        keep_clock(work, clock)
    work.version += 1
    work.changed_at = now or timezone.now()
    work.save()


def change_fact(work: CaseWork, now: datetime, **values: Any) -> None:
    """Change the fact, keeping what was known before; nothing happens where nothing differs."""
    case: Case = work.case
    changed = {name: value for name, value in values.items() if getattr(case, name) != value}
    if not changed:
        return
    keep_versions([case], until=now)
    for name, value in changed.items():
        setattr(case, name, value)
    case.known_from = work.fact_from = now
    case.save(update_fields=[*changed, "known_from"])


def add_entry(
    work: CaseWork,
    kind: str,
    *,
    text: str = "",
    by: User | None,
    name: str = "",
    now: datetime,
    **data: Any,
) -> CaseEntry:
    """Write down what was said or done. ``name``: of a customer's person; empty: who of ours, or the
    program through which it was done."""
    entry: CaseEntry = CaseEntry.objects.create(
        case=work.case,
        opening=work.number,
        kind=kind,
        text=text.strip(),
        by=by,
        name=name or (str(by) if by else program.get()),
        at=now,
        data=data,
    )
    return entry
