"""What is counted of touchpoints, cases and surveys, for any number of periods at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.tenancy import current_tenant_id
from reports.compute.report_periods import ReportPeriod


@dataclass(frozen=True)
class Served:
    """Of a period. met: occasions on which customers were met, one with several contacts once; None
    where there is no touchpoint by its end. opened: cases; None where there is none by its end.
    answered: cases first answered, and the seconds that they waited together. in_time, late: clocks
    whose first response came in time, and those that ran out."""

    met: int | None
    opened: int | None
    answered: int
    seconds: Any
    in_time: int
    late: int


@dataclass(frozen=True)
class Surveyed:
    """Of a period. scores: kind of survey → score → answers; asked: links sent, without those that were
    taken back unanswered; answered: how many of these were answered since."""

    scores: Mapping[str, Mapping[int, int]]
    asked: int
    answered: int


_SPANS = """
    unnest(%(firsts)s::date[], %(lasts)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
    WITH ORDINALITY AS span (first, last, start_at, end_at, place)
"""
_SERVED = f"""
WITH span AS MATERIALIZED (SELECT * FROM {_SPANS}),
clock AS MATERIALIZED (
    SELECT responded_at, response_breached_at FROM service_casework
     WHERE tenant_id = %(tenant)s AND response_minutes IS NOT NULL
     UNION ALL
    SELECT responded_at, response_breached_at FROM service_caseopening
     WHERE tenant_id = %(tenant)s AND response_minutes IS NOT NULL
)
SELECT CASE WHEN EXISTS (SELECT 1 FROM accounts_touchpoint WHERE tenant_id = %(tenant)s
                             AND happened_on <= span.last) THEN met.number END,
       CASE WHEN EXISTS (SELECT 1 FROM accounts_case WHERE tenant_id = %(tenant)s
                             AND opened_at < span.end_at) THEN brought.number END,
       replied.number, replied.seconds, clocked.in_time, clocked.late
  FROM span
 CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE occasion = '')
               + count(DISTINCT (customer_id, occasion)) FILTER (WHERE occasion <> '') AS number
      FROM accounts_touchpoint
     WHERE tenant_id = %(tenant)s AND happened_on BETWEEN span.first AND span.last) AS met
 CROSS JOIN LATERAL (
    SELECT count(*) AS number FROM accounts_case
     WHERE tenant_id = %(tenant)s AND opened_at >= span.start_at AND opened_at < span.end_at) AS brought
 CROSS JOIN LATERAL (
    SELECT count(*) AS number,
           coalesce(sum(extract(epoch FROM first_response_at - opened_at)), 0) AS seconds
      FROM accounts_case
     WHERE tenant_id = %(tenant)s AND first_response_at >= span.start_at
       AND first_response_at < span.end_at) AS replied
 CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE response_breached_at IS NULL
                                AND responded_at >= span.start_at
                                AND responded_at < span.end_at) AS in_time,
           count(*) FILTER (WHERE response_breached_at >= span.start_at
                                AND response_breached_at < span.end_at) AS late
      FROM clock) AS clocked
 ORDER BY span.place
"""  # noqa: S608 - our names
_ANSWERED = f"""
SELECT span.place, said.kind, said.score, count(*)
  FROM {_SPANS}
  JOIN service_surveyanswer said
    ON said.tenant_id = %(tenant)s AND said.answered_on BETWEEN span.first AND span.last
 GROUP BY 1, 2, 3
"""  # noqa: S608 - our names
_ASKED = f"""
SELECT sent.asked, sent.answered
  FROM {_SPANS}
 CROSS JOIN LATERAL (
    SELECT count(*) AS asked, count(answered_at) AS answered FROM service_surveyinvitation
     WHERE tenant_id = %(tenant)s AND state = 'sent' AND sent_at >= span.start_at
       AND sent_at < span.end_at AND (revoked_at IS NULL OR answered_at IS NOT NULL)) AS sent
 ORDER BY span.place
"""  # noqa: S608 - our names


def moments(period: ReportPeriod, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of a period, and the first one after it."""
    return (
        datetime.combine(period.first, time(), zone),
        datetime.combine(period.last + timedelta(1), time(), zone),
    )


def served_in(periods: Sequence[ReportPeriod], zone: ZoneInfo) -> list[Served]:
    """Of each period, in their order; one statement."""
    return [Served(*row) for row in _rows(_SERVED, periods, zone)]


def surveyed_in(periods: Sequence[ReportPeriod], zone: ZoneInfo) -> list[Surveyed]:
    """Of each period, in their order; two statements."""
    scores: dict[int, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for place, kind, score, number in _rows(_ANSWERED, periods, zone):
        scores[place][kind][score] = number
    asked = _rows(_ASKED, periods, zone)
    return [Surveyed(scores[place], *row) for place, row in enumerate(asked, start=1)]


def _rows(sql: str, periods: Sequence[ReportPeriod], zone: ZoneInfo) -> list[tuple[Any, ...]]:
    spans = [moments(period, zone) for period in periods]
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {
                "tenant": current_tenant_id(),
                "firsts": [period.first for period in periods],
                "lasts": [period.last for period in periods],
                "starts": [start for start, _end in spans],
                "ends": [end for _start, end in spans],
            },
        )
        return list(cursor.fetchall())
