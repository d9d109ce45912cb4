"""What customers used, when, as queries with a row per customer, from the states of usage.

States are tables of one shape, the tenant's own (``UsageState``, ``UsageDay``) or temporary ones; see
segmentation.frames.usage_building and .usage_folding. Days are read as bits, so that a day or a person
is counted once however often it is named.
"""

from __future__ import annotations

from collections.abc import Mapping

from segmentation.frames.asof import TREND_DAYS, USAGE_DAYS, WEEKS
from segmentation.frames.facts import USAGE, Revisions, known

# Bits of a bigint that are used; ninety days take two of them.
HALF = USAGE_DAYS // 2
MONTH_BITS = (1 << TREND_DAYS) - 1


def used(states: str, days: str, revised: Revisions) -> Mapping[str, str]:
    """``persons``: a row per customer and person; ``seen``: per customer, when anything was used last
    and by how many; ``active``: what was used, and on how many days, of the last ninety; ``late``:
    whose usage came after the earlier night had been computed, and would have belonged to it.

    Args:
        states, days: queries for the rows of ``UsageState`` and ``UsageDay``.
    """
    weeks = ", ".join(
        f"coalesce(sum(events) FILTER (WHERE age BETWEEN {7 * week} AND {7 * week + 6}), 0)"
        for week in reversed(range(WEEKS))
    )
    return {
        "states": states,
        "persons": _persons(),
        "seen": """
            SELECT customer_id, max(last_at) AS last_at,
                   count(*) FILTER (WHERE person <> '') AS persons,
                   count(*) FILTER (WHERE person <> '' AND days <> 0) AS persons_30,
                   sum(bit_count(days::bit(64))) FILTER (WHERE person <> '') AS person_days_30
              FROM persons GROUP BY customer_id
            """,
        "late": f"""
            SELECT DISTINCT customer_id FROM ({known(USAGE, revised)}) AS event
             WHERE known_from > %(earlier_known_at)s AND occurred_at < %(earlier_end)s
            """,
        "active": f"""
            SELECT customer_id,
                   bit_count(bit_or(CASE WHEN age < {TREND_DAYS} THEN 1::bigint << age ELSE 0 END)
                             ::bit(64)) AS days_30,
                   bit_count(bit_or(CASE WHEN age < {HALF} THEN 1::bigint << age ELSE 0 END)
                             ::bit(64))
                   + bit_count(bit_or(CASE WHEN age >= {HALF} THEN 1::bigint << (age - {HALF})
                                           ELSE 0 END)::bit(64)) AS days_90,
                   sum(events) FILTER (WHERE age < 30) AS events_30,
                   sum(events) FILTER (WHERE age BETWEEN 30 AND 59) AS events_before,
                   ARRAY[{weeks}]::bigint[] AS weekly
              FROM (SELECT %(day)s::date - day AS age, customers, events FROM ({days}) AS day
                     WHERE day > %(day)s::date - {USAGE_DAYS}) AS daily (age, customers, counts)
             CROSS JOIN LATERAL unnest(customers, counts) AS used (customer_id, events)
             GROUP BY customer_id
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


def _persons() -> str:
    """A row per customer and person, the unnamed one (empty) too. ``days``: on which of
    the last thirty it was active, as bits; bit 0 is the as-of day."""
    return f"""
SELECT customer_id, person, seen.last_at,
       (seen.days::bigint << LEAST(%(day)s::date - as_of, {TREND_DAYS})) & {MONTH_BITS} AS days
  FROM states CROSS JOIN LATERAL unnest(persons, last_at, days) AS seen (person, last_at, days)
"""
