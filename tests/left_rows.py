"""Rows that tests leave in the tables: those of tests that commit, and what rolling back leaves.

Nobody sees rows that were rolled back or deleted, but they lie there until somebody vacuums. A load
that refreshes statistics then finds a handful of rows in hundreds of pages, and that figure outlives
its transaction: where a later test has thousands of rows, the planner expects a few and joins them
row by row.
"""

from __future__ import annotations

from typing import Any

from migrated import superuser

PAGE = 8192
# A table of fewer is not worth the trouble.
MANY_PAGES = 50
# What migrating writes, the same in every test.
OF_MIGRATING = ("django_migrations", "django_content_type", "auth_permission")

WRITTEN_TO = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
  AND relname <> ALL (%s)
"""


def empty(database: str) -> None:
    """Delete all rows. Truncating some three hundred tables, nearly all of them empty, and having
    Django look up its permissions again takes half a second after every test."""
    with superuser(database) as cursor:
        # Keys and triggers have nothing to say where everything goes.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(WRITTEN_TO, [list(OF_MIGRATING)])
        deletions = "".join(f'DELETE FROM "{name}";' for (name,) in cursor.fetchall())
        if deletions:
            cursor.execute(deletions)
            _vacuum(cursor)


def sweep(database: str) -> None:
    """Make these tables what they were when nobody had written to them, unless somebody does now."""
    with superuser(database) as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"
        )
        if not cursor.fetchone():
            _vacuum(cursor)


def _vacuum(cursor: Any) -> None:
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace"
        # Those whose rows were ever counted, and those that are large.
        " AND (reltuples >= 0 OR pg_relation_size(oid) > %s)",
        [MANY_PAGES * PAGE],
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f'VACUUM "{name}"')
        # As if nobody had counted: an empty table's figures would mislead as well.
        cursor.execute("SELECT pg_clear_relation_stats('public', %s)", [name])
