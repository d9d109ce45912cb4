"""What other screens show of reports: the first screen, the customer's page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Customer
from accounts.requests import TenantRequest
from reports.compute.report_periods import period_of
from reports.documents.period_words import period_label
from reports.queries import reports as queries
from reports.views.reports import STATE_TONES
from ui.tags.formats import language

SHOWN, PANEL_ROWS = 4, 8


def awaiting_block(request: TenantRequest, width: str | None) -> dict[str, Any] | None:
    """Reports that wait for review, approval or sending, on the service manager's first screen."""
    membership = request.membership
    allowed = queries.widths(membership)
    width = width if width in allowed else allowed[0]
    found = queries.within(queries.undone(queries.visible_reports(membership)), membership, width)
    first = list(
        found.select_related("customer").defer("document", "texts")
        .order_by("-last_day", "pk")[: SHOWN + 1]
    )  # fmt: skip
    if not first:
        return None
    return {
        "rows": [
            (one, period_label(period_of(one.period), language()), STATE_TONES[one.state])
            for one in first[:SHOWN]
        ],
        "count": found.count() if len(first) > SHOWN else len(first),
        "url": f"{reverse('reports')}?state=undone&view={width}",
    }


def reports_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """A customer's reports, the latest first; nothing where there is none."""
    found = queries.latest_versions(
        queries.visible_reports(request.membership).filter(customer=customer)
    )
    page = list(found.defer("document", "texts").order_by("-last_day", "pk")[: PANEL_ROWS + 1])
    if not page:
        return None
    return {
        "rows": [
            (row, period_label(period_of(row.report.period), language()),
             STATE_TONES[row.report.state])
            for row in queries.rows_of(page[:PANEL_ROWS])
        ],
        "has_more": len(page) > PANEL_ROWS,
        "url": f"{reverse('reports')}?{urlencode({'view': 'all', 'q': customer.key})}",
    }  # fmt: skip
