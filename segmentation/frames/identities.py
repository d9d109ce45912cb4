"""What is known of persons by earlier messages, and which customers keys mean."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import Customer
from accounts.tenancy import current_tenant_id
from segmentation.models import CustomerAlias, PersonAlias, PersonGroup

# Said again it is noted once a minute, or what is late could not be told from what is new; who is not
# written is not locked.
JOIN_GROUPS = """
INSERT INTO segmentation_persongroup AS known (tenant_id, person, group_key, since, traits)
SELECT %(tenant)s, r.person, r.group_key, r.since, '{}'
  FROM json_to_recordset(%(rows)s) AS r (person text, group_key text, since timestamptz)
 WHERE NOT EXISTS (
       SELECT 1 FROM segmentation_persongroup k
        WHERE k.tenant_id = %(tenant)s AND k.person = r.person
          AND (k.since > r.since
               OR k.group_key = r.group_key AND k.since >= r.since - interval '1 minute'))
 ORDER BY r.person
ON CONFLICT (tenant_id, person) DO UPDATE
   SET group_key = excluded.group_key, since = excluded.since
 WHERE known.since IS NULL OR known.since <= excluded.since
"""

# Traits of many calls are put together, within bounds.
KEEP_TRAITS = """
INSERT INTO segmentation_persongroup AS known (tenant_id, person, group_key, traits)
SELECT %(tenant)s, r.person, '', r.traits
  FROM json_to_recordset(%(rows)s) AS r (person text, traits jsonb)
 ORDER BY r.person
ON CONFLICT (tenant_id, person) DO UPDATE
   SET traits = CASE WHEN length(known.traits::text) < 16000 THEN known.traits || excluded.traits
                     ELSE excluded.traits END
"""


def canonical(persons: Iterable[str]) -> dict[str, str]:
    """Other names of persons → the name that counts."""
    rows = PersonAlias.objects.filter(previous__in=set(persons))
    return dict(rows.values_list("previous", "person"))


def customers_meant(keys: Iterable[str]) -> dict[str, int | None]:
    """Key → id of the customer that is meant; None: what names it is not taken. Keys that nobody knows
    are missing."""
    wanted = set(keys)
    if not wanted:
        return {}
    aliases = CustomerAlias.objects.filter(key__in=wanted).values_list("key", "customer_id")
    own = Customer.objects.filter(key__in=wanted).values_list("key", "id")
    return {**dict(aliases), **dict(own)}


def keys_of(customer_ids: Iterable[int]) -> dict[int, str]:
    """Customer → its own key."""
    rows = Customer.objects.filter(pk__in=set(customer_ids)).values_list("id", "key")
    return dict(rows)


def groups_of(persons: Iterable[str]) -> dict[str, PersonGroup]:
    """What is known of persons, by name."""
    return {row.person: row for row in PersonGroup.objects.filter(person__in=set(persons))}


def join_groups(latest: Mapping[str, tuple[datetime, str]]) -> None:
    """Say of persons which customer's they are since when, unless something later is known."""
    rows = [
        {"person": person, "group_key": key, "since": since.isoformat()}
        for person, (since, key) in latest.items()
    ]
    _run(JOIN_GROUPS, rows)


def keep_traits(traits: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep traits of persons until it is known whose they are."""
    rows = [{"person": person, "traits": said} for person, said in traits.items()]
    _run(KEEP_TRAITS, rows)


def _run(statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"tenant": current_tenant_id(), "rows": json.dumps(rows)})
