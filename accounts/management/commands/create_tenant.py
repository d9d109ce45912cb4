"""``create_tenant SLUG --name N [--timezone Z] [--currency C] [--admin EMAIL]``"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandParser

from accounts.actions.tenants import create_tenant
from accounts.management.tenant_command import Refused


class Command(BaseCommand):
    help = "Make a tenant; with --admin, invite its first administrator and print the link."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--name", required=True)
        parser.add_argument("--timezone", default="Asia/Shanghai")
        parser.add_argument("--currency", default="CNY")
        parser.add_argument("--admin", metavar="EMAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tenant = create_tenant(
                slug=options["slug"],
                name=options["name"],
                timezone=options["timezone"],
                currency=options["currency"],
                by=None,
            )
        except ValidationError as error:
            raise Refused("; ".join(error.messages)) from error
        self.stdout.write(f"Tenant {tenant.slug} made.")
