"""What a migration does to make tables a tenant's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.tenancy.fields import SETTING, TenantForeignKey

POLICY = "tenant_isolation"


class InstallTenancy(migrations.operations.base.Operation):
    """Composite keys, forced row-level security and its one policy, for each named model.

    Comes last in a migration that creates tenant models or adds a TenantForeignKey to one; what is
    already there is left as it is. FORCE is lifted while keys are added, since it would hide every
    row from their validation, and set again in the same transaction.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, *model_names: str) -> None:
        self.model_names = model_names

    def deconstruct(self) -> tuple[str, list[str], dict[str, Any]]:
        return self.__class__.__name__, list(self.model_names), {}

    def describe(self) -> str:
        return f"Install tenancy on {', '.join(self.model_names)}"

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        models = [to_state.apps.get_model(app_label, name) for name in self.model_names]
        with ExitStack() as lifted:
            for table in sorted(_tables_read_by_validation(models)):
                lifted.enter_context(force_lifted(schema_editor, table))
            # Django keeps foreign keys to global tables for the end of the migration, where the
            # policy would hide the rows from their validation.
            _run_deferred(schema_editor)
            for model in models:
                _primary_key(schema_editor, model)
            for model in models:
                _tenant_key(schema_editor, model._meta.db_table)
                for field in model._meta.local_fields:
                    if isinstance(field, TenantForeignKey):
                        _foreign_key(schema_editor, model, field)
            # A change of a table waits for no queued check of its rows.
            schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for model in models:
            _policy(schema_editor, model._meta.db_table)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        """Dropping the tables takes all of it away; there is nothing else to undo."""


def _tables_read_by_validation(models: list[Any]) -> set[str]:
    """Checking a foreign key reads both of its tables."""
    tables = {model._meta.db_table for model in models}
    for model in models:
        tables.update(
            field.remote_field.model._meta.db_table
            for field in model._meta.local_fields
            if isinstance(field, TenantForeignKey)
        )
    return tables


@contextmanager
def force_lifted(schema_editor: BaseDatabaseSchemaEditor, table: str) -> Iterator[None]:
    """Let the owner see every tenant's rows for the length of the block, inside the migration."""
    quoted = schema_editor.quote_name(table)
    schema_editor.execute(f"ALTER TABLE {quoted} NO FORCE ROW LEVEL SECURITY")
    yield
    schema_editor.execute(f"ALTER TABLE {quoted} FORCE ROW LEVEL SECURITY")


def _run_deferred(schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in schema_editor.deferred_sql:
        schema_editor.execute(statement, None)
    schema_editor.deferred_sql.clear()


def _has_constraint(schema_editor: BaseDatabaseSchemaEditor, table: str, name: str) -> bool:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_constraint WHERE conrelid = to_regclass(%s) AND conname = %s",
            [schema_editor.quote_name(table), name],
        )
        return cursor.fetchone() is not None


def _is_partitioned(schema_editor: BaseDatabaseSchemaEditor, table: str) -> bool:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass(%s)",
            [schema_editor.quote_name(table)],
        )
        return bool(cursor.fetchone()[0])


def _primary_key(schema_editor: BaseDatabaseSchemaEditor, model: Any) -> None:
    """(tenant_id, id) in the database; Django goes on to see ``id``."""
    table = model._meta.db_table
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT con.conname, att.attname FROM pg_constraint con "
            "JOIN pg_attribute att ON att.attrelid = con.conrelid AND att.attnum = con.conkey[1] "
            "WHERE con.conrelid = to_regclass(%s) AND con.contype = 'p'",
            [schema_editor.quote_name(table)],
        )
        name, first_column = cursor.fetchone()
    if first_column == "tenant_id":
        return
    quoted = schema_editor.quote_name
    schema_editor.execute(
        f"ALTER TABLE {quoted(table)} DROP CONSTRAINT {quoted(name)}, "
        f"ADD CONSTRAINT {quoted(name)} PRIMARY KEY (tenant_id, {quoted(model._meta.pk.column)})"
    )


def _tenant_key(schema_editor: BaseDatabaseSchemaEditor, table: str) -> None:
    name = f"{table}_tenant"
    if not _has_constraint(schema_editor, table, name):
        quoted = schema_editor.quote_name
        schema_editor.execute(
            f"ALTER TABLE {quoted(table)} ADD CONSTRAINT {quoted(name)} "
            "FOREIGN KEY (tenant_id) REFERENCES accounts_tenant (id)"
        )


def _foreign_key(schema_editor: BaseDatabaseSchemaEditor, model: Any, field: Any) -> None:
    table, column = model._meta.db_table, field.column
    name = f"{table}_{column}_tenant"[:63]
    if _has_constraint(schema_editor, table, name):
        return
    quoted = schema_editor.quote_name
    target = field.remote_field.model._meta.db_table
    schema_editor.execute(
        f"ALTER TABLE {quoted(table)} ADD CONSTRAINT {quoted(name)} "
        f"FOREIGN KEY (tenant_id, {quoted(column)}) REFERENCES {quoted(target)} (tenant_id, id)"
        # Facts at volume are checked statement by statement: a transaction's queue of deferred
        # checks would grow with every row.
        + ("" if _is_partitioned(schema_editor, table) else " DEFERRABLE INITIALLY DEFERRED")
    )
    index = f"{table}_{column}_ix"[:63]
    schema_editor.execute(
        f"CREATE INDEX IF NOT EXISTS {quoted(index)} ON {quoted(table)} (tenant_id, {quoted(column)})"
    )


def _policy(schema_editor: BaseDatabaseSchemaEditor, table: str) -> None:
    quoted = schema_editor.quote_name(table)
    schema_editor.execute(f"ALTER TABLE {quoted} ENABLE ROW LEVEL SECURITY")
    schema_editor.execute(f"ALTER TABLE {quoted} FORCE ROW LEVEL SECURITY")
    schema_editor.execute(f"DROP POLICY IF EXISTS {POLICY} ON {quoted}")
    # The plain, raising form: a job without a tenant fails instead of succeeding on nothing.
    schema_editor.execute(
        f"CREATE POLICY {POLICY} ON {quoted} "
        f"USING (tenant_id = {SETTING}) WITH CHECK (tenant_id = {SETTING})"
    )
