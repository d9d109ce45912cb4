"""``delivery --tenant SLUG [--project KEY] [--as-of YYYY-MM-DD] [--format csv|json]``"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.management.arguments import day_of
from accounts.management.printing import print_rows
from accounts.management.tenant_command import Refused, TenantCommand
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from projects.models import Project
from projects.queries.delivery import DELIVERY_COLUMNS, FURTHER_COLUMNS, deliveries


class Command(TenantCommand):
    help = (
        "Print each project's days and effort against its locked baseline. Days are working days, "
        "effort is in person-days, what is undefined is empty. As JSON with effort_variance and "
        "unclassified_effort (booked on no item and no change request)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--project", metavar="KEY", help="only this project")
        parser.add_argument(
            "--as-of",
            metavar="YYYY-MM-DD",
            help="the day up to which facts count; today in the tenant's zone unless given",
        )
        parser.add_argument("--format", choices=("csv", "json"), default="csv")

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        as_of = day_of(options["as_of"]) or tenant.local_date(timezone.now())
        as_json = options["format"] == "json"
        columns = (*DELIVERY_COLUMNS, *FURTHER_COLUMNS) if as_json else DELIVERY_COLUMNS
        with tenant_scope(tenant.id):
            found = deliveries(as_of, _asked(options["project"]))
            rows = [delivery.cells(columns) for delivery in found]
        print_rows(self.stdout, columns, rows, as_json=as_json, numbers=columns[3:])


def _asked(key: str | None) -> list[int] | None:
    """The project's id in a list; None: all projects were asked for.

    Raises:
        Refused: there is no such project.
    """
    if key is None:
        return None
    # What no database can hold is nobody's key.
    found = (
        [] if "\0" in key else list(Project.objects.filter(key=key).values_list("pk", flat=True))
    )
    if not found:
        raise Refused(_("There is no project “%(key)s”.") % {"key": key})
    return found
