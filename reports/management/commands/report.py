"""``report ID --tenant SLUG --format html|pdf|xlsx|json [--audience decision_maker|key_user]``"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.management.tenant_command import Refused, TenantCommand
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from reports.compute.documents import Audience, ReportKind
from reports.files import FORMATS, report_file
from reports.models import Report
from reports.rendering.pdf import FontMissing

BEYOND = 2**63


class Command(TenantCommand):
    help = (
        "Write one report to standard output: as it is stored, drawn from nothing else. PDF and XLSX "
        "are binary."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("report", type=int, metavar="ID")
        parser.add_argument("--format", choices=FORMATS, default="html")
        parser.add_argument(
            "--audience",
            choices=[one.value for one in Audience],
            default="",
            help="of a customer's report: whose page; default: the full one of key users. JSON holds "
            "both, and other reports have one only: with them it is refused",
        )

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        pk = options["report"]
        with tenant_scope(tenant.pk):
            found = (
                Report.objects.select_related("customer").filter(pk=pk).first()
                if 0 < pk < BEYOND
                else None
            )
            if found is None:
                raise Refused(_("There is no report %(number)s.") % {"number": pk})
            if options["audience"]:
                _check_audience(found, options["format"])
            try:
                made = report_file(found, options["format"], options["audience"])
            except FontMissing as missing:
                raise Refused(missing) from missing
        output = getattr(self.stdout, "buffer", None)
        if output is not None:
            output.write(made.content)
            output.flush()
        else:
            self.stdout.write(made.content.decode("utf-8", "surrogateescape"), ending="")


def _check_audience(report: Report, format_: str) -> None:
    """
    Raises:
        CommandError: with status 2: an audience makes no difference there.
    """
    if report.kind != ReportKind.CUSTOMER:
        words = _("--audience is of customers' reports only; this one is the same for all.")
    elif format_ == "json":
        words = _("--audience makes no difference to JSON, which holds what each audience reads.")
    else:
        return
    raise CommandError(words, returncode=2)
