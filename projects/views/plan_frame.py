"""What the pages of one project share: its head, its tabs, and what is on which page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AuditRecord
from accounts.permissions import may
from accounts.queries.calendars import working_calendar
from accounts.requests import TenantRequest
from projects.actions.tasks import UNDOABLE
from projects.models import Project, Side, Task
from projects.queries import plans
from projects.queries.notices import unseen_notices
from projects.queries.plan_facts import plan_facts
from projects.queries.portfolio import row_of
from ui.tables import Column, Table

ROWS = 100


def visible_project(request: TenantRequest, pk: int) -> Project:
    """The project, or a 404 for one that this member does not see."""
    found = plans.project_for(request.membership, pk)
    if found is None:
        raise Http404
    return found


def visible_task(project: Project, pk: int) -> Task:
    found: Task | None = plans.tasks_of(project).filter(pk=pk).first()
    if found is None:
        raise Http404
    found.project = project
    return found


def today_of(request: TenantRequest) -> date:
    return request.tenant.local_date(timezone.now())


def crumbs(project: Project) -> list[tuple[Any, str]]:
    """To the pages below a project."""
    return [
        (_("Projects"), reverse("projects")),
        (project.name, reverse("project", args=[project.pk])),
    ]


def frame(request: TenantRequest, project: Project, active: str) -> dict[str, Any]:
    """Head and tabs of a project's pages."""
    calendar = working_calendar()
    today = today_of(request)
    plan = plans.plan_of(project)
    facts = plan_facts([project.pk], calendar)[project.pk]
    phases = plans.phase_rows(project) if plan else []
    pages = (("project", _("List")), ("project_board", _("Board")),
             ("project_timeline", _("Timeline")), ("project_gates", _("Gates")),
             ("project_scope", _("Scope")), ("project_effort", _("Effort")),
             ("project_risks", _("Risks")), ("project_training", _("Training")),
             ("project_payments", _("Payments")), ("project_handover", _("Handover")),
             ("project_shared", _("Shared")))  # fmt: skip
    return {
        "project": project,
        "row": row_of(project, today),
        "plan": plan,
        "facts": facts,
        "notices": unseen_notices(project),
        "waiting": plans.waiting_now(project) if plan else [],
        "phases": phases,
        "done": sum(phase.done for phase in phases),
        "tasks_total": sum(phase.tasks for phase in phases),
        "calendar": calendar,
        "today": today,
        "may_edit": may(request.membership, "edit_plans"),
        "moved": _moved(request, project),
        "breadcrumbs": [(_("Projects"), reverse("projects"))],
        "tabs": [
            {
                "label": label,
                "url": reverse(name, args=[project.pk]),
                "active": name == active,
                "count": None,
            }
            for name, label in pages
            if name != "project_payments" or may(request.membership, "view_money")
        ],
    }


def _moved(request: TenantRequest, project: Project) -> dict[str, Any] | None:
    """The change that the page comes from, to be undone there."""
    text = request.GET.get("moved", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    found = AuditRecord.objects.filter(pk=int(text), verb__in=UNDOABLE, actor=request.user).first()
    if found is None or not found.data.get("moved"):
        return None
    if not Task.objects.filter(pk=found.object_id, project=project).exists():
        return None
    moves = found.data["moved"]
    own = next((entry for entry in moves if entry["task"] == found.object_id), None)
    return {
        "record": found,
        "others": len(moves) - (1 if own else 0),
        "first": date.fromisoformat(own["after"][0]) if own else None,
        "last": date.fromisoformat(own["after"][1]) if own else None,
    }


def chosen_tasks(request: TenantRequest, project: Project) -> tuple[QuerySet, dict[str, str]]:
    """The tasks that the filters of the address leave, and the filters that were understood."""
    found = plans.tasks_of(project)
    chosen: dict[str, str] = {}
    phase = request.GET.get("phase", "")
    if phase.isascii() and phase.isdigit() and len(phase) < 19:
        found, chosen["phase"] = found.filter(phase=int(phase)), phase
    state = request.GET.get("state", "")
    if state == "open":
        found, chosen["state"] = found.exclude(state=Task.State.DONE), state
    elif state in Task.State.values:
        found, chosen["state"] = found.filter(state=state), state
    side = request.GET.get("side", "")
    if side in Side.values:
        found, chosen["side"] = found.filter(side=side), side
    return found, chosen


def paged(
    request: TenantRequest, found: QuerySet, columns: tuple[Column, ...]
) -> tuple[Table, list[Task]]:
    """One page of the tasks, in the plan's order."""
    table = Table.read(columns, request.GET.urlencode(), rows=ROWS).counted(found.count())
    return table, list(found[table.slice])


def filters(chosen: dict[str, str], context: dict[str, Any]) -> dict[str, Any]:
    """The choices of the filter bar."""
    return {
        "chosen": chosen,
        "states": [("open", _("Not done")), *Task.State.choices],
        "sides": Side.choices,
        "phase_choices": [(str(row.phase.pk), row.phase.title) for row in context["phases"]],
    }
