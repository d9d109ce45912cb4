"""``erase_person EMAIL --tenant SLUG [--dry-run]``"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandParser

from accounts.management.progress import CommandProgress
from accounts.management.tenant_command import Refused, TenantCommand
from accounts.models import Tenant
from config.erasing.erasing import CannotErase, erase_person


class Command(TenantCommand):
    help = "Erase a person's data from a tenant; figures and nights stay what they are."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--dry-run", action="store_true", help="say what would be erased")

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        try:
            with CommandProgress(self.stderr, {"searching": "Searching the tables"}) as progress:
                told = erase_person(
                    tenant, options["email"], dry_run=options["dry_run"], progress=progress
                )
        except CannotErase as error:
            raise Refused(error) from error
        self.stdout.write(json.dumps(told, ensure_ascii=False))
