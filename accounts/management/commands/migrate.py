"""``migrate``, always as the owner; afterwards the application's role has its rights."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections, transaction

from accounts.tenancy.roles import application_role, ensure_application_role, grant_rights


class Command(migrate.Command):
    # They ask the database; on a new server the application's role is not there yet to do so.
    requires_system_checks: Any = []

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        role, password = application_role()
        with connection.as_owner():  # type: ignore[attr-defined]
            ensure_application_role(connection, role, password)
            if not options.get("skip_checks"):
                self.check(databases=[options["database"]])
            super().handle(*args, **options)
            with transaction.atomic(using=options["database"]):
                grant_rights(connection, role)
