"""Colleagues and modules that a file names and that are not there yet."""

from __future__ import annotations

from accounts.loads.stage import Stage


def make_colleagues(stage: Stage, *columns: str, table: str = "load_row") -> None:
    """A colleague for every name in these columns that is nobody's yet."""
    named = " UNION ".join(
        f'SELECT s."{column}" FROM {table} s WHERE s."{column}" IS NOT NULL'
        for column in columns
        if column in stage.present
    )
    if named:
        _make(stage, "accounts_colleague", "key, name", "n.key, n.key", named)


def make_modules(stage: Stage, *, table: str = "load_row") -> list[str]:
    """A module for every key in `module` that is not known; returns the new keys."""
    if "module" not in stage.present:
        return []
    named = f"SELECT s.module FROM {table} s WHERE s.module IS NOT NULL"
    made = _make(stage, "accounts_module", "key, name, known_from", "n.key, n.key, %(now)s", named)
    if made:
        stage.notes["created_modules"] = made
    return made


def _make(stage: Stage, table: str, columns: str, values: str, keys: str) -> list[str]:
    """Insert what is missing and note the creation; returns the new keys in order."""
    made = stage.rows(
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM ({keys}) n (key) "
        f"WHERE NOT EXISTS (SELECT 1 FROM {table} t "
        "WHERE t.tenant_id = %(tenant)s AND t.key = n.key) "
        "GROUP BY n.key ON CONFLICT (tenant_id, key) DO NOTHING RETURNING id, key"
    )
    stage.run(
        'INSERT INTO accounts_rowversion ("table", row_id, known_to, load_id) '
        "SELECT %(table)s, unnest(%(ids)s::bigint[]), %(now)s, %(load)s",
        table=table,
        ids=[row_id for row_id, _ in made],
    )
    return sorted(key for _, key in made)
