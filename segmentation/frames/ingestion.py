"""Rows of messages into tables, a statement for all of a request."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.tenancy import current_tenant_id
from segmentation.compute.event_rules import sample
from segmentation.compute.message_rows import BadMessage, EventRow

# Writers of usage that arrives by itself share this lock; a night that notes the moment as of which
# it knows the facts holds it alone, for that moment.
LOCK_CLASS = 0x494E4745 << 32
# What takes longer is handled later.
LOCK_WAIT = "2s"
# Where others of the tenant wait already, or nobody waits for an answer.
SHORT_LOCK_WAIT = "200ms"
MOST_NAMES_SEEN = 2000
# Events make no further modules: whoever has a key could make any number. A load, a person and a rule
# may.
MOST_MODULES = 500

ROWS = """json_to_recordset(%(rows)s) AS r (n int, message_id text, person text, group_key text,
     module text, event text, occurred_at timestamptz, count int)"""

PERSON_ALIAS = """
  LEFT JOIN segmentation_personalias a ON a.tenant_id = %(tenant)s AND a.previous = r.person"""
PERSON_GROUP = """
  LEFT JOIN segmentation_persongroup g
         ON g.tenant_id = %(tenant)s AND r.group_key IS NULL AND g.group_key <> ''
        AND g.person = {person}"""
CUSTOMER_ALIAS = """
  LEFT JOIN segmentation_customeralias t ON t.tenant_id = %(tenant)s AND t.key = {group}"""
MODULE = """
  LEFT JOIN accounts_module m ON m.tenant_id = %(tenant)s AND m.key = r.module"""

# A customer's own key counts for more than what it is also called.
WRITE = """
WITH given AS MATERIALIZED (
SELECT r.n, r.message_id, {person} AS person, {group} AS group_key, {customer} AS customer_id,
       {ignored} AS is_ignored, {module_id} AS module_id,
       r.module IS NOT NULL AND {module_id} IS NULL AS has_new_module,
       r.event, r.occurred_at, r.count
  FROM {rows}{joins}
  LEFT JOIN accounts_customer c ON c.tenant_id = %(tenant)s AND c.key = {group}
), written AS (
INSERT INTO usage_event (tenant_id, message_id, customer_id, module_id, person, event, occurred_at,
                         count, received_at)
SELECT %(tenant)s, message_id, customer_id, module_id, person, event, occurred_at, count, %(now)s
  FROM given WHERE customer_id IS NOT NULL AND NOT has_new_module
 ORDER BY message_id
ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM written),
       (SELECT json_agg(json_build_array(n, person, group_key, is_ignored, has_new_module) ORDER BY n)
          FROM given WHERE customer_id IS NULL OR has_new_module)
"""

MODULES = """
WITH made AS (
INSERT INTO accounts_module (tenant_id, key, name, known_from)
SELECT %(tenant)s, key, key, %(now)s
  FROM (SELECT key, row_number() OVER (ORDER BY key) AS place FROM unnest(%(keys)s::text[]) AS g (key)
         WHERE NOT EXISTS (SELECT 1 FROM accounts_module m
                            WHERE m.tenant_id = %(tenant)s AND m.key = g.key)) n
 WHERE place + (SELECT count(*) FROM accounts_module WHERE tenant_id = %(tenant)s) <= %(most)s
    OR EXISTS (SELECT 1 FROM segmentation_eventrule r
                WHERE r.tenant_id = %(tenant)s AND r.module = n.key)
 ORDER BY key
ON CONFLICT (tenant_id, key) DO NOTHING RETURNING id, key
), noted AS (
INSERT INTO accounts_rowversion (tenant_id, "table", row_id, known_to)
SELECT %(tenant)s, 'accounts_module', id, %(now)s FROM made
)
SELECT key FROM made ORDER BY key
"""

HOLD = """
INSERT INTO segmentation_heldevent (tenant_id, key_id, kind, group_key, message_id, person, event,
                                    module, occurred_at, count, received_at, body)
