"""Who did what."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.forms.audit import AuditFilter
from accounts.permissions import require
from accounts.queries.audit import AuditEntry, audit_records, entry, still_undoable
from accounts.requests import TenantRequest
from ui.downloads import file_response
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
    if "format" in request.GET:
        return _file(request, found.order_by(*table.order_by))
    table = table.counted(found.count())
    rows = [entry(record) for record in found.order_by(*table.order_by)[table.slice]]
    context = {
        "form": form,
        "table": table,
        "rows": rows,
        "undoable": still_undoable(rows),
        "exports": [(name.upper(), table.url(format=name)) for name in ("csv", "xlsx")],
    }
    return render(request, "accounts/audit.html", context)


def _file(request: TenantRequest, found: QuerySet) -> HttpResponse:
    """All the records that the filters leave."""
    entries = (entry(record) for record in found.iterator(chunk_size=2000))
    rows = (
        (timezone.localtime(one.at), one.who, one.what, one.about, _details(one)) for one in entries
    )
    return file_response(
        [column.label for column in COLUMNS],
        rows,
        format_=request.GET["format"],
        name=f"{request.tenant.slug}-audit",
        title=gettext("Audit"),
    )


def _details(one: AuditEntry) -> str:
    changes = [f"{field}: {old} → {new}" for field, old, new in one.changes]
    return "; ".join([*changes, *(f"{field}: {value}" for field, value in one.details)])
