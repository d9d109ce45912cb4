"""Rows of the file against rows of a table: what is new, what changes, what stays as it is.

Planned first (a dry run ends there), then written: the superseded version of every changed row, the
change, the new rows and a note that they were created. A column that the file does not have leaves
the stored value alone; an empty cell of one that it has clears it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.loads.stage import Stage

LONGEST_CHAIN = 100  # of parents or renewals
MANY_ROWS = 500


@dataclass(frozen=True)
class Field:
    """A column of the table and the SQL (over alias `s`) that gives its new value.

    `source`: the file column without which a stored value stays; empty: always written, and not
    shown in previews. `empty`: what stands for an empty cell, and for a column that the file does
    not have in a new row. `refers_to`: the table whose key a preview shows instead of the id.
    """

    target: str
    value: str
    source: str = ""
    empty: str = "NULL"
    refers_to: str = ""


@dataclass(frozen=True)
class Own:
    """A reference to another row of the same table, by key; it may stand later in the file."""

    target: str
    source: str
    unknown: str
    circular: str
    too_long: str


@dataclass(frozen=True)
class Upsert:
    """A table and how rows of the file become rows of it.

    `plan`: name of the temporary table with the outcome: `line`, `row_id`, `is_new`, `is_changed`,
    `key_…` and `new_…` columns. `key`: column of the table → SQL over `s`, which decides whether a
    row is there already. `rows`: where the rows are; `joins`: what else `s` is joined to.
    """

    table: str
    plan: str
    key: Mapping[str, str]
    fields: Sequence[Field]
    rows: str = "load_row"
    joins: str = ""
    attributes: bool = False
    own: Own | None = None

    def make_plan(self, stage: Stage, *, has_extras: bool = True) -> None:
        """Decide for every key of the file; with `own`, reject what cannot be resolved."""
        while True:
            self._make_rows(stage)
            self._make_outcome(stage, has_extras=has_extras and self.attributes)
            if not self.own or self.own.source not in stage.present or not self._reject_own(stage):
                return
            stage.drop_rejected(self.rows)

    def _make_rows(self, stage: Stage) -> None:
        """One row per key, the first in the file, with the id it has or will have."""
        keys = ", ".join(self.key.values())
        columns = [f"{value} AS key_{name}" for name, value in self.key.items()]
        columns += [f"{self._filled(field)} AS file_{field.target}" for field in self.fields]
        if self.own:
            columns.append(f's."{self.own.source}" AS own_key')
        if self.attributes:
            columns.append("s.extras")
        same = " AND ".join(f"t.{name} = n.key_{name}" for name in self.key)
        if "from_on" in self.key:
            same = same.replace(
                "t.from_on = n.key_from_on", "t.from_on IS NOT DISTINCT FROM n.key_from_on"
            )
        stage.make(
            f"{self.plan}_row",
            f"SELECT n.*, t.id IS NULL AS is_new, coalesce(t.id, "
            f"nextval(pg_get_serial_sequence('{self.table}', 'id'))) AS row_id FROM ("
            f"SELECT DISTINCT ON ({keys}) s.line, {', '.join(columns)} "
            f"FROM {self.rows} s {self.joins} ORDER BY {keys}, s.line) n "
            f"LEFT JOIN {self.table} t ON t.tenant_id = %(tenant)s AND {same}",
        )

    def _make_outcome(self, stage: Stage, *, has_extras: bool) -> None:
        columns, changes = [], []
        for field in self.fields:
            kept = field.source and field.source not in stage.present
            value = f"n.file_{field.target}"
            if kept:
                value = f"CASE WHEN n.is_new THEN {value} ELSE t.{field.target} END"
            columns.append(f"{value} AS new_{field.target}")
            if not kept:
                changes.append(f"t.{field.target} IS DISTINCT FROM {value}")
        joins = ""
        if self.own:
            value = f"t.{self.own.target}"
            if self.own.source in stage.present:
                value = "coalesce(o.row_id, p.id)"
                changes.append(f"t.{self.own.target} IS DISTINCT FROM {value}")
                joins = (
                    f"LEFT JOIN {self.plan}_row o ON o.key_key = n.own_key "
                    f"LEFT JOIN {self.table} p "
                    f"ON p.tenant_id = %(tenant)s AND p.key = n.own_key AND o.row_id IS NULL"
                )
            columns.append(f"{value} AS new_{self.own.target}")
        if self.attributes:
            value = "coalesce(t.attributes, '{}')"
            if has_extras:
                value = f"jsonb_strip_nulls({value} || coalesce(n.extras, '{{}}'))"
                changes.append(f"t.attributes IS DISTINCT FROM {value}")
            columns.append(f"{value} AS new_attributes")
        changed = " OR ".join(changes) or "false"
        stage.make(
            self.plan,
            f"SELECT n.*, {', '.join(columns)}, NOT n.is_new AND ({changed}) AS is_changed "
            f"FROM {self.plan}_row n LEFT JOIN {self.table} t "
            f"ON t.tenant_id = %(tenant)s AND t.id = n.row_id AND NOT n.is_new {joins}",
        )

    def _filled(self, field: Field) -> str:
        return field.value if field.empty == "NULL" else f"coalesce({field.value}, {field.empty})"

    def _reject_own(self, stage: Stage) -> int:
        """Reject unknown, circular and endless references within the table."""
        own = self.own
        assert own is not None
        unknown = stage.reject(
            own.source,
            own.unknown,
            f"SELECT line, own_key, NULL::jsonb FROM {self.plan} "
            f"WHERE own_key IS NOT NULL AND new_{own.target} IS NULL",
        )
        stage.make(
            f"{self.plan}_chain",
            f"WITH RECURSIVE up (start, at, depth) AS ("
            f"SELECT row_id, new_{own.target}, 1 FROM {self.plan} "
            f"WHERE new_{own.target} IS NOT NULL "
            f"UNION ALL SELECT up.start, CASE WHEN i.row_id IS NULL THEN t.{own.target} "
            f"ELSE i.new_{own.target} END, up.depth + 1 "
            f"FROM up LEFT JOIN {self.plan} i ON i.row_id = up.at "
            f"LEFT JOIN {self.table} t ON t.tenant_id = %(tenant)s AND t.id = up.at "
            f"WHERE up.at <> up.start AND up.depth < {LONGEST_CHAIN} AND "
            f"CASE WHEN i.row_id IS NULL THEN t.{own.target} ELSE i.new_{own.target} END "
            f"IS NOT NULL) "
            f"SELECT start, bool_or(at = start) AS circular FROM up "
            f"GROUP BY start HAVING bool_or(at = start) OR max(depth) >= {LONGEST_CHAIN}",
        )
        for code, condition in ((own.circular, "c.circular"), (own.too_long, "NOT c.circular")):
            unknown += stage.reject(
                own.source,
                code,
                f"SELECT i.line, i.own_key, jsonb_build_object('longest', {LONGEST_CHAIN}) "
                f"FROM {self.plan} i JOIN {self.plan}_chain c ON c.start = i.row_id "
                f"WHERE {condition}",
            )
        return unknown

    def _targets(self) -> list[str]:
        targets = [field.target for field in self.fields]
        if self.own:
            targets.append(self.own.target)
        if self.attributes:
            targets.append("attributes")
        return targets

    def write(self, stage: Stage) -> None:
        """Carry the plan out."""
        keep_versions(
            stage,
            self.table,
            f"SELECT i.row_id FROM {self.plan} i WHERE i.is_changed",
        )
        targets = self._targets()
        stage.run(
            f"UPDATE {self.table} t SET known_from = %(now)s, "
            + ", ".join(f"{target} = i.new_{target}" for target in targets)
            + f" FROM {self.plan} i WHERE i.is_changed "
            "AND t.tenant_id = %(tenant)s AND t.id = i.row_id"
        )
        names = [*self.key, *targets]
        values = [f"key_{name}" for name in self.key] + [f"new_{target}" for target in targets]
        made = stage.run(
            f"WITH made AS (INSERT INTO {self.table} (id, known_from, {', '.join(names)}) "
            f"SELECT row_id, %(now)s, {', '.join(values)} FROM {self.plan} WHERE is_new "
            "RETURNING id) "
            "INSERT INTO accounts_rowversion "
            '("table", row_id, before, known_from, known_to, load_id) '
            f"SELECT '{self.table}', id, NULL, NULL, %(now)s, %(load)s FROM made"
        )
        if made >= MANY_ROWS:
            # What is written next refers to these rows, and every reference is checked.
            stage.run("SELECT refresh_statistics()")


def keep_versions(stage: Stage, table: str, row_ids: str) -> int:
    """Keep the rows that a query names as they are now, before they change or go."""
    return stage.run(
        'INSERT INTO accounts_rowversion ("table", row_id, before, known_from, known_to, load_id) '
        f"SELECT '{table}', t.id, to_jsonb(t), t.known_from, %(now)s, %(load)s FROM {table} t "
        f"WHERE t.tenant_id = %(tenant)s AND t.id IN ({row_ids})"
    )