SELECT %(tenant)s, %(key)s, r.kind, r.group_key, r.message_id, r.person, r.event,
       coalesce(r.module, ''), r.occurred_at, r.count, %(now)s, r.body
  FROM json_to_recordset(%(rows)s) AS r (kind text, group_key text, message_id text, person text,
       event text, module text, occurred_at timestamptz, count int, body text)
 WHERE NOT EXISTS (SELECT 1 FROM usage_event u
                    WHERE u.tenant_id = %(tenant)s AND u.message_id = r.message_id)
 ORDER BY r.message_id
ON CONFLICT DO NOTHING
"""

BURY = """
INSERT INTO segmentation_deadletter (tenant_id, key_id, received_at, reason, detail, message_id, kind,
                                     event, body, sent_at, state)
SELECT %(tenant)s, %(key)s, %(now)s, r.reason, r.detail, r.message_id, r.kind, r.event, r.body,
       %(sent_at)s, 'open'
  FROM json_to_recordset(%(rows)s) AS r (reason text, detail text, message_id text, kind text,
       event text, body text)
 ORDER BY r.message_id
ON CONFLICT DO NOTHING
"""

COUNT = """
INSERT INTO segmentation_ingestcount (tenant_id, key_id, minute, slot, accepted, duplicates, ignored,
                                      dead, held)
VALUES (%(tenant)s, %(key)s, date_trunc('minute', %(now)s), pg_backend_pid() %% 32, %(accepted)s,
        %(duplicates)s, %(ignored)s, %(dead)s, %(held)s)
ON CONFLICT (tenant_id, key_id, minute, slot) DO UPDATE
   SET accepted = segmentation_ingestcount.accepted + excluded.accepted,
       duplicates = segmentation_ingestcount.duplicates + excluded.duplicates,
       ignored = segmentation_ingestcount.ignored + excluded.ignored,
       dead = segmentation_ingestcount.dead + excluded.dead,
       held = segmentation_ingestcount.held + excluded.held
"""

SEEN = """
INSERT INTO segmentation_eventseen (tenant_id, kind, event, last_at, properties)
SELECT %(tenant)s, r.kind, r.event, %(now)s, r.properties
  FROM json_to_recordset(%(rows)s) AS r (kind text, event text, properties jsonb)
 ORDER BY r.kind, r.event
ON CONFLICT (tenant_id, kind, event) DO UPDATE
   SET last_at = excluded.last_at, properties = excluded.properties
"""
# Those that came longest ago make room for others.
FORGET_SEEN = """
DELETE FROM segmentation_eventseen
 WHERE tenant_id = %(tenant)s
   AND id = ANY(ARRAY(
SELECT id FROM segmentation_eventseen WHERE tenant_id = %(tenant)s
 ORDER BY last_at, id
 LIMIT greatest((SELECT count(*) FROM segmentation_eventseen WHERE tenant_id = %(tenant)s) - %(most)s, 0)
   FOR UPDATE SKIP LOCKED))
"""


@dataclass(frozen=True)
class Aliases:
    """Whether the tenant has other names of persons, or of customers; what it has not got need not
    be looked up for every event."""

    persons: bool
    customers: bool


@dataclass(frozen=True)
class Unresolved:
    """An event whose customer or module is not there. `group_key`: empty where nobody named one;
    `is_ignored`: what names it is not taken."""

    n: int
    person: str
    group_key: str
    is_ignored: bool
    has_new_module: bool


def be_impatient(patience: str = LOCK_WAIT) -> None:
    """From now on the transaction waits so long for a lock, no longer."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{patience}'")


