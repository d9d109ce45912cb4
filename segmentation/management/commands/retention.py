"""``retention --tenant SLUG --from YYYY-MM --to YYYY-MM [--cohorts | …] [--format csv|json]``"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.management.printing import print_rows
from accounts.management.tenant_command import TenantCommand
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation.queries.printed_retention import TABLES
from segmentation.queries.retention import RETENTION_COLUMNS, retention_months

_MONTH = re.compile(r"(\d{4})-(\d{2})")

_HELP = {
    "cohorts": "customers by the month they came: who is there so many months later",
    "renewals": "contracts that ended in each month, and how many were renewed within 90 days",
    "persons": "new persons by month, and the share active again on or after day 1, 7 and 30",
    "conversion": "trials and prospects by the month they came, and how many signed a contract",
}


class Command(TenantCommand):
    help = (
        "Print the movements of ARR month by month, from contract lines. Amounts are in the tenant's "
        "currency, movements positive, rates fractions of 1, empty when undefined."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--from", dest="first", metavar="YYYY-MM", required=True)
        parser.add_argument("--to", dest="last", metavar="YYYY-MM", required=True)
        parser.add_argument("--format", choices=("csv", "json"), default="csv")
        instead = parser.add_mutually_exclusive_group()
        for name, words in _HELP.items():
            instead.add_argument(
                f"--{name}",
                dest="table",
                action="store_const",
                const=name,
                help=f"instead: {words}",
            )

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        first, last = _month(options["first"]), _month(options["last"])
        if last < first:
            raise CommandError(_("The last month is before the first."), returncode=2)
        table = TABLES.get(options["table"] or "")
        with tenant_scope(tenant.id):
            if table is None:
                columns: tuple[str, ...] = RETENTION_COLUMNS
                rows = [month.cells() for month in retention_months(first, last)]
            else:
                columns = table.columns
                rows = list(table.cells(tenant, first, last))
        print_rows(
            self.stdout,
            columns,
            rows,
            as_json=options["format"] == "json",
            numbers=columns[1:],
        )


def _month(text: str) -> date:
    """The first day of a month; year 1 is refused, there is no month before it."""
    match = _MONTH.fullmatch(text)
    year, month = (int(part) for part in match.groups()) if match else (0, 0)
    if not (2 <= year <= 9999 and 1 <= month <= 12):
        raise CommandError(
            _("“%(text)s” is not a month as YYYY-MM.") % {"text": text}, returncode=2
        )
    return date(year, month, 1)
