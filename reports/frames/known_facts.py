"""Facts as known at a moment, as queries, of all customers or of some."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accounts.tenancy import current_tenant_id

USAGE = "usage_event"


@dataclass(frozen=True)
class Known:
    """Facts known at the parameter ``moment``.

    revised: tables of which rows were changed or taken away after it; those of the others are read
    alone. narrowed: only customers of the parameter ``customers``.
    """

    revised: frozenset[str]
    moment: str = "known_at"
    narrowed: bool = False

    def rows(self, table: str, *columns: str, customer: str = "customer_id") -> str:
        """A query for columns of a table's rows. ``customer``: its column that says whose they are;
        empty: it has none and is read whole."""
        since = "received_at" if table == USAGE else "known_from"
        only = f"{customer} = ANY(%(customers)s)" if self.narrowed and customer else "true"
        query = (
            f"SELECT {', '.join(columns)} FROM {table} WHERE tenant_id = %(tenant)s "
            f"AND {since} <= %({self.moment})s AND {only}"
        )
        if table not in self.revised:
            return query
        kept = ", ".join(f"was.{column}" for column in columns)
        return (
            f"{query} UNION ALL SELECT {kept} FROM accounts_rowversion v "
            f"CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, v.before) was "
            f"WHERE v.tenant_id = %(tenant)s AND v.\"table\" = '{table}' AND v.before IS NOT NULL "
            f"AND v.known_from <= %({self.moment})s AND v.known_to > %({self.moment})s "
            f"AND {'was.' if self.narrowed and customer else ''}{only}"
        )


def revised_since(moment: datetime, tables: Iterable[str]) -> frozenset[str]:
    """Of these tables those of which something that was known at the moment was changed later; one
    statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT facts.name FROM unnest(%(tables)s) AS facts (name)
             WHERE EXISTS (SELECT 1 FROM accounts_rowversion v
                            WHERE v.tenant_id = %(tenant)s AND v."table" = facts.name
                              AND v.known_to > %(moment)s AND v.before IS NOT NULL)
            """,
            {"tenant": current_tenant_id(), "tables": list(tables), "moment": moment},
        )
        return frozenset(name for (name,) in cursor.fetchall())
