"""A view as SQL over the rows of one tenant."""

from __future__ import annotations

import hashlib
import re

from config.bi.columns import HIDDEN, PSEUDONYM, Column, View
from config.bi.registry import VERSION, VIEWS

# Of accounts_tenant, which lists all tenants.
TENANT_COLUMNS = ("id", "timezone")
_TABLE = re.compile(r"\[(\w+)\]")
# Where the secret stands that pseudonyms are made with; a view's text is readable for everybody.
_SALT = "(SELECT salt FROM [accounts_biaccess] kept)"


def tables_read() -> list[str]:
    """The tenants' tables that views read."""
    found = {name for view in VIEWS for name in _TABLE.findall(view.tables)}
    return sorted((found | set(_TABLE.findall(_SALT))) - {"tenant"})


def select(view: View, tenant_id: int, *, with_persons: bool, salt: str = _SALT) -> str:
    """The rows of a view. ``salt``: SQL of the secret of pseudonyms."""
    columns = ", ".join(
        f'({_value(column, with_persons, salt)})::{column.type} AS "{column.name}"'
        for column in view.columns
    )
    return _of_tenant(f"SELECT {columns} FROM {view.tables}", tenant_id)


def _value(column: Column, with_persons: bool, salt: str) -> str:
    if with_persons or not column.person:
        return (
            f"nullif({column.sql}, '')" if column.person and column.type == "text" else column.sql
        )
    if column.person == HIDDEN:
        return "NULL"
    assert column.person == PSEUDONYM
    return (
        f"CASE WHEN {column.sql} <> '' THEN left(encode(sha256(convert_to("
        f"{salt} || lower({column.sql}), 'UTF8')), 'hex'), 16) END"
    )


def _of_tenant(sql: str, tenant_id: int) -> str:
    """With each table as the rows of the tenant alone."""

    def rows(found: re.Match[str]) -> str:
        if found[1] == "tenant":
            columns = ", ".join(TENANT_COLUMNS)
            return f"(SELECT {columns} FROM public.accounts_tenant WHERE id = {int(tenant_id)})"
        return f'(SELECT * FROM public."{found[1]}" WHERE tenant_id = {int(tenant_id)})'

    return _TABLE.sub(rows, sql)


def digest() -> str:
    """Of all views as this release makes them: those of another have to be made again."""
    told = "\n".join(select(view, 0, with_persons=flag) for view in VIEWS for flag in (False, True))
    return f"{VERSION}:{hashlib.sha256(told.encode()).hexdigest()[:16]}"
