"""What the statements of customers' figures are told: days, months, moments and whose figures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Tenant
from accounts.tenancy import current_tenant_id
from reports.compute.report_periods import ReportPeriod, period_with
from reports.frames.customer_figures import TABLES
from reports.frames.figure_usage import MONTHS_LISTED
from reports.frames.known_facts import Known, revised_since
from segmentation.models import Night
from service.queries.peers import RUNNING_STAGES

USAGE_MONTHS_BEFORE = 12
"""So many months before the period are looked at to tell who is new."""


@dataclass(frozen=True)
class Asked:
    """known: facts of the period; money: contracts, instalments and payments, which are as the night
    of the last day knew them where there is one."""

    known: Known
    money: Known
    parameters: dict[str, Any]


def asked(
    period: ReportPeriod,
    night: Night | None,
    known_at: datetime,
    customer_ids: Collection[int] | None,
) -> Asked:
    """Two statements."""
    moment = min(known_at, night.known_at or known_at) if night else known_at
    revised = revised_since(moment, TABLES)
    narrowed = customer_ids is not None
    parameters = _parameters(period, night, known_at, moment)
    parameters["customers"] = list(customer_ids or ())
    return Asked(
        Known(revised, "known_at", narrowed), Known(revised, "money_known_at", narrowed), parameters
    )


def _parameters(
    period: ReportPeriod, night: Night | None, known_at: datetime, money_known_at: datetime
) -> dict[str, Any]:
    tenant = Tenant.objects.get(pk=current_tenant_id())
    zone = night.zone_in(tenant) if night else tenant.zone
    before = _months_before(period)
    days = [period.first + timedelta(n) for n in range((period.last - period.first).days + 1)]
    span = len(period.months)
    return {
        "tenant": tenant.pk,
        "period": period.key,
        "first": period.first,
        "day": period.last,
        "start": _start(period.first, zone),
        "end": _start(period.last + timedelta(1), zone),
        "first_start": _start(before[0], zone),
        "bucket_starts": [_start(day, zone) for day in (*before, *days)],
        "bucket_months": [f"{day:%Y-%m}" for day in (*before, *days)],
        "bucket_days": [*before, *days],
        "months_before": len(before),
        "zone": zone.key,
        "period_before_from": len(before) - span,
        "listed_months": _listed_months(period, before),
        "known_at": known_at,
        "money_known_at": money_known_at,
        "night": night and night.pk,
        "night_day": night and night.as_of,
        "has_night": night is not None,
        "rules": night.rule_set.version if night and night.rule_set else None,
        "running_stages": list(RUNNING_STAGES),
    }


def _months_before(period: ReportPeriod) -> list[date]:
    """The first days of the months before a period, oldest first."""
    days = []
    day = period.first
    for _number in range(USAGE_MONTHS_BEFORE):
        day = period_with(day - timedelta(1), quarter=False).first
        days.append(day)
    return days[::-1]


def _listed_months(period: ReportPeriod, before: list[date]) -> list[str]:
    months = [*(f"{day:%Y-%m}" for day in before), *(month.key for month in period.months)]
    return months[-MONTHS_LISTED:]


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
