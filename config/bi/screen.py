"""The page for administrators: whether SQL access exists, what can be read, and how."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import BiAccess
from accounts.permissions import require
from accounts.requests import TenantRequest
from accounts.views.calendar import settings_tabs
from config.bi.registry import VERSION, VIEWS
from config.bi.roles import schema_of


@require("manage_tenant")
@require_GET
def bi_access(request: TenantRequest) -> HttpResponse:
    """Never the password: nobody has it but who was told once."""
    database = settings.DATABASES["default"]
    context = {
        "access": BiAccess.objects.first(),
        "schema": schema_of(request.tenant.pk),
        "database": database["NAME"],
        "is_embedded": settings.EMBEDDED_DATABASE,
        "slug": request.tenant.slug,
        "version": VERSION,
        "views": VIEWS,
        "tabs": settings_tabs("bi_access"),
    }
    return render(request, "config/bi_access.html", context)
