"""Rows as they were known at a night's moment, for measures with a query of their own."""

from __future__ import annotations


def known_rows(table: str, *columns: str) -> str:
    """A query for columns of a table's rows as known at ``%(known_at)s``: those known by then and not
    changed since, and of the others the versions that were kept.

    The tables are named with their schema: what explains one customer puts copies of some tables in
    front of them, and "the tenant has none" cannot be told from copies of one customer's rows.
    """
    current = ", ".join(columns)
    kept = ", ".join(f"was.{column}" for column in columns)
    return (
        f"SELECT {current} FROM public.{table} "
        "WHERE tenant_id = %(tenant)s AND known_from <= %(known_at)s "
        f"UNION ALL SELECT {kept} FROM public.accounts_rowversion v "
        f"CROSS JOIN LATERAL jsonb_populate_record(NULL::public.{table}, v.before) was "
        f"WHERE v.tenant_id = %(tenant)s AND v.\"table\" = '{table}' AND v.before IS NOT NULL "
        "AND v.known_from <= %(known_at)s AND v.known_to > %(known_at)s"
    )
