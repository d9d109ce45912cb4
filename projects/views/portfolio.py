"""My projects, and the projects of a customer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET

from accounts import first_steps
from accounts.models import Customer, Responsibility, Visibility
from accounts.permissions import may, require
from accounts.queries.calendars import working_calendar
from accounts.requests import TenantRequest
from projects.forms.portfolio import ProjectFilter
from projects.queries import portfolio as queries
from projects.queries.plan_facts import PlanFacts, plan_facts
from ui.downloads import file_response
from ui.exports import Cell
from ui.tables import Column, Table

COLUMNS = (
    Column("customer", gettext_lazy("Customer"), sort="customer__name"),
    Column("project", gettext_lazy("Project"), sort="name"),
    Column("manager", gettext_lazy("Project manager"), sort="manager__name"),
    Column("stage", gettext_lazy("Stage"), sort=("place", "urgency")),
    Column("days", gettext_lazy("Days"), align="end"),
    Column("phase", gettext_lazy("Phase")),
    Column("milestone", gettext_lazy("Next milestone")),
    Column(
        "over",
        gettext_lazy("Against baseline"),
        align="end",
        why=gettext_lazy(
            "Working days that the plan ends after the day of the signed SOW's latest baseline; "
            "negative is before it. Empty without a plan or a baseline."
        ),
    ),
    Column(
        "effort",
        gettext_lazy("Person-days"),
        align="end",
        why=gettext_lazy(
            "Worked so far, of those in the baseline; without a baseline, of those planned."
        ),
    ),
    Column("waiting", gettext_lazy("Waiting for")),
    Column("due", gettext_lazy("Due on"), sort="due_on"),
    Column("starts", gettext_lazy("Starts on"), sort="starts_on"),
    Column("accepted", gettext_lazy("Accepted on"), sort="accepted_on"),
    Column("face", gettext_lazy("Face today"), sort="face_name"),
)


EXPORTED_AT_ONCE = 500


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
    counts = queries.counts(everything, today)
    stage = asked.get("stage", "")
    found = everything.filter(queries.stages(today)[stage]) if stage else everything
    table = Table.read(COLUMNS, request.GET.urlencode(), default="stage", tie="pk")
    if "format" in request.GET:
        return _file(request, queries.with_faces(found).order_by(*table.order_by), today)
    table = table.counted(counts[stage] if stage else sum(counts.values()))
    shown = queries.page_of(found, table.order_by, table.slice)
    facts = plan_facts([project.pk for project in shown], working_calendar())
    rows = [
        (queries.row_of(project, today), _capacity(project.face_capacity), facts[project.pk])
        for project in shown
    ]
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
        "may_make": may(membership, "edit_plans"),
        "exports": [(name.upper(), table.url(format=name)) for name in ("csv", "xlsx")],
    }
    return render(request, "projects/projects.html", context)


def _file(request: TenantRequest, found: QuerySet, today: date) -> HttpResponse:
    """All the projects that the filters leave; days as on the screen, without the word."""
    calendar = working_calendar()
    rows = (
        _cells(queries.row_of(project, today), project.face_name, facts[project.pk])
        for part in batched(found.iterator(chunk_size=EXPORTED_AT_ONCE), EXPORTED_AT_ONCE)
        for facts in [plan_facts([project.pk for project in part], calendar)]
        for project in part
    )
    return file_response(
        [column.label for column in COLUMNS],
        rows,
        format_=request.GET["format"],
        name=f"{request.tenant.slug}-projects-{today.isoformat()}",
        title=gettext("Projects"),
    )


def batched(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The rows in parts of at most so many."""
    left = iter(rows)
    while part := list(islice(left, size)):
        yield part


def _cells(row: queries.ProjectRow, face_name: str | None, facts: PlanFacts) -> tuple[Cell, ...]:
    project, milestone, waiting = row.project, facts.next_milestone, facts.waits_for
    return (
        project.customer.name,
        project.name,
        project.manager.name if project.manager else None,
        row.stage_label,
        row.days,
        facts.phase,
        f"{milestone.title}, {milestone.ends_on.isoformat()}" if milestone else None,
        facts.days_over,
        facts.effort_days,
        f"{waiting.get_side_display()}: {waiting.title}" if waiting else None,
        project.due_on,
        project.starts_on,
        project.accepted_on,
        face_name,
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


def _capacity(name: str | None) -> str:
    return str(Responsibility.Capacity(name).label) if name else ""


def _today(request: TenantRequest) -> date:
    return request.tenant.local_date(timezone.now())
