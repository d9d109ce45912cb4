"""``bi_access --tenant SLUG [--with-persons] [--rotate | --revoke]`` / ``bi_access --list``"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.management.printing import print_rows
from accounts.management.tenant_command import Refused, find_tenant, refuse_older_database
from accounts.models import BiAccess, Tenant
from accounts.tenancy import tenant_scope
from config.bi.access import NoAccess, give_access, renew_access, revoke_access
from config.bi.fences import Busy
from config.bi.remains import WORDS, what_remains
from config.bi.roles import schema_of

COLUMNS = ("tenant", "role", "schema", "since", "password_since", "with_persons")


class Command(BaseCommand):
    help = (
        "Let a tenant's BI tools read its facts and nights over SQL: a database role of the tenant "
        "alone. The connection URL is printed once, alone on its line."
    )
    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="the tenant")
        persons = parser.add_mutually_exclusive_group()
        persons.add_argument(
            "--with-persons",
            action="store_true",
            default=None,
            help="with names, addresses and what people wrote; without it persons are pseudonyms",
        )
        persons.add_argument(
            "--without-persons", action="store_false", dest="with_persons", help="as it is at first"
        )
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--rotate", action="store_true", help="another password")
        what.add_argument("--revoke", action="store_true", help="take the access away")
        what.add_argument("--list", action="store_true", help="every access there is, as CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"] == bool(options["tenant"]):
            error = CommandError("Name a tenant, or --list.")
            error.returncode = 2
            raise error
        if options["list"]:
            refuse_older_database()
            print_rows(self.stdout, COLUMNS, list(_rows()), as_json=False)
            return
        tenant = find_tenant(options["tenant"])
        try:
            self._do(tenant, options)
        except (NoAccess, Busy, ImproperlyConfigured) as error:
            raise Refused(error) from error

    def _do(self, tenant: Tenant, options: dict[str, Any]) -> None:
        if options["revoke"]:
            revoke_access(tenant)
            self.stderr.write(f"“{tenant.slug}” has no BI access any more.")
            return
        if options["rotate"]:
            given = renew_access(tenant, with_persons=options["with_persons"])
        else:
            given = give_access(tenant, with_persons=bool(options["with_persons"]))
        self.stderr.write(f"The views are in the schema {schema_of(tenant.id)}.")
        for fault in what_remains(given.access.role):
            self.stderr.write(WORDS[fault])
        self.stdout.write(given.url)


def _rows() -> Any:
    for tenant in Tenant.objects.order_by("slug"):
        with tenant_scope(tenant.id):
            for access in BiAccess.objects.all():
                yield (
                    tenant.slug,
                    access.role,
                    schema_of(tenant.id),
                    access.made_at.isoformat(),
                    access.password_made_at.isoformat(),
                    str(access.with_persons).lower(),
                )
