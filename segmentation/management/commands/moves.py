"""``moves --tenant SLUG --since D [--format csv|json]``"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from accounts.management.arguments import day_of
from accounts.management.printing import print_rows
from accounts.management.tenant_command import TenantCommand
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation.queries.printed import MOVES_COLUMNS, moves_printed


class Command(TenantCommand):
    help = "Print the changes of stage and tier, with their cause and reason."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--since", metavar="D", required=True, help="the first night shown")
        parser.add_argument("--format", choices=("csv", "json"), default="csv")

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        since = day_of(options["since"])
        assert since is not None
        with tenant_scope(tenant.id):
            rows = moves_printed(since)
        print_rows(
            self.stdout,
            MOVES_COLUMNS,
            rows,
            as_json=options["format"] == "json",
        )
