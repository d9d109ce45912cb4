"""A list as a file: exactly the rows and columns that are shown, in their order."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import Responsibility, Tenant
from segmentation.queries.portfolio import Row
from segmentation.views.listing import Listing
from ui.exports import CSV_TYPE, XLSX_TYPE, write_csv, write_xlsx
from ui.palette import mark_for

_MARKED = {
    **dict.fromkeys(("tier", "tier_a", "tier_b", "tier_c"), "tier"),
    "stage": "stage",
    "eleven": "segment",
    "class8": "segment",
    **dict.fromkeys(("beside_value", "beside_need"), "level"),
}


def exported(listing: Listing, format_: str, tenant: Tenant) -> HttpResponse:
    """The whole list as ``csv`` or ``xlsx``; the night is in the file's name.

    Raises:
        Http404: another format.
    """
    headings = [str(heading) for shown in listing.columns for heading in shown.titles]
    names = [name for shown in listing.columns for name in shown.values]
    rows = ([_cell(name, row) for name in names] for row in listing.export())
    if format_ == "csv":
        content, kind = write_csv(headings, rows), CSV_TYPE
    elif format_ == "xlsx":
        content, kind = write_xlsx(headings, rows, title=_("Customers")), XLSX_TYPE
    else:
        raise Http404
    response = HttpResponse(content, content_type=kind)
    name = f"{tenant.slug}-customers-{listing.night.as_of.isoformat()}.{format_}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cell(name: str, row: Row) -> Any:
    """Words as the screen writes them, numbers as they are."""
    value = row[name]
    if name in _MARKED:
        mark = mark_for(_MARKED[name], value) if value else None
        return str(mark.label) if mark else value
    if name == "face_capacity":
        return str(Responsibility.Capacity(value).label) if value else ""
    return value
