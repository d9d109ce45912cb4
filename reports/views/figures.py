"""What stands behind a figure of a report: how it is made, from what, and row by row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.requests import TenantRequest
from reports.catalogue import REASONS, FigureKind, figure
from reports.documents.period_words import period_label
from reports.frames.figure_rows import RowListing
from reports.models import FigureSet
from reports.queries.figure_rows import read_behind, rows_behind
from reports.queries.figures import later_versions, visible_set
from segmentation.labels import TIERS
from service.models import Request
from ui import formats
from ui.downloads import file_response
from ui.tables import Column, Table
from ui.tags.formats import language

ALIGNED_START = ("text", "date", "yes", "status")
_TIER_COLUMNS = ("was", "tier")
_CUSTOMER = gettext_lazy("Customer")


@require("view_reports")
@require_GET
def figure_page(request: TenantRequest, pk: int, key: str) -> HttpResponse:
    """A stored figure of a customer that the member sees, or of the whole tenant."""
    found = visible_set(request.membership, pk)
    if found is None or key not in found.figures:
        raise Http404
    try:
        kind = figure(found.kind, key)
    except KeyError as error:
        raise Http404 from error
    listing = rows_behind(found, key, request.tenant)
    if "format" in request.GET:
        return _file(request, found, kind, listing)
    latest = later_versions(found).last()
    context = {
        "kind": kind,
        "figures": found,
        "period": period_label(found.span, language()),
        "value": worded(found.value(key), kind.unit, request.tenant.currency),
        "reason": REASONS.get(found.reasons.get(key, ""), ""),
        "latest": latest,
        "latest_value": latest and worded(latest.value(key), kind.unit, request.tenant.currency),
        "latest_url": latest and reverse("figure", args=[latest.pk, key]),
        **_rows(request, listing, kind, found),
    }
    return render(request, "reports/figures/figure.html", context)


def _rows(
    request: TenantRequest, listing: RowListing | None, kind: FigureKind, found: FigureSet
) -> dict[str, Any]:
    if listing is None:
        return {"table": None}
    names = (Column("name", _CUSTOMER),) if listing.names_customers else ()
    columns = (
        *names,
        *(
            Column(
                f"c{place}",
                column.label,
                align="start" if column.unit in ALIGNED_START else "end",
            )
            for place, column in enumerate(listing.columns)
        ),
    )
    table = Table.read(columns, request.GET.urlencode())
    # The page that is asked for may be beyond the last one: then the last one is read.
    page = read_behind(listing, request.membership, table.slice)
    counted = table.counted(page.total)
    if counted.slice != table.slice:
        page = read_behind(listing, request.membership, counted.slice)
    currency = request.tenant.currency
    summed = page.value if page.value is not None else Decimal(0)
    value = found.value(kind.key)
    return {
        "table": counted,
        "names_customers": listing.names_customers,
        "rows": [
            (
                customer,
                name,
                [
                    _cell(cell, column.name, column.unit, currency)
                    for cell, column in zip(cells, listing.columns, strict=True)
                ],
            )
            for customer, name, *cells in page.rows
        ],
        "sum": worded(summed, kind.unit, currency) if kind.adds_up and value is not None else "",
        "differs": kind.adds_up and value is not None and summed != value,
        "exports": [(name.upper(), counted.url(format=name)) for name in ("csv", "xlsx")],
    }


def _cell(value: Any, name: str, unit: str, currency: str) -> str:
    if name in _TIER_COLUMNS and unit == "text":
        return str(TIERS.get(value, value or formats.ABSENT))
    if unit == "status":
        return str(Request.Status(value).label)
    return worded(value, unit, currency)


def worded(value: Any, unit: str, currency: str) -> str:
    """A figure or a cell as it is read."""
    if value is None:
        return formats.ABSENT
    if unit == "yes":
        return _("Yes") if value else _("No")
    if unit == "text":
        return str(value) or formats.ABSENT
    if isinstance(value, date):
        return formats.short_date(value, language())
    if unit == "money":
        return formats.money(value, currency, language())
    if unit == "share":
        return formats.percent(value, language())
    if unit == "days":
        return formats.days(value, language())
    if unit == "count":
        return formats.number(value, language(), 0)
    return formats.number(value, language(), 2)


def _file(
    request: TenantRequest, found: FigureSet, kind: FigureKind, listing: RowListing | None
) -> HttpResponse:
    """All rows, numbers as they are."""
    if listing is None:
        raise Http404
    page = read_behind(listing, request.membership, None)
    headings = [str(column.label) for column in listing.columns]
    rows: list[Any] = [row[2:] for row in page.rows]
    if listing.names_customers:
        headings = [str(_CUSTOMER), *headings]
        rows = [row[1:] for row in page.rows]
    return file_response(
        headings,
        rows,
        format_=request.GET["format"],
        name=f"{request.tenant.slug}-{kind.key}-{found.period}",
        title=str(kind.label),
    )
