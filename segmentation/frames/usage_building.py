"""States of usage made from the facts: what folding is compared with, and how states begin."""

from __future__ import annotations

from accounts.planning import Run
from segmentation.frames.asof import TREND_DAYS, USAGE_DAYS
from segmentation.frames.facts import USAGE, Revisions, known
from segmentation.frames.usage_windows import WINDOWS, from_days

STATES, DAYS = "night_usage_states", "night_usage_days"

# Not a column: the planner would look up every customer's days in the index by customer and day, at
# several times the cost of reading past the others.
SCANNED = "coalesce(occurred_at, NULL)"

SUMS = "used_at, person_count, active_persons, person_days"
# The same, of rows with person, last_at and days.
SUMMED_UP = """
       max(last_at) AS used_at, count(*) FILTER (WHERE person <> '') AS person_count,
       count(*) FILTER (WHERE person <> '' AND days <> 0) AS active_persons,
       coalesce(sum(bit_count(days::bigint::bit(64))) FILTER (WHERE person <> ''), 0) AS person_days
"""


def build(run: Run, parameters: dict[str, object], revised: Revisions) -> None:
    """Fill the temporary tables STATES and DAYS with the columns of ``UsageState`` and ``UsageDay``, and
    WINDOWS from these.

    Usage is read three times, each time for one aggregation: the whole of it by person, the days that
    are looked at one by one, the month of which modules are counted. That is cheaper than sorting it
    once: PostgreSQL divides each among its processes and keeps only the groups.
    """
    events = f"({known(USAGE, revised)}) AS event"
    run(f"CREATE TEMPORARY TABLE {STATES} ON COMMIT DROP AS {_states(events)}", parameters)
    run(f"CREATE TEMPORARY TABLE {DAYS} ON COMMIT DROP AS {_days(events)}", parameters)
    days = f"SELECT day, customers, events FROM {DAYS}"
    run(f"CREATE TEMPORARY TABLE {WINDOWS} ON COMMIT DROP AS {from_days(days)}", parameters)
    for table in (STATES, WINDOWS):
        run(f"ANALYZE {table} (customer_id)")


def _states(events: str) -> str:
    return f"""
WITH persons AS (
    SELECT customer_id, person, max(occurred_at) AS last_at,
           bit_or(CASE WHEN occurred_at >= %(month_start)s THEN {_bit()} ELSE 0 END) AS days,
           bool_or(module_id IS NOT NULL) AS has_modules
      FROM {events} WHERE occurred_at < %(end)s GROUP BY customer_id, person
     ORDER BY customer_id OFFSET 0
), modules AS (
    SELECT customer_id, module_id, max(occurred_at) AS last_at
      FROM {events}
     WHERE {SCANNED} >= %(month_start)s AND {SCANNED} < %(end)s AND module_id IS NOT NULL
     GROUP BY customer_id, module_id ORDER BY customer_id OFFSET 0
), used AS (
    SELECT customer_id, array_agg(module_id) AS modules,
           array_agg((last_at AT TIME ZONE %(zone)s)::date) AS used_on
      FROM modules GROUP BY customer_id
), seen AS (
    SELECT customer_id, array_agg(person) AS persons, array_agg(last_at) AS last_at,
           array_agg(days) AS days, bool_or(has_modules) AS has_modules, {SUMMED_UP}
      FROM persons GROUP BY customer_id
)
SELECT seen.customer_id, %(day)s::date AS as_of, persons, last_at, days,
       coalesce(modules, '{{}}') AS modules, coalesce(used_on, '{{}}') AS used_on, has_modules,
       {SUMS}
  FROM seen LEFT JOIN used ON used.customer_id = seen.customer_id
"""


def _days(events: str) -> str:
    return f"""
WITH daily AS (
    SELECT customer_id, width_bucket(occurred_at, %(day_starts)s) AS number, sum(count) AS events
      FROM {events} WHERE {SCANNED} >= %(first_start)s AND {SCANNED} < %(end)s
     GROUP BY customer_id, 2 ORDER BY number OFFSET 0
)
SELECT %(day)s::date - {USAGE_DAYS} + number AS day, %(known_at)s::timestamptz AS known_at,
       array_agg(customer_id) AS customers, array_agg(events) AS events
  FROM daily GROUP BY number
"""


def _bit() -> str:
    """The bit of an event's day: 0 is the as-of day."""
    return f"1 << ({TREND_DAYS} - width_bucket(occurred_at, %(month_starts)s))"
