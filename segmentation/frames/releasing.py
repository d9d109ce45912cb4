"""What waits for a customer, once the customer is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.tenancy import current_tenant_id
from segmentation.frames.ingestion import MOST_MODULES

# A customer's own key counts for more than what it is also called.
SETTLED = """
SELECT h.group_key, coalesce(c.id, t.customer_id)
  FROM (SELECT DISTINCT group_key FROM segmentation_heldevent WHERE tenant_id = %(tenant)s{narrowed}) h
  LEFT JOIN accounts_customer c ON c.tenant_id = %(tenant)s AND c.key = h.group_key
  LEFT JOIN segmentation_customeralias t ON t.tenant_id = %(tenant)s AND t.key = h.group_key
 WHERE c.id IS NOT NULL OR t.id IS NOT NULL
 ORDER BY h.group_key
"""
MODULES = """
SELECT DISTINCT module FROM segmentation_heldevent
 WHERE tenant_id = %(tenant)s AND group_key = ANY(%(keys)s) AND module <> ''
"""
# An event whose module nobody knows stays for the next time, unless there are too many modules.
RELEASE = """
WITH settled AS (
SELECT * FROM unnest(%(keys)s::text[], %(customers)s::bigint[]) AS s (group_key, customer_id)
), gone AS (
DELETE FROM segmentation_heldevent h USING settled
 WHERE h.tenant_id = %(tenant)s AND h.group_key = settled.group_key
   AND (h.module = '' OR EXISTS (SELECT 1 FROM accounts_module m
                                  WHERE m.tenant_id = %(tenant)s AND m.key = h.module)
        OR (SELECT count(*) FROM accounts_module WHERE tenant_id = %(tenant)s) >= %(most)s)
RETURNING h.*, settled.customer_id
), written AS (
INSERT INTO usage_event (tenant_id, message_id, customer_id, module_id, person, event, occurred_at,
                         count, received_at)
SELECT %(tenant)s, g.message_id, g.customer_id, m.id, g.person, g.event, g.occurred_at, g.count,
       %(now)s
  FROM gone g LEFT JOIN accounts_module m ON m.tenant_id = %(tenant)s AND m.key = g.module
 WHERE g.customer_id IS NOT NULL AND g.kind = 'event'
 ORDER BY g.message_id
ON CONFLICT DO NOTHING
)
SELECT (SELECT count(*) FROM gone), customer_id, person, body, occurred_at, message_id
  FROM (SELECT 1) AS always
  LEFT JOIN (SELECT * FROM gone WHERE kind = 'identify' AND customer_id IS NOT NULL) AS identified
         ON true
 ORDER BY occurred_at
"""
WAITING_TRAITS = """
SELECT p.id, p.person, coalesce(c.id, t.customer_id), p.traits::text
  FROM segmentation_persongroup p
  LEFT JOIN accounts_customer c ON c.tenant_id = %(tenant)s AND c.key = p.group_key
  LEFT JOIN segmentation_customeralias t ON t.tenant_id = %(tenant)s AND t.key = p.group_key
 WHERE p.tenant_id = %(tenant)s AND p.group_key <> '' AND p.traits <> '{{}}'{narrowed}
   AND coalesce(c.id, t.customer_id) IS NOT NULL
 ORDER BY p.person
"""
FORGET_TRAITS = """
UPDATE segmentation_persongroup SET traits = '{}'
 WHERE tenant_id = %(tenant)s AND id = ANY(%(ids)s)
"""


def settled(keys: Sequence[str] | None) -> dict[str, int | None]:
    """Of the keys that something waits for (None: all), those that somebody knows by now → the
    customer; None: not taken."""
    narrowed = "" if keys is None else " AND group_key = ANY(%(keys)s)"
    return dict(_ask(SETTLED.format(narrowed=narrowed), keys=list(keys or ())))


def modules_waiting(keys: Sequence[str]) -> list[str]:
    return [module for (module,) in _ask(MODULES, keys=list(keys))]


def release(
    customers: dict[str, int | None], *, now: datetime
) -> tuple[int, list[tuple[int, str, str, datetime, str]]]:
    """Write what waits for these keys, and drop what is not taken; returns how many waited, and the
    identifications among them: customer, person, message, when and its id."""
    ids = list(customers.values())
    rows = _ask(RELEASE, keys=list(customers), customers=ids, now=now, most=MOST_MODULES)
    return rows[0][0], [tuple(row[1:]) for row in rows if row[1] is not None]


def waiting_traits(
    *, keys: Sequence[str] | None, persons: Sequence[str] | None
) -> list[tuple[int, str, int, str]]:
    """Row, person, customer and traits (JSON) of persons whose customer is known by now; of some
    customers, or of some persons, or of all."""
    narrowed = "" if keys is None else " AND p.group_key = ANY(%(keys)s)"
    narrowed += "" if persons is None else " AND p.person = ANY(%(persons)s)"
    return _ask(
        WAITING_TRAITS.format(narrowed=narrowed), keys=list(keys or ()), persons=list(persons or ())
    )


def forget_traits(ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FORGET_TRAITS, {"tenant": current_tenant_id(), "ids": list(ids)})


def _ask(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**parameters, "tenant": current_tenant_id()})
        return list(cursor.fetchall())
