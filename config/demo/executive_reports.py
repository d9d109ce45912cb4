"""The executives' reports of the demo: the quarter's is sent with words of the board, the month's is
commented and waits for approval."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils.timezone import now as moment_now

from accounts.models import Membership, Role, Tenant
from accounts.tenancy import tenant_scope
from reports.actions.production import Order, make_batch
from reports.actions.report_changes import approve
from reports.actions.report_sending import send_reports
from reports.actions.report_texts import edit_texts
from reports.compute.report_periods import period_of
from reports.models import Report, ReportRecipient
from service.models import Told

AFTER = timedelta(days=3)
WORDS = {
    True: {
        "commentary": (
            "各项数据及其变化见下。逾期款项由财务与客户负责人共同跟进，"
            "到期合同逐份落实续约负责人。\n\n下季度重点：到期大客户的续约、交付周期和一线响应。"
        ),
        "delivery": "超出范围的工作一律先走变更单，客户签字后再做。",
    },
    False: {
        "commentary": ("请各负责人逐一联系风险清单中的客户，下周例会回顾结果。"),
    },
}


def make_example_executive_reports(tenant: Tenant) -> None:
    """Put words into those that were produced, once."""
    with tenant_scope(tenant.pk):
        found = Report.objects.filter(kind=Report.Kind.EXECUTIVE, state=Report.State.DRAFT)
        board = Membership.objects.filter(roles__contains=[Role.EXECUTIVE]).order_by("pk").first()
        if board is None or found.exclude(texts={}).exists():
            return
        for made in list(found.order_by("last_day", "pk")):
            period = period_of(made.period)
            # Goals came behind them.
            make_batch(Order(tenant, made.kind, period, made.made_at), [None])
            report = Report.objects.get(pk=made.pk)
            words = WORDS[period.is_quarter]
            edit_texts(report=report, seen=report.revision, texts=words, by=board.user)
            if period.is_quarter:
                morning = datetime.combine(period.last, time(10), tenant.zone) + AFTER
                _send(report, tenant, board, min(morning, moment_now()))


def _send(report: Report, tenant: Tenant, board: Membership, at: datetime) -> None:
    """Nobody is written to."""
    approve(seen={report.pk: report.revision}, by=board.user, now=at)
    send_reports(seen={report.pk: report.revision + 1}, tenant=tenant, by=board.user, now=at)
    ReportRecipient.objects.filter(report=report).update(state=Told.QUEUED, told_at=at)
