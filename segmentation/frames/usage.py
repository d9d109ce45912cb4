"""Usage, read once: a row per customer, person, module and day of the last ninety.

What is older is only that somebody was there, and when last: a row per customer and person. Distinct
days, persons and modules are counted from these rows, days as bits, without sorting events.
"""

from __future__ import annotations

from collections.abc import Mapping

from segmentation.frames.asof import USAGE_DAYS, WEEKS
from segmentation.frames.facts import USAGE, Revisions, known


def usage_by_day(revised: Revisions) -> str:
    """The query of ``night_usage``. ``age``: days before the as-of day; USAGE_DAYS: older than that.

    OFFSET 0 keeps the planner from computing ``age`` once per use.
    """
    return f"""
SELECT customer_id, person, CASE WHEN age < {USAGE_DAYS} THEN module_id END AS module_id,
       age::smallint AS age, max(occurred_at) AS last_at, sum(count) AS events,
       bool_or(module_id IS NOT NULL) AS has_module,
       coalesce(bool_or(known_from > %(earlier_known_at)s AND occurred_at < %(earlier_end)s), false)
           AS is_late
  FROM (SELECT customer_id, person, module_id, occurred_at, known_from, count,
               {USAGE_DAYS} - width_bucket(occurred_at, %(day_starts)s) AS age
          FROM ({known(USAGE, revised)}) AS events
         WHERE occurred_at < %(end)s
        OFFSET 0) AS aged
 GROUP BY 1, 2, 3, 4
"""


def used() -> Mapping[str, str]:
    """``seen``: when each customer used anything last; ``active``: what it used, and on how many
    days, of the last ninety. From ``night_usage``; a row per customer."""
    weeks = ", ".join(
        f"coalesce(sum(events) FILTER (WHERE age BETWEEN {7 * week} AND {7 * week + 6}), 0)"
        for week in reversed(range(WEEKS))
    )
    return {
        "seen": """
            SELECT customer_id, max(last_at) AS last_at,
                   max(last_at) >= %(earlier_end)s AS is_changed, bool_or(is_late) AS is_late
              FROM night_usage GROUP BY customer_id
            """,
        "active": f"""
            SELECT customer_id,
                   count(*) FILTER (WHERE age < 30) AS days_30, count(*) AS days_90,
                   sum(events) FILTER (WHERE age < 30) AS events_30,
                   sum(events) FILTER (WHERE age BETWEEN 30 AND 59) AS events_before,
                   ARRAY[{weeks}]::bigint[] AS weekly
              FROM (SELECT customer_id, age, sum(events) AS events
                      FROM night_usage WHERE age < {USAGE_DAYS} GROUP BY customer_id, age) AS daily
             GROUP BY customer_id
            """,
        "modules_used": """
            SELECT DISTINCT customer_id, module_id FROM night_usage
             WHERE module_id IS NOT NULL AND age < 30
            """,
        "breadths": """
            SELECT used.customer_id, count(*) AS modules, count(owned.module_id) AS owned
              FROM modules_used AS used
              LEFT JOIN owned ON owned.customer_id = used.customer_id
                             AND owned.module_id = used.module_id
             GROUP BY used.customer_id
            """,
    }
