"""What was known before: every change of a fact by hand keeps the row as it was.

Loads do the same for many rows at once; a past night is computed from both.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, models

from accounts.models import RowVersion
from accounts.tenancy import current_tenant_id


def keep_versions(rows: Sequence[models.Model], *, until: datetime) -> None:
    """Write down rows of one table as they stand in the database, before they change or go.

    Args:
        rows: saved rows of one model that has ``known_from``.
        until: the moment from which the change is known; the changed rows' ``known_from``.
    """
    if not rows:
        return
    table = connection.ops.quote_name(rows[0]._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO accounts_rowversion ("table", row_id, before, known_from, known_to) '  # noqa: S608
            f"SELECT %s, fact.id, to_jsonb(fact), fact.known_from, %s FROM {table} fact "
            "WHERE fact.tenant_id = %s AND fact.id = ANY(%s)",
            [
                rows[0]._meta.db_table,
                until,
                current_tenant_id(),
                [row.pk for row in rows],
            ],
        )


def note_creation(row: models.Model, *, at: datetime) -> None:
    """Say that a fact was written by hand, so that no undoing takes it for a load's."""
    RowVersion.objects.create(
        table=row._meta.db_table, row_id=row.pk, before=None, known_from=None, known_to=at
    )
