"""My projects, and the projects of a customer."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET

from accounts import first_steps
from accounts.models import Customer, Visibility
from accounts.permissions import may, require
from accounts.queries.calendars import working_calendar
from accounts.requests import TenantRequest
from projects.forms.portfolio import ProjectFilter
from projects.queries import portfolio as queries
from projects.queries.attention import needing
from projects.queries.decisions import decisions_within
from projects.views.portfolio_table import (
    EXPORTED,
    EXPORTED_AT_ONCE,
    columns_for,
    exported_rows,
    shown_rows,
)
from ui.downloads import file_response
from ui.tables import Table


@require("view_projects")
@require_GET
def projects(request: TenantRequest) -> HttpResponse:
    """A row per project: mine, my team's or all."""
    membership, today = request.membership, _today(request)
    widths = queries.widths(membership)
    asked_width = request.GET.get("view", "")
    has_none = False
    if asked_width in widths:
        width = asked_width
    else:
        width = queries.starting_width(membership, today)
        has_none = width != Visibility.MINE and membership.has_role("project_manager")
    form = ProjectFilter(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    everything = queries.projects(membership, width, today)
    text = asked.get("q", "").strip()
    if text:
        everything = everything.filter(
            Q(customer__search_text__contains=text.lower())
            | Q(name__icontains=text)
            | Q(key__icontains=text)
        )
    everything = needing(everything, asked.get("only", ""), today)
    counts = queries.counts(everything, today)
    stage = asked.get("stage", "")
    found = everything.filter(queries.stages(today)[stage]) if stage else everything
    table = Table.read(columns_for(width), request.GET.urlencode(), default="stage", tie="pk")
    if "format" in request.GET:
        return _file(request, queries.with_faces(found).order_by(*table.order_by), today)
    table = table.counted(counts[stage] if stage else sum(counts.values()))
    shown = queries.page_of(found, table.order_by, table.slice)
    rows = shown_rows(shown, today, working_calendar())
    context = {
        "steps": [] if text or sum(counts.values()) else first_steps.steps_for(membership),
        "tabs": [
            {
                "label": _WIDTHS[option],
                "url": table.url(view=option),
                "active": option == width,
                "count": None,
            }
            for option in widths
        ],
        "stages": [
            (queries.Stage(name).label, number, table.url(stage=name), name)
            for name, number in counts.items()
        ],
        "form": form,
        "table": table,
        "rows": rows,
        "width": width,
        "has_none": has_none,
        "today": today,
        "decisions": decisions_within(membership, width, today),
        "may_see_money": may(membership, "view_money"),
        "may_make": may(membership, "edit_plans"),
        "exports": [(name.upper(), table.url(format=name)) for name in ("csv", "xlsx")],
    }
    return render(request, "projects/projects.html", context)


def _file(request: TenantRequest, found: QuerySet, today: date) -> HttpResponse:
    """All the projects that the filters leave."""
    rows = found.iterator(chunk_size=EXPORTED_AT_ONCE)
    return file_response(
        [column.label for column in EXPORTED],
        exported_rows(
            rows, today, working_calendar(), may_see_money=may(request.membership, "view_money")
        ),
        format_=request.GET["format"],
        name=f"{request.tenant.slug}-projects-{today.isoformat()}",
        title=gettext("Projects"),
    )


def projects_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """The customer's projects that the person sees; nothing where there is none."""
    rows = queries.projects_of(customer, request.membership, _today(request))
    may_make = may(request.membership, "edit_plans")
    return {"rows": rows, "may_make": may_make} if rows or may_make else None


_WIDTHS = {
    str(Visibility.MINE): gettext_lazy("Mine"),
    str(Visibility.TEAM): gettext_lazy("My team's"),
    str(Visibility.ALL): gettext_lazy("All"),
}


def _today(request: TenantRequest) -> date:
    return request.tenant.local_date(timezone.now())
