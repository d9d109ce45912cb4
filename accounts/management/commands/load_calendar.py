"""``load_calendar FILE.csv --tenant SLUG [--complete] [--note TEXT]``"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.actions.calendars import CalendarBusy, change_calendar
from accounts.calendars.changes import CalendarChange
from accounts.calendars.files import read_days
from accounts.calendars.words import fault_words
from accounts.loads.reading import spool
from accounts.management.tenant_command import Refused, TenantCommand
from accounts.models import Tenant
from accounts.tenancy import tenant_scope


class Command(TenantCommand):
    help = (
        "Put the holidays and working days of a CSV or Excel file (day,kind,name; kind is holiday or "
        "working; - for standard input) into the tenant's working calendar, in force from the next "
        "night."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE")
        parser.add_argument(
            "--complete",
            action="store_true",
            help="the file has all special days of its years: those it does not name go",
        )
        parser.add_argument("--note", default="", help="why, kept with the version")

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        file = options["file"]
        with _open(file) as handle:
            read = read_days(handle)
        if read.faults:
            words = "\n".join(fault_words(fault) for fault in read.faults)
            raise Refused(f"{file}: {_('Refused, nothing was saved.')}\n{words}")
        change = CalendarChange.from_file(read.days, is_complete=options["complete"])
        try:
            with tenant_scope(tenant.id):
                version = change_calendar(change=change, note=options["note"], by=None)
        except CalendarBusy as busy:
            raise Refused(busy) from busy
        self.stdout.write(
            json.dumps(
                {
                    "tenant": tenant.slug,
                    "days": len(read.days),
                    "version": version.version if version else None,
                }
            )
        )
        if version is None:
            self.stderr.write(_("Nothing to change: the calendar says so already."))


def _open(file: str) -> BinaryIO:
    if file == "-":
        return spool(sys.stdin.buffer)
    try:
        return cast(BinaryIO, Path(file).open("rb"))
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}", returncode=2) from error
