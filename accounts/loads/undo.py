"""Taking a load back: what it created goes, what it changed becomes what it was.

The past stays knowable: every row is kept as a RowVersion before it goes or changes back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models

from accounts.loads.dependants import CannotUndo, Dependant
from accounts.loads.registry import LoadKind
from accounts.models import Load, Responsibility
from accounts.tenancy import TenantForeignKey, TenantModel, current_tenant_id

# Derived from facts and derived again afterwards; they never hold a load back. Models of the apps
# above say so themselves: ``derived = True``.
DERIVED: tuple[type[TenantModel], ...] = (Responsibility,)


@dataclass(frozen=True)
class Undone:
    """Rows removed, and rows that are again as they were."""

    removed: int
    restored: int


class Undo:
    """Takes one load back, in the open scope. Raises CannotUndo before anything is lost."""

    def __init__(self, load: Load, kind: LoadKind, *, now: datetime) -> None:
        self.load, self.kind, self.now = load, kind, now
        self.last_version = 0
        self.models = {
            model._meta.db_table: model
            for model in apps.get_models()
            if issubclass(model, TenantModel)
        }

    def run(self) -> Undone:
        """Versions written from here on carry the load too: they are its undoing, not its doing."""
        ((self.last_version,),) = self._rows(
            "SELECT coalesce(max(id), 0) FROM accounts_rowversion WHERE tenant_id = %(tenant)s"
        )
        tables = [
            table
            for (table,) in self._rows(
                'SELECT DISTINCT "table" FROM accounts_rowversion '
                "WHERE tenant_id = %(tenant)s AND load_id = %(load)s ORDER BY 1"
            )
        ]
        main = [table for table in tables if table not in self.kind.side_tables]
        later = [found for table in main if (found := self._changed_later(table))]
        if later:
            raise CannotUndo(later)
        removed = self.kind.take_back(
            tenant_id=current_tenant_id(), load_id=self.load.pk, now=self.now
        )
        restored = sum(self._restore(table) for table in main)
        dependants = [found for table in main for found in self._dependants(table)]
        if dependants:
            raise CannotUndo(dependants)
        for table in main:
            self._forget_derived(table)
        removed += sum(self._remove(table) for table in main)
        for table in tables:
            if table in self.kind.side_tables:
                self._remove_unused(table)
        # What was overlooked is refused now, not when the transaction ends.
        self._run("SET CONSTRAINTS ALL IMMEDIATE")
        self._run("SET CONSTRAINTS ALL DEFERRED")
        return Undone(removed, restored)

    def _changed_later(self, table: str) -> Dependant | None:
        """Rows of the load that are still there and have a version after the load's own, but for
        those of loads that were themselves undone: they left the rows as they found them."""
        ((count,),) = self._rows(
            f"SELECT count(DISTINCT v.row_id) FROM accounts_rowversion v "
            f"JOIN {table} t ON t.tenant_id = %(tenant)s AND t.id = v.row_id "
            f"JOIN accounts_rowversion l ON l.tenant_id = %(tenant)s "
            f'AND l."table" = v."table" AND l.row_id = v.row_id AND l.id > v.id '
            f"AND l.load_id IS DISTINCT FROM v.load_id "
            f"LEFT JOIN accounts_load x ON x.tenant_id = %(tenant)s AND x.id = l.load_id "
            f'WHERE v.tenant_id = %(tenant)s AND v.load_id = %(load)s AND v."table" = %(table)s '
            "AND x.state IS DISTINCT FROM %(undone)s",
            table=table,
            undone=Load.State.UNDONE,
        )
        return Dependant(self._label(table), count, later_change=True) if count else None

    def _restore(self, table: str) -> int:
        """Changed rows become what they were; rows that the load deleted come back."""
        is_fact = self._has_known_from(table)
        known = "t.known_from" if is_fact else "NULL"
        fields = self.models[table]._meta.local_concrete_fields
        columns = [
            field.column
            for field in fields
            if field.column not in ("id", "tenant_id", "known_from") and not field.generated
        ]
        theirs = (
            "v.tenant_id = %(tenant)s AND v.load_id = %(load)s AND v.id <= %(last)s "
            'AND v."table" = %(table)s AND v.before IS NOT NULL'
        )
        self._run(
            "INSERT INTO accounts_rowversion "
            '("table", row_id, before, known_from, known_to, load_id) '
            f"SELECT %(table)s, t.id, to_jsonb(t), {known}, %(now)s, %(load)s FROM {table} t "
            f"JOIN accounts_rowversion v ON v.row_id = t.id WHERE t.tenant_id = %(tenant)s "
            f"AND {theirs}",
            table=table,
        )
        restored = self._run(
            f"UPDATE {table} t SET "
            + ", ".join(
                (["known_from = %(now)s"] if is_fact else [])
                + [f'"{column}" = b."{column}"' for column in columns]
            )
            + f" FROM accounts_rowversion v JOIN {table} c "
            "ON c.tenant_id = %(tenant)s AND c.id = v.row_id "
            "CROSS JOIN LATERAL jsonb_populate_record(c, v.before) b "
            f"WHERE {theirs} AND t.tenant_id = %(tenant)s AND t.id = c.id",
            table=table,
        )
        names = ", ".join([*(["known_from"] if is_fact else []), *(f'"{c}"' for c in columns)])
        values = ", ".join([*(["%(now)s"] if is_fact else []), *(f'b."{c}"' for c in columns)])
        return restored + self._run(
            f"INSERT INTO {table} (id, {names}) SELECT b.id, {values} "
            "FROM accounts_rowversion v "
            f"CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, v.before) b WHERE {theirs} "
            f"AND NOT EXISTS (SELECT 1 FROM {table} t "
            "WHERE t.tenant_id = %(tenant)s AND t.id = v.row_id) "
            "AND NOT EXISTS (SELECT 1 FROM accounts_rowversion l WHERE l.tenant_id = %(tenant)s "
            'AND l."table" = v."table" AND l.row_id = v.row_id AND l.id > v.id)',
            table=table,
        )

    def _references(self, table: str) -> Iterator[tuple[type[models.Model], str]]:
        """Every model and column that refers to a table, of apps above this one too. What only reads
        other tables, a view, refers to nothing itself."""
        for relation in self.models[table]._meta.get_fields(include_hidden=True):
            if not isinstance(relation, models.ManyToOneRel):
                continue
            if (
                isinstance(relation.field, TenantForeignKey)
                and relation.related_model._meta.managed
            ):
                yield relation.related_model, relation.field.column

    def _dependants(self, table: str) -> Iterator[Dependant]:
        for model, column in self._references(table):
            if _is_derived(model):
                continue
            other = model._meta.db_table
            own = ""
            if any(field.column == "id" for field in model._meta.local_concrete_fields):
                own = f"AND r.id NOT IN ({_CREATED.format(table='%(other)s')})"
            ((count,),) = self._rows(
                f"SELECT count(*) FROM {other} r WHERE r.tenant_id = %(tenant)s "
                f"AND r.{column} IN ({_CREATED.format(table='%(table)s')}) {own}",
                table=table,
                other=other,
            )
            if count:
                yield Dependant(model._meta.label_lower, count)

    def _forget_derived(self, table: str) -> None:
        for model, column in self._references(table):
            if _is_derived(model):
                self._run(
                    f"DELETE FROM {model._meta.db_table} r WHERE r.tenant_id = %(tenant)s "
                    f"AND r.{column} IN ({_CREATED.format(table='%(table)s')})",
                    table=table,
                )

    def _remove(self, table: str, further: str = "") -> int:
        known_from = "t.known_from" if self._has_known_from(table) else "NULL"
        which = (
            f"t.tenant_id = %(tenant)s AND t.id IN ({_CREATED.format(table='%(table)s')}) {further}"
        )
        self._run(
            "INSERT INTO accounts_rowversion "
            '("table", row_id, before, known_from, known_to, load_id) '
            f"SELECT %(table)s, t.id, to_jsonb(t), {known_from}, %(now)s, %(load)s FROM {table} t "
            f"WHERE {which}",
            table=table,
        )
        return self._run(f"DELETE FROM {table} t WHERE {which}", table=table)

    def _remove_unused(self, table: str) -> None:
        """By-products (modules, colleagues) stay where something else uses them."""
        unused = "".join(
            f" AND NOT EXISTS (SELECT 1 FROM {model._meta.db_table} r "
            f"WHERE r.tenant_id = %(tenant)s AND r.{column} = t.id)"
            for model, column in self._references(table)
        )
        if table == "accounts_colleague":
            unused += " AND t.membership_id IS NULL"
        # Nor do they go when somebody has said more of them since.
        unused += (
            " AND NOT EXISTS (SELECT 1 FROM accounts_rowversion l LEFT JOIN accounts_load x "
            "ON x.tenant_id = %(tenant)s AND x.id = l.load_id WHERE l.tenant_id = %(tenant)s "
            'AND l."table" = %(table)s AND l.row_id = t.id AND l.before IS NOT NULL '
            "AND l.load_id IS DISTINCT FROM %(load)s AND x.state IS DISTINCT FROM 'undone')"
        )
        self._remove(table, unused)

    def _has_known_from(self, table: str) -> bool:
        return any(field.name == "known_from" for field in self.models[table]._meta.fields)

    def _label(self, table: str) -> str:
        return self.models[table]._meta.label_lower

    def _parameters(self, further: dict[str, Any]) -> dict[str, Any]:
        return {
            "tenant": current_tenant_id(),
            "load": self.load.pk,
            "now": self.now,
            "last": self.last_version,
            **further,
        }

    def _run(self, sql: str, **parameters: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, self._parameters(parameters))
            return int(cursor.rowcount)

    def _rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, self._parameters(parameters))
            return list(cursor.fetchall())


def _is_derived(model: type[models.Model]) -> bool:
    return model in DERIVED or getattr(model, "derived", False)


# The rows of a table that the load created.
_CREATED = (
    "SELECT v.row_id FROM accounts_rowversion v "
    "WHERE v.tenant_id = %(tenant)s AND v.id <= %(last)s "
    'AND v.load_id = %(load)s AND v."table" = {table} AND v.before IS NULL'
)
