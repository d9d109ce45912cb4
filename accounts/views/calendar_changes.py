"""Changing the working calendar: some days, the weekdays, a country's holidays, days from a file."""

from __future__ import annotations

import io
from datetime import date
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.calendars import CalendarBusy, change_calendar
from accounts.calendars.changes import CalendarChange, proposed
from accounts.calendars.document import HOLIDAY
from accounts.calendars.files import read_days
from accounts.calendars.proposals import country_of, propose, weekdays_of
from accounts.calendars.words import country_words, day_words, fault_words, weekday_words
from accounts.forms.calendars import (
    ChangeForm,
    DaysForm,
    FileForm,
    HolidaysForm,
    TakeOverForm,
    WeekdaysForm,
)
from accounts.permissions import require
from accounts.queries.calendars import document_of, latest_calendar
from accounts.requests import TenantRequest
from accounts.views.calendar import breadcrumbs


@require("edit_calendar")
@require_http_methods(["GET", "POST"])
def days(request: TenantRequest) -> HttpResponse:
    """A day, or several, made a holiday, a working day or usual again."""
    form = DaysForm(request.POST or None, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        done = _changed(request, form, form.change(), form.cleaned_data["first"].year)
        if done:
            return done
    return _form(request, form, _("Mark days"), _("Of a day what it is, whatever its weekday."))


@require("edit_calendar")
@require_http_methods(["GET", "POST"])
def weekdays(request: TenantRequest) -> HttpResponse:
    """The weekdays that are worked unless a day is special."""
    document = document_of(latest_calendar())
    form = WeekdaysForm(request.POST or None, initial={"weekdays": sorted(document.weekdays)})
    if request.method == "POST" and form.is_valid():
        done = _changed(request, form, form.change())
        if done:
            return done
    return _form(request, form, _("Weekdays"), _("Worked unless a day is a holiday."))


@require("edit_calendar")
@require_http_methods(["GET", "POST"])
def file(request: TenantRequest) -> HttpResponse:
    """Days from a file or pasted rows; where one is wrong, none is taken."""
    form = FileForm(request.POST or None, request.FILES or None)
    faults: list[str] = []
    if request.method == "POST" and form.is_valid():
        read = read_days(_handle(form))
        faults = [fault_words(fault) for fault in read.faults]
        if not faults:
            is_complete = form.cleaned_data["is_complete"]
            change = CalendarChange.from_file(read.days, is_complete=is_complete)
            year = read.days[0].day.year if read.days else None
            done = _changed(request, form, change, year)
            if done:
                return done
    context = {"form": form, "faults": faults, "breadcrumbs": breadcrumbs()}
    return render(request, "accounts/calendar/file.html", context)


@require("edit_calendar")
@require_http_methods(["GET", "POST"])
def holidays(request: TenantRequest) -> HttpResponse:
    """A country's holidays of a year beside what is in force, to be taken over day by day."""
    document = document_of(latest_calendar())
    country = document.country or country_of(request.tenant.timezone, request.tenant.currency)
    usual = {
        "country": country.partition("-")[0],
        "region": country.partition("-")[2],
        "year": str(request.tenant.local_date(now()).year),
    }
    chosen = HolidaysForm({**usual, **request.GET.dict()})
    context: dict[str, Any] = {"chosen": chosen, "breadcrumbs": breadcrumbs()}
    if not chosen.is_valid():
        return render(request, "accounts/calendar/holidays.html", context)
    place, year = chosen.place(), chosen.cleaned_data["year"]
    proposal = propose(place, year)
    changes = proposed(document, proposal)
    work = weekdays_of(place)
    label = _("Work on the weekdays of this country: %(weekdays)s")
    form = TakeOverForm(
        request.POST or None,
        days=[change.day for change in changes],
        year=year,
        is_complete=place == document.country and year in document.years,
        weekdays_label=label % {"weekdays": weekday_words(work)}
        if work != document.weekdays
        else "",
        initial={"is_complete": proposal.is_settled},
    )
    if request.method == "POST" and form.is_valid():
        taken = [change for change in changes if change.day in form.cleaned_data["take"]]
        change = CalendarChange(
            put=tuple(one.after for one in taken if one.after),
            drop=tuple(one.day for one in taken if not one.after),
            country=place,
            weekdays=work if form.cleaned_data.get("weekdays") else None,
            complete=frozenset({year}) if form.cleaned_data.get("is_complete") else frozenset(),
        )
        done = _changed(request, form, change, year)
        if done:
            return done
    if request.method == "POST":
        ticked = set(request.POST.getlist("take"))
    else:
        ticked = {change.day.isoformat() for change in changes if change.is_suggested}
    same = {special.day for special in document.of_year(year)} - {one.day for one in changes}
    context |= {
        "form": form,
        "proposal": proposal,
        "place": country_words(place),
        "rows": [
            {
                "iso": change.day.isoformat(),
                "day": change.day,
                "before": day_words(change.before),
                "after": day_words(change.after),
                "is_ticked": change.day.isoformat() in ticked,
            }
            for change in changes
        ],
        "same": len(same),
    }
    return render(request, "accounts/calendar/holidays.html", context)


def _initial(request: TenantRequest) -> dict[str, Any]:
    """Of the day that was chosen what is said of it."""
    text = request.GET.get("day", "")
    if not text:
        return {"kind": HOLIDAY}
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    special = document_of(latest_calendar()).by_day().get(day)
    known = {"kind": special.kind, "name": special.name} if special else {"kind": HOLIDAY}
    return {"first": day, **known}


def _handle(form: FileForm) -> BinaryIO:
    given = form.cleaned_data["file"]
    return cast(BinaryIO, given.file if given else io.BytesIO(form.cleaned_data["text"].encode()))


def _form(request: TenantRequest, form: ChangeForm, title: str, lead: str) -> HttpResponse:
    context = {"form": form, "title": title, "lead": lead, "breadcrumbs": breadcrumbs()}
    return render(request, "accounts/calendar/change.html", context)


def _changed(
    request: TenantRequest, form: ChangeForm, change: CalendarChange, year: int | None = None
) -> HttpResponse | None:
    """Say what came of a change, and lead back to the year that it was about; None: the form says
    why it could not be."""
    try:
        version = change_calendar(change=change, note=form.cleaned_data["note"], by=request.user)
    except CalendarBusy as busy:
        form.add_error(None, str(busy))
        return None
    if version is None:
        messages.info(request, _("Nothing to change: the calendar says so already."))
    else:
        messages.success(request, _("Saved. It counts from the next night on."))
    return redirect(reverse("calendar") + (f"?year={year}" if year else ""))
