"""How forecasts came true; the weights of risks and the churn reasons, for who may set them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from projects.views.faults import show_faults
from segmentation.compute.exact import unscaled_decimal
from segmentation.queries.scopes import scope_of
from segmentation.views.portfolio import scope_tabs
from service.actions.churn_reasons import add_churn_reason, change_churn_reason
from service.actions.renewal_calls import set_weights
from service.compute.renewal_accuracy import FEWEST, FEWEST_CALIBRATED, QuarterOutcome
from service.forms.renewals import ChurnReasonForm, WeightsForm
from service.labels.renewals import CLASSES
from service.queries.churn_reasons import churn_reasons
from service.queries.renewal_accuracy import came_true
from service.queries.renewal_weights import latest_weights, weights_in_force
from service.queries.renewals import quarter_of
from service.views.renewals import today_of
from ui.tables import Table


@require("view_renewals")
@require_GET
def renewal_accuracy(request: TenantRequest) -> HttpResponse:
    """What was forecast before each quarter began, and what came of it."""
    scope = scope_of(request.membership, request.GET.get("scope", ""))
    told = came_true(scope, today_of(request))
    context = {
        "told": told,
        "quarters": [_quarter(found) for found in told.quarters],
        "classes": [(CLASSES[found.name], found) for found in told.classes],
        "fewest": FEWEST,
        "fewest_calibrated": FEWEST_CALIBRATED,
        "scopes": scope_tabs(scope, Table.read((), request.GET.urlencode())),
        "breadcrumbs": [(pgettext("contracts", "Renewals"), reverse("renewals"))],
    }
    return render(request, "service/renewals/accuracy.html", context)


@require("edit_renewal_weights")
@require_http_methods(["GET", "POST"])
def renewal_settings(request: TenantRequest) -> HttpResponse:
    """The points of each risk, and the list of churn reasons."""
    latest = latest_weights()
    form = WeightsForm(
        request.POST or None, weights=weights_in_force(), seen=latest.pk if latest else 0
    )
    if request.method == "POST" and form.is_valid():
        try:
            set_weights(
                weights=form.weights(), seen=form.cleaned_data["seen"], by=request.user
            )  # fmt: skip
        except ValidationError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved. Every open renewal is called by these points now."))
            return redirect("renewal_settings")
    return _settings(request, form=form)


@require("edit_churn_reasons")
@require_POST
def churn_reasons_of_tenant(request: TenantRequest) -> HttpResponse:
    """Add a reason."""
    form = ChurnReasonForm(request.POST)
    if form.is_valid():
        try:
            add_churn_reason(name=form.cleaned_data["name"], by=request.user)
        except ValidationError as error:
            show_faults(form, error)
        else:
            return redirect("renewal_settings")
    return _settings(request, new_form=form)


@require("edit_churn_reasons")
@require_POST
def churn_reason(request: TenantRequest, key: str) -> HttpResponse:
    """Call a reason otherwise, or offer it no longer."""
    if key not in {reason.key for reason in churn_reasons()}:
        raise Http404
    form = ChurnReasonForm(request.POST, prefix=key)
    if form.is_valid():
        given = form.cleaned_data
        try:
            change_churn_reason(
                key=key, seen=given["seen"], name=given["name"], is_archived=given["archived"],
                by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            show_faults(form, error)
        else:
            return redirect("renewal_settings")
    return _settings(request, changed=(key, form))


def _settings(
    request: TenantRequest,
    *,
    form: WeightsForm | None = None,
    new_form: ChurnReasonForm | None = None,
    changed: tuple[str, ChurnReasonForm] | None = None,
) -> HttpResponse:
    latest = latest_weights()
    reasons: list[tuple[str, ChurnReasonForm]] = []
    for reason in churn_reasons():
        initial = {"name": reason.name, "archived": reason.is_archived, "seen": reason.version}
        own = changed[1] if changed and changed[0] == reason.key else None
        reasons.append((reason.key, own or ChurnReasonForm(prefix=reason.key, initial=initial)))
    context = {
        "form": form or WeightsForm(weights=weights_in_force(), seen=latest.pk if latest else 0),
        "latest": latest,
        "reasons": reasons if may(request.membership, "edit_churn_reasons") else [],
        "new_form": new_form or ChurnReasonForm(),
        "breadcrumbs": [(pgettext("contracts", "Renewals"), reverse("renewals"))],
    }
    return render(request, "service/renewals/settings.html", context)


def _quarter(found: QuarterOutcome) -> dict[str, Any]:
    def money(scaled: int) -> Decimal | None:
        return unscaled_decimal(scaled)

    return {
        "name": str(quarter_of(found.first_day)),
        "found": found,
        "system": money(found.system),
        "manager": money(found.manager),
        "kept": money(found.kept),
    }
