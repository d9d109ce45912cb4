"""Whose persons would raise the daily active rate most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from django.db import connection

from accounts.models import Customer, Membership, Tenant
from accounts.tenancy import current_tenant_id
from reports.frames.executive_rows import parameters_of
from reports.queries.goal_contributors import seen_ids
from reports.queries.goals import GoalStanding
from segmentation.models import UsageEvent

DAILY = "dau_rate"

_SQL = f"""
WITH known AS MATERIALIZED (
    SELECT customer_id, count(*) AS persons FROM (
        SELECT DISTINCT customer_id, person FROM {UsageEvent._meta.db_table}
         WHERE tenant_id = %(tenant)s AND occurred_at < %(end)s AND person <> '') AS once
     GROUP BY customer_id
), used AS (
    SELECT customer_id, count(*) AS days FROM (
        SELECT DISTINCT customer_id, person, (occurred_at AT TIME ZONE %(zone)s)::date
          FROM {UsageEvent._meta.db_table}
         WHERE tenant_id = %(tenant)s AND occurred_at >= %(start)s AND occurred_at < %(end)s
           AND person <> '') AS daily
     GROUP BY customer_id
)
SELECT known.customer_id, customer.name, known.persons, coalesce(used.days, 0),
       (SELECT sum(persons) FROM known)
  FROM known
  JOIN {Customer._meta.db_table} customer
    ON customer.tenant_id = %(tenant)s AND customer.id = known.customer_id
  LEFT JOIN used ON used.customer_id = known.customer_id
 WHERE known.persons * %(length)s * %(target)s > coalesce(used.days, 0)
   AND (%(only)s::bigint[] IS NULL OR known.customer_id = ANY(%(only)s))
 ORDER BY known.persons * %(length)s * %(target)s - coalesce(used.days, 0) DESC, customer.name
 LIMIT %(most)s
"""  # noqa: S608 - our names


@dataclass(frozen=True)
class Potential:
    """rate: of the customer's own persons, in the latest month; gain: what the figure would have more
    if that were the goal's."""

    customer_id: int
    name: str
    persons: int
    rate: Fraction
    gain: Fraction


def largest_potentials(
    standing: GoalStanding, membership: Membership | None, tenant: Tenant, *, most: int
) -> list[Potential]:
    """Customers below the goal's rate, who would add most first; one statement."""
    period = standing.latest.period
    length = (period.last - period.first + timedelta(1)).days
    target = Fraction(standing.goal.target)
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            {
                **parameters_of(period, tenant.zone),
                "tenant": current_tenant_id(),
                "length": length,
                "target": standing.goal.target,
                "only": seen_ids(membership),
                "most": most,
            },
        )
        rows = cursor.fetchall()
    return [
        Potential(
            customer,
            name,
            persons,
            Fraction(days, length * persons),
            (target * length * persons - days) / (length * int(everybody)),
        )
        for customer, name, persons, days, everybody in rows
    ]
