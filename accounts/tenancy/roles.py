"""The application's database role: it exists, owns nothing, and has rights named one by one."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2 import sql

# Written by migrations alone.
READ_ONLY_TABLES = {"django_migrations"}
ORDINARY_RIGHTS = "SELECT, INSERT, UPDATE, DELETE"
APPEND_ONLY_RIGHTS = "SELECT, INSERT"


def application_role() -> tuple[str, str]:
    """Name and password of the role that DATABASE_URL names."""
    database = settings.DATABASES["default"]
    return str(database["USER"]), str(database["PASSWORD"])


def ensure_application_role(connection: BaseDatabaseWrapper, role: str, password: str) -> None:
    """Create the role when it is missing. ``connection`` is the owner's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone():
            return
        statement = sql.SQL(
            "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {}"
        ).format(sql.Identifier(role), sql.Literal(password))
        cursor.execute(statement)


def grant_rights(connection: BaseDatabaseWrapper, role: str) -> None:
    """Give the role what it needs on every table, no more: never TRUNCATE, which ignores
    row-level security, and never a partition, which its parent's policy does not cover."""
    append_only = {
        model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)
    }
    grantee = sql.Identifier(role)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relkind = 'v' FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition "
            "AND pg_has_role(current_user, c.relowner, 'USAGE')"
        )
        tables = cursor.fetchall()
        database = sql.Identifier(connection.settings_dict["NAME"])
        statements: list[Any] = [
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, grantee),
            sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(grantee),
            sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(grantee),
        ]
        for table, is_view in tables:
            rights = ORDINARY_RIGHTS
            if is_view or table in READ_ONLY_TABLES:
                rights = "SELECT"
            elif table in append_only:
                rights = APPEND_ONLY_RIGHTS
            statements.append(
                sql.SQL("REVOKE ALL ON {table} FROM {role}").format(
                    table=sql.Identifier(table), role=grantee
                )
            )
            statements.append(
                sql.SQL("GRANT {rights} ON {table} TO {role}").format(
                    rights=sql.SQL(rights), table=sql.Identifier(table), role=grantee
                )
            )
        for statement in statements:
            cursor.execute(statement)
