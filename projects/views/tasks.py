"""Changing a plan's tasks: in the list, on a page, by keyboard on the timeline."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import AuditRecord
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from projects.actions.tasks import (
    UNDOABLE,
    EditConflict,
    add_task,
    edit_task,
    move_task,
    remove_task,
    undo_move,
)
from projects.forms.tasks import NewTask, TaskForm, TaskQuick
from projects.models import Project, Task
from projects.queries import plans
from projects.queries.task_effort import worked_on
from projects.queries.task_links import links_of
from projects.views.conflicts import compared, with_current_version
from projects.views.gate_marks import ahead_of
from projects.views.plan_frame import crumbs, today_of, visible_project, visible_task
from projects.views.plans import line, show_timeline
from ui.confirm import confirm_page
from ui.links import safe_next

FURTHEST = 2000
CONFLICT = 409


@require("view_projects")
@require_http_methods(["GET", "POST"])
def task(request: TenantRequest, pk: int, task_pk: int) -> HttpResponse:
    """A task as a page: everything about it, to be changed by who may."""
    project, found = _task(request, pk, task_pk)
    may_edit = may(request.membership, "edit_plans")
    if request.method == "POST" and not may_edit:
        raise Http404
    before = _numbers_before(found)
    given: dict[str, Any] = {
        "customer": project.customer,
        "before": before,
        "today": today_of(request),
    }
    form = TaskForm(request.POST or None, task=found, **given)
    conflict = None
    if request.method == "POST" and form.is_valid():
        try:
            done = edit_task(
                task=found, seen=form.cleaned_data["seen"], values=form.values(),
                after=form.cleaned_data["after"], by=request.user,
            )  # fmt: skip
        except EditConflict as error:
            before = _numbers_before(error.task)
            conflict = compared(error.task, form, before)
            form = TaskForm(
                with_current_version(request.POST, error.task),
                task=found,
                **given | {"before": before},
            )
        except ValidationError as error:
            _show(form, error)
        else:
            return redirect(_back(project, done))
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    context = {
        "project": project,
        "ahead": ahead_of(found),
        "task": found,
        "form": form,
        "conflict": conflict,
        "may_edit": may_edit,
        "locked": plans.locked_days([found], plans.baseline_of(project)).get(found.pk),
        "breadcrumbs": crumbs(project),
    }
    return render(request, "projects/plan/task.html", context, status=CONFLICT if conflict else 200)


@require("edit_plans")
@require_http_methods(["GET", "POST"])
def task_row(request: TenantRequest, pk: int, task_pk: int) -> HttpResponse:
    """A row of the list as a form, in its place; without scripts the task's page does it."""
    project, found = _task(request, pk, task_pk)
    if not request.htmx:
        return redirect("task", project.pk, found.pk)
    form = TaskQuick(request.POST or None, task=found, today=today_of(request))
    conflict = None
    if request.method == "POST" and form.is_valid():
        try:
            edit_task(
                task=found, seen=form.cleaned_data["seen"], values=form.values(), by=request.user
            )
        except EditConflict as error:
            conflict = compared(error.task, form, None)
            form = TaskQuick(
                with_current_version(request.POST, error.task), task=found, today=today_of(request)
            )
        except ValidationError as error:
            _show(form, error)
        else:
            answer = HttpResponse(status=204)
            answer["HX-Refresh"] = "true"
            return answer
    context = {"project": project, "task": found, "form": form, "conflict": conflict}
    return render(request, "projects/plan/row_form.html", context,
                  status=CONFLICT if conflict else 200)  # fmt: skip


@require("edit_plans")
@require_GET
def task_line(request: TenantRequest, pk: int, task_pk: int) -> HttpResponse:
    """The row as it was, when its form is left."""
    project, found = _task(request, pk, task_pk)
    locked = plans.locked_days([found], plans.baseline_of(project))
    numbers = links_of(pk, [found], by_number=True)
    shown = line(found, numbers, locked, today_of(request), worked_on([found]))
    context = {"project": project, "line": shown, "may_edit": True}
    return render(request, "projects/plan/line.html", context)


