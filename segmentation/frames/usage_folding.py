"""States of usage carried from the night that made them to this one: only what came since is read.

What came since is what was received after the states' moment, and what occurred after their day
although it was received before: much of it between midnight and the moment at which the night was
computed, some of it dated into the future by whoever sent it. Each has an index of its own.
"""

from __future__ import annotations

from datetime import timedelta

from accounts.planning import Run
from segmentation.compute.usage_paths import Seen
from segmentation.frames import usage_windows
from segmentation.frames.asof import TREND_DAYS, USAGE_DAYS, AsOf
from segmentation.frames.usage import later
from segmentation.frames.usage_building import DAYS as BUILT_DAYS
from segmentation.frames.usage_building import STATES as BUILT_STATES
from segmentation.frames.usage_building import SUMMED_UP, SUMS
from segmentation.models import UsageDay, UsageEvent, UsageFold, UsageState

EVENTS = UsageEvent._meta.db_table
STATES = UsageState._meta.db_table
DAYS = UsageDay._meta.db_table
NEW = "night_usage_new"

_COLUMNS = (
    *("customer_id", "as_of", "persons", "last_at", "days"),
    *("modules", "used_on", "has_modules"),
    *("used_at", "person_count", "active_persons", "person_days"),
)
_NAMES = ", ".join(_COLUMNS)


def held() -> Seen | None:
    """Which usage the tenant's states hold; None when there are no states."""
    fold = UsageFold.objects.first()
    return Seen(fold.as_of, fold.known_at, fold.zone) if fold else None


def forget() -> None:
    """The next night reads the facts: for whoever writes usage as received in the past."""
    UsageFold.objects.all().delete()


def kept_states() -> str:
    """The query for the tenant's states."""
    return f"SELECT {_NAMES} FROM {STATES} WHERE tenant_id = %(tenant)s"


def kept_days() -> str:
    """The query for what the tenant's customers used on single days."""
    return f"SELECT day, customers, events FROM {DAYS} WHERE tenant_id = %(tenant)s"


def keep(run: Run, asof: AsOf) -> None:
    """Make the tenant's states those that were built from the facts."""
    parameters = asof.parameters()
    for table in (STATES, DAYS, usage_windows.KEPT):
        run(f"DELETE FROM {table} WHERE tenant_id = %(tenant)s", parameters)
    run(f"INSERT INTO {STATES} ({_NAMES}) SELECT {_NAMES} FROM {BUILT_STATES}")
    run(
        f"INSERT INTO {DAYS} (day, known_at, customers, events) "
        f"SELECT day, known_at, customers, events FROM {BUILT_DAYS}"
    )
    run(usage_windows.kept())
    _remember(asof)


def fold(run: Run, asof: AsOf, before: Seen) -> None:
    """Carry the tenant's states from `before` to `asof`."""
    parameters = {
        **asof.parameters(),
        "held_at": before.known_at,
        "held_end": asof.start_of(before.day + timedelta(days=1)),
    }
    run(f"CREATE TEMPORARY TABLE {NEW} ON COMMIT DROP AS {_NEW}", parameters)
    run(f"ANALYZE {NEW} (customer_id)")
    run(f"INSERT INTO {STATES} AS held ({_NAMES}) {_FOLDED}", parameters)
    windows = usage_windows.carried(kept_days(), _DAILY, (asof.day - before.day).days)
    run(f"CREATE TEMPORARY TABLE {usage_windows.WINDOWS} ON COMMIT DROP AS {windows}", parameters)
    run(f"ANALYZE {usage_windows.WINDOWS} (customer_id)")
    run(f"DELETE FROM {usage_windows.KEPT} WHERE tenant_id = %(tenant)s", parameters)
    run(usage_windows.kept())
    run(f"INSERT INTO {DAYS} (day, known_at, customers, events) {_FOLDED_DAYS}", parameters)
    run(
        f"DELETE FROM {DAYS} WHERE tenant_id = %(tenant)s AND day <= %(day)s::date - {USAGE_DAYS}",
        parameters,
    )
    run(f"DROP TABLE {NEW}")
    _remember(asof)


