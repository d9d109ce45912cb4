"""What is wanted of a project, and whether the signed scope holds it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from projects.actions.requirements import capture_requirement, classify_requirement
from projects.forms.requirements import CaptureForm, ClassifyForm
from projects.models import ChangeRequest, Classification, Project, Requirement
from projects.queries import change_requests as queries
from projects.queries.delivery import deliveries
from projects.views.plan_frame import crumbs, frame, today_of, visible_project
from projects.views.signing_documents import person_days
from ui.tables import Column, Table

REQUIREMENTS = (
    Column("number", gettext_lazy("No."), align="end"),
    Column("text", gettext_lazy("Requirement")),
    Column("kind", gettext_lazy("Classification")),
    Column("by", gettext_lazy("Raised by"), wide=True),
    Column("raised", gettext_lazy("Raised on"), wide=True),
    Column("change", gettext_lazy("Change request")),
)
CHANGES = (
    Column("key", gettext_lazy("Key")),
    Column("title", gettext_lazy("Change request")),
    Column("standing", gettext_lazy("State")),
    Column("effort", gettext_lazy("Person-days"), align="end"),
    Column("booked", gettext_lazy("Booked"), align="end"),
    Column("price", gettext_lazy("Price"), align="end", wide=True),
    Column("later", gettext_lazy("Days later"), align="end", wide=True),
)
BOOKED = (
    Column("day", gettext_lazy("Worked on")),
    Column("on", gettext_lazy("Booked on")),
    Column("days", gettext_lazy("Person-days"), align="end"),
)


@require("view_projects")
@require_GET
def project_scope(request: TenantRequest, pk: int) -> HttpResponse:
    """Requirements, change requests, and the effort that nobody signed for, with its rows."""
    project = visible_project(request, pk)
    context = frame(request, project, "project_scope")
    today, address = context["today"], request.GET.urlencode()
    wanted = queries.requirements_of(project)
    changes = queries.changes_of(project, timezone.now())
    unapproved = queries.unapproved_rows(project, today)
    tables = {
        "requirement_table": (REQUIREMENTS, wanted, ""),
        "change_table": (CHANGES, changes, "change-"),
        "booked_table": (BOOKED, unapproved, "booked-"),
    }
    for name, (columns, found, prefix) in tables.items():
        table = Table.read(columns, address, prefix=prefix).counted(found.count())
        context |= {name: table, f"{name}_rows": list(found[table.slice])}
    figures = deliveries(today, [project.pk])[0]
    context |= {
        "figures": figures,
        "efforts": {
            name: person_days(figures.person_days(name))
            for name in ("baseline_effort", "approved_change_effort", "unapproved_effort")
        },
        "changes": [change_row(change) for change in context["change_table_rows"]],
        "booked": [
            {"row": row, "days": person_days(row.days)} for row in context["booked_table_rows"]
        ],
        "may_capture": may(request.membership, "capture_requirements"),
        "kinds": dict(Classification.Kind.choices),
    }
    return render(request, "projects/requirements/scope.html", context)


def change_row(change: Any) -> dict[str, Any]:
    """A row of ``changes_of`` as lists show it."""
    return {
        "change": change,
        "standing": str(queries.standing_of(change)),
        "effort": person_days(change.effort_days),
        "booked": person_days(change.booked),
    }


@require("capture_requirements")
@require_http_methods(["GET", "POST"])
def new_requirement(request: TenantRequest, pk: int) -> HttpResponse:
    project = visible_project(request, pk)
    form = CaptureForm(
        request.POST or None,
        project=project,
        membership=request.membership,
        today=today_of(request),
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = capture_requirement(project=project, by=request.user, **form.values())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Captured as no. %(number)s.") % {"number": made.number})
            return redirect("requirement", project.pk, made.pk)
    context = {"project": project, "form": form, "breadcrumbs": crumbs(project)}
    return render(request, "projects/requirements/new.html", context)


@require("view_projects")
@require_GET
def requirement(request: TenantRequest, pk: int, requirement_pk: int) -> HttpResponse:
    """A requirement with everything that was said of it."""
    project = visible_project(request, pk)
    return _page(request, project, visible_requirement(project, requirement_pk), None)


@require("classify_requirements")
@require_http_methods(["GET", "POST"])
def classifications(request: TenantRequest, pk: int, requirement_pk: int) -> HttpResponse:
    """Classify a requirement, also once more."""
    project = visible_project(request, pk)
    found = visible_requirement(project, requirement_pk)
    if request.method == "GET":
        return redirect("requirement", project.pk, found.pk)
    form = ClassifyForm(request.POST, project=project)
    if form.is_valid():
        try:
            classify_requirement(requirement=found, by=request.user, **form.values())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Classified."))
            return redirect("requirement", project.pk, found.pk)
    return _page(request, project, found, form)


def visible_requirement(project: Project, pk: int) -> Requirement:
    """A requirement of the project, or a 404."""
    found: Requirement | None = queries.requirements_of(project).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _page(
    request: TenantRequest, project: Project, found: Any, form: ClassifyForm | None
) -> HttpResponse:
    history = list(found.classifications.select_related("item", "by"))
    latest = history[0] if history else None
    change = found.change_request
    over = (ChangeRequest.State.DECLINED, ChangeRequest.State.WITHDRAWN)
    may_classify = may(request.membership, "classify_requirements")
    context = {
        "project": project,
        "requirement": found,
        "history": history,
        "latest": latest,
        "form": form or (ClassifyForm(project=project) if may_classify else None),
        "may_classify": may_classify,
        "may_draft": may(request.membership, "edit_changes")
        and latest is not None
        and latest.kind == Classification.Kind.OUT_OF_SCOPE
        and (change is None or change.state in over),
        "breadcrumbs": scope_crumbs(project),
    }
    return render(request, "projects/requirements/requirement.html", context)


def scope_crumbs(project: Project) -> list[tuple[Any, str]]:
    """To the pages below a project's scope."""
    return [*crumbs(project), (_("Scope"), reverse("project_scope", args=[project.pk]))]
