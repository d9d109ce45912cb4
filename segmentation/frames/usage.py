"""What customers used, when, as queries with a row per customer, from the states of usage.

States and windows are tables of one shape, whether carried from the night before or made from the
facts; see segmentation.frames.usage_states.
"""

from __future__ import annotations

from collections.abc import Mapping

from segmentation.frames.asof import TREND_DAYS, WEEKS
from segmentation.frames.facts import USAGE, Revisions, known, taken_back
from segmentation.frames.usage_building import SUMMED_UP, SUMS
from segmentation.frames.usage_windows import WINDOWS

MONTH_BITS = (1 << TREND_DAYS) - 1

INLINE = ("states", "persons")
"""Steps that are read in place: wide rows, of which each reader needs a part."""


def used(states: str, revised: Revisions) -> Mapping[str, str]:
    """``seen``: per customer, when anything was used last and by how many; ``active``: what was used,
    and on how many days, of the last ninety; ``late``: whose usage came after the earlier night had
    been computed, and would have belonged to it; ``persons``: a row per customer and person.

    Args:
        states: a query for rows of ``UsageState``.
    """
    weeks = ", ".join(f"week_{number}" for number in reversed(range(WEEKS)))
    return {
        "states": states,
        "persons": f"""
            SELECT customer_id, person, seen.last_at, {later("seen.days")} AS days
              FROM states
             CROSS JOIN LATERAL unnest(persons, last_at, days) AS seen (person, last_at, days)
            """,
        # A state of an earlier day counts what has left the month since.
        "seen": f"""
            SELECT customer_id, {SUMS} FROM states WHERE as_of = %(day)s OR active_persons = 0
             UNION ALL
            SELECT customer_id, {SUMMED_UP} FROM persons
             WHERE customer_id IN (SELECT customer_id FROM states
                                    WHERE as_of <> %(day)s AND active_persons <> 0)
             GROUP BY customer_id
            """,
        "late": f"""
            SELECT customer_id FROM ({known(USAGE, revised)}) AS event
             WHERE known_from > %(earlier_known_at)s AND occurred_at < %(earlier_end)s
             UNION
            SELECT customer_id FROM ({taken_back(USAGE, revised)}) AS event
             WHERE occurred_at < %(earlier_end)s
            """,
        "active": f"""
            SELECT customer_id, month AS events_30, month_before AS events_before,
                   ARRAY[{weeks}] AS weekly,
                   bit_count((recent_days & {MONTH_BITS})::bit(64)) AS days_30,
                   bit_count(recent_days::bit(64)) + bit_count(older_days::bit(64)) AS days_90
              FROM {WINDOWS}
            """,
        "modules_used": f"""
            SELECT customer_id, used.module_id
              FROM states CROSS JOIN LATERAL unnest(modules, used_on) AS used (module_id, last_on)
             WHERE last_on > %(day)s::date - {TREND_DAYS}
            """,
        "breadths": """
            SELECT used.customer_id, count(*) AS modules, count(owned.module_id) AS owned
              FROM modules_used AS used
              LEFT JOIN owned ON owned.customer_id = used.customer_id
                             AND owned.module_id = used.module_id
             GROUP BY used.customer_id
            """,
    }


def later(days: str) -> str:
    """Bits of days before ``as_of``, as bits of days before the as-of day of the night."""
    return f"({days}::bigint << LEAST(%(day)s::date - as_of, {TREND_DAYS})) & {MONTH_BITS}"
