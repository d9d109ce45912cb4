"""The board of requests: what is wanted, by how many customers, with which revenue behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.tenancy import current_tenant_id
from service.models import Request
from service.queries.request_weights import night_day, weights

STATUSES: tuple[str, ...] = tuple(Request.Status.values)
OPEN = ("new", "review", "accepted", "planned")
UNDECIDED = ("new", "review")
# What counts as taken up, in the acceptance rate.
TAKEN = ("accepted", "planned", "shipped")

_FOUND = """
WITH weight AS (
    SELECT * FROM unnest(%(weighed)s::bigint[], %(customers)s::bigint[], %(arrs)s::numeric[],
                         %(having)s::boolean[]) AS weight (request_id, customers, arr, has_tier)
), found AS (
    SELECT request.id, request.title, request.status, request.raised_on, request.planned_for,
           request.decided_on, request.shipped_on, request.version, module.name AS module,
           request.shared_titles <> '{}'::jsonb AS is_shared,
           coalesce(weight.customers, 0) AS customers, weight.arr
      FROM service_request request
      LEFT JOIN weight ON weight.request_id = request.id
      LEFT JOIN accounts_module module
        ON module.tenant_id = %(tenant)s AND module.id = request.module_id
     WHERE request.tenant_id = %(tenant)s AND request.root_id IS NULL
       AND request.status = ANY(%(statuses)s)
       AND (%(module)s::bigint IS NULL OR request.module_id = %(module)s)
       AND (%(tier)s = '' OR weight.has_tier)
       AND (%(least_arr)s::numeric IS NULL OR weight.arr >= %(least_arr)s)
       AND (%(text)s = '' OR request.title ILIKE %(like)s OR request.text ILIKE %(like)s)
)"""

_COLUMNS = (
    "id, title, status, raised_on, planned_for, decided_on, shipped_on, version, module, is_shared, "
    "customers, arr"
)

# What lists sort by: name in the address → SQL.
ORDERS = {
    "title": "title",
    "module": "module",
    "status": "array_position(%(order_of)s, status::text)",
    "customers": "customers",
    "arr": "arr",
    "raised": "raised_on",
}


@dataclass(frozen=True)
class BoardFilter:
    """``module``: an id. ``tier``: wanted by a customer of this tier. ``least_arr``: at least so much
    revenue behind it. ``text``: part of title or text."""

    module: int | None = None
    tier: str = ""
    least_arr: Decimal | None = None
    text: str = ""
    statuses: Sequence[str] = STATUSES

    def parameters(self) -> dict[str, Any]:
        found = weights()
        escaped = self.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return {
            "tenant": current_tenant_id(),
            "weighed": found.requests,
            "customers": found.customers,
            "arrs": found.arrs,
            "having": found.having(self.tier),
            "module": self.module,
            "tier": self.tier,
            "least_arr": self.least_arr,
            "text": self.text,
            "like": f"%{escaped}%",
            "statuses": list(self.statuses),
            "order_of": list(STATUSES),
        }


@dataclass(frozen=True)
class BoardRow:
    """A request with its weight. ``arr``: None where no night knows any."""

    id: int
    title: str
    status: str
    raised_on: date
    planned_for: str
    decided_on: date | None
    shipped_on: date | None
    version: int
    module: str | None
    is_shared: bool
    customers: int
    arr: Decimal | None

    @property
    def label(self) -> str:
        return str(Request.Status(self.status).label)


@dataclass(frozen=True)
class BoardColumn:
    """The requests of one state that weigh most, and how many there are."""

    status: str
    count: int
    rows: list[BoardRow] = field(default_factory=list)

    @property
    def label(self) -> str:
        return str(Request.Status(self.status).label)

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def board(wanted: BoardFilter, *, most: int) -> list[BoardColumn]:
    """A column per state, in each the ``most`` requests that the most customers want, the more
    revenue behind them first; decided ones by the day of it. A fixed number of statements."""
    rows = _rows(
        f"""{_FOUND}, ranked AS (
        SELECT found.*, count(*) OVER same_status AS in_status, row_number() OVER (
                   PARTITION BY status
                   ORDER BY CASE WHEN status IN ('shipped', 'declined')
                                 THEN coalesce(shipped_on, decided_on, raised_on) END DESC NULLS LAST,
                            customers DESC, arr DESC NULLS LAST, raised_on, id) AS place
          FROM found WINDOW same_status AS (PARTITION BY status))
        SELECT in_status, {_COLUMNS} FROM ranked WHERE place <= %(most)s ORDER BY status, place""",  # noqa: S608
        wanted.parameters() | {"most": most},
    )
    columns = {status: BoardColumn(status, 0) for status in wanted.statuses}
    for count, *values in rows:
        row = BoardRow(*values)
        if not columns[row.status].rows:
            columns[row.status] = BoardColumn(row.status, count)
        columns[row.status].rows.append(row)
    return list(columns.values())


def listed(
    wanted: BoardFilter, *, order: str = "-customers", first: int = 0, most: int | None = None
) -> tuple[int, list[BoardRow]]:
    """How many requests there are, and those of one page in an order of ``ORDERS``."""
    direction = "DESC NULLS LAST" if order.startswith("-") else "ASC NULLS LAST"
    by = ORDERS.get(order.lstrip("-"), ORDERS["customers"])
    rows = _rows(
        f"{_FOUND} SELECT count(*) OVER (), {_COLUMNS} FROM found "  # noqa: S608
        f"ORDER BY {by} {direction}, arr DESC NULLS LAST, id OFFSET %(first)s LIMIT %(most)s",
        wanted.parameters() | {"first": first, "most": most},
    )
    count = rows[0][0] if rows else 0
    return count, [BoardRow(*values) for _count, *values in rows]


@dataclass(frozen=True)
class Weight:
    """How many customers want a request, and the revenue behind them (None: not known)."""

    customers: int
    arr: Decimal | None


def weight_of(request: Request) -> Weight:
    """Of one request with everything merged into it; two statements."""
    rows = _rows(
        """
        SELECT count(*), sum(worth.arr) FROM (
            SELECT customer_id FROM service_ask WHERE tenant_id = %(tenant)s AND request_id IN
                   (SELECT id FROM service_request WHERE tenant_id = %(tenant)s
                       AND (id = %(request)s OR root_id = %(request)s))
            UNION
            SELECT customer_id FROM service_vote WHERE tenant_id = %(tenant)s AND request_id IN
                   (SELECT id FROM service_request WHERE tenant_id = %(tenant)s
                       AND (id = %(request)s OR root_id = %(request)s))) voice
          LEFT JOIN segmentation_measurerow worth
            ON worth.tenant_id = %(tenant)s AND worth.as_of = %(night)s
           AND worth.customer_id = voice.customer_id
        """,
        {"tenant": current_tenant_id(), "night": night_day(), "request": request.pk},
    )
    return Weight(*rows[0])


def _rows(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
