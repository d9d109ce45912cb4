"""``retention --tenant SLUG --from YYYY-MM --to YYYY-MM [--format csv|json]``"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.management.tenant_command import TenantCommand
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation.management.printing import print_rows
from segmentation.queries.retention import RETENTION_COLUMNS, retention_months

_MONTH = re.compile(r"(\d{4})-(\d{2})")


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

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        first, last = _month(options["first"]), _month(options["last"])
        if last < first:
            raise CommandError(_("The last month is before the first."), returncode=2)
        with tenant_scope(tenant.id):
            months = retention_months(first, last)
        print_rows(
            self.stdout,
            RETENTION_COLUMNS,
            [month.cells() for month in months],
            as_json=options["format"] == "json",
            numbers=RETENTION_COLUMNS[1:],
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
