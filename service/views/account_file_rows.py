"""Goals, joint milestones and privileges: written, changed, ticked off and taken away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Customer
from accounts.permissions import require
from accounts.requests import TenantRequest
from accounts.views.customers import visible_customer
from projects.views.faults import show_faults
from service.actions.success_plans import PlanRow, add_row, change_row, remove_row
from service.forms.account_files import FORMS, PlanRowForm
from service.models import JointMilestone
from service.views.account_files import form_page, saved, today_of
from ui.confirm import confirm_page

NEW = {
    "goals": gettext_lazy("New goal"),
    "milestones": gettext_lazy("New joint milestone"),
    "privileges": gettext_lazy("New privilege"),
}


@require("edit_account_files")
@require_http_methods(["GET", "POST"])
def new_plan_row(request: TenantRequest, pk: int, kind: str) -> HttpResponse:
    """``kind``: goals, milestones or privileges; ``?goal=`` sets what a milestone is for."""
    customer = visible_customer(request, pk)
    form_class = _form_class(kind)
    initial: dict[str, Any] = {"from_on": today_of(request), "goal": request.GET.get("goal", "")}
    form = form_class(request.POST or None, customer=customer, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            add_row(
                model=form_class.model, customer=customer, values=form.values(), by=request.user
            )
        except ValidationError as error:
            show_faults(form, error)
        else:
            return saved(request, customer)
    return form_page(request, customer, str(NEW[kind]), form)


@require("edit_account_files")
@require_http_methods(["GET", "POST"])
def plan_row(request: TenantRequest, pk: int, kind: str, row_pk: int) -> HttpResponse:
    customer = visible_customer(request, pk)
    form_class = _form_class(kind)
    row = _row(customer, form_class, row_pk)
    form = form_class(request.POST or None, customer=customer, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            change_row(
                row=row, values=form.values(), seen=form.cleaned_data["seen"], by=request.user
            )
        except ValidationError as error:
            show_faults(form, error)
        else:
            return saved(request, customer)
    removal = reverse("plan_row_removal", args=[pk, kind, row_pk])
    return form_page(request, customer, row.title, form, removal_url=removal)


@require("edit_account_files")
@require_http_methods(["GET", "POST"])
def plan_row_removal(request: TenantRequest, pk: int, kind: str, row_pk: int) -> HttpResponse:
    """Asks, then takes it away."""
    customer = visible_customer(request, pk)
    row = _row(customer, _form_class(kind), row_pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Take %(name)s away?") % {"name": row.title},
            body=_("It leaves the account file; the audit still knows it."),
            action=_("Take away"),
            back_url=reverse("account_file", args=[pk]),
        )
    remove_row(row=row, by=request.user)
    messages.success(request, _("Taken away: %(name)s.") % {"name": row.title})
    return redirect("account_file", pk)


@require("edit_account_files")
@require_POST
def milestone_completions(request: TenantRequest, pk: int, row_pk: int) -> HttpResponse:
    """Done today; with ``undo`` not done after all."""
    customer = visible_customer(request, pk)
    row = _row(customer, FORMS["milestones"], row_pk)
    assert isinstance(row, JointMilestone)
    done_on = None if "undo" in request.POST else today_of(request)
    seen = request.POST.get("seen", "")
    try:
        change_row(
            row=row,
            values={"done_on": done_on},
            seen=int(seen) if seen.isdecimal() and len(seen) < 9 else None,
            by=request.user,
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(f"{reverse('account_file', args=[pk])}#milestones")


def _form_class(kind: str) -> type[PlanRowForm]:
    if kind not in FORMS:
        raise Http404
    return FORMS[kind]


def _row(customer: Customer, form_class: type[PlanRowForm], pk: int) -> PlanRow:
    found = form_class.model.objects.filter(customer=customer, pk=pk).first()
    if found is None:
        raise Http404
    row: PlanRow = found
    return row
