"""Proposing a handover, taking it back, accepting and returning it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import require
from accounts.requests import TenantRequest
from projects.actions.handover_answers import (
    accept_handover,
    propose_handover,
    return_handover,
    take_back,
)
from projects.actions.handovers import HandoverConflict
from projects.forms.handovers import AcceptForm, ProposeForm, ReturnForm
from projects.models import Project
from projects.views.faults import show_faults
from projects.views.handovers import handover_in, handover_page, handover_project
from projects.views.plan_frame import visible_project
from ui.registry import customer_panels

CONFLICT = 409


@require("propose_handover")
@require_POST
def handover_proposals(request: TenantRequest, pk: int) -> HttpResponse:
    """Propose the list to the service manager."""
    project, handover = handover_in(request, visible_project(request, pk))
    form = ProposeForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = propose_handover(
                handover=handover, seen=given["seen"], words=given["words"],
                tenant=request.tenant, by=request.user,
            )  # fmt: skip
        except HandoverConflict:
            return _conflict(request, project)
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Proposed to %(name)s.") % {"name": made.to_name})
            return redirect("project_handover", project.pk)
    return handover_page(request, project, propose=form)


@require("propose_handover")
@require_POST
def handover_withdrawals(request: TenantRequest, pk: int) -> HttpResponse:
    """Take a proposal back."""
    project, handover = handover_in(request, visible_project(request, pk))
    try:
        take_back(handover=handover, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("project_handover", project.pk)


@require("accept_handover")
@require_POST
def handover_acceptances(request: TenantRequest, pk: int) -> HttpResponse:
    """Take the customer over."""
    project, handover = handover_in(request, handover_project(request, pk))
    form = AcceptForm(request.POST, handover=handover)
    if form.is_valid():
        given = form.cleaned_data
        try:
            accept_handover(
                handover=handover, seen=given["seen"], sections=given["sections"],
                membership=request.membership, tenant=request.tenant,
            )  # fmt: skip
        except HandoverConflict:
            return _conflict(request, project)
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Accepted. You find what is open with the customer."))
            return redirect(customer_panels.url(project.customer_id, "handover_items"))
    return handover_page(request, project, accept=form)


@require("accept_handover")
@require_POST
def handover_returns(request: TenantRequest, pk: int) -> HttpResponse:
    """Send a proposal back to be mended."""
    project, handover = handover_in(request, handover_project(request, pk))
    form = ReturnForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            return_handover(
                handover=handover, seen=given["seen"], reason=given["reason"],
                membership=request.membership, tenant=request.tenant,
            )  # fmt: skip
        except HandoverConflict:
            return _conflict(request, project)
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Returned to the project manager."))
            return redirect("project_handover", project.pk)
    return handover_page(request, project, give_back=form)


def _conflict(request: TenantRequest, project: Project) -> HttpResponse:
    messages.error(
        request, _("Somebody changed the list meanwhile. This is how it is now; nothing was done.")
    )
    return handover_page(request, project, status=CONFLICT)
