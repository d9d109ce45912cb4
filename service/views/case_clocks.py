"""The clock of a case in words, with a tone and an icon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.compute.working_hours import WorkingHours
from service.models import CaseWork
from service.models.cases import CaseClock

# Less working time than this left is called soon.
SOON = timedelta(hours=2)


@dataclass(frozen=True)
class ShownClock:
    """``tone`` and ``icon`` of a badge with ``label``; ``left``: working time left, or since."""

    tone: str
    icon: str
    label: str
    left: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True)
class CaseRow:
    work: CaseWork
    clock: ShownClock


def shown_clock(work: CaseWork, now: datetime, hours: WorkingHours) -> ShownClock:
    """How the case's clock stands at a moment."""
    if not work.is_undone:
        if work.is_breached:
            return ShownClock("warning", "alarm-clock-off", _("Was overdue"))
        return ShownClock("good", "check", _("In time"))
    if work.state == CaseWork.State.WAITING:
        left = ""
        if work.resolution_due_at is not None and work.waiting_since is not None:
            # What is left is what was left when the waiting began.
            left = duration_words(hours.between(work.waiting_since, work.resolution_due_at), hours)
        return ShownClock("info", "pause", _("Clock stands still"), left)
    due = work.due_at
    if due is None:
        return ShownClock("neutral", "minus", _("No time promised"))
    what = _("to answer") if work.responded_at is None else _("to solve")
    left_time = hours.between(now, due)
    left = duration_words(abs(left_time), hours)
    if due < now:
        return ShownClock(
            "danger", "alarm-clock", _("Overdue %(what)s") % {"what": what}, left, due
        )
    if left_time <= SOON:
        return ShownClock("warning", "hourglass", _("Soon %(what)s") % {"what": what}, left, due)
    return ShownClock("neutral", "clock", what, left, due)


def case_rows(works: list[CaseWork], now: datetime, hours: WorkingHours) -> list[CaseRow]:
    return [CaseRow(work, shown_clock(work, now, hours)) for work in works]


@dataclass(frozen=True)
class ShownOpening:
    """One opening's moments: due and done, each breached or not."""

    number: int
    clock: CaseClock
    why: str = ""
    name: str = ""
    satisfaction: int | None = None
    reopened_at: datetime | None = None


def duration_words(worked: timedelta, hours: WorkingHours) -> str:
    """Working time as people say it: days from two days on, else hours and minutes."""
    day = hours.day_length
    if worked >= 2 * day:
        days = round(worked / day)
        return ngettext("%(days)s working day", "%(days)s working days", days) % {"days": days}
    minutes = round(worked.total_seconds() / 60)
    whole, rest = divmod(minutes, 60)
    if not whole:
        return pgettext("duration", "%(minutes)s min") % {"minutes": rest}
    if not rest or whole >= 8:
        return pgettext("duration", "%(hours)s h") % {"hours": whole}
    return pgettext("duration", "%(hours)s h %(minutes)s min") % {"hours": whole, "minutes": rest}
