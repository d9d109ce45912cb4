"""What tests that were rolled back have left in the tables, which slows others down.

Nobody sees such rows, but they lie there until somebody vacuums. A load that refreshes statistics
then finds a handful of rows in hundreds of pages, and that figure outlives its transaction: where
a later test has thousands of rows, the planner expects a few and joins them row by row.
"""

from __future__ import annotations

from migrated import superuser

PAGE = 8192
# A table of fewer is not worth the trouble.
MANY_PAGES = 50


def sweep(database: str) -> None:
    """Make these tables what they were when nobody had written to them, unless somebody does now."""
    with superuser(database) as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"
        )
        if cursor.fetchone():
            return
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
