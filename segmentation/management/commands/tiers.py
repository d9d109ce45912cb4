"""``tiers --tenant SLUG [--as-of D] [--scheme A|B|C] [--format csv|json]``"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from accounts.management.arguments import day_of
from accounts.management.printing import print_rows
from accounts.management.tenant_command import Refused, TenantCommand
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation.compute.schemes import SCHEMES
from segmentation.queries.printed import TIERS_COLUMNS, tiers_printed
from segmentation.queries.stored import stored_nights

NUMBERS = ("recency_days", "frequency", "monetary", "r", "f", "m")


class Command(TenantCommand):
    help = (
        "Print a stored night, one row per customer. recency_days, frequency and monetary hold the "
        "values of the measures that R, F and M are read from."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--as-of", metavar="D", help="the night of this day; default: the latest"
        )
        parser.add_argument(
            "--scheme",
            type=str.lower,
            choices=SCHEMES,
            help="print tier and reason of this scheme; default: the one that the rules picked",
        )
        parser.add_argument("--format", choices=("csv", "json"), default="csv")

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        day = day_of(options["as_of"])
        with tenant_scope(tenant.id):
            nights = stored_nights().select_related("rule_set")
            night = nights.filter(as_of=day).first() if day else nights.first()
            if night is None and day:
                raise Refused(_("No night of %(day)s is stored.") % {"day": day})
            if night is None:
                raise Refused(_("No night is stored yet. `run_night` computes one."))
            rows = tiers_printed(tenant, night, options["scheme"])
        print_rows(
            self.stdout,
            TIERS_COLUMNS,
            rows,
            as_json=options["format"] == "json",
            numbers=NUMBERS,
        )
