"""Goals of the demo: fewer customers leave, more persons come every day, a customer is worth more."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Colleague, Role, Tenant
from accounts.tenancy import tenant_scope
from reports.actions.goals import GoalValues, add_goal, fill_goal_months
from reports.compute.report_periods import ReportPeriod, period_with
from reports.models import KpiGoal

# Figure, change of the baseline, months that the baseline is back, months until it is due.
GOALS = (
    ("logo_churn_12m", "-0.2857", 4, 6, "续约前 90 天必须完成一次健康检查。"),
    ("dau_rate", "0.6667", 4, 6, "新客户上线后两周内完成全员培训。"),
    ("ltv", "0.4", 4, 12, "交叉推荐模块，减少流失。"),
)
MONTHS_NOW = 6
"""So many months are there at once; the others are made while the demo runs."""


def make_example_goals(tenant: Tenant) -> None:
    """Set them once, after the reports."""
    now = timezone.now()
    last = period_with(tenant.local_date(now), quarter=False).before
    with tenant_scope(tenant.pk):
        if KpiGoal.objects.exists():
            return
        owners = list(
            Colleague.objects.filter(membership__roles__contains=[Role.EXECUTIVE]).order_by("pk")
        )
        for key, change, back, until, note in GOALS:
            begins = _moved(last, -back)
            values = GoalValues(
                baseline_on=begins.last, due_on=_moved(begins, until).last, change=Decimal(change),
                owner=owners[0] if owners else None, note=note,
            )  # fmt: skip
            try:
                add_goal(tenant=tenant, key=key, values=values, by=None)
            except ValidationError:
                # A demo whose history has no such figure has no such goal.
                continue
        fill_goal_months(tenant=tenant, now=now, most=MONTHS_NOW)


def _moved(period: ReportPeriod, months: int) -> ReportPeriod:
    number = period.first.year * 12 + period.first.month - 1 + months
    return period_with(date(number // 12, number % 12 + 1, 1), quarter=False)
