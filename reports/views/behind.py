"""The list of customers behind a cell of the retention and effects screens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from accounts.models import Customer
from accounts.permissions import require
from accounts.requests import TenantRequest
from reports.links import Links
from reports.views.retention import known_until
from segmentation.compute.months import last_day_of, month_number
from segmentation.compute.persons import DAYS
from segmentation.compute.renewals import LOST, OPEN, RENEWED
from segmentation.queries.behind_figures import (
    CONVERTED,
    GONE,
    HERE,
    WAITING,
    Behind,
    behind_cohort,
    behind_conversion,
    behind_persons,
    behind_renewals,
)
from segmentation.queries.scopes import Scope, widest_scope
from segmentation.queries.stored import latest_night, parse_day
from segmentation.views.narrowing import Narrowing, narrowing_of
from ui import formats
from ui.tables import Column, Table
from ui.tags.formats import language

# A column: its heading, how its cells are written, and what of a row they hold.
Shown = tuple[str, str, Callable[[Behind], Any]]

MOST_MONTHS = 1200


@require("view_retention")
@require_GET
def members(request: TenantRequest) -> HttpResponse:
    """Who a cell of the retention screen is made of; ``show`` narrows to one outcome."""
    of = request.GET.get("of", "")
    month = parse_day(f"{request.GET.get('month', '')}-01") or date(1970, 1, 1)
    night = latest_night()
    until = known_until(request.tenant, night)
    narrowing = narrowing_of(request, night)
    scope = narrowing.within(widest_scope(request.membership))
    listings: dict[str, Callable[[], tuple[str, Sequence[Behind], list[Shown]]]] = {
        "cohort": lambda: _cohort(
            month,
            _months(request.GET.get("after", "")),
            request.GET.get("span") == "year",
            until,
            scope,
        ),
        "renewals": lambda: _renewals(month, request.GET.get("until", ""), until, scope),
        "conversion": lambda: _conversion(request, month, until, scope),
        "persons": lambda: _persons(request, month, until, scope),
    }
    title, rows, columns = listings.get(of, listings["cohort"])()
    return listing(
        request,
        title=title,
        rows=rows,
        columns=columns,
        back="retention",
        as_of=until,
        narrowing=narrowing,
    )


def listing(
    request: TenantRequest,
    *,
    title: str,
    rows: Sequence[Behind],
    columns: Sequence[Shown],
    back: str,
    as_of: date,
    narrowing: Narrowing,
) -> HttpResponse:
    """A page of these rows, those of one outcome when ``show`` says so; one statement for the names."""
    words = states()
    present = [key for key in words if any(row.state == key for row in rows)]
    show = request.GET.get("show", "")
    show = show if show in words else ""
    shown = [row for row in rows if row.state == show] if show else list(rows)
    headings = (
        Column("name", _("Customer")),
        *(
            Column(f"c{place}", heading, align="start" if kind == "text" else "end")
            for place, (heading, kind, _value) in enumerate(columns)
        ),
    )
    table = Table.read(headings, request.GET.urlencode()).counted(len(shown))
    page = shown[table.slice]
    names = dict(
        Customer.objects.filter(pk__in=[row.customer_id for row in page]).values_list("pk", "name")
    )
    context = {
        "title": title,
        "as_of": as_of,
        "narrowing": narrowing,
        "back_url": Links(narrowing.group_id).to(back),
        "table": table,
        "tabs": [
            {
                "label": label,
                "url": table.url(show=key or None),
                "active": show == key,
                "count": len(rows) if not key else sum(row.state == key for row in rows),
            }
            for key, label in (("", _("All")), *((key, words[key]) for key in present))
        ]
        if len(present) > 1
        else [],
        "rows": [
            {
                "id": row.customer_id,
                "name": names.get(row.customer_id, ""),
                "cells": [(kind, value(row)) for _heading, kind, value in columns],
            }
            for row in page
        ],
    }
    return render(request, "reports/behind.html", context)


def states() -> dict[str, str]:
    """Outcomes in words."""
    return {
        HERE: pgettext("cohorts", "There"),
        GONE: pgettext("cohorts", "Not there"),
        RENEWED: pgettext("contracts", "Renewed"),
        LOST: pgettext("contracts", "Not renewed"),
        OPEN: pgettext("contracts", "Still open"),
        CONVERTED: _("Signed a contract"),
        WAITING: _("Not yet"),
    }


def _state(row: Behind) -> str:
    return states()[row.state]


def _cohort(
    month: date, k: int, of_year: bool, until: date, scope: Scope
) -> tuple[str, Sequence[Behind], list[Shown]]:
    title = _("Customers who came in %(month)s, %(after)s months later") % {
        "month": str(month.year) if of_year else formats.month(month, language()),
        "after": formats.number(k, language()),
    }
    columns: list[Shown] = [
        (_("ARR or paid then"), "money", lambda row: row.amount),
        (_("Then"), "text", _state),
    ]
    months = [month.replace(month=number) for number in range(1, 13)] if of_year else [month]
    return title, behind_cohort(months, k, until, scope), columns


def _renewals(
    month: date, asked_until: str, until: date, scope: Scope
) -> tuple[str, Sequence[Behind], list[Shown]]:
    month_end = last_day_of(month_number(month))
    last = parse_day(asked_until) or month_end
    if last == month_end:
        title = _("Contracts that ended in %(month)s") % {"month": formats.month(month, language())}
    else:
        title = _("Contracts that ended from %(first)s to %(last)s") % {
            "first": formats.short_date(month, language()),
            "last": formats.short_date(last, language()),
        }
    columns: list[Shown] = [
        (_("ARR on the last day"), "money", lambda row: row.amount),
        (_("Ended on"), "day", lambda row: row.first_on),
        (_("Renewal starts on"), "day", lambda row: row.second_on),
        (_("Outcome"), "text", _state),
    ]
    return title, behind_renewals(month, last, until, scope), columns


def _conversion(
    request: TenantRequest, month: date, until: date, scope: Scope
) -> tuple[str, Sequence[Behind], list[Shown]]:
    title = _("Trials and prospects that came in %(month)s") % {
        "month": formats.month(month, language())
    }
    columns: list[Shown] = [
        (_("Came on"), "day", lambda row: row.first_on),
        (_("Signed on"), "day", lambda row: row.second_on),
        (_("Days"), "number", lambda row: row.number),
        (_("Outcome"), "text", _state),
    ]
    return title, behind_conversion(month, until, request.tenant.zone, scope), columns


def _persons(
    request: TenantRequest, month: date, until: date, scope: Scope
) -> tuple[str, Sequence[Behind], list[Shown]]:
    title = _("Customers with new persons in %(month)s") % {
        "month": formats.month(month, language())
    }

    def returned(place: int) -> Callable[[Behind], int]:
        return lambda row: row.counts[place]

    columns: list[Shown] = [(_("New persons"), "number", lambda row: row.number)]
    columns += [
        (_("back on or after day %(day)s") % {"day": k}, "number", returned(place))
        for place, k in enumerate(DAYS)
    ]
    return title, behind_persons(month, until, request.tenant.zone, scope), columns


def _months(text: str) -> int:
    """What is no number of months is the first month itself."""
    return int(text) if text.isascii() and text.isdigit() and int(text) <= MOST_MONTHS else 0
