"""The companies below a customer, on its page: who looks after them, tier, ARR and its total; in the
place of the plain list that stands there before the first night."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from accounts.models import Customer
from accounts.requests import TenantRequest
from accounts.views.panels import companies_panel
from segmentation.queries.portfolio import page_rows, portfolio
from segmentation.queries.scopes import widest_scope
from segmentation.views.panels import standing

MOST_ROWS = 100


def group_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """As of the night that the page shows, or the plain list where that knows none of them; nothing
    where no company is below.

    The total is of every company below and of this one, as far as the member sees them.
    """
    night = standing(request, customer).night
    if night is None:
        return companies_panel(request, customer)
    scope = widest_scope(request.membership)
    every = portfolio(scope, night, is_latest=standing(request, customer).is_latest)
    below = every.filter(customer__parent=customer)
    rows = page_rows(below, ("name", "customer_id"), slice(0, MOST_ROWS))
    if not rows:
        return companies_panel(request, customer)
    group = every.filter(Q(customer__parent=customer) | Q(customer=customer))
    total = group.order_by().aggregate(companies=Count("pk"), arr=Sum("arr"))
    return {
        "rows": rows,
        "more": max(0, total["companies"] - 1 - len(rows)),
        "companies": total["companies"],
        "arr": total["arr"] if total["arr"] is not None else Decimal(0),
        "night": night,
    }
