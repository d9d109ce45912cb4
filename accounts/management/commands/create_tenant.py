"""``create_tenant SLUG --name N [--timezone Z] [--currency C] [--admin EMAIL]``"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from accounts.actions.invitations import invite
from accounts.actions.tenants import create_tenant
from accounts.letters import invitation_path, public_address
from accounts.management.tenant_command import Refused, refuse_older_database
from accounts.models import Role
from accounts.tenancy import tenant_scope


class Command(BaseCommand):
    help = "Make a tenant; with --admin, invite its first administrator and print the link."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--name", required=True)
        parser.add_argument("--timezone", default="Asia/Shanghai")
        parser.add_argument("--currency", default="CNY")
        parser.add_argument("--admin", metavar="EMAIL")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        refuse_older_database()
        email = options["admin"]
        try:
            if email:
                validate_email(email)
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
        if email:
            with tenant_scope(tenant.id):
                _, secret = invite(email=email, roles=[Role.ADMIN], by=None)
            self.stdout.write(public_address() + invitation_path(tenant.id, secret))
