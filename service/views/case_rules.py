"""What is promised about cases, and the departments that they go to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Case, Department
from accounts.permissions import require
from accounts.requests import TenantRequest
from projects.views.faults import show_faults
from segmentation.queries.rules import current_rules
from service.actions.case_rules import publish_case_rules, save_department
from service.compute.case_rules import EVERY_TIER, PRIORITIES
from service.forms.case_rules import DepartmentForm, PromiseForm
from service.models import CaseRules
from service.queries.case_rules import document_of, latest_rules
from ui.palette import MARKS

# The tiers of each scheme, the dearest first; who has none is under every tier.
TIERS = {
    "a": ("high", "mature", "mid", "low", "new", "lost"),
    "b": ("loyal", "active", "new", "potential", "lost"),
    "c": ("vip", "core", "developing", "new"),
}
SHOWN_VERSIONS = 10


@require("edit_case_targets")
@require_http_methods(["GET", "POST"])
def case_promises(request: TenantRequest) -> HttpResponse:
    """Office hours and targets, and the versions before."""
    latest = latest_rules()
    form = PromiseForm(
        request.POST or None,
        document=document_of(latest),
        tiers=_tiers(),
        version=latest.version if latest else 0,
        tenant_zone=request.tenant.timezone,
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = publish_case_rules(
                document=form.as_document(), seen=form.cleaned_data["seen"],
                note=form.cleaned_data["note"], tenant=request.tenant, by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved.") if made else _("Nothing was changed."))
            return redirect("case_promises")
    context = {
        "form": form,
        "priorities": [dict(Case.Priority.choices)[priority] for priority in PRIORITIES],
        "tabs": tabs("case_promises"),
        "versions": CaseRules.objects.select_related("published_by")[:SHOWN_VERSIONS],
        "breadcrumbs": [(_("Cases"), reverse("cases"))],
    }
    return render(request, "service/cases/promises.html", context)


@require("edit_case_targets")
@require_http_methods(["GET", "POST"])
def departments(request: TenantRequest) -> HttpResponse:
    """The list, and a new one."""
    form = DepartmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _saved(request, form, None):
        return redirect("departments")
    context = {
        "form": form,
        "rows": [_row(one) for one in Department.objects.select_related("lead__user")],
        "tabs": tabs("departments"),
        "breadcrumbs": [(_("Cases"), reverse("cases"))],
    }
    return render(request, "service/cases/departments.html", context)


@require("edit_case_targets")
@require_http_methods(["GET", "POST"])
def department(request: TenantRequest, pk: int) -> HttpResponse:
    """One of them."""
    found = get_object_or_404(Department, pk=pk)
    form = DepartmentForm(request.POST or None, department=found)
    if request.method == "POST" and form.is_valid() and _saved(request, form, found):
        return redirect("departments")
    context = {
        "department": found,
        "form": form,
        "breadcrumbs": [
            (_("Cases"), reverse("cases")),
            (_("Departments"), reverse("departments")),
        ],
    }
    return render(request, "service/cases/department.html", context)


def tabs(active: str) -> list[dict[str, Any]]:
    pages = (("case_promises", _("Targets")), ("departments", _("Departments")))
    return [
        {"label": label, "url": reverse(name), "active": name == active, "count": None}
        for name, label in pages
    ]


def _saved(request: TenantRequest, form: DepartmentForm, found: Department | None) -> bool:
    try:
        save_department(department=found, by=request.user, **form.values())
    except ValidationError as error:
        show_faults(form, error)
        return False
    messages.success(request, _("Saved."))
    return True


def _tiers() -> list[tuple[str, Any]]:
    scheme = str(current_rules()["tiers"]["scheme"])
    marks = MARKS["tier"]
    return [
        (EVERY_TIER, _("Every tier")),
        *((tier, marks[tier].label) for tier in TIERS.get(scheme, ())),
    ]


def _row(department: Department) -> dict[str, Any]:
    kinds, priorities = dict(Case.Kind.choices), dict(Case.Priority.choices)
    return {
        "department": department,
        "kinds": [kinds[kind] for kind in department.kinds],
        "priorities": [priorities[priority] for priority in department.priorities],
    }
