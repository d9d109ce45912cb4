"""Booking effort by hand: nothing that was known is lost, and nobody overwrites unseen what another
window has just saved."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import keep_versions, note_creation
from accounts.models import Colleague, User
from projects.compute.effort_entries import MOST_OF_A_DAY, may_still_change, typed, week_of
from projects.models import Effort
from projects.queries.effort import WeekRow, cell_of


class EffortConflict(Exception):
    """The cell was changed since it was on screen. ``entries``: what it holds now."""

    def __init__(self, entries: list[Effort]) -> None:
        super().__init__(len(entries))
        self.entries = entries


def seen_of(entries: Sequence[Effort]) -> str:
    """What says which state of a cell was on screen, with the thousandths of a day that it showed;
    empty for an empty cell."""
    return "+".join(
        f"{entry.pk}.{entry.known_from.timestamp():.6f}.{int(entry.days * 1000)}"
        for entry in entries
    )


@transaction.atomic
def book_effort(
    *,
    people: Sequence[Colleague],
    row: WeekRow,
    day: date,
    days: Decimal,
    seen: str,
    today: date,
    days_back: int,
    by: User,
) -> list[Effort]:
    """Make what a person booked on something on a day be so many person-days; 0 takes it away.

    Args:
        people: the names of the person; new effort is booked for the first.
        seen: what ``seen_of`` said of the cell that was on screen.
        days_back: for how many days after its end a week may be changed.

    Returns what the cell holds now.

    Raises:
        EffortConflict: the cell holds something else by now.
        ValidationError: the day is to come, too long ago, or would hold more than 24 hours; the
            cell holds several entries.
    """
    # Two windows of one person come one after the other, also where neither finds a row to lock.
    Colleague.objects.select_for_update(no_key=True).get(pk=people[0].pk)
    entries = cell_of(people, row.booking, day)
    before = sum((entry.days for entry in entries), Decimal(0))
    if before == days:
        return entries
    if seen != seen_of(entries):
        raise EffortConflict(entries)
    if len(entries) > 1:
        raise ValidationError(
            _("Several entries add up here. Change them in the file they came from.")
        )
    _check_day(people, day, days - before, today, days_back)
    now = timezone.now()
    words = {"project": row.project.name, "worked_on": day.isoformat(), "person": str(people[0])}
    if not entries:
        entry = Effort.objects.create(
            project_id=row.booking.project, item_id=row.booking.item,
            change_request_id=row.booking.change, key=f"week-{secrets.token_hex(8)}",
            person=people[0], worked_on=day, days=days, known_from=now,
        )  # fmt: skip
        note_creation(entry, at=now)
        record("effort.booked", by=by, about=entry, label=row.project.name,
               **words, on=_on(row), days=typed(days))  # fmt: skip
        return [entry]
    entry = entries[0]
    keep_versions([entry], until=now)
    if days == 0:
        record("effort.removed", by=by, about=entry, label=row.project.name,
               **words, on=_on(row), days=typed(before))  # fmt: skip
        entry.delete()
        return []
    entry.days, entry.known_from = days, now
    entry.save(update_fields=["days", "known_from"])
    record("effort.changed", by=by, about=entry, label=row.project.name, **words, on=_on(row),
           before={"days": typed(before)}, after={"days": typed(days)})  # fmt: skip
    return [entry]


def _check_day(
    people: Sequence[Colleague], day: date, more: Decimal, today: date, days_back: int
) -> None:
    if day > today:
        raise ValidationError(_("This day is still to come."))
    if not may_still_change(week_of(day), today, days_back):
        raise ValidationError(too_old(days_back))
    booked = Effort.objects.filter(person__in=people, worked_on=day).aggregate(whole=Sum("days"))
    if more > 0 and (booked["whole"] or 0) + more > MOST_OF_A_DAY:
        raise ValidationError(_("A day has 24 hours: 3 person-days in all."))


def too_old(days_back: int) -> str:
    """Why a week can no longer be changed."""
    return _(
        "This week ended more than %(days)s days ago. Effort that old is no longer changed on"
        " screen, so that figures already reported stay as they are."
    ) % {"days": days_back}


def _on(row: WeekRow) -> str:
    return str(row.change or row.item or "")
