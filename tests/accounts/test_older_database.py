"""Commands on a database that the program's latest migrations have not reached yet."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext

from accounts.management import tenant_command
from accounts.management.tenant_command import refuse_older_database
from accounts.models import Tenant

COMMANDS = (
    ("load", "customers", "-", "--tenant=acme"),
    ("undo_load", "1", "--tenant=acme"),
    ("seed_demo", "--tenant=acme", "--customers=1"),
    ("tiers", "--tenant=acme"),
    ("create_tenant", "new", "--name=New"),
    ("set_password", "alice@acme.example"),
)


@pytest.fixture
def newer_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program with one more migration than the database has seen."""
    names = tenant_command._migrations() | {("accounts", "9999_of_a_later_release")}
    monkeypatch.setattr(tenant_command, "_migrations", lambda: names)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_says_that_migrations_are_missing(
    tenant: Tenant, newer_program: None, command: tuple[str, ...]
) -> None:
    with pytest.raises(
        CommandError, match=r"older than the program: run `manage\.py migrate`"
    ) as e:
        call_command(*command)
    assert e.value.returncode == 1


def test_a_database_without_tables_is_older_too(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MigrationRecorder.Migration._meta, "db_table", "no_such_table")
    with pytest.raises(CommandError, match="older than the program"):
        refuse_older_database()


def test_what_is_asked_is_one_query(tenant: Tenant) -> None:
    with CaptureQueriesContext(connection) as queries:
        refuse_older_database()
    assert len(queries) == 1


def test_the_names_are_those_that_migrate_goes_by() -> None:
    assert tenant_command._migrations() == set(MigrationLoader(None).disk_migrations)
