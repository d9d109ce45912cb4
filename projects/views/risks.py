"""Risks and issues of a project: listing, raising, changing and settling them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from projects.actions.risks import RiskConflict, edit_risk, let_happen, raise_risk, settle_risk
from projects.forms.risks import NewRisk, RiskForm, SettleForm, initial_of
from projects.models import Project, Risk
from projects.queries.risks import risks_of
from projects.views.conflicts import side_by_side, with_current_version
from projects.views.faults import show_faults
from projects.views.plan_frame import crumbs, frame, today_of, visible_project
from ui.tables import Column, Table

CONFLICT = 409
RISKS = (
    Column("number", gettext_lazy("No."), sort="number", align="end"),
    Column("title", gettext_lazy("Risk or issue"), sort="title"),
    Column("weight", gettext_lazy("Weight"), sort=("weighs", "number"),
           why=gettext_lazy("Probability times impact, 1 to 9; an issue counts as certain.")),
    Column("who", gettext_lazy("Who looks after it")),
    Column("due", gettext_lazy("Due on"), sort="due_on"),
    Column("state", gettext_lazy("State"), sort="state"),
    Column("raised", gettext_lazy("Raised on"), sort="raised_on", wide=True),
)  # fmt: skip
ALL = "all"


@require("view_projects")
@require_GET
def project_risks(request: TenantRequest, pk: int) -> HttpResponse:
    """The project's risks and issues, the open ones first to be seen."""
    project = visible_project(request, pk)
    context = frame(request, project, "project_risks")
    found = risks_of(project)
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    state = state if state in {*Risk.State.values, ALL} else str(Risk.State.OPEN)
    if state != ALL:
        found = found.filter(state=state)
    if kind in Risk.Kind.values:
        found = found.filter(kind=kind)
    table = Table.read(RISKS, request.GET.urlencode(), default="-weight", tie="pk")
    table = table.counted(found.count())
    context |= {
        "table": table,
        "rows": found.order_by(*table.order_by)[table.slice],
        "chosen": {"state": state, "kind": kind},
        "states": [*Risk.State.choices, (ALL, _("All"))],
        "kinds": Risk.Kind.choices,
        "form": NewRisk(project=project) if may(request.membership, "raise_risks") else None,
    }
    return render(request, "projects/risks/list.html", context)


@require("raise_risks")
@require_http_methods(["GET", "POST"])
def new_risk(request: TenantRequest, pk: int) -> HttpResponse:
    project = visible_project(request, pk)
    form = NewRisk(request.POST or None, project=project)
    if request.method == "POST" and form.is_valid():
        try:
            made = raise_risk(
                project=project, kind=form.cleaned_data["kind"], values=form.values(),
                raised_on=today_of(request), by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Kept as no. %(number)s.") % {"number": made.number})
            return redirect("project_risks", project.pk)
    context = {"project": project, "form": form, "breadcrumbs": risk_crumbs(project)}
    return render(request, "projects/risks/new.html", context)


@require("view_projects")
@require_http_methods(["GET", "POST"])
def risk(request: TenantRequest, pk: int, risk_pk: int) -> HttpResponse:
    """A risk or an issue, to be changed by who may."""
    project = visible_project(request, pk)
    found = visible_risk(project, risk_pk)
    may_edit = may(request.membership, "edit_risks")
    if request.method == "POST" and not may_edit:
        raise Http404
    form = RiskForm(request.POST or None, project=project, risk=found)
    conflict = None
    if request.method == "POST" and form.is_valid():
        try:
            edit_risk(
                risk=found, seen=form.cleaned_data["seen"], values=form.values(), by=request.user
            )
        except RiskConflict as error:
            rows = side_by_side(form, initial_of(error.risk))
            conflict = {"risk": error.risk, "rows": rows}
            form = RiskForm(
                with_current_version(request.POST, error.risk), project=project, risk=found
            )
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("risk", project.pk, found.pk)
    return _page(request, project, found, form=form, conflict=conflict)


@require("edit_risks")
@require_POST
def risk_states(request: TenantRequest, pk: int, risk_pk: int) -> HttpResponse:
    """Say where it stands now: mitigated, closed, open again, or happened."""
    project = visible_project(request, pk)
    found = visible_risk(project, risk_pk)
    settle = SettleForm(request.POST, risk=found)
    if settle.is_valid():
        given = settle.cleaned_data
        told: dict[str, Any] = {"risk": found, "seen": given["seen"], "why": given["why"]}
        try:
            if given["state"] == Risk.State.HAPPENED:
                issue = let_happen(**told, today=today_of(request), by=request.user)
                words = _("It has happened. Issue no. %(number)s goes on from here.")
                messages.success(request, words % {"number": issue.number})
                return redirect("risk", project.pk, issue.pk)
            settle_risk(**told, state=given["state"], by=request.user)
        except RiskConflict as error:
            found = error.risk
            settle.add_error(None, _conflict(found))
            settle.data = with_current_version(request.POST, found)
            return _page(request, project, found, settle=settle, status=CONFLICT)
        except ValidationError as error:
            show_faults(settle, error)
        else:
            return redirect("risk", project.pk, found.pk)
    return _page(request, project, found, settle=settle)


def visible_risk(project: Project, pk: int) -> Risk:
    """A risk or issue of the project, or a 404."""
    found: Risk | None = (
        risks_of(project)
        .select_related("person", "contact", "raised_by", "state_by", "changed_by", "came_of")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def risk_crumbs(project: Project) -> list[tuple[Any, str]]:
    """To the pages below a project's risks."""
    return [*crumbs(project), (_("Risks"), reverse("project_risks", args=[project.pk]))]


def _page(
    request: TenantRequest,
    project: Project,
    found: Risk,
    *,
    form: RiskForm | None = None,
    settle: SettleForm | None = None,
    conflict: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    may_edit = may(request.membership, "edit_risks")
    form = form or RiskForm(project=project, risk=found)
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    may_settle = may_edit and found.state != Risk.State.HAPPENED
    context = {
        "project": project,
        "risk": found,
        "form": form,
        "settle": settle or (SettleForm(risk=found) if may_settle else None),
        "conflict": conflict,
        "issue": found.issues.first(),
        "may_edit": may_edit,
        "today": today_of(request),
        "breadcrumbs": risk_crumbs(project),
    }
    return render(
        request, "projects/risks/risk.html", context, status=CONFLICT if conflict else status
    )


def _conflict(found: Risk) -> str:
    words = _("%(who)s changed this just now. This is how it is; nothing of yours was saved.")
    return words % {"who": found.changed_by or _("Somebody")}
