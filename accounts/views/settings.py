"""Settings of the tenant."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.tenants import change_tenant, currency_is_locked
from accounts.forms.settings import TenantForm
from accounts.models import Tenant
from accounts.permissions import require
from accounts.queries.calendars import reminder
from accounts.requests import TenantRequest
from accounts.views.calendar import settings_tabs


@require("manage_tenant")
@require_http_methods(["GET", "POST"])
def tenant_settings(request: TenantRequest) -> HttpResponse:
    pk = request.tenant.pk
    # Copies: what is typed must not show in the frame before it is kept.
    form = TenantForm(
        request.POST or None,
        instance=Tenant.objects.get(pk=pk),
        currency_locked=currency_is_locked(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_tenant(tenant=Tenant.objects.get(pk=pk), by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("tenant_settings")
    context = {
        "form": form,
        "tabs": settings_tabs("tenant_settings"),
        "reminder": reminder(request.tenant, request.tenant.local_date(now())),
    }
    return render(request, "accounts/settings.html", context)
