"""Work that the service managers of the demo did by hand in the two months before, so that a month of
service can be looked back on."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zlib import crc32

from accounts.models import Customer, Tenant
from accounts.tenancy import tenant_scope
from reports.compute.report_periods import ReportPeriod, period_with
from service.models import Cta

TITLES = ("季度回访", "跟进薪酬模块使用情况", "确认续约意向", "安排管理员培训", "整理考勤规则问题")
# Of a hundred customers with a service manager, so many had work in a month.
SHARE, MOST = 40, 90
DISMISSED, LATE = 8, 22


def make_example_past_work(tenant: Tenant) -> None:
    """Make it once, before the reports."""
    last = period_with(tenant.local_date(tenant.created_at), quarter=False).before
    with tenant_scope(tenant.pk):
        if Cta.objects.filter(event_key__startswith="past:").exists():
            return
        customers = list(
            Customer.objects.filter(service_manager__isnull=False)
            .order_by("pk")
            .only("pk", "key", "service_manager_id")
        )
        for month in (last.before, last):
            Cta.objects.bulk_create(_of(month, customers, tenant))


def _of(month: ReportPeriod, customers: list[Customer], tenant: Tenant) -> list[Cta]:
    found: list[Cta] = []
    for one in customers:
        chance = crc32(f"{month.key}-{one.key}".encode())
        if chance % 100 >= SHARE or len(found) >= MOST:
            continue
        opened = month.first + timedelta(days=chance // 100 % 20)
        days, is_late = 2 + chance // 7 % 6, chance // 13 % 100 < LATE
        due = opened + timedelta(days=days)
        closed = min(due + timedelta(days=2) if is_late else due, month.last)
        state = Cta.State.DISMISSED if chance // 17 % 100 < DISMISSED else Cta.State.DONE
        found.append(
            Cta(
                customer=one,
                event_key=f"past:{month.key}",
                title=TITLES[chance % len(TITLES)],
                reason={"kind": "by_hand"},
                owner_id=one.service_manager_id,
                opened_on=opened,
                due_on=due,
                state=state,
                closed_at=_at(closed, tenant),
                created_at=_at(opened, tenant),
            )
        )
    return found


def _at(day: date, tenant: Tenant) -> datetime:
    return datetime.combine(day, time(15), tenant.zone)
