"""A week of effort as a grid: its days, rows and cells, and the ways to other weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.models import Colleague
from accounts.queries.calendars import working_calendar
from accounts.requests import TenantRequest
from projects.actions.effort import seen_of, too_old
from projects.compute.delivery import plain
from projects.compute.effort_entries import Totals, may_still_change, totals, typed, week_of
from projects.forms.effort import TypedCell, name_of, read_day
from projects.models import Effort
from projects.queries import effort as queries
from projects.queries.effort import Booking, WeekRow
from projects.views.plan_frame import today_of
from ui import formats
from ui.tags.formats import language

MOST_ADDED = 40
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Cell:
    """A cell as it stands on screen. ``text``: what is in its field; ``fault``: why it was not
    saved; ``stored``: what is kept, to go back to; ``is_open``: it can be typed into."""

    row: WeekRow
    day: date
    text: str
    stored: str
    seen: str
    is_open: bool
    is_shown_day: bool
    is_off: bool
    fault: str = ""
    is_conflict: bool = False

    @property
    def typed_name(self) -> str:
        return name_of("d", self.row.key, self.day)

    @property
    def seen_name(self) -> str:
        return name_of("s", self.row.key, self.day)


@dataclass
class Refused:
    """A cell that was not saved: what was typed, and why."""

    cell: TypedCell
    words: str
    entries: list[Effort] | None = None


Faults = dict[tuple[str, date], Refused]


def days_asked(request: TenantRequest) -> list[date]:
    """The week that the address asks for, else this one."""
    return week_of(read_day(request.GET.get("day", "")) or today_of(request))


def days_words(days: Decimal) -> str:
    """Person-days as they are read aloud, to the thousandth where there is one."""
    places = len(plain(days).partition(".")[2])
    return formats.number(days, language(), places)


def frame_of(request: TenantRequest, days: list[date]) -> dict[str, Any]:
    """What every week shows: its days, and the ways to other weeks."""
    calendar, today = working_calendar(), today_of(request)
    asked = read_day(request.GET.get("day", ""))
    chosen = asked if asked in days else (today if today in days else days[0])
    return {
        "days": days,
        "chosen": chosen,
        "today": today,
        "target": sum(calendar.is_working(day) for day in days),
        "heads": [
            {
                "day": day,
                "is_off": not calendar.is_working(day),
                "is_today": day == today,
                "is_shown_day": day == chosen,
                "url": same_week(request, day=day),
            }
            for day in days
        ],
        "previous_url": _to(request, days[0] - WEEK),
        "next_url": _to(request, days[0] + WEEK) if days[0] + WEEK <= today else "",
        "current_url": "" if today in days else _to(request, today),
    }


def week_grid(
    request: TenantRequest,
    entries: QuerySet,
    faults: Faults,
    people: list[Colleague] | None,
    *,
    days: list[date] | None = None,
    further: list[Booking] | None = None,
) -> dict[str, Any]:
    """A week as a grid. ``people``: the person's own names where it may be filled in."""
    days = days or days_asked(request)
    frame = frame_of(request, days)
    days_back = request.tenant.effort_edit_days
    may_change = people is not None and may_still_change(days, frame["today"], days_back)
    rows = queries.week_rows(entries.filter(worked_on__range=(days[0], days[-1])))
    if people is not None and may_change:
        rows += _empty_rows(request, rows, people, days, further or [b.cell.booking for b in
                                                                     faults.values()])  # fmt: skip
    sums = _sums(rows, days)
    return frame | {
        "lines": [
            {
                "row": row,
                "whole": days_words(sums.by_row[row.key]),
                "cells": [_cell(row, head, faults, frame, may_change) for head in frame["heads"]],
            }
            for row in rows
        ],
        "foot": [(head, days_words(sums.by_day[head["day"]])) for head in frame["heads"]],
        "whole": days_words(sums.whole),
        "whole_number": sums.whole,
        "may_change": may_change,
        "why_closed": "" if may_change or people is None else too_old(days_back),
        "copy_url": same_week(request, copy=True)
        if may_change and "copy" not in request.GET
        else "",
        "fault_count": len(faults),
    }


def _empty_rows(
    request: TenantRequest,
    rows: list[WeekRow],
    people: list[Colleague],
    days: list[date],
    further: list[Booking],
) -> list[WeekRow]:
    """Rows that the week has not yet: added, refused, or those of the week before."""
    wanted = [Booking.read(key) for key in request.GET.getlist("add")[:MOST_ADDED]]
    if "copy" in request.GET:
        before = [day - WEEK for day in days]
        wanted += queries.bookings_of(queries.entries_of(people, before))
    has = {row.booking for row in rows}
    bookings = [b for b in [*wanted, *further] if b is not None and b not in has]
    allowed = queries.bookable_projects(request.membership, people)
    return queries.rows_named(bookings, allowed)


def _sums(rows: list[WeekRow], days: list[date]) -> Totals:
    cells = {
        (row.key, day): sum((entry.days for entry in entries), Decimal(0))
        for row in rows
        for day, entries in row.entries.items()
    }
    return totals(cells, [row.key for row in rows], days)


def _cell(
    row: WeekRow, head: dict[str, Any], faults: Faults, frame: dict[str, Any], may_change: bool
) -> Cell:
    day = head["day"]
    entries = row.entries.get(day, [])
    stored = typed(sum((entry.days for entry in entries), Decimal(0)))
    fault = faults.get((row.key, day))
    return Cell(
        row=row,
        day=day,
        text=fault.cell.text if fault else stored,
        stored=stored,
        # After a conflict what is there now has been seen: saving again is meant.
        seen=seen_of(entries),
        is_open=may_change and day <= frame["today"] and len(entries) < 2,
        is_shown_day=head["is_shown_day"],
        is_off=head["is_off"],
        fault=fault.words if fault else "",
        is_conflict=bool(fault and fault.entries is not None),
    )


def _to(request: TenantRequest, day: date) -> str:
    """The same page for another week."""
    query = f"?day={day.isoformat()}"
    person = request.GET.get("person", "")
    if person.isascii() and person.isdigit():
        query += f"&person={person}"
    return query


def same_week(
    request: TenantRequest, added: str = "", *, day: date | None = None, copy: bool = False
) -> str:
    """The same week with a row more, with another day in sight, or with last week's rows."""
    query = request.GET.copy()
    query.pop("q", None)
    if added and added not in query.getlist("add"):
        query.appendlist("add", added)
    if day is not None:
        query["day"] = day.isoformat()
    if copy:
        query["copy"] = "1"
    return f"?{query.urlencode()}"
