"""Statistics that PostgreSQL needs to write and read freshly loaded facts fast."""

from __future__ import annotations

from django.db import connection, transaction


def refresh_statistics() -> int:
    """Analyse tenant tables that grew much since they were last analysed; returns how many.

    In a transaction of its own, so that the locks it takes end at once: before a load, which checks
    foreign keys for every row, and after one, for whoever reads what it wrote. Inside another
    transaction (in tests) it does nothing.
    """
    if connection.in_atomic_block:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT refresh_statistics()")
        return int(cursor.fetchone()[0])
