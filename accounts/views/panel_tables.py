"""Tables of the customer page's panels: each with an order and pages of its own in the address."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.requests import TenantRequest
from ui.tables import Column, Table

ROWS = 12


def panel_table(
    request: TenantRequest,
    columns: Sequence[Column],
    found: QuerySet,
    *,
    default: str,
    prefix: str,
    total: int | None = None,
) -> tuple[Table, QuerySet]:
    """The table and the rows of its page.

    Args:
        default: the order where the address names none, such as ``-paid``.
        prefix: before the names of its parameters in the address, such as ``payments_``.
        total: how many there are, where that is cheaper to count than ``found``.
    """
    table = Table.read(
        tuple(columns), request.GET.urlencode(), default=default, tie="pk", rows=ROWS, prefix=prefix
    ).counted(found.count() if total is None else total)
    return table, found.order_by(*table.order_by)[table.slice]
