"""``create_key --tenant SLUG --kind api``: let a program in."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from accounts.actions.tokens import make_token
from accounts.management.tenant_command import Refused, TenantCommand
from accounts.models import Tenant
from accounts.rest.scopes import scopes
from accounts.rest.tokens import written
from accounts.tenancy import tenant_scope

KINDS = ("api",)


class Command(TenantCommand):
    help = "Make a token for a program; it is printed once, alone on its line."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--kind", required=True, choices=KINDS)
        parser.add_argument("--name", default="", help="what it is for")
        parser.add_argument(
            "--scope",
            action="append",
            default=[],
            metavar="S",
            help="may repeat; every scope where none is named: " + ", ".join(sorted(scopes)),
        )

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        wanted = options["scope"] or sorted(scopes)
        name = options["name"] or options["kind"]
        try:
            with tenant_scope(tenant.id):
                _token, secret = make_token(name=name, scopes=wanted, by=None)
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error
        self.stdout.write(written(tenant.pk, secret))
