"""What keeps a BI role inside its tenant, however its views are written.

The reader owns the views, so that they read with its rights: these tables, these rows, nothing more. To
it the policy of all tenants' tables does not apply, since that trusts a setting that any session can
change; it has one of its own, which asks who logged in. ``app.tenant_id`` opens nothing to it.
"""

from __future__ import annotations

import time

from django.db import OperationalError, transaction

from accounts.tenancy.operations import POLICY
from config.bi.roles import (
    APPLICATION,
    ask,
    drop_reader,
    is_owner_of_database,
    make_reader,
    readable_tables,
    reader,
    run,
    tag,
)
from config.bi.statements import TENANT_COLUMNS, tables_read

READER_POLICY = "bi_reader"
TRIES, LOCK_TIMEOUT = 10, "1s"


class Busy(Exception):
    """A table is in use for too long; the text says which."""


def raise_fences() -> None:
    """As the owner: make the reader and its policies, where they are not there; safe to repeat.

    Raises:
        Busy: a table could not be had for a moment.
    """
    make_reader()
    run("GRANT USAGE ON SCHEMA public TO {}", reader())
    tables = tables_read()
    readable = set(readable_tables())
    for table in sorted(readable - set(tables)):
        run("REVOKE ALL ON {} FROM {}", table, reader())
    for table in sorted(set(tables) - readable):
        run("GRANT SELECT ON {} TO {}", table, reader())
    columns = ", ".join(TENANT_COLUMNS)
    run(f"GRANT SELECT ({columns}) ON accounts_tenant TO {{}}", reader())
    for table in tables:
        _fence(table)
    _close_what_is_open_to_all()


def lower_fences() -> None:
    """As the owner, when no tenant has access any more: everything as it was, and the reader gone."""
    for table in _fenced():
        with _moment(table):
            run("DROP POLICY IF EXISTS {} ON {}", READER_POLICY, table)
            run("ALTER POLICY {} ON {} TO PUBLIC", POLICY, table)
    drop_reader()


def _fence(table: str) -> None:
    ((owner,),) = ask(
        "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = to_regclass(%s)",
        f"public.{table}",
    )
    found = {
        name: sorted(roles)
        for name, roles in ask(
            "SELECT policyname, roles::text[] FROM pg_policies "
            "WHERE schemaname = 'public' AND tablename = %s",
            table,
        )
    }
    # In a copy of another database the policy is of that one's reader.
    if found.get(POLICY) == sorted({APPLICATION, owner}) and found.get(READER_POLICY) == [reader()]:
        return
    with _moment(table):
        run("DROP POLICY IF EXISTS {} ON {}", READER_POLICY, table)
        run(
            "CREATE POLICY {} ON {} FOR SELECT TO {} USING (tenant_id = "
            "(SELECT substring(session_user FROM %s)::bigint))",
            READER_POLICY,
            table,
            reader(),
            values=(f"^tenure_bi_{tag()}_([0-9]+)$",),
        )
        run("ALTER POLICY {} ON {} TO {}, {}", POLICY, table, APPLICATION, owner)


def _fenced() -> list[str]:
    return [
        table
        for (table,) in ask(
            "SELECT tablename FROM pg_policies WHERE schemaname = 'public' AND policyname = %s",
            READER_POLICY,
        )
    ]


def _close_what_is_open_to_all() -> None:
    """Rights that PostgreSQL gives to every role, and that the application's has by name."""
    if is_owner_of_database():
        ((database,),) = ask("SELECT current_database()")
        run("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", database, APPLICATION)
        run("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC", database)
        # Since PostgreSQL 15 a new database has it so; one that was upgraded may not.
        run("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    # They act in the owner's name.
    for (function,) in ask(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
        "AND prosecdef AND pg_has_role(proowner, 'USAGE')"
    ):
        run(f"GRANT EXECUTE ON FUNCTION {function} TO {{}}", APPLICATION)
        run(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")


class _moment:  # noqa: N801 - reads as a word of the statement
    """A transaction that has one table to itself, for a moment; tried again while others have it."""

    def __init__(self, table: str) -> None:
        self.table = table

    def __enter__(self) -> None:
        for attempt in range(TRIES):
            self.block = transaction.atomic()
            self.block.__enter__()
            try:
                run("SET LOCAL lock_timeout = %s", values=(LOCK_TIMEOUT,))
                run("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", self.table)
                return
            except OperationalError as error:
                self.block.__exit__(type(error), error, error.__traceback__)
            time.sleep(0.5 * (attempt + 1) / TRIES)
        raise Busy(f"The table {self.table} is in use. Try again when nothing is loaded.")

    def __exit__(self, *error: object) -> None:
        self.block.__exit__(*error)  # type: ignore[arg-type]
