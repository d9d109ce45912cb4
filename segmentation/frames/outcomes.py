"""What became of the customers of each tier between two days, summed in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from accounts.tenancy import current_tenant_id
from segmentation.compute.effects import Mean, Measure, Share
from segmentation.compute.schemes import SCHEMES
from segmentation.models import CustomerGroupMember, MeasureRow

SATISFACTION = "csat"


@dataclass(frozen=True)
class Outcome:
    """Of the customers in a tier (empty: none) on `start`, as they were on `end`.

    `customers`: how many stood there. Customers whose measure is unknown on `end` are in no figure.
    """

    tier: str
    start: date
    end: date
    customers: int
    activity: Mean
    retention: Share
    conversion: Share
    satisfaction: Mean

    def figure(self, measure: Measure) -> Share | Mean:
        found: Share | Mean = getattr(self, measure)
        return found


# Sums over the rows `was` (on the first day) and `is_now` (on the second).
_SUMS = f"""
    count(*),
    count(is_now.active_days_30),
    coalesce(sum(is_now.active_days_30), 0),
    coalesce(sum(is_now.active_days_30::bigint * is_now.active_days_30), 0),
    count(*) FILTER (WHERE was.arr > 0 AND is_now.arr IS NOT NULL),
    count(*) FILTER (WHERE was.arr > 0 AND is_now.arr > 0),
    count(*) FILTER (WHERE was.arr = 0 AND is_now.arr IS NOT NULL),
    count(*) FILTER (WHERE was.arr = 0 AND is_now.arr > 0),
    count((is_now.further ->> '{SATISFACTION}')::float),
    coalesce(sum((is_now.further ->> '{SATISFACTION}')::float), 0),
    coalesce(sum(((is_now.further ->> '{SATISFACTION}')::float) ^ 2), 0)
"""

_IN_GROUP = f"""
    AND EXISTS (SELECT 1 FROM {CustomerGroupMember._meta.db_table} inside
                 WHERE inside.tenant_id = %(tenant)s AND inside.group_id = %(group)s
                   AND inside.customer_id = was.customer_id
                   AND inside.valid_from <= pair.start_on
                   AND coalesce(inside.valid_to > pair.start_on, true))
"""


def outcomes(
    scheme: str,
    pairs: Sequence[tuple[date, date]],
    customers: Collection[int] | None = None,
    group: int | None = None,
) -> list[Outcome]:
    """Per pair of days whose measures are kept, and tier of the scheme on the first; one statement.

    ValueError for a scheme that is none. `customers`: only these; `group`: of a customer group, those
    who were in it on the first day of the pair.
    """
    if scheme not in SCHEMES:
        raise ValueError(scheme)
    table = MeasureRow._meta.db_table
    only = "" if customers is None else "AND was.customer_id = ANY(%(customers)s)"
    if group is not None:
        only += _IN_GROUP
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT was.tier_{scheme}, pair.start_on, pair.end_on, {_SUMS}
              FROM unnest(%(starts)s::date[], %(ends)s::date[]) AS pair (start_on, end_on)
              JOIN {table} was ON was.tenant_id = %(tenant)s AND was.as_of = pair.start_on
              LEFT JOIN {table} is_now
                ON is_now.tenant_id = %(tenant)s AND is_now.as_of = pair.end_on
               AND is_now.customer_id = was.customer_id
             WHERE true {only}
             GROUP BY 1, 2, 3 ORDER BY 2, 1
            """,
            {
                "tenant": current_tenant_id(),
                "starts": [start for start, _ in pairs],
                "ends": [end for _, end in pairs],
                "customers": None if customers is None else list(customers),
                "group": group,
            },
        )
        rows = cursor.fetchall()
    return [
        Outcome(
            tier=tier,
            start=start,
            end=end,
            customers=sums[0],
            activity=Mean(sums[1], float(sums[2]), float(sums[3])),
            retention=Share(sums[4], sums[5]),
            conversion=Share(sums[6], sums[7]),
            satisfaction=Mean(sums[8], float(sums[9]), float(sums[10])),
        )
        for tier, start, end, *sums in rows
    ]


def customers_behind(
    scheme: str, tier: str, start: date, end: date, customers: Collection[int] | None = None
) -> list[tuple[int, Decimal | None, Decimal | None, int | None]]:
    """Each customer of one Outcome: id, ARR on the first and on the second day, active days then.

    ValueError for a scheme that is none.
    """
    if scheme not in SCHEMES:
        raise ValueError(scheme)
    table = MeasureRow._meta.db_table
    only = "" if customers is None else "AND was.customer_id = ANY(%(customers)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT was.customer_id, was.arr, is_now.arr, is_now.active_days_30
              FROM {table} was
              LEFT JOIN {table} is_now
                ON is_now.tenant_id = %(tenant)s AND is_now.as_of = %(end)s
               AND is_now.customer_id = was.customer_id
             WHERE was.tenant_id = %(tenant)s AND was.as_of = %(start)s
               AND was.tier_{scheme} = %(tier)s {only}
            """,
            {
                "tenant": current_tenant_id(),
                "start": start,
                "end": end,
                "tier": tier,
                "customers": None if customers is None else list(customers),
            },
        )
        return list(cursor.fetchall())
