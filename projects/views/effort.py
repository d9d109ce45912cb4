"""Weeks of effort: one's own to fill in, others' to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Colleague, Role
from accounts.permissions import require
from accounts.queries.calendars import working_calendar
from accounts.requests import TenantRequest
from projects.actions.effort import EffortConflict, book_effort, seen_of, too_old
from projects.compute.delivery import plain
from projects.compute.effort_entries import (
    NotDays,
    Totals,
    may_still_change,
    person_days,
    totals,
    typed,
    week_of,
)
from projects.forms.effort import TypedCell, fault_words, name_of, read_cells, read_day
from projects.models import Effort
from projects.queries import effort as queries
from projects.queries.effort import Booking, WeekRow
from projects.views.plan_frame import today_of
from ui import formats
from ui.tags.formats import language

CONFLICT = 409
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


@require("book_effort")
@require_http_methods(["GET", "POST"])
def my_week(request: TenantRequest) -> HttpResponse:
    """One's own week, as a form that also works without scripts."""
    faults: Faults = {}
    if request.method == "POST":
        faults = _save(request, read_cells(request.POST))
        if not faults:
            if not request.htmx:
                messages.success(request, _("Saved."))
            return redirect(request.get_full_path())
    people = queries.own_colleagues(request.membership)
    context = _week(request, queries.entries_of(people, _days(request)), faults, people)
    text = request.GET.get("q", "").strip()[:100]
    found = queries.found_projects(request.membership, people, text, context["today"])
    context |= {
        "text": text,
        "added": request.GET.getlist("add")[:MOST_ADDED],
        "is_copied": "copy" in request.GET,
        "choices": [
            (project, [(row, _with(request, row.key)) for row in rows])
            for project, rows in queries.bookings_in(found)
        ],
        "may_oversee": request.membership.leads_team
        or request.membership.has_role(Role.ADMIN, Role.PROJECT_MANAGER),
    }
    is_conflict = any(fault.entries is not None for fault in faults.values())
    return render(
        request, "projects/effort/week.html", context, status=CONFLICT if is_conflict else 200
    )


@require("book_effort")
@require_POST
def week_cells(request: TenantRequest) -> HttpResponse:
    """Save one cell; answers with the cell and the sums that it changes."""
    cells = read_cells(request.POST)
    if len(cells) != 1:
        return HttpResponse(status=400)
    faults = _save(request, cells, is_single=True)
    people = queries.own_colleagues(request.membership)
    days = week_of(cells[0].day)
    context = _week(
        request, queries.entries_of(people, days), faults, people, days=days,
        further=[cells[0].booking],
    )  # fmt: skip
    line = next(
        (line for line in context["lines"] if line["row"].key == cells[0].booking.key), None
    )
    if line is None:
        raise Http404
    context |= {
        "line": line,
        "cell": line["cells"][days.index(cells[0].day)],
        "head": context["heads"][days.index(cells[0].day)],
        "day_whole": context["foot"][days.index(cells[0].day)][1],
    }
    is_conflict = any(fault.entries is not None for fault in faults.values())
    return render(
        request, "projects/effort/saved.html", context, status=CONFLICT if is_conflict else 200
    )


@require("view_weeks")
@require_GET
def weeks(request: TenantRequest) -> HttpResponse:
    """The weeks of others on the projects that a member answers for."""
    found = queries.overseen_effort(request.membership)
    days = _days(request)
    text = request.GET.get("person", "")
    if text:
        person = _person(text, found)
        context = _week(request, found.filter(person=person), {}, None, days=days)
        back = f"{request.path}?day={days[0].isoformat()}"
        context |= {"person": person, "breadcrumbs": [(_("Weeks of others"), back)]}
        return render(request, "projects/effort/weeks.html", context)
    people = queries.weeks_of_others(found, days)
    frame = _frame(request, days)
    context = frame | {
        "people": [
            {
                "person": week.person,
                "url": f"?day={days[0].isoformat()}&person={week.person.pk}",
                "cells": [
                    (head, days_words(part) if part else "")
                    for head, part in zip(frame["heads"], week.days, strict=True)
                ],
                "whole": days_words(week.whole),
            }
            for week in people
        ],
        "foot": [
            (head, days_words(sum((week.days[number] for week in people), Decimal(0))))
            for number, head in enumerate(frame["heads"])
        ],
        "whole": days_words(sum((week.whole for week in people), Decimal(0))),
    }
    return render(request, "projects/effort/weeks.html", context)


def days_words(days: Decimal) -> str:
    """Person-days as they are read aloud, to the thousandth where there is one."""
    places = len(plain(days).partition(".")[2])
    return formats.number(days, language(), places)


def _person(text: str, found: Any) -> Colleague:
    """Somebody of whom this effort knows; else a 404."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    person: Colleague | None = Colleague.objects.filter(pk=int(text)).first()
    if person is None or not found.filter(person=person).exists():
        raise Http404
    return person


def _days(request: TenantRequest) -> list[date]:
    """The week that the address asks for, else this one."""
    return week_of(read_day(request.GET.get("day", "")) or today_of(request))


def _save(request: TenantRequest, cells: list[TypedCell], *, is_single: bool = False) -> Faults:
    """Save what was typed into each cell; of those that were not saved, why.

    A cell that still says what was on screen is passed over: in a whole form most are.
    """
    people = queries.own_colleagues(request.membership)
    touched = [cell for cell in cells if is_single or not cell.is_untouched]
    allowed = queries.bookable_projects(request.membership, people)
    rows = {row.booking: row for row in queries.rows_named([c.booking for c in touched], allowed)}
    if not people or any(cell.booking not in rows for cell in touched):
        raise Http404
    faults: Faults = {}
    for cell in touched:
        place = (cell.booking.key, cell.day)
        try:
            book_effort(
                people=people, row=rows[cell.booking], day=cell.day, days=person_days(cell.text),
                seen=cell.seen, today=today_of(request),
                days_back=request.tenant.effort_edit_days, by=request.user,
            )  # fmt: skip
        except NotDays as error:
            faults[place] = Refused(cell, fault_words(error))
        except EffortConflict as error:
            held = typed(sum((entry.days for entry in error.entries), Decimal(0)))
            words = _("Another window saved %(days)s meanwhile. Enter keeps yours, Esc takes that.")
            faults[place] = Refused(cell, words % {"days": held or "0"}, error.entries)
        except ValidationError as error:
            faults[place] = Refused(cell, " ".join(error.messages))
    return faults


def _frame(request: TenantRequest, days: list[date]) -> dict[str, Any]:
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
                "url": _with(request, day=day),
            }
            for day in days
        ],
        "previous_url": _to(request, days[0] - WEEK),
        "next_url": _to(request, days[0] + WEEK) if days[0] + WEEK <= today else "",
        "current_url": "" if today in days else _to(request, today),
    }


def _week(
    request: TenantRequest,
    entries: Any,
    faults: Faults,
    people: list[Colleague] | None,
    *,
    days: list[date] | None = None,
    further: list[Booking] | None = None,
) -> dict[str, Any]:
    """A week as a grid. ``people``: the person's own names where it may be filled in."""
    days = days or _days(request)
    frame = _frame(request, days)
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
        "copy_url": _with(request, copy=True) if may_change and "copy" not in request.GET else "",
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


def _with(
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