def _remember(asof: AsOf) -> None:
    UsageFold.objects.update_or_create(
        defaults={"as_of": asof.day, "known_at": asof.known_at, "zone": asof.zone.key}
    )


_NEW = f"""
SELECT customer_id, person, module_id, count, occurred_at,
       (occurred_at AT TIME ZONE %(zone)s)::date AS day
  FROM (
    SELECT customer_id, person, module_id, count, occurred_at FROM {EVENTS}
     WHERE tenant_id = %(tenant)s AND occurred_at < %(end)s
       AND received_at >= LEAST(%(held_at)s, %(held_end)s) AND received_at <= %(known_at)s
       AND (received_at > %(held_at)s OR occurred_at >= %(held_end)s)
    UNION ALL
    SELECT customer_id, person, module_id, count, occurred_at FROM {EVENTS}
     WHERE tenant_id = %(tenant)s AND occurred_at > received_at
       AND occurred_at >= %(held_end)s AND occurred_at < %(end)s
       AND received_at < LEAST(%(held_at)s, %(held_end)s)
       ) AS event
"""

_AGE = "%(day)s::date - day"

_FOLDED = f"""
WITH touched AS (
    SELECT held.* FROM {STATES} held
     WHERE tenant_id = %(tenant)s
       AND customer_id IN (SELECT customer_id FROM {NEW})
), persons AS (
    SELECT customer_id, person, max(last_at) AS last_at, bit_or(days)::integer AS days
      FROM (
        SELECT customer_id, person, max(occurred_at) AS last_at,
               bit_or(CASE WHEN {_AGE} < {TREND_DAYS} THEN 1::bigint << ({_AGE}) ELSE 0 END) AS days
          FROM {NEW} GROUP BY customer_id, person
        UNION ALL
        SELECT customer_id, seen.person, seen.last_at,
               {later("seen.days")}
          FROM touched
         CROSS JOIN LATERAL unnest(persons, last_at, days) AS seen (person, last_at, days)
           ) AS both_of_them
     GROUP BY customer_id, person ORDER BY customer_id OFFSET 0
), modules AS (
    SELECT customer_id, module_id, max(used_on) AS used_on
      FROM (
        SELECT customer_id, module_id, day AS used_on
          FROM {NEW} WHERE module_id IS NOT NULL
        UNION ALL
        SELECT customer_id, used.module_id, used.used_on
          FROM touched CROSS JOIN LATERAL unnest(modules, used_on) AS used (module_id, used_on)
           ) AS both_of_them
     WHERE used_on > %(day)s::date - {TREND_DAYS}
     GROUP BY customer_id, module_id ORDER BY customer_id OFFSET 0
), named AS (
    SELECT customer_id, bool_or(has_modules) AS has_modules
      FROM (
        SELECT customer_id, module_id IS NOT NULL AS has_modules FROM {NEW}
        UNION ALL SELECT customer_id, has_modules FROM touched
           ) AS both_of_them
     GROUP BY customer_id
), used AS (
    SELECT customer_id, array_agg(module_id) AS modules, array_agg(used_on) AS used_on
      FROM modules GROUP BY customer_id
), seen AS (
    SELECT customer_id, array_agg(person) AS persons, array_agg(last_at) AS last_at,
           array_agg(days) AS days, {SUMMED_UP}
      FROM persons GROUP BY customer_id
)
SELECT seen.customer_id, %(day)s::date, persons, last_at, days,
       coalesce(modules, '{{}}'), coalesce(used_on, '{{}}'), named.has_modules, {SUMS}
  FROM seen JOIN named USING (customer_id) LEFT JOIN used USING (customer_id)
    ON CONFLICT (tenant_id, customer_id) DO UPDATE SET
       {", ".join(f"{name} = EXCLUDED.{name}" for name in _COLUMNS[1:])}
"""

_DAILY = f"SELECT customer_id, day, sum(count) AS events FROM {NEW} GROUP BY customer_id, day"

_FOLDED_DAYS = f"""
SELECT day, %(known_at)s, array_agg(customer_id), array_agg(events) FROM ({_DAILY}) AS daily
 WHERE day > %(day)s::date - {USAGE_DAYS} GROUP BY day
"""
