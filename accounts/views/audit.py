"""Who did what."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.forms.audit import AuditFilter
from accounts.permissions import require
from accounts.queries.audit import audit_records, entry
from accounts.requests import TenantRequest
from ui.tables import Column, Table

COLUMNS = (
    Column("at", _("When"), sort=("at", "id")),
    Column("who", _("Who"), sort="actor_label"),
    Column("what", _("What"), sort="verb"),
    Column("about", _("About"), sort="object_label"),
    Column("details", _("Details"), wide=True),
)


@require("view_audit")
@require_GET
def audit(request: TenantRequest) -> HttpResponse:
    form = AuditFilter(request.GET)
    # What was not understood filters nothing, and the form says so.
    form.is_valid()
    asked = form.cleaned_data
    found = audit_records(
        zone=request.tenant.zone,
        text=asked.get("q", ""),
        who=asked.get("who", ""),
        noun=asked.get("noun", ""),
        since=asked.get("since"),
        until=asked.get("until"),
    )
    table = Table.read(COLUMNS, request.GET.urlencode(), default="-at", tie="pk")
    table = table.counted(found.count())
    rows = [entry(record) for record in found.order_by(*table.order_by)[table.slice]]
    return render(request, "accounts/audit.html", {"form": form, "table": table, "rows": rows})
