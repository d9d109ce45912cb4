"""Which users a tenant's rows name, and how those ids become the target's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from django.db import connection

from accounts.tenancy import current_tenant_id
from config.moving.decisions import EACH
from config.moving.tables import Table, moving_tables, quoted

# old id → id here; a temporary table of the importing transaction.
PEOPLE = "moving_people"


def users_named() -> set[int]:
    """Ids of the users that the rows of the open scope's tenant name."""
    found: set[int] = set()
    with connection.cursor() as cursor:
        for query in _queries():
            cursor.execute(query, [current_tenant_id()])
            found.update(user for (user,) in cursor.fetchall())
    return found


def _queries() -> Iterator[str]:
    for table in moving_tables():
        for column in table.users:
            yield (
                f"SELECT DISTINCT {quoted(column)} FROM {quoted(table.name)} "  # noqa: S608
                f"WHERE tenant_id = %s AND {quoted(column)} IS NOT NULL"
            )
        for column, path in table.users_in_json.items():
            steps = "".join("[*]" if step == EACH else f".{step}" for step in path)
            yield (
                f"SELECT DISTINCT found::text::bigint FROM {quoted(table.name)}, "  # noqa: S608
                f"jsonb_path_query({quoted(column)}, '${steps}') AS found "
                "WHERE tenant_id = %s AND jsonb_typeof(found) = 'number'"
            )


def new_value(table: Table, column: str, tenant_id: int, same: bool) -> str:
    """SQL of a column's value here, over the staged row ``s``. ``same``: every id is what it was."""
    staged = f"s.{quoted(column)}"
    if column in table.users:
        return f"(SELECT new FROM {PEOPLE} WHERE old = {staged})"  # noqa: S608
    if same:
        return staged
    if column in table.users_in_json:
        return _in_json(staged, table.users_in_json[column])
    if (table.name, column) == ("accounts_rowversion", "before"):
        return _in_images(staged, tenant_id)
    return staged


def unknown_user(table: Table) -> str:
    """SQL of a condition over the staged row ``s``: it names a user whom the manifest does not."""
    return " OR ".join(
        f"(s.{quoted(column)} IS NOT NULL AND s.{quoted(column)} NOT IN (SELECT old FROM {PEOPLE}))"  # noqa: S608
        for column in table.users
    )


def _in_json(value: str, path: Sequence[str]) -> str:
    if not path:
        return (
            f"CASE WHEN jsonb_typeof({value}) = 'number' THEN coalesce((SELECT to_jsonb(new) "  # noqa: S608
            f"FROM {PEOPLE} WHERE old = ({value})::text::bigint), 'null') ELSE {value} END"
        )
    step, rest = path[0], path[1:]
    if step == EACH:
        return (
            f"coalesce((SELECT jsonb_agg({_in_json('item', rest)} ORDER BY n) "  # noqa: S608
            f"FROM jsonb_array_elements({value}) WITH ORDINALITY AS e (item, n)), {value})"
        )
    inner = _in_json(f"({value} -> '{step}')", rest)
    return (
        f"CASE WHEN {value} ? '{step}' THEN "
        f"jsonb_set({value}, '{{{step}}}', {inner}) ELSE {value} END"
    )


def _in_images(value: str, tenant_id: int) -> str:
    """Images of former rows hold the tenant and users, by the columns of their tables."""
    users = json.dumps({table.name: list(table.users) for table in moving_tables() if table.users})
    user = f"(SELECT to_jsonb(new) FROM {PEOPLE} WHERE old = value::text::bigint)"  # noqa: S608
    return (
        "coalesce((SELECT jsonb_object_agg(key, CASE "  # noqa: S608
        "WHEN jsonb_typeof(value) <> 'number' THEN value "
        f"WHEN key = 'tenant_id' THEN to_jsonb({int(tenant_id)}::bigint) "
        f"WHEN '{users}'::jsonb -> s.\"table\" ? key THEN coalesce({user}, 'null') "
        f"ELSE value END) FROM jsonb_each({value})), {value})"
    )
