"""Usage, read once: a row per customer, person and module.

Days are kept as bits, so that distinct days, persons and modules are counted without sorting events:
bit 0 of ``days_near`` is the as-of day, bit 59 the day 59 days before; ``days_far`` has the thirty
days before those. Everything older is only the last moment and that somebody was there.
"""

from __future__ import annotations

from segmentation.frames.asof import USAGE_DAYS, WEEKS
from segmentation.frames.facts import USAGE, Revisions, known

LAST_30 = (1 << 30) - 1
"""Mask of ``days_near``: the last thirty days."""


def usage_by_person_and_module(revised: Revisions) -> str:
    """The query. ``age`` is days before the as-of day; ``USAGE_DAYS`` and more are one.

    OFFSET 0 keeps the planner from computing ``age`` once per column.
    """
    weeks = ",\n".join(
        f"coalesce(sum(count) FILTER (WHERE age BETWEEN {7 * week} AND {7 * week + 6}), 0)::bigint "
        f"AS week_{week}"
        for week in range(WEEKS)
    )
    return f"""
SELECT customer_id, person, module_id, max(occurred_at) AS last_at,
       coalesce(bit_or(1::bigint << age) FILTER (WHERE age < 60), 0) AS days_near,
       coalesce(bit_or(1::bigint << (age - 60)) FILTER (WHERE age BETWEEN 60 AND 89), 0)
           AS days_far,
       coalesce(sum(count) FILTER (WHERE age < 30), 0)::bigint AS events_30,
       coalesce(sum(count) FILTER (WHERE age BETWEEN 30 AND 59), 0)::bigint AS events_before,
       coalesce(bool_or(known_from > %(earlier_known_at)s AND occurred_at < %(earlier_end)s), false)
           AS is_late,
       {weeks}
  FROM (SELECT customer_id, person, module_id, occurred_at, known_from, count,
               {USAGE_DAYS} - width_bucket(occurred_at, %(day_starts)s) AS age
          FROM ({known(USAGE, revised)}) AS events
         WHERE occurred_at < %(end)s
        OFFSET 0) AS aged
 GROUP BY customer_id, person, module_id
"""
