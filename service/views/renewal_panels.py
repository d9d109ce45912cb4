"""What of renewals stands on other pages: the customer's, and the service manager's first screen."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Customer, Visibility
from accounts.permissions import may
from accounts.requests import TenantRequest
from segmentation.queries.scopes import page_scope
from service.queries.renewal_page import renewals_of_customer
from service.queries.renewals import ENDED, REACHES, ending_soon, reaches
from service.views.renewals import shown, today_of

SHOWN = 4


def renewals_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """A customer's contracts that end; nothing where there is none."""
    if not may(request.membership, "view_renewals"):
        return None
    rows = renewals_of_customer(customer, today_of(request))
    return {"rows": [shown(row) for row in rows]} if rows else None


def renewals_block(request: TenantRequest, width: str | None) -> dict[str, Any] | None:
    """Open renewals that end within 30, 90 and 180 days, or have ended undecided, the largest first;
    what is in a nearer reach is not told again in a further one.

    ``width``: whose customers the page shows; None: the member's own.
    """
    if not may(request.membership, "view_renewals"):
        return None
    today = today_of(request)
    scope = page_scope(request, width or str(Visibility.MINE))
    told = reaches(scope, today)
    if not any(count for count, _arr in told.values()):
        return None
    rows: dict[int, list[Any]] = {days: [] for days in told}
    for row in ending_soon(scope, today, SHOWN):
        rows[row.reach].append(row)
    columns = [
        {
            "days": days,
            "title": _title(days),
            "count": count,
            "arr": arr,
            "rows": [shown(row) for row in rows[days]],
        }
        for days, (count, arr) in told.items()
    ]
    return {"columns": columns}


def _title(days: int) -> str:
    nearer = max((reach for reach in REACHES if reach < days), default=0)
    if days == ENDED:
        return _("Ended, not decided")
    if not nearer:
        return _("Renewals within %(days)s days") % {"days": days}
    return _("Renewals in %(first)s to %(last)s days") % {"first": nearer + 1, "last": days}
