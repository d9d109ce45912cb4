"""What facts were before they became what they are."""

from __future__ import annotations

EARLIER_VERSIONS = """
INSERT INTO accounts_rowversion ("table", row_id, before, known_from, known_to)
SELECT '{table}', r.id,
       to_jsonb(r) || jsonb_build_object({values}, 'known_from', s.first_known_from),
       s.first_known_from, r.known_from
  FROM seed_{frame} s
  JOIN {table} r ON r.tenant_id = %(tenant)s AND r.id = s.id
 WHERE s.first_known_from < r.known_from
"""


def earlier_versions(frame: str, table: str, *columns: str, **values: str) -> str:
    """What a row was between becoming known and its present state, when `columns` were still empty:
    the role had no end yet, the bill was open, the project ran. `values`: what other columns held."""
    empty = [f"'{column}', NULL" for column in columns]
    other = [f"'{column}', '{value}'" for column, value in values.items()]
    return EARLIER_VERSIONS.format(frame=frame, table=table, values=", ".join(empty + other))
