"""``create_key --tenant SLUG --kind api|ingest``: let a program in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from accounts.actions.tokens import make_token
from accounts.key_kinds import key_kinds
from accounts.management.tenant_command import Refused, TenantCommand
from accounts.models import Tenant
from accounts.rest.scopes import scopes
from accounts.rest.tokens import written
from accounts.tenancy import current_tenant_id, tenant_scope

API = "api"


class Command(TenantCommand):
    help = "Make a key for a program; it is printed once, alone on its line."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--kind",
            required=True,
            choices=[API, *sorted(key_kinds)],
            help="api: for the REST API; ingest: to send usage",
        )
        parser.add_argument("--name", default="", help="what it is for")
        parser.add_argument(
            "--scope",
            action="append",
            default=[],
            metavar="S",
            help="of api; may repeat; every scope where none is named: "
            + ", ".join(sorted(scopes)),
        )

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        kind = options["kind"]
        try:
            with tenant_scope(tenant.id):
                make = _make_token if kind == API else key_kinds[kind]
                key = make(options["name"] or kind, options["scope"])
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error
        self.stdout.write(key)


def _make_token(name: str, wanted: Sequence[str]) -> str:
    _token, secret = make_token(name=name, scopes=wanted or sorted(scopes), by=None)
    return written(current_tenant_id(), secret)
