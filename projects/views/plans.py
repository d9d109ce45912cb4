"""A project's plan: as a list, as a board, and over time."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from accounts.compute.working_days import WorkingCalendar
from accounts.permissions import require
from accounts.requests import TenantRequest
from projects.models import Task
from projects.queries import plans
from projects.queries.critical import critical_tasks
from projects.queries.task_effort import effort_variance, worked_on
from projects.queries.task_links import links_of
from projects.views.gate_marks import gate_bar, gates_by_phase, phase_marks
from projects.views.plan_frame import chosen_tasks, filters, frame, paged, visible_project
from ui.charts import Gantt, GanttRow
from ui.charts.gantt import days_shown
from ui.formats import short_date
from ui.tables import Column
from ui.tags.formats import language

COLUMNS = (
    Column("number", gettext_lazy("No."), align="end"),
    Column("title", gettext_lazy("Task")),
    Column("state", gettext_lazy("State")),
    Column("who", gettext_lazy("Who")),
    Column("starts", gettext_lazy("Starts on")),
    Column("ends", gettext_lazy("Ends on")),
    Column(
        "effort",
        gettext_lazy("Person-days"),
        align="end",
        why=gettext_lazy(
            "Planned. Below it what was booked on the task, and once it is done or has used up its"
            " days, how much that is above (+) or below (−) the plan, or what was locked with the"
            " baseline."
        ),
    ),
    Column("after", gettext_lazy("Waits for")),
    Column("change", gettext_lazy("Change")),
)
CARDS = 50
ZOOMED = 22.0


@require("view_projects")
@require_GET
def project(request: TenantRequest, pk: int) -> HttpResponse:
    """The plan as a list, grouped by phase."""
    found = visible_project(request, pk)
    context = frame(request, found, "project")
    if not context["plan"]:
        return render(request, "projects/plan/none.html", context)
    tasks, chosen = chosen_tasks(request, found)
    table, rows = paged(request, tasks, COLUMNS)
    numbers = links_of(found.pk, rows, by_number=True)
    locked = plans.locked_days(rows, plans.baseline_of(found))
    worked = worked_on(rows)
    marks = phase_marks(found)
    today: date = context["today"]
    context |= filters(chosen, context) | {
        "table": table,
        "groups": [
            (
                phase,
                [
                    line(task, numbers, locked, today, worked)
                    for task in rows
                    if task.phase == phase.phase
                ],
                marks.get(phase.phase.pk),
            )
            for phase in context["phases"]
            if any(task.phase_id == phase.phase.pk for task in rows)
        ],
    }
    return render(request, "projects/plan/list.html", context)


def line(
    task: Task,
    numbers: dict[int, list[int]],
    locked: dict[int, Any],
    today: date,
    worked: dict[int, Decimal],
) -> dict[str, Any]:
    """A row of the list."""
    return {
        "task": task,
        "after": numbers.get(task.pk, []),
        "locked": locked.get(task.pk),
        "worked": worked.get(task.pk),
        "variance": effort_variance(task, locked.get(task.pk), worked.get(task.pk)),
        "is_late": task.state != Task.State.DONE and task.ends_on < today,
    }


@require("view_projects")
@require_GET
def board(request: TenantRequest, pk: int) -> HttpResponse:
    """The same tasks by state."""
    found = visible_project(request, pk)
    context = frame(request, found, "project_board")
    if not context["plan"]:
        return render(request, "projects/plan/none.html", context)
    tasks, chosen = chosen_tasks(request, found)
    chosen.pop("state", None)
    counts = plans.counts_by_state(tasks)
    shown = plans.first_of_each_state(tasks, CARDS)
    context |= filters(chosen, context) | {
        "columns": [
            {
                "state": state,
                "label": state.label,
                "count": counts.get(state, 0),
                "more": counts.get(state, 0) - len(shown[state]),
                "tasks": shown[state],
                "others": [other for other in Task.State if other != state],
            }
            for state in Task.State
        ]
    }
    return render(request, "projects/plan/board.html", context)


@require("view_projects")
@require_GET
def timeline(request: TenantRequest, pk: int) -> HttpResponse:
    """The same tasks over time, with what is locked and what happened."""
    return show_timeline(request, pk)


def show_timeline(
    request: TenantRequest, pk: int, *, fault: str = "", status: int = 200
) -> HttpResponse:
    """The page of the timeline; ``fault``: why a move was refused."""
    found = visible_project(request, pk)
    context = frame(request, found, "project_timeline")
    if not context["plan"]:
        return render(request, "projects/plan/none.html", context)
    tasks, chosen = chosen_tasks(request, found)
    table, rows = paged(request, tasks, COLUMNS)
    is_zoomed = request.GET.get("zoom") == "days"
    context |= filters(chosen, context) | {
        "table": table,
        "is_zoomed": is_zoomed,
        "zoom_url": table.url(zoom=None if is_zoomed else "days"),
        "chart": _chart(found.pk, rows, context, ZOOMED if is_zoomed else None),
        "fault": fault,
        "said": fault or _said(context["moved"]),
    }
    return render(request, "projects/plan/timeline.html", context, status=status)


def _chart(
    project_id: int, rows: list[Task], context: dict[str, Any], day_width: float | None
) -> Gantt | None:
    if not rows:
        return None
    calendar: WorkingCalendar = context["calendar"]
    links = links_of(project_id, rows)
    critical = critical_tasks(project_id, calendar)
    locked = plans.locked_days(rows, plans.baseline_of(context["project"]))
    gates = gates_by_phase(context["project"])
    base = reverse("project", args=[project_id])
    drawn: list[GanttRow] = []
    for phase in context["phases"]:
        own = [task for task in rows if task.phase_id == phase.phase.pk]
        if not own:
            continue
        drawn.append(
            GanttRow(
                f"phase-{phase.phase.pk}", phase.phase.title, phase.starts_on, phase.ends_on,
                is_heading=True,
            )
        )  # fmt: skip
        drawn.extend(_row(task, f"{base}tasks/{task.pk}/", links, locked, critical) for task in own)
        drawn.extend(gate_bar(gate) for gate in gates.get(phase.phase.pk, ()))
    return Gantt(drawn, context["today"], _days_off(drawn, calendar), day_width)


def _row(
    task: Task,
    href: str,
    links: dict[int, list[int]],
    locked: dict[int, Any],
    critical: frozenset[int],
) -> GanttRow:
    agreed, is_critical = locked.get(task.pk), task.pk in critical
    return GanttRow(
        key=str(task.pk),
        label=f"{task.number} {task.title}",
        first=task.starts_on,
        last=task.ends_on,
        words=_words(task, agreed, is_critical),
        href=href,
        is_milestone=task.is_milestone,
        is_critical=is_critical and task.state != Task.State.DONE,
        is_done=task.state == Task.State.DONE,
        started=task.started_on,
        finished=task.finished_on,
        locked=(agreed.starts_on, agreed.ends_on) if agreed else None,
        after=tuple(str(key) for key in links.get(task.pk, ())),
        version=task.version,
    )


def _words(task: Task, agreed: Any, is_critical: bool) -> str:
    """What the bar shows, for who hears it."""
    first, last = short_date(task.starts_on, language()), short_date(task.ends_on, language())
    parts = [f"{task.number} {task.title}"]
    if task.is_milestone:
        parts.append(_("milestone, %(day)s") % {"day": last})
    else:
        parts.append(_("%(first)s to %(last)s") % {"first": first, "last": last})
    parts.append(str(Task.State(task.state).label))
    if is_critical and task.state != Task.State.DONE:
        parts.append(_("critical"))
    if agreed and agreed.ends_on != task.ends_on:
        parts.append(_("agreed until %(day)s") % {"day": short_date(agreed.ends_on, language())})
    return "; ".join(parts)


def _said(moved: dict[str, Any] | None) -> str:
    """What a move has done, for who hears it."""
    if not moved:
        return ""
    told = ""
    if moved["first"]:
        told = _("Now %(first)s to %(last)s.") % {
            "first": short_date(moved["first"], language()),
            "last": short_date(moved["last"], language()),
        }
    if moved["others"]:
        told += " " + ngettext(
            "%(count)s further task moved with it.",
            "%(count)s further tasks moved with it.",
            moved["others"],
        ) % {"count": moved["others"]}
    return told.strip()


def _days_off(rows: list[GanttRow], calendar: WorkingCalendar) -> list[date]:
    first, last = days_shown(rows)
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last + timedelta(days=1), "D"))
    off = days[calendar.working_days_each(days, days) == 0]
    return list(off.astype(object))
