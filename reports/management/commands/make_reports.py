"""``make_reports --tenant SLUG --period 2026-10 | 2026-Q3 [--customer KEY]``"""

from __future__ import annotations

import json
from collections.abc import Sequence
from time import sleep
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
from reports.actions.run_by_hand import begin_by_hand, note_one
from reports.actions.run_work import ClaimLost, work_on
from reports.compute.documents import ReportKind
from reports.compute.report_periods import ReportPeriod, period_of
from reports.documents.composers import kinds_of

SECONDS = 0.5
PHASES = {
    "waiting": gettext_lazy("A worker is making them; waiting for it"),
    "figures": gettext_lazy("Gathering facts"),
    "reports": gettext_lazy("Writing"),
}


class Command(TenantCommand):
    _said = ""
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
            failed += self._make_one(order, _customer(tenant, options["customer"]))
        else:
            for kind in kinds_of(period):
                failed += self._run(tenant, kind, period)
        if failed:
            words = _("%(count)s reports could not be made; see above.") % {"count": failed}
            raise Refused(words)

    def _make_one(self, order: Order, customer: int) -> int:
        """Make and print the report of a customer. Returns how many failed."""
        with CommandProgress(self.stderr, PHASES) as progress, tenant_scope(order.tenant.pk):
            progress("figures", 0, 0)
            make_figures(order, [customer])
        # Apart: whoever makes the same figures waits for those only.
        with CommandProgress(self.stderr, PHASES) as progress, tenant_scope(order.tenant.pk):
            progress("reports", 0, 0)
            batch = make_batch(order, [customer])
            note_one(order=order, ids=[customer], batch=batch)
        self._print(order.tenant, order.kind, [customer], batch)
        return len(batch.failed)

    def _run(self, tenant: Tenant, kind: str, period: ReportPeriod) -> int:
        """Make and print the reports of a kind, as a run like those of the morning: screens show how far
        it is, and a worker goes on where this command was broken off. Returns how many failed."""
        failed = 0

        def told(ids: Sequence[int | None], batch: Batch) -> None:
            nonlocal failed
            failed += len(batch.failed)
            self._print(tenant, kind, ids, batch)
            self._say("reports")

        while True:
            with tenant_scope(tenant.pk):
                begun = begin_by_hand(kind=kind, period=period)
            if begun is not None:
                break
            self._say("waiting")
            sleep(SECONDS)
        self._say("figures")
        run_id, claim = begun
        try:
            work_on(tenant=tenant, run_id=run_id, claim=claim, told=told)
        except ClaimLost:
            words = _("Somebody else went on making these reports; what they made is on screen.")
            raise Refused(words) from None
        return failed

    def _say(self, phase: str) -> None:
        """How far it is; between the lines of a batch, since both may go to one terminal."""
        if phase != self._said:
            self._said = phase
            self.stderr.write(f"{PHASES[phase]} …")

    def _print(self, tenant: Tenant, kind: str, ids: Sequence[int | None], batch: Batch) -> None:
        with tenant_scope(tenant.pk):
            found = Customer.objects.filter(pk__in=[pk for pk in ids if pk])
            keys: dict[int, str] = dict(found.values_list("pk", "key"))
        for one in batch.made:
            report = one.report
            self._line(report.pk, kind, keys.get(report.customer_id or 0), report.state)
        for customer, reason in batch.failed.items():
            self._line(None, kind, keys.get(customer or 0), "failed")
            self.stderr.write(f"{keys.get(customer or 0) or kind}: {reason}")

    def _line(self, report: int | None, kind: str, customer: str | None, status: str) -> None:
        line = {"report": report, "kind": str(kind), "customer": customer, "status": str(status)}
        self.stdout.write(json.dumps(line, ensure_ascii=False))


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
