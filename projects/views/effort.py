"""Weeks of effort: one's own to fill in, others' to look at."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Colleague, Role
from accounts.permissions import require
from accounts.requests import TenantRequest
from projects.actions.effort import EffortConflict, book_effort
from projects.compute.effort_entries import NotDays, person_days, typed, week_of
from projects.forms.effort import TypedCell, fault_words, read_cells
from projects.queries import effort as queries
from projects.views.plan_frame import today_of
from projects.views.week_grid import (
    MOST_ADDED,
    Faults,
    Refused,
    days_asked,
    days_words,
    frame_of,
    same_week,
    week_grid,
)

CONFLICT = 409


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
    context = week_grid(request, queries.entries_of(people, days_asked(request)), faults, people)
    text = request.GET.get("q", "").strip()[:100]
    found = queries.found_projects(request.membership, people, text, context["today"])
    context |= {
        "text": text,
        "added": request.GET.getlist("add")[:MOST_ADDED],
        "is_copied": "copy" in request.GET,
        "choices": [
            (project, [(row, same_week(request, row.key)) for row in rows])
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
    context = week_grid(
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
    days = days_asked(request)
    text = request.GET.get("person", "")
    if text:
        person = _person(text, found)
        context = week_grid(request, found.filter(person=person), {}, None, days=days)
        back = f"{request.path}?day={days[0].isoformat()}"
        context |= {"person": person, "breadcrumbs": [(_("Weeks of others"), back)]}
        return render(request, "projects/effort/weeks.html", context)
    people = queries.weeks_of_others(found, days)
    frame = frame_of(request, days)
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


def _person(text: str, found: QuerySet) -> Colleague:
    """Somebody of whom this effort knows; else a 404."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    person: Colleague | None = Colleague.objects.filter(pk=int(text)).first()
    if person is None or not found.filter(person=person).exists():
        raise Http404
    return person


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
