"""How all customers used the product in a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.models import Contract, ContractLine
from accounts.planning import planning
from accounts.tenancy import current_tenant_id
from reports.compute.report_periods import ReportPeriod
from segmentation.models import UsageEvent


@dataclass(frozen=True)
class Activity:
    """customers: those with ARR on the last day that used something; persons: None where usage names
    nobody up to the last day; daily_rate: persons active on a day ÷ persons known by the last day,
    the mean of the period's days."""

    has_usage: bool
    events: int
    persons: int | None
    customers: int
    daily_rate: Fraction | None


# By customer, person and month first: the days of a period are those of its months, which are numbered
# as they follow each other; all before them are one.
_USED = f"""
WITH months AS MATERIALIZED (
    SELECT customer_id, person, width_bucket(day, %(months)s::date[]) AS month,
           sum(events)::bigint AS events, count(*) AS days, min(day) AS first_on
      FROM (SELECT customer_id, person, (occurred_at AT TIME ZONE %(zone)s)::date AS day,
                   sum(count) AS events
              FROM {UsageEvent._meta.db_table}
             WHERE tenant_id = %(tenant)s AND occurred_at < %(end)s
             GROUP BY 1, 2, 3) AS daily
     GROUP BY 1, 2, 3
), persons AS MATERIALIZED (
    SELECT first_on, count(*) FILTER (WHERE person <> '') AS persons
      FROM (SELECT customer_id, person, min(first_on) AS first_on FROM months GROUP BY 1, 2) AS once
     GROUP BY first_on
), spans AS (
    SELECT place, last FROM unnest(%(lasts)s::date[]) WITH ORDINALITY AS span (last, place)
), within AS (
    SELECT place, month, is_long
      FROM unnest(%(places)s::int[], %(of_months)s::int[], %(are_long)s::bool[])
           AS within (place, month, is_long)
), parts AS (
    -- Who used something in several months of a period is one person of it.
    SELECT place, person <> '' AS is_named, events, days
      FROM within JOIN months USING (month) WHERE NOT is_long
     UNION ALL
    SELECT place, person <> '', sum(events), sum(days)
      FROM within JOIN months USING (month) WHERE is_long
     GROUP BY place, customer_id, person
), active AS MATERIALIZED (
    SELECT DISTINCT place, customer_id
      FROM (SELECT DISTINCT month, customer_id FROM months) AS once JOIN within USING (month)
), lines AS MATERIALIZED (
    SELECT contract.customer_id, line.starts_on, line.ends_on
      FROM {ContractLine._meta.db_table} line
      JOIN {Contract._meta.db_table} contract
        ON contract.tenant_id = %(tenant)s AND contract.id = line.contract_id
     WHERE line.tenant_id = %(tenant)s AND line.kind = 'subscription' AND NOT line.is_trial
       AND line.annual_fee > 0
), paying AS MATERIALIZED (
    SELECT DISTINCT spans.place, lines.customer_id FROM spans
      JOIN lines ON lines.starts_on <= spans.last AND coalesce(lines.ends_on >= spans.last, true)
)
SELECT spans.place, coalesce(used.events, 0), coalesce(used.persons, 0), coalesce(used.days, 0),
       (SELECT coalesce(sum(persons), 0) FROM persons WHERE first_on <= spans.last),
       EXISTS (SELECT 1 FROM persons WHERE first_on <= spans.last),
       coalesce(customers.number, 0)
  FROM spans
  LEFT JOIN (SELECT place, sum(events) AS events, count(*) FILTER (WHERE is_named) AS persons,
                    sum(days) FILTER (WHERE is_named) AS days
               FROM parts GROUP BY place) AS used USING (place)
  LEFT JOIN (SELECT place, count(*) AS number
               FROM active JOIN paying USING (place, customer_id) GROUP BY place) AS customers
      USING (place)
 ORDER BY spans.place
"""  # noqa: S608 - our names


def activity_of(periods: Sequence[ReportPeriod], zone: ZoneInfo) -> dict[str, Activity]:
    """Period key → what was used in it; one statement, which reads usage once."""
    if not periods:
        return {}
    last = max(period.last for period in periods)
    months = sorted({month.first for period in periods for month in period.months})
    # Without gaps: what is between two months that are asked for is of none.
    months = _following(months[0], months[-1])
    held = [
        (place, months.index(month.first) + 1, period.is_quarter)
        for place, period in enumerate(periods, start=1)
        for month in period.months
    ]
    places, of_months, are_long = zip(*held, strict=True)
    parameters: dict[str, Any] = {
        "tenant": current_tenant_id(),
        "zone": zone.key,
        "end": datetime.combine(last + timedelta(1), time(), zone),
        "months": months,
        "places": list(places),
        "of_months": list(of_months),
        "are_long": list(are_long),
        "lasts": [period.last for period in periods],
    }
    with planning(), connection.cursor() as cursor:
        cursor.execute(_USED, parameters)
        rows = [row[1:] for row in cursor.fetchall()]
    found = {}
    for period, row in zip(periods, rows, strict=True):
        events, persons, person_days, known, has_usage, customers = row
        length = (period.last - period.first).days + 1
        found[period.key] = Activity(
            has_usage=has_usage,
            events=int(events),
            persons=persons if known else None,
            customers=customers,
            daily_rate=Fraction(int(person_days), length * int(known)) if known else None,
        )
    return found


def _following(first: date, last: date) -> list[date]:
    """The first days of the months from one to another."""
    found = [first]
    while found[-1] < last:
        found.append((found[-1] + timedelta(32)).replace(day=1))
    return found
