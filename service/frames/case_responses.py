"""How fast customers were answered beside what became of them, counted in the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.models import Tenant
from accounts.tenancy import current_tenant_id
from segmentation.models import MeasureRow
from service.compute.case_bands import (
    BANDS,
    ENDS,
    KEPT,
    MISSED,
    NO_CASE,
    PROMISES,
    SLOWEST,
    UNANSWERED,
    Counted,
)
from service.models import CaseOpening, CaseWork

# Of how long before the first day cases are looked at.
WINDOW = timedelta(days=180)
_BANDS = " ".join(f"WHEN mean_hours <= {end} THEN '{end}'" for end in ENDS)
# A case may stand in both tables: its openings before, and the present one.
_CUSTOMERS = f"""
WITH brought AS (
    SELECT c.customer_id, count(*) AS cases,
           (extract(epoch FROM sum(c.first_response_at - c.opened_at)
                    FILTER (WHERE c.first_response_at < %(before)s))
            / nullif(count(*) FILTER (WHERE c.first_response_at < %(before)s), 0) / 3600
           )::double precision AS mean_hours,
           bool_or(coalesce(least(w.response_breached_at, w.resolution_breached_at)
                            < %(before)s, false)
                   OR EXISTS (SELECT 1 FROM {CaseOpening._meta.db_table} o
                               WHERE o.tenant_id = %(tenant)s AND o.case_id = c.id
                                 AND least(o.response_breached_at, o.resolution_breached_at)
                                     < %(before)s)) AS is_missed
      FROM accounts_case c
      LEFT JOIN {CaseWork._meta.db_table} w ON w.tenant_id = %(tenant)s AND w.case_id = c.id
     WHERE c.tenant_id = %(tenant)s AND c.opened_at >= %(since)s AND c.opened_at < %(before)s
     GROUP BY c.customer_id
), stood AS (
    SELECT was.customer_id, was.arr AS arr_then, is_now.arr AS arr_now, brought.cases,
           brought.mean_hours,
           CASE WHEN brought.cases IS NULL THEN '{NO_CASE}'
                WHEN mean_hours IS NULL THEN '{UNANSWERED}'
                {_BANDS} ELSE '{SLOWEST}' END AS band,
           CASE WHEN brought.cases IS NULL THEN '{NO_CASE}'
                WHEN is_missed THEN '{MISSED}' ELSE '{KEPT}' END AS promise
      FROM {MeasureRow._meta.db_table} was
      JOIN {MeasureRow._meta.db_table} is_now
        ON is_now.tenant_id = %(tenant)s AND is_now.as_of = %(end)s
       AND is_now.customer_id = was.customer_id AND is_now.arr IS NOT NULL
      LEFT JOIN brought ON brought.customer_id = was.customer_id
     WHERE was.tenant_id = %(tenant)s AND was.as_of = %(start)s AND was.arr > 0
           {{only}}
)
"""


@dataclass(frozen=True)
class Pair:
    """Two stored month-ends: customers are taken on the first and looked at again on the second."""

    start: date
    end: date


@dataclass(frozen=True)
class Behind:
    """A customer behind a figure. ``mean_hours`` None: no case, or none answered."""

    pk: int
    name: str
    cases: int
    mean_hours: float | None
    promise: str
    arr_then: Decimal
    arr_now: Decimal


def counted(pair: Pair, tenant: Tenant, customers: Collection[int] | None) -> list[Counted]:
    """Per band and promise; one statement. ``customers``: only these, None: every one."""
    rows = _read(
        "SELECT band, promise, count(*), count(*) FILTER (WHERE arr_now = 0) FROM stood "
        "GROUP BY 1, 2",
        pair, tenant, customers,
    )  # fmt: skip
    return [Counted(*row) for row in rows]


def behind(
    pair: Pair,
    tenant: Tenant,
    customers: Collection[int] | None,
    *,
    of: str,
    only_left: bool,
    rows: slice,
) -> tuple[int, list[Behind]]:
    """How many customers a figure has, and some of them: those who left first, then by ARR.

    Raises:
        ValueError: ``of`` names no band and no promise.
    """
    column = "band" if of in BANDS else "promise"
    if of not in BANDS and of not in PROMISES:
        raise ValueError(of)
    which = f"stood.{column} = %(of)s" + (" AND arr_now = 0" if only_left else "")
    counting = f"SELECT count(*) FROM stood WHERE {which}"
    ((total,),) = _read(counting, pair, tenant, customers, of=of)
    found = _read(
        f"""
        SELECT customer.id, customer.name, coalesce(cases, 0), mean_hours, promise, arr_then, arr_now
          FROM stood
          JOIN accounts_customer customer
            ON customer.tenant_id = %(tenant)s AND customer.id = stood.customer_id
         WHERE {which}
         ORDER BY arr_now = 0 DESC, arr_then DESC, customer.id
         LIMIT %(most)s OFFSET %(skip)s
        """,
        pair, tenant, customers, of=of, most=rows.stop - rows.start, skip=rows.start,
    )  # fmt: skip
    return int(total), [Behind(*row) for row in found]


def _read(
    what: str,
    pair: Pair,
    tenant: Tenant,
    customers: Collection[int] | None,
    **parameters: Any,
) -> list[tuple[Any, ...]]:
    before = datetime.combine(pair.start + timedelta(days=1), time(), tenant.zone)
    only = "" if customers is None else "AND was.customer_id = ANY(%(customers)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            _CUSTOMERS.format(only=only) + what,
            {
                "tenant": current_tenant_id(),
                "start": pair.start,
                "end": pair.end,
                "before": before,
                "since": before - WINDOW,
                "customers": None if customers is None else list(customers),
                **parameters,
            },
        )
        return list(cursor.fetchall())
