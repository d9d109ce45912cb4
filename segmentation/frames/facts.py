"""Facts as they were known at a moment, as SQL.

A fact's row has ``known_from``; a change or removal kept the row as it was in ``accounts_rowversion``
with ``known_from`` and ``known_to``. Known at K are the rows with ``known_from <= K`` together with
the kept ones that have ``known_from <= K < known_to``. Most nights are computed when nothing was
changed after their ``known_at``; those read the tables alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from segmentation.frames.asof import AsOf

USAGE = "usage_event"

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "accounts_customer": ("id", "key"),
    "accounts_contact": ("id", "customer_id", "key", "email"),
    "accounts_contactrole": ("contact_id", "role", "from_on", "to_on"),
    "accounts_contract": ("id", "customer_id", "renewal_of_id"),
    "accounts_contractline": (
        *("contract_id", "module_id", "kind", "signed_on", "starts_on", "ends_on"),
        *("annual_fee", "seats", "is_trial"),
    ),
    "accounts_instalment": ("contract_id", "due_on", "amount", "paid_by_id"),
    "accounts_payment": ("id", "customer_id", "paid_on", "amount"),
    "accounts_touchpoint": ("customer_id", "contact_id", "happened_on"),
    "projects_project": (
        *("customer_id", "starts_on", "accepted_on", "awaits_handover", "handed_over_on"),
    ),
    USAGE: ("customer_id", "person", "module_id", "occurred_at", "count"),
}
"""The tables that a night reads and what it reads of them."""


@dataclass(frozen=True)
class Revisions:
    """Of which tables rows were changed or taken away: after ``known_at`` (those must be looked up
    as they were), and between the earlier night's ``known_at`` and this one's."""

    since: frozenset[str]
    meanwhile: frozenset[str]


def revisions(asof: AsOf) -> Revisions:
    """Asked once, so that a night of which nothing was revised reads no versions."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT facts.name,
                   EXISTS (SELECT 1 FROM accounts_rowversion v
                            WHERE v.tenant_id = %(tenant)s AND v."table" = facts.name
                              AND v.known_to > %(known_at)s AND v.before IS NOT NULL),
                   EXISTS (SELECT 1 FROM accounts_rowversion v
                            WHERE v.tenant_id = %(tenant)s AND v."table" = facts.name
                              AND v.known_to > %(earlier_known_at)s
                              AND v.known_to <= %(known_at)s AND v.before IS NOT NULL)
              FROM unnest(%(tables)s) AS facts (name)
            """,
            {**asof.parameters(), "tables": list(COLUMNS)},
        )
        found = cursor.fetchall()
    return Revisions(
        since=frozenset(name for name, since, _ in found if since),
        meanwhile=frozenset(name for name, _, meanwhile in found if meanwhile),
    )


def known(table: str, revised: Revisions) -> str:
    """A query for the rows of a table as known at ``known_at``: its COLUMNS and ``known_from``."""
    moment = _moment(table)
    columns = COLUMNS[table]
    query = (
        f"SELECT {_list(columns)}, {moment} AS known_from FROM {table} "
        f"WHERE tenant_id = %(tenant)s AND {moment} <= %(known_at)s"
    )
    if table not in revised.since:
        return query
    return (
        f"{query} UNION ALL {_kept(table)} "
        "AND v.known_from <= %(known_at)s AND v.known_to > %(known_at)s"
    )


def taken_back(table: str, revised: Revisions) -> str:
    """A query for rows as they were until they were changed or taken away since the earlier night."""
    condition = " AND v.known_to > %(earlier_known_at)s AND v.known_to <= %(known_at)s"
    if table not in revised.meanwhile:
        condition = " AND false"
    return _kept(table) + condition


def any_version(table: str) -> str:
    """A query for a table's rows, current and kept, whenever known: to find what once belonged to
    whom."""
    columns = _list(COLUMNS[table])
    return (
        f"SELECT {columns} FROM {table} WHERE tenant_id = %(tenant)s "
        f"UNION SELECT {columns} FROM ({_kept(table)}) AS kept"
    )


def _kept(table: str) -> str:
    columns = ", ".join(f'was."{column}"' for column in COLUMNS[table])
    return (
        f"SELECT {columns}, v.known_from FROM accounts_rowversion v "
        f"CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, v.before) was "
        f"WHERE v.tenant_id = %(tenant)s AND v.\"table\" = '{table}' AND v.before IS NOT NULL"
    )


def _moment(table: str) -> str:
    return "received_at" if table == USAGE else "known_from"


def _list(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
