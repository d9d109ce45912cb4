"""The tenant's working calendar: a year of it, its versions, its days as a file."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.timezone import now
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.calendars.changes import differences
from accounts.calendars.document import HOLIDAY
from accounts.calendars.files import HEADINGS, rows_of
from accounts.calendars.words import (
    KINDS,
    country_words,
    day_words,
    weekday_heads,
    weekday_words,
)
from accounts.calendars.years import FIRST_YEAR, LAST_YEAR, months_of
from accounts.models import CalendarVersion
from accounts.permissions import require
from accounts.queries.calendars import document_of, latest_calendar, reminder, version_before
from accounts.requests import TenantRequest
from accounts.settings_pages import settings_pages
from ui.exports import CSV_TYPE, write_csv
from ui.tables import Column, Table

COLUMNS = (
    Column("version", gettext_lazy("Version")),
    Column("known_from", gettext_lazy("Since")),
    Column("published_by", gettext_lazy("By")),
    Column("note", gettext_lazy("Note")),
)
VERSIONS_PER_PAGE = 10


def settings_tabs(active: str) -> list[dict[str, Any]]:
    """The pages of the settings."""
    return [
        {"label": label, "url": reverse(name), "active": name == active, "count": None}
        for name, label in settings_pages.items()
    ]


@require("edit_calendar")
@require_GET
def calendar(request: TenantRequest) -> HttpResponse:
    """A year, by default this one, as it is in force; and the versions so far."""
    today = request.tenant.local_date(now())
    year = _year(request, today.year)
    latest = latest_calendar()
    document = document_of(latest)
    table = Table.read(COLUMNS, request.GET.urlencode(), rows=VERSIONS_PER_PAGE)
    versions = CalendarVersion.objects.defer("document").select_related("published_by")
    table = table.counted(versions.count())
    months = months_of(document, year, today)
    context = {
        "tabs": settings_tabs("calendar"),
        "version": latest,
        "document": document,
        "country": country_words(document.country),
        "weekdays": weekday_words(document.weekdays),
        "year": year,
        "years": [(other, other == year) for other in range(year - 1, year + 2)],
        "months": months,
        "worked": sum(month.worked for month in months),
        "days": [
            {
                "day": special.day,
                "kind": KINDS[special.kind],
                "tone": "danger" if special.kind == HOLIDAY else "accent",
                "name": special.name_in(get_language() or "en"),
            }
            for special in document.of_year(year)
        ],
        "heads": weekday_heads(),
        "reminder": reminder(request.tenant, today),
        "table": table,
        "rows": list(versions[table.slice]),
    }
    return render(request, "accounts/calendar/year.html", context)


def overview_reminder(request: TenantRequest, subject: None) -> dict[str, Any] | None:
    """Years whose holidays are missing, on the administrator's first screen."""
    found = reminder(request.tenant, request.tenant.local_date(now()))
    return {"reminder": found} if found else None


@require("edit_calendar")
@require_GET
def version(request: TenantRequest, number: int) -> HttpResponse:
    """What one version changed of the one before."""
    found = _version(number)
    before, document = document_of(version_before(found)), document_of(found)
    context = {
        "version": found,
        "is_latest": found == latest_calendar(),
        "rows": [
            {
                "day": change.day,
                "before": day_words(change.before),
                "after": day_words(change.after),
            }
            for change in differences(before.days, document.days)
        ],
        "weekdays": (weekday_words(before.weekdays), weekday_words(document.weekdays)),
        "country": (country_words(before.country), country_words(document.country)),
        "years": sorted(document.years - before.years),
        "breadcrumbs": breadcrumbs(),
    }
    return render(request, "accounts/calendar/version.html", context)


@require("edit_calendar")
@require_GET
def version_days(request: TenantRequest, number: int) -> HttpResponse:
    """The special days of a version, as the file that can be read again."""
    found = _version(number)
    response = HttpResponse(
        write_csv(HEADINGS, rows_of(document_of(found).days)), content_type=CSV_TYPE
    )
    name = f"{slugify(request.tenant.slug)}-calendar-v{found.version}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def breadcrumbs() -> list[tuple[str, str]]:
    """To the pages below the calendar."""
    return [
        (_("Settings"), reverse("tenant_settings")),
        (_("Working calendar"), reverse("calendar")),
    ]


def _year(request: TenantRequest, usual: int) -> int:
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else usual
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def _version(number: int) -> CalendarVersion:
    found = CalendarVersion.objects.filter(version=number).select_related("published_by").first()
    if found is None:
        raise Http404
    return found