def take_shared_lock(*, patience: str = "") -> tuple[datetime, Aliases]:
    """Until the transaction ends, no night takes the moment as of which it knows the facts.

    Args:
        patience: from now on the transaction waits so long for a lock, no longer; empty: as long as
            it takes.

    Returns the moment at which its facts are known, and what has other names. The moment is read by
    the database's clock once the lock is held: clocks of web hosts differ from those of workers, and
    a night that had the lock before must not have known what is written now.
    """
    parameters = {"lock": LOCK_CLASS + current_tenant_id(), "tenant": current_tenant_id()}
    with connection.cursor() as cursor:
        cursor.execute(
            (f"SET LOCAL lock_timeout = '{patience}'; " if patience else "")
            + "SELECT pg_advisory_xact_lock_shared(%(lock)s); SELECT clock_timestamp(), "
            "EXISTS (SELECT 1 FROM segmentation_personalias WHERE tenant_id = %(tenant)s), "
            "EXISTS (SELECT 1 FROM segmentation_customeralias WHERE tenant_id = %(tenant)s)",
            parameters,
        )
        now, persons, customers = cursor.fetchone()
    return now, Aliases(persons, customers)


def write_events(
    rows: Sequence[EventRow], *, now: datetime, aliases: Aliases
) -> tuple[int, list[Unresolved]]:
    """Write events whose customers and modules are there, each once; returns how many were not there
    before, and those that could not be written."""
    person = "coalesce(a.person, r.person)" if aliases.persons else "r.person"
    has_unnamed = any(row["group_key"] is None for row in rows)
    group = "coalesce(r.group_key, g.group_key)" if has_unnamed else "r.group_key"
    has_modules = any(row["module"] is not None for row in rows)
    joins = PERSON_ALIAS if aliases.persons else ""
    joins += PERSON_GROUP.format(person=person) if has_unnamed else ""
    joins += CUSTOMER_ALIAS.format(group=group) if aliases.customers else ""
    joins += MODULE if has_modules else ""
    statement = WRITE.format(
        rows=ROWS,
        joins=joins,
        person=person,
        group=group,
        customer="coalesce(c.id, t.customer_id)" if aliases.customers else "c.id",
        ignored="c.id IS NULL AND coalesce(t.is_ignored, false)" if aliases.customers else "false",
        module_id="m.id" if has_modules else "NULL::bigint",
    )
    written, left = _ask(statement, rows=rows, now=now)[0]
    return written, [
        Unresolved(n, person, group_key or "", is_ignored, has_new_module)
        for n, person, group_key, is_ignored, has_new_module in left or ()
    ]


def make_modules(keys: Sequence[str], *, now: datetime) -> list[str]:
    """A module for every key that is not known, as long as there are not too many of them, or a rule
    names it; returns the new ones."""
    given = sorted(set(keys))
    return [key for (key,) in _ask(MODULES, keys=given, now=now, most=MOST_MODULES)]


def hold(rows: Sequence[Mapping[str, Any]], *, key_id: int | None, now: datetime) -> int:
    """Keep messages about customers that are not known; returns how many are new."""
    return _run(HOLD, rows=rows, key=key_id, now=now)


def bury(
    rows: Sequence[BadMessage], *, key_id: int | None, now: datetime, sent_at: str = ""
) -> int:
    """Keep messages that cannot be taken; returns how many are new."""
    told = [{name: getattr(row, name) for name in BadMessage.__dataclass_fields__} for row in rows]
    return _run(BURY, rows=told, key=key_id, now=now, sent_at=sent_at)


def add_counts(counts: Mapping[str, int], *, key_id: int, now: datetime) -> None:
    """Add to what came with a key in this minute."""
    _run(COUNT, key=key_id, now=now, **counts)


def note_seen(seen: Mapping[tuple[str, str], Mapping[str, Any]], *, now: datetime) -> None:
    """Note names of events that came, with some of what they said."""
    rows = [
        {"kind": kind, "event": event, "properties": sample(properties)}
        for (kind, event), properties in seen.items()
    ]
    _run(SEEN, rows=rows, now=now)
    _run(FORGET_SEEN, most=MOST_NAMES_SEEN)


def _parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    parameters = {**given, "tenant": current_tenant_id()}
    if "rows" in parameters:
        parameters["rows"] = json.dumps(parameters["rows"], ensure_ascii=False)
    return parameters


def _ask(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, _parameters(parameters))
        return list(cursor.fetchall())


def _run(statement: str, **parameters: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, _parameters(parameters))
        return int(cursor.rowcount)
