"""What the service side sees of handovers: what is left to do for a customer, and what waits to be
taken over."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, Visibility
from accounts.requests import TenantRequest
from accounts.views.panel_tables import panel_table
from projects.models import Handover
from projects.queries.handovers import (
    awaiting_acceptance,
    customer_items,
    customers_with_open_items,
)
from projects.views.handover_links import with_origins
from projects.views.plan_frame import today_of
from ui.tables import Column

ITEM_COLUMNS = (
    Column("what", _("Point")),
    Column("who", _("Who sees to it")),
    Column("due", _("Due on"), sort=("is_settled", "due_on")),
    Column("state", _("State"), sort=("is_settled", "state")),
    Column("origin", _("Comes from"), wide=True),
)
SHOWN, LINES = 5, 4


def handover_items_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """What handovers left to do for a customer; nothing where there was none."""
    found = customer_items(customer)
    table, rows = panel_table(request, ITEM_COLUMNS, found, default="due", prefix="handover_items_")
    if not table.total:
        return None
    handovers = Handover.objects.filter(
        project__customer=customer, state=Handover.State.ACCEPTED
    ).select_related("project")
    return {
        "table": table,
        "rows": with_origins(rows),
        "handovers": list(handovers.order_by("project__handed_over_on")),
        "today": today_of(request),
    }


def handovers_block(request: TenantRequest, width: str | None) -> dict[str, Any] | None:
    """What waits to be taken over, and the customers with most left to do from handovers.
    ``width``: whose customers the page shows; None: the member's own."""
    membership, today = request.membership, today_of(request)
    width = width or str(Visibility.MINE)
    waiting = awaiting_acceptance(membership, width)
    left = customers_with_open_items(membership, width, today)
    # What waits comes first; what is left over has the lines that this leaves.
    lines = max(LINES - len(waiting), 1)
    first = list(left[: lines + 1])
    if not waiting and not first:
        return None
    return {
        "waiting": waiting[:SHOWN],
        "more_waiting": max(len(waiting) - SHOWN, 0),
        "left": [
            {
                "pk": row["handover__project__customer_id"],
                "name": row["handover__project__customer__name"],
                "open": row["items_open"],
                "late": row["items_late"],
            }
            for row in first[:lines]
        ],
        "has_more_left": len(first) > lines,
    }
