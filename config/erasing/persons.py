"""Who used something: the columns by which persons are counted."""

from __future__ import annotations

import re

from django.db import connection

from accounts.tenancy import current_tenant_id
from config.erasing.identity import Identity, pseudonyms
from config.erasing.texts import Words
from config.moving.tables import quoted

PERSONS = {
    "usage_event": ("person",),
    "segmentation_heldevent": ("person",),
    "segmentation_persongroup": ("person",),
    "segmentation_personalias": ("previous", "person"),
}
_COLUMNS = [(table, column) for table, names in PERSONS.items() for column in names]


def replace_persons(found: Identity, words: Words) -> tuple[dict[str, int], dict[str, str]]:
    """Give every spelling of the person a pseudonym of its own; returns table → rows, and spelling →
    pseudonym."""
    pairs = words.pairs(as_json=False, with_names=True)

    def replaced(person: str) -> str:
        for sought, new in pairs:
            person = re.sub(sought, new, person, flags=re.IGNORECASE)
        return person

    given = pseudonyms(_spellings("|".join(sought for sought, _ in pairs)), replaced)
    rows = {"usage_event": _replace_keys(found)}
    with connection.cursor() as cursor:
        for table, column in _COLUMNS if given else []:
            cursor.execute(
                f"UPDATE {quoted(table)} AS kept SET {quoted(column)} = given.new "  # noqa: S608
                "FROM unnest(%s::text[], %s::text[]) AS given (old, new) "
                f"WHERE kept.tenant_id = %s AND kept.{quoted(column)} = given.old",
                [list(given), list(given.values()), current_tenant_id()],
            )
            rows[table] = rows.get(table, 0) + cursor.rowcount
    return rows, given


def _replace_keys(found: Identity) -> int:
    """Usage may name a person by the key that their contact has at the customer."""
    places = sorted((customer, key) for customer, key in found.places if key in found.keys)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE usage_event AS kept SET person = given.new "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS given (customer, old, new) "
            "WHERE kept.tenant_id = %s AND kept.customer_id = given.customer "
            "AND kept.person = given.old",
            [
                [customer for customer, _ in places],
                [key for _, key in places],
                [found.keys[key] for _, key in places],
                current_tenant_id(),
            ],
        )
        return int(cursor.rowcount)


def _spellings(pattern: str) -> list[str]:
    union = " UNION ".join(
        f"SELECT {quoted(column)} FROM {quoted(table)} "  # noqa: S608
        f"WHERE tenant_id = %s AND {quoted(column)} ~* %s"
        for table, column in _COLUMNS
    )
    with connection.cursor() as cursor:
        cursor.execute(union, [current_tenant_id(), pattern] * len(_COLUMNS))
        return [person for (person,) in cursor.fetchall()]
