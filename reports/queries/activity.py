"""How all customers used the product in a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
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


# By customer, person and month first: the days of a period are those of its months.
_USED = f"""
WITH months AS MATERIALIZED (
    SELECT customer_id, person, date_trunc('month', day)::date AS month, sum(events) AS events,
           count(*) AS days, min(day) AS first_on
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
    SELECT key, last FROM unnest(%(keys)s::text[], %(lasts)s::date[]) AS span (key, last)
), summed AS MATERIALIZED (
    SELECT within.key, months.customer_id, months.person, sum(months.events) AS events,
           sum(months.days) AS days
      FROM unnest(%(month_keys)s::text[], %(months)s::date[]) AS within (key, month)
      JOIN months USING (month)
     GROUP BY 1, 2, 3
), lines AS MATERIALIZED (
    SELECT contract.customer_id, line.starts_on, line.ends_on
      FROM {ContractLine._meta.db_table} line
      JOIN {Contract._meta.db_table} contract
        ON contract.tenant_id = %(tenant)s AND contract.id = line.contract_id
     WHERE line.tenant_id = %(tenant)s AND line.kind = 'subscription' AND NOT line.is_trial
       AND line.annual_fee > 0
), paying AS (
    SELECT DISTINCT spans.key, lines.customer_id FROM spans
      JOIN lines ON lines.starts_on <= spans.last AND coalesce(lines.ends_on >= spans.last, true)
)
SELECT spans.key, coalesce(used.events, 0), coalesce(used.persons, 0), coalesce(used.days, 0),
       (SELECT coalesce(sum(persons), 0) FROM persons WHERE first_on <= spans.last),
       EXISTS (SELECT 1 FROM persons WHERE first_on <= spans.last),
       (SELECT count(DISTINCT summed.customer_id) FROM summed
          JOIN paying ON paying.key = summed.key AND paying.customer_id = summed.customer_id
         WHERE summed.key = spans.key)
  FROM spans
  LEFT JOIN (SELECT key, sum(events) AS events, count(*) FILTER (WHERE person <> '') AS persons,
                    sum(days) FILTER (WHERE person <> '') AS days
               FROM summed GROUP BY key) AS used USING (key)
"""  # noqa: S608 - our names


def activity_of(periods: Sequence[ReportPeriod], zone: ZoneInfo) -> dict[str, Activity]:
    """Period key → what was used in it; one statement, which reads usage once."""
    if not periods:
        return {}
    last = max(period.last for period in periods)
    parameters: dict[str, Any] = {
        "tenant": current_tenant_id(),
        "zone": zone.key,
        "end": datetime.combine(last + timedelta(1), time(), zone),
        "keys": [period.key for period in periods],
        "month_keys": [period.key for period in periods for _month in period.months],
        "months": [month.first for period in periods for month in period.months],
        "lasts": [period.last for period in periods],
    }
    with planning(), connection.cursor() as cursor:
        cursor.execute(_USED, parameters)
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    found = {}
    for period in periods:
        events, persons, person_days, known, has_usage, customers = rows[period.key]
        length = (period.last - period.first).days + 1
        found[period.key] = Activity(
            has_usage=has_usage,
            events=int(events),
            persons=persons if known else None,
            customers=customers,
            daily_rate=Fraction(int(person_days), length * int(known)) if known else None,
        )
    return found
