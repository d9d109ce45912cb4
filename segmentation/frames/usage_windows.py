"""What customers used within the windows that a night looks at: ``night_usage_windows``, a row per
customer that used anything within ninety days.

A window of the night is that of the night before, with the days that came and without those that
left: of ninety days, some fifteen are read. Days are bits, so that one is counted once, whenever and
in however many pieces its usage became known. OFFSET 0 has PostgreSQL work out once per day what
would else be worked out once per customer and day.
"""

from __future__ import annotations

from segmentation.frames.asof import TREND_DAYS, USAGE_DAYS, WEEKS
from segmentation.models import UsageWindow

WINDOWS = "night_usage_windows"
KEPT = UsageWindow._meta.db_table

HALF = USAGE_DAYS // 2
HALF_BITS = (1 << HALF) - 1
# Window → first and last age of its days; 0 is the as-of day.
SPANS = {
    "month": (0, TREND_DAYS - 1),
    "month_before": (TREND_DAYS, 2 * TREND_DAYS - 1),
    **{f"week_{number}": (7 * number, 7 * number + 6) for number in range(WEEKS)},
}
_DAYS = ("recent_days", "older_days")


def _inside(age: str, window: str) -> str:
    first, last = SPANS[window]
    return f"({age} BETWEEN {first} AND {last})::integer"


def from_days(days: str) -> str:
    """The query of WINDOWS, from one for (day, customers, events)."""
    sums = ", ".join(
        f"coalesce(sum(events) FILTER (WHERE age BETWEEN {first} AND {last}), 0)::bigint AS {name}"
        for name, (first, last) in SPANS.items()
    )
    return f"""
SELECT customer_id, bit_or(recent) AS recent_days, bit_or(older) AS older_days, {sums}
  FROM (SELECT %(day)s::date - day AS age, customers, events AS counts FROM ({days}) AS kept
         WHERE day > %(day)s::date - {USAGE_DAYS}) AS aged
 CROSS JOIN LATERAL (SELECT {_bits("age")} OFFSET 0) AS bits (recent, older)
 CROSS JOIN LATERAL unnest(customers, counts) AS used (customer_id, events)
 GROUP BY customer_id
"""


def carried(days: str, new: str, passed: int) -> str:
    """The query of WINDOWS, from those of ``passed`` days ago.

    Args:
        days: a query for (day, customers, events) as they were summed then.
        new: one for (customer_id, day, events) that became known since.
    """
    shares = ", ".join(
        f"NULLIF({_inside('age', name)} - {_inside(f'(age - {passed})', name)}, 0) AS {name}"
        for name in SPANS
    )
    matters = ", ".join(SPANS)
    now = ", ".join(f"{_inside('age', name)} * events" for name in SPANS)
    weeks = ", ".join(f"weeks[{number + 1}:{number + 1}]" for number in range(WEEKS))
    columns = ", ".join(("customer_id", *_DAYS, *SPANS))
    sums = ", ".join(f"coalesce(sum({name}), 0)::bigint AS {name}" for name in SPANS)
    return f"""
SELECT customer_id, bit_or(recent_days) AS recent_days, bit_or(older_days) AS older_days, {sums}
  FROM (
SELECT customer_id, {_later(passed)}, {", ".join(f"used.{name}" for name in SPANS)}
  FROM {KEPT} AS held
 CROSS JOIN LATERAL unnest(customers, held.recent_days, held.older_days, held.month,
                           held.month_before, {weeks}) AS used ({columns})
 WHERE held.tenant_id = %(tenant)s
UNION ALL
SELECT customer_id, 0, 0, {", ".join(f"{name} * events" for name in SPANS)}
  FROM (SELECT %(day)s::date - day AS age, customers, events AS counts FROM ({days}) AS kept
       ) AS aged
 CROSS JOIN LATERAL (SELECT {shares} OFFSET 0) AS share
 CROSS JOIN LATERAL unnest(customers, counts) AS used (customer_id, events)
 WHERE coalesce({matters}) IS NOT NULL
UNION ALL
SELECT customer_id, {_bits("age")}, {now}
  FROM (SELECT customer_id, events, %(day)s::date - day AS age FROM ({new}) AS new) AS aged
 WHERE age < {USAGE_DAYS}
       ) AS pieces ({columns})
 GROUP BY customer_id HAVING bit_or(recent_days) <> 0 OR bit_or(older_days) <> 0
"""


def kept() -> str:
    """The statement that makes WINDOWS the tenant's own."""
    weeks = ", ".join(f"array_agg(week_{number})" for number in range(WEEKS))
    return (
        f"INSERT INTO {KEPT} (customers, recent_days, older_days, month, month_before, weeks) "
        "SELECT array_agg(customer_id), array_agg(recent_days), array_agg(older_days), "
        f"array_agg(month), array_agg(month_before), ARRAY[{weeks}] "
        f"FROM {WINDOWS} HAVING count(*) > 0"
    )


def _bits(age: str) -> str:
    """A day of that age, below USAGE_DAYS, as the two columns of bits."""
    return (
        f"CASE WHEN {age} < {HALF} THEN 1::bigint << {age} ELSE 0 END, "
        f"CASE WHEN {age} >= {HALF} THEN 1::bigint << ({age} - {HALF}) ELSE 0 END"
    )


def _later(passed: int) -> str:
    """The two columns of bits when so many days have passed."""
    recent = f"(used.recent_days << {passed}) & {HALF_BITS}" if passed < HALF else "0"
    if passed < HALF:
        entering = f"(used.recent_days >> {HALF - passed})"
        older = f"((used.older_days << {passed}) | {entering}) & {HALF_BITS}"
    elif passed < USAGE_DAYS:
        older = f"(used.recent_days << {passed - HALF}) & {HALF_BITS}"
    else:
        older = "0"
    return f"{recent}, {older}"
