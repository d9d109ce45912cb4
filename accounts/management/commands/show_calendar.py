"""``show_calendar --tenant SLUG [--version-number N] [--year Y]``"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from accounts.calendars.files import HEADINGS, rows_of
from accounts.management.tenant_command import Refused, TenantCommand
from accounts.models import CalendarVersion, Tenant
from accounts.queries.calendars import document_of, latest_calendar
from accounts.tenancy import tenant_scope
from ui.exports import write_csv


class Command(TenantCommand):
    help = (
        "Print the special days of the tenant's working calendar in force, as the CSV file that "
        "`load_calendar` takes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--version-number", type=int, metavar="N", help="an earlier version")
        parser.add_argument("--year", type=int, metavar="Y", help="only the days of this year")

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        year = options["year"]
        with tenant_scope(tenant.id):
            document = document_of(_version(options["version_number"]))
        days = document.days if year is None else document.of_year(year)
        self.stdout.write(write_csv(HEADINGS, rows_of(days)).decode("utf-8-sig"), ending="")


def _version(number: int | None) -> CalendarVersion | None:
    if number is None:
        return latest_calendar()
    version = CalendarVersion.objects.filter(version=number).first()
    if version is None:
        raise Refused(_("There is no version %(number)s of the calendar.") % {"number": number})
    return version
