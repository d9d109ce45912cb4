"""New projects, plans of projects that have none, and locking a plan's dates."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import Customer
from accounts.permissions import require
from accounts.requests import TenantRequest
from projects.actions.plans import lock_dates, make_plan, make_project
from projects.actions.templates import version_for_plans
from projects.forms.plans import FromTemplate, NewProject
from projects.models import PlanTemplateVersion
from projects.queries import plans
from projects.views.plan_frame import crumbs, today_of, visible_project
from ui.confirm import confirm_page


@require("edit_plans")
@require_http_methods(["GET", "POST"])
def new_project(request: TenantRequest) -> HttpResponse:
    """A project of a customer, planned from a template."""
    form = NewProject(
        request.POST or None, membership=request.membership, initial=_initial(request)
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            project = make_project(
                customer=given["customer"], name=given["name"], key=given["key"],
                manager=given["manager"], starts_on=given["starts_on"],
                template_version=_chosen(given["template"], given["language"]),
                language=given["language"], by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None if not hasattr(error, "error_dict") else "key", error.messages)
        else:
            # A manager who sees only their own may have made one for another.
            if plans.project_for(request.membership, project.pk) is None:
                messages.success(request, _("Made: %(project)s") % {"project": project})
                return redirect("projects")
            return redirect("project", project.pk)
    context = {"form": form, "breadcrumbs": [(_("Projects"), reverse("projects"))]}
    return render(request, "projects/plan/new.html", context)


def _initial(request: TenantRequest) -> dict[str, Any]:
    """The customer that the page was opened for, and today."""
    initial: dict[str, Any] = {"starts_on": today_of(request)}
    text = request.GET.get("customer", "")
    if text.isascii() and text.isdigit() and len(text) < 19:
        visible = Customer.objects.visible_to(request.membership)
        customer = visible.filter(pk=int(text)).first()
        if customer is not None:
            initial["customer"] = customer.key
            initial["name"] = customer.name
    colleague = request.membership.colleagues.first()
    if request.membership.has_role("project_manager") and colleague is not None:
        initial["manager"] = str(colleague.pk)
    return initial


@require("edit_plans")
@require_http_methods(["GET", "POST"])
def project_plans(request: TenantRequest, pk: int) -> HttpResponse:
    """A plan for a project that has none."""
    project = visible_project(request, pk)
    if plans.plan_of(project) is not None:
        return redirect("project", project.pk)
    form = FromTemplate(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        version = _chosen(given["template"], given["language"])
        make_plan(
            project=project, template_version=version, language=given["language"], by=request.user
        )
        return redirect("project", project.pk)
    context = {"project": project, "form": form, "breadcrumbs": crumbs(project)}
    return render(request, "projects/plan/make.html", context)


@require("edit_plans")
@require_http_methods(["GET", "POST"])
def date_locks(request: TenantRequest, pk: int) -> HttpResponse:
    """Lock the plan's dates with the signed SOW's baseline."""
    project = visible_project(request, pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Lock the dates of this plan?"),
            body=_(
                "The days and the effort of every task are kept as agreed, with the signed SOW. The "
                "plan can go on changing, and every page shows it against them. They are locked once "
                "for each version of the baseline."
            ),
            action=_("Lock dates"),
            kind="primary",
            back_url=reverse("project", args=[project.pk]),
        )
    try:
        count = lock_dates(project=project, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        told = ngettext("%(count)s task is locked.", "%(count)s tasks are locked.", count)
        messages.success(request, told % {"count": count})
    return redirect("project", project.pk)


def _chosen(key: str, language: str) -> PlanTemplateVersion:
    """What new plans are made from, or a 404."""
    version = version_for_plans(key=key, language=language)
    if version is None:
        raise Http404
    return version
