"""The names of what a tenant's BI access is in the database, and what its role may."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg2 import sql
from psycopg2.extensions import encrypt_password

# Read now: while the connection is lent to the owner, the settings name the owner.
APPLICATION = str(settings.DATABASES["default"]["USER"])
SCHEMA = re.compile(r"bi_([0-9]+)")
CONNECTIONS = 10
# Its own to change: they keep a careless query from harm, not a hostile one.
HABITS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "10min",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "5min",
}


def tag() -> str:
    """Tells roles of one database from those of another: a server has one list of roles for all."""
    name = str(connection.settings_dict["NAME"])
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def reader() -> str:
    """The role that owns the views; nobody can log in as it."""
    return f"tenure_bi_{tag()}_reader"


def role_of(tenant_id: int) -> str:
    # Of the tenant's number, not its slug: every role of a server sees the names of all.
    return f"tenure_bi_{tag()}_{int(tenant_id)}"


def schema_of(tenant_id: int) -> str:
    return f"bi_{int(tenant_id)}"


def run(statement: str, *names: str, values: tuple[Any, ...] = ()) -> None:
    """Run a statement with names of the database in place of its ``{}``."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)), values or None)


def ask(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def role_exists(role: str) -> bool:
    return bool(ask("SELECT 1 FROM pg_roles WHERE rolname = %s", role))


def make_reader() -> None:
    if not role_exists(reader()):
        run("CREATE ROLE {} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS", reader())
    # To make views in its name. Without inheriting, where PostgreSQL can tell the two apart.
    _join(reader(), "INHERIT FALSE, SET TRUE")


def make_login(role: str, password: str) -> None:
    """The role of one tenant, able to log in; also what it was before, with another password."""
    if not role_exists(role):
        run("CREATE ROLE {} NOLOGIN", role)
    # To end its sessions.
    _join(role, "INHERIT TRUE, SET FALSE")
    rights = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT"
    if not _is_superuser():
        # Said by nobody else: asking for less than one has oneself is refused, too.
        rights = "NOCREATEDB NOCREATEROLE NOINHERIT"
    set_password(role, password)
    run(f"ALTER ROLE {{}} LOGIN {rights} CONNECTION LIMIT {CONNECTIONS}", role)
    database = str(connection.settings_dict["NAME"])
    for name, value in HABITS.items():
        run(f"ALTER ROLE {{}} IN DATABASE {{}} SET {name} = %s", role, database, values=(value,))


def set_password(role: str, password: str) -> None:
    """As PostgreSQL keeps it: in clear it would stand in a log of statements."""
    with connection.cursor() as cursor:
        kept = encrypt_password(password, role, scope=cursor.connection, algorithm="scram-sha-256")
    run("ALTER ROLE {} PASSWORD %s", role, values=(kept,))


def end_sessions(role: str) -> None:
    ask("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s", role)


def drop_role(role: str) -> None:
    if role_exists(role):
        run("DROP OWNED BY {}", role)
        run("DROP ROLE {}", role)


def drop_reader() -> None:
    """Its rights one by one: who does not inherit them may not drop what it owns."""
    if not role_exists(reader()):
        return
    for table in readable_tables():
        run("REVOKE ALL ON {} FROM {}", table, reader())
    # With those of its columns.
    run("REVOKE ALL ON accounts_tenant FROM {}", reader())
    run("REVOKE ALL ON SCHEMA public FROM {}", reader())
    run("DROP ROLE {}", reader())


def readable_tables() -> list[str]:
    """Tables that the reader may read."""
    found = ask(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "AND relkind IN ('r', 'p') AND has_table_privilege(%s, oid, 'SELECT') ORDER BY relname",
        reader(),
    )
    return [name for (name,) in found]


def is_owner_of_database() -> bool:
    ((owns,),) = ask(
        "SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()"
    )
    return bool(owns)


def _is_superuser() -> bool:
    ((answer,),) = ask("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    return bool(answer)


def _join(role: str, how: str) -> None:
    if _is_superuser():
        return
    ((version, owner),) = ask("SELECT current_setting('server_version_num')::int, current_user")
    run("GRANT {} TO {}" + (f" WITH {how}" if version >= 160000 else ""), role, owner)
