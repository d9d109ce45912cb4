"""``make_reports --tenant SLUG --period 2026-10 | 2026-Q3 [--customer KEY]``"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.management.progress import CommandProgress
from accounts.management.tenant_command import Refused, TenantCommand
from accounts.models import Customer, Tenant
from accounts.tenancy import tenant_scope
from reports.actions.production import (
    Order,
    ReportRefused,
    check_over,
    make_batch,
    make_figures,
)
from reports.actions.report_storing import Batch
from reports.actions.tenant_reports import make_tenant_report
from reports.compute.documents import ReportKind
from reports.compute.report_periods import ReportPeriod, period_of
from reports.documents.composers import kinds_of
from reports.queries.report_customers import customers_due, report_rule

BATCH = 500
PHASES = {"figures": gettext_lazy("Gathering facts"), "reports": gettext_lazy("Writing")}


class Command(TenantCommand):
    help = (
        "Make the reports of a month or a quarter that is over, here and now: of the customers that "
        "get one by the tenant's rule and of the executives, or of one customer. What is there stays; "
        "a draft whose figures have changed is made anew and keeps its texts. One JSON line each."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--period", required=True, metavar="2026-10 | 2026-Q3")
        parser.add_argument("--customer", metavar="KEY", help="only the one of this customer")

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        period, now = _period(options["period"]), timezone.now()
        try:
            check_over(tenant, period, now)
        except ReportRefused as refusal:
            raise Refused(refusal) from refusal
        failed = 0
        if options["customer"] is not None:
            order = Order(tenant, ReportKind.CUSTOMER, period, now)
            failed += self._make(order, [_customer(tenant, options["customer"])])
        else:
            for kind in kinds_of(period):
                failed += self._make(Order(tenant, kind, period, now), None)
        if failed:
            words = _("%(count)s reports could not be made; see above.") % {"count": failed}
            raise Refused(words)

    def _make(self, order: Order, only: Sequence[int] | None) -> int:
        """Make and print the reports of a kind; ``only``: of these customers, else of all that get
        one. Returns how many failed."""
        of_customers = order.kind == ReportKind.CUSTOMER
        if of_customers:
            with CommandProgress(self.stderr, PHASES) as progress, tenant_scope(order.tenant.pk):
                progress("figures", 0, 0)
                make_figures(order, only)
        failed = 0
        for ids in _batches(order, only):
            # Ended before the lines of a batch are printed: both may go to one terminal.
            with CommandProgress(self.stderr, PHASES) as progress, tenant_scope(order.tenant.pk):
                progress("reports", 0, 0)
                batch = make_batch(order, ids) if of_customers else make_tenant_report(order)[1]
                keys = dict(
                    Customer.objects.filter(pk__in=[pk for pk in ids if pk]).values_list(
                        "pk", "key"
                    )
                )
            self._print(order, batch, keys)
            failed += len(batch.failed)
        return failed

    def _print(self, order: Order, batch: Batch, keys: dict[int, str]) -> None:
        for one in batch.made:
            report = one.report
            self._line(report.pk, order.kind, keys.get(report.customer_id or 0), report.state)
        for customer, reason in batch.failed.items():
            self._line(None, order.kind, keys.get(customer or 0), "failed")
            self.stderr.write(f"{keys.get(customer or 0) or order.kind}: {reason}")

    def _line(self, report: int | None, kind: str, customer: str | None, status: str) -> None:
        line = {"report": report, "kind": str(kind), "customer": customer, "status": str(status)}
        self.stdout.write(json.dumps(line, ensure_ascii=False))


def _batches(order: Order, only: Sequence[int] | None) -> Iterator[Sequence[int | None]]:
    if only is not None:
        yield list(only)
        return
    if order.kind != ReportKind.CUSTOMER:
        yield [None]
        return
    with tenant_scope(order.tenant.pk):
        today = order.tenant.local_date(order.known_at)
        due = list(customers_due(order.period, report_rule(), today).values_list("pk", flat=True))
    for start in range(0, len(due), BATCH):
        yield due[start : start + BATCH]


def _period(text: str) -> ReportPeriod:
    try:
        return period_of(text)
    except ValueError:
        raise CommandError(
            _("“%(text)s” is no month as 2026-10 and no quarter as 2026-Q3.") % {"text": text},
            returncode=2,
        ) from None


def _customer(tenant: Tenant, key: str) -> int:
    with tenant_scope(tenant.pk):
        # A key never holds what the database cannot.
        found = None if "\0" in key else Customer.objects.filter(key=key).only("pk").first()
    if found is None:
        raise Refused(_("There is no customer “%(key)s”.") % {"key": key.replace("\0", "�")})
    return int(found.pk)
