"""When persons came and were there again, counted in the database: a row per person would be many."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
from django.db import connection

from accounts.tenancy import current_tenant_id
from segmentation.compute.months import last_day_of, month_number
from segmentation.compute.persons import DAYS
from segmentation.models import UsageEvent


@dataclass(frozen=True)
class PersonCounts:
    """`spans`: first_on, last_on (day numbers), persons; `months`: (month they came, month they were
    active in, persons), as month numbers."""

    spans: pd.DataFrame
    months: list[tuple[int, int, int]]


def count_persons(
    until: date, zone: ZoneInfo, customers: Collection[int] | None = None
) -> PersonCounts:
    """Every person that usage names, as of the end of `until`, as known now; one reading of usage.

    A person is one of a customer: the same name at two customers is two. `customers`: only theirs.
    """
    only = "" if customers is None else "AND customer_id = ANY(%(customers)s)"
    with connection.cursor() as cursor:
        # Every person in memory, not on disk.
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(
            f"""
            WITH months AS MATERIALIZED (
                SELECT customer_id, person,
                       date_trunc('month', occurred_at AT TIME ZONE %(zone)s)::date AS month,
                       min(occurred_at) AS first_at, max(occurred_at) AS last_at
                  FROM {UsageEvent._meta.db_table}
                 WHERE tenant_id = %(tenant)s AND person <> '' AND occurred_at < %(end)s {only}
                 GROUP BY 1, 2, 3
            ), persons AS MATERIALIZED (
                SELECT customer_id, person, min(month) AS came,
                       (min(first_at) AT TIME ZONE %(zone)s)::date AS first_on,
                       (max(last_at) AT TIME ZONE %(zone)s)::date AS last_on
                  FROM months GROUP BY 1, 2
            )
            SELECT 'span', first_on, last_on, count(*) FROM persons GROUP BY 2, 3
            UNION ALL
            SELECT 'month', came, month, count(*)
              FROM months JOIN persons USING (customer_id, person) GROUP BY 2, 3
            """,
            {
                "tenant": current_tenant_id(),
                "zone": zone.key,
                "end": datetime.combine(until + timedelta(days=1), time.min, zone),
                "customers": None if customers is None else list(customers),
            },
        )
        rows = cursor.fetchall()
    spans = [row[1:] for row in rows if row[0] == "span"]
    return PersonCounts(
        spans=pd.DataFrame(
            {
                "first_on": [first.toordinal() for first, _, _ in spans],
                "last_on": [last.toordinal() for _, last, _ in spans],
                "persons": [persons for _, _, persons in spans],
            },
            dtype="int64",
        ),
        months=[
            (month_number(came), month_number(month), persons)
            for kind, came, month, persons in rows
            if kind == "month"
        ],
    )


def persons_by_customer(
    month: date, until: date, zone: ZoneInfo, customers: Collection[int] | None = None
) -> list[tuple[int, ...]]:
    """Per customer with new persons in the month that begins on `month`: customer id, how many, and
    how many of them were active again on or after each of DAYS; the most first."""
    only = "" if customers is None else "AND customer_id = ANY(%(customers)s)"
    returned = ", ".join(f"count(*) FILTER (WHERE last_on - first_on >= {k})" for k in DAYS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH persons AS (
                SELECT customer_id, person,
                       (min(occurred_at) AT TIME ZONE %(zone)s)::date AS first_on,
                       (max(occurred_at) AT TIME ZONE %(zone)s)::date AS last_on
                  FROM {UsageEvent._meta.db_table}
                 WHERE tenant_id = %(tenant)s AND person <> '' AND occurred_at < %(end)s {only}
                 GROUP BY 1, 2
            )
            SELECT customer_id, count(*), {returned} FROM persons
             WHERE first_on >= %(first)s AND first_on <= %(last)s
             GROUP BY customer_id ORDER BY 2 DESC, 1
            """,
            {
                "tenant": current_tenant_id(),
                "zone": zone.key,
                "end": datetime.combine(until + timedelta(days=1), time.min, zone),
                "first": month,
                "last": last_day_of(month_number(month)),
                "customers": None if customers is None else list(customers),
            },
        )
        return list(cursor.fetchall())
