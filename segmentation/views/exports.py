"""A list as a file: exactly the rows and columns that are shown, in their order."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.models import Responsibility, Tenant
from segmentation.queries.portfolio import Row
from segmentation.views.listing import Listing
from ui.downloads import file_response
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
    headings = [heading for shown in listing.columns for heading in shown.titles]
    names = [name for shown in listing.columns for name in shown.values]
    return file_response(
        headings,
        ([_cell(name, row) for name in names] for row in listing.export()),
        format_=format_,
        name=f"{tenant.slug}-customers-{listing.night.as_of.isoformat()}",
        title=_("Customers"),
    )


def _cell(name: str, row: Row) -> Any:
    """Words as the screen writes them, numbers as they are."""
    value = row[name]
    if name in _MARKED:
        mark = mark_for(_MARKED[name], value) if value else None
        return str(mark.label) if mark else value
    if name == "face_capacity":
        return str(Responsibility.Capacity(value).label) if value else ""
    return value
