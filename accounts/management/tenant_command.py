"""What every command that works on a tenant shares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import Tenant


class Refused(CommandError):
    """The command was understood and refused; its text says why. Exit status 1."""

    def __init__(self, message: object) -> None:
        super().__init__(str(message), returncode=1)


class TenantCommand(BaseCommand):
    """A command with ``--tenant SLUG``.

    Results go to standard output, progress and complaints to standard error. Exit 0: done; 1:
    refused; 2: wrong usage. Subclasses implement :meth:`handle_tenant` and open the scope themselves,
    since some work takes several transactions.
    """

    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG", help="the tenant")

    def handle(self, *args: Any, **options: Any) -> None:
        self.handle_tenant(find_tenant(options.pop("tenant")), **options)

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        raise NotImplementedError


def find_tenant(slug: str) -> Tenant:
    """The tenant with this slug.

    Raises:
        Refused: there is none, or the database is older than the program.
    """
    refuse_older_database()
    # A slug is ASCII; anything else never reaches the database, which may not be able to hold it.
    tenant = Tenant.objects.filter(slug=slug).first() if _could_be_a_slug(slug) else None
    if tenant is None:
        raise Refused(f"There is no tenant “{slug if slug.isprintable() else ascii(slug)}”.")
    return tenant


def _could_be_a_slug(text: str) -> bool:
    return text.isascii() and text.isprintable()


def refuse_older_database() -> None:
    """Ask, in one query, whether every migration of the program has run.

    By their names alone: reading what they do would take longer than many a command.

    Raises:
        Refused: some have not; the command would meet columns that are not there.
    """
    try:
        applied = set(MigrationRecorder.Migration.objects.values_list("app", "name"))
    except ProgrammingError:
        applied = set()  # not even the table that says so
    if _migrations() - applied:
        raise Refused("The database is older than the program: run `manage.py migrate` first.")


def _migrations() -> set[tuple[str, str]]:
    """(app, name) of all migrations there are, by their files."""
    return {
        (app.label, file.stem)
        for app in apps.get_app_configs()
        for file in (Path(app.path) / "migrations").glob("[!_~]*.py")
    }