@require("edit_plans")
@require_POST
def task_moves(request: TenantRequest, pk: int, task_pk: int) -> HttpResponse:
    """Move a task, or its end, by working days; answers with the timeline."""
    project, found = _task(request, pk, task_pk)
    days, longer = (_steps(request.POST.get(name, "")) for name in ("days", "longer"))
    try:
        done = move_task(
            task=found, seen=_steps(request.POST.get("seen", "")), days=days, longer=longer,
            by=request.user,
        )  # fmt: skip
    except EditConflict as error:
        words = _(
            "%(who)s changed this task just now. This is how it is; nothing of yours was saved."
        )
        return show_timeline(
            request,
            pk,
            fault=words % {"who": error.task.changed_by or _("Somebody")},
            status=CONFLICT,
        )
    except ValidationError as error:
        return show_timeline(request, pk, fault=" ".join(error.messages), status=CONFLICT)
    query = request.GET.copy()
    query.pop("moved", None)
    if done:
        query["moved"] = str(done.pk)
    return redirect(reverse("project_timeline", args=[project.pk]) + f"?{query.urlencode()}")


@require("edit_plans")
@require_POST
def task_states(request: TenantRequest, pk: int, task_pk: int) -> HttpResponse:
    """Give a task another state, with the days that belong to it."""
    project, found = _task(request, pk, task_pk)
    form = TaskQuick(
        {
            **{name: value for name, value in _stored(found).items() if value is not None},
            "state": request.POST.get("state", ""),
            "seen": request.POST.get("seen", ""),
        },
        task=found,
        today=today_of(request),
    )
    if not form.is_valid():
        messages.error(request, _("The state was not changed."))
        return redirect("project_board", project.pk)
    try:
        edit_task(task=found, seen=form.cleaned_data["seen"], values=form.values(), by=request.user)
    except EditConflict as error:
        words = _(
            "%(who)s changed “%(task)s” just now, so nothing was moved. Look at it and try again."
        )
        messages.error(
            request, words % {"who": error.task.changed_by or _("Somebody"), "task": error.task}
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("project_board", project.pk)


@require("edit_plans")
@require_http_methods(["GET", "POST"])
def new_task(request: TenantRequest, pk: int) -> HttpResponse:
    """A further task or milestone."""
    project = visible_project(request, pk)
    if plans.plan_of(project) is None:
        raise Http404
    form = NewTask(request.POST or None, project=project, today=today_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = add_task(
                phase=form.cleaned_data["phase"], values=form.values(),
                is_milestone=form.cleaned_data["is_milestone_too"],
                after=form.cleaned_data["after"], by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            _show(form, error)
        else:
            messages.success(request, _("Added: %(task)s") % {"task": made})
            return redirect("project", project.pk)
    context = {"project": project, "form": form, "breadcrumbs": crumbs(project)}
    return render(request, "projects/plan/new_task.html", context)


@require("edit_plans")
@require_http_methods(["GET", "POST"])
def task_removal(request: TenantRequest, pk: int, task_pk: int) -> HttpResponse:
    """Take a task away that nobody has begun."""
    project, found = _task(request, pk, task_pk)
    url = reverse("task", args=[project.pk, found.pk])
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Take “%(task)s” away?") % {"task": found},
            body=_("What waited for it then waits for what it waited for."),
            action=_("Take away"),
            back_url=url,
        )
    try:
        remove_task(task=found, seen=found.version, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(url)
    return redirect("project", project.pk)


@require("edit_plans")
@require_POST
def move_undoings(request: TenantRequest, pk: int, record_pk: int) -> HttpResponse:
    """Give the tasks that one's own change moved their days back."""
    project = visible_project(request, pk)
    move = AuditRecord.objects.filter(pk=record_pk, verb__in=UNDOABLE, actor=request.user).first()
    if move is None or plans.plan_of(project) is None:
        raise Http404
    try:
        count = undo_move(project=project, move=move, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        told = ngettext(
            "Undone: %(count)s task is where it was.", "Undone: %(count)s tasks are where they were.",
            count,
        )  # fmt: skip
        messages.success(request, told % {"count": count})
    return redirect(safe_next(request))


def _task(request: TenantRequest, pk: int, task_pk: int) -> tuple[Project, Task]:
    project = visible_project(request, pk)
    return project, visible_task(project, task_pk)


def _numbers_before(task: Task) -> list[int]:
    return links_of(task.project_id, [task], by_number=True).get(task.pk, [])


def _stored(task: Task) -> dict[str, Any]:
    names = ("starts_on", "ends_on", "effort_days", "started_on")
    return {name: getattr(task, name) for name in names}


def _back(project: Project, done: AuditRecord | None) -> str:
    url = reverse("project", args=[project.pk])
    return f"{url}?moved={done.pk}" if done and done.data.get("moved") else url


def _show(form: TaskQuick, error: ValidationError) -> None:
    """Put what an action refused beside its field; what the form does not have, above all."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, faults in error.error_dict.items():
        form.add_error(name if name in form.fields else None, faults)


def _steps(text: str) -> int:
    """A small whole number; what is none is 0."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        return 0
    return int(text)
