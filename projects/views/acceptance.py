"""The clause by which silence counts, recording an acceptance by hand, and notices that were read."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import require
from accounts.requests import TenantRequest
from projects.actions.acceptance import accept_by_hand
from projects.actions.gates import end_clause, record_clause
from projects.actions.notices import mark_seen
from projects.forms.gates import AcceptanceForm, ClauseForm
from projects.models import Acceptance, ManagerNotice
from projects.queries.gates import clause_of
from projects.views.gate_frame import gates_crumbs
from projects.views.plan_frame import today_of, visible_project
from ui.confirm import confirm_page


@require("edit_plans")
@require_http_methods(["GET", "POST"])
def passive_clauses(request: TenantRequest, pk: int) -> HttpResponse:
    """Keep the clause of the SOW; a further one takes the place of the one before."""
    project = visible_project(request, pk)
    form = ClauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        record_clause(project=project, by=request.user, **form.cleaned_data)
        return redirect("project_gates", project.pk)
    context = {
        "project": project, "form": form, "title": _("Clause of silence"),
        "lead": _("Only where the SOW says so, silence after the deadline of a sign-off counts as "
                  "consent. It never does for change requests."),
        "back": reverse("project_gates", args=[project.pk]),
        "breadcrumbs": gates_crumbs(project),
    }  # fmt: skip
    return render(request, "projects/gates/form.html", context)


@require("edit_plans")
@require_http_methods(["GET", "POST"])
def passive_clause_endings(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then ends the clause."""
    project = visible_project(request, pk)
    url = reverse("project_gates", args=[project.pk])
    if request.method == "GET":
        if clause_of(project) is None:
            return redirect(url)
        return confirm_page(
            request,
            title=_("End the clause of silence?"),
            body=_("From now on no silence counts, not even of those who were told that it would."),
            action=_("End it"),
            back_url=url,
        )
    end_clause(project=project, by=request.user)
    return redirect(url)


@require("record_acceptance")
@require_http_methods(["GET", "POST"])
def acceptances(request: TenantRequest, pk: int) -> HttpResponse:
    """Record by hand that the customer accepted."""
    project = visible_project(request, pk)
    if project.accepted_on is not None:
        return redirect("project_gates", project.pk)
    form = AcceptanceForm(request.POST or None, request.FILES or None, today=today_of(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        scan = given["scan"]
        try:
            accept_by_hand(
                project=project, on=given["accepted_on"], reason=given["reason"],
                scan=(scan.name, scan.read()) if scan else None,
                tenant=request.tenant, by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The acceptance is recorded. Now it can be handed over."))
            return redirect("project_gates", project.pk)
    context = {
        "project": project, "form": form, "title": _("Record the acceptance"), "is_upload": True,
        "lead": _("The usual way is the customer's sign-off at the acceptance gate. Record it here "
                  "where they accepted on paper."),
        "back": reverse("project_gates", args=[project.pk]),
        "breadcrumbs": gates_crumbs(project),
    }  # fmt: skip
    return render(request, "projects/gates/form.html", context)


@require("view_projects")
@require_GET
def acceptance_scan(request: TenantRequest, pk: int) -> HttpResponse:
    """The scan as it was uploaded, to be kept, never run here."""
    project = visible_project(request, pk)
    found = Acceptance.objects.filter(project=project, scan__isnull=False)
    acceptance = found.select_related("scan").first()
    if acceptance is None or acceptance.scan is None:
        raise Http404
    scan = acceptance.scan
    response = HttpResponse(bytes(scan.data), content_type=scan.content_type)
    response["Content-Disposition"] = str(content_disposition_header(True, scan.filename))
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require("edit_plans")
@require_POST
def notice_readings(request: TenantRequest, pk: int, notice_pk: int) -> HttpResponse:
    """A notice was read; it is not shown any more."""
    project = visible_project(request, pk)
    notice = ManagerNotice.objects.filter(project=project, pk=notice_pk).first()
    if notice is None:
        raise Http404
    mark_seen(notice=notice, by=request.user)
    return redirect("project", project.pk)
