"""Which reports are to be produced now, by each tenant's own clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from accounts.models import Tenant
from reports.compute.report_periods import ReportPeriod, period_of, period_with
from reports.compute.report_rules import ReportRule
from reports.documents.composers import kinds_of
from reports.models import ReportRun
from reports.queries.report_customers import report_rule
from segmentation.models import Night
from segmentation.queries.stored import stored_nights

HOURS_AFTER_THE_NIGHT = 3
"""So many hours after the tenant's night, on the first morning after the period."""

MOST_DAYS_LATE = 14
"""Reports of a period that ended earlier are only made when somebody asks for them."""


def note_due(*, tenant: Tenant, now: datetime) -> int:
    """Write down the runs that are due, in the tenant's scope; two who do it at once write one each.
    A run waits for the night of the period's last day. One that a command did before its morning is
    done again then: facts came in since. Returns how many are to be done."""
    today, rule = tenant.local_date(now), report_rule()
    due = [period for period in ended_before(today) if _is_time(tenant, period, rule, now)]
    nights = stored_nights().filter(
        as_of__in=[period.last for period in due], state=Night.State.DONE
    )
    there = set(nights.values_list("as_of", flat=True))
    wanted = [
        ReportRun(kind=kind, period=period.key, last_day=period.last, created_at=now)
        for period in due
        if period.last in there
        for kind in kinds_of(period)
        if rule.wants(kind, quarter=period.is_quarter)
    ]
    present = {
        (run.kind, run.period): run
        for run in ReportRun.objects.filter(period__in=[period.key for period in due])
    }
    new = [run for run in wanted if (run.kind, run.period) not in present]
    ReportRun.objects.bulk_create(new, ignore_conflicts=True)
    early = [
        held.pk
        for run in wanted
        if (held := present.get((run.kind, run.period))) is not None
        and held.known_at is not None
        and held.known_at < _morning(tenant, period_of(run.period), rule)
    ]
    return len(new) + _again(early)


def _again(runs: Sequence[int]) -> int:
    """Queue runs that are over once more, from their beginning; what is made stays."""
    if not runs:
        return 0
    over = ReportRun.objects.filter(pk__in=runs, state__in=(Night.State.DONE, Night.State.DEAD))
    return over.update(
        state=Night.State.QUEUED, phase=ReportRun.Phase.FIGURES, known_at=None, total=None, reached=0,
        customers=0, made=0, refreshed=0, attempts=0, error="", not_before=None, queued_at=None,
        finished_at=None,
    )  # fmt: skip


def ended_before(today: date) -> tuple[ReportPeriod, ReportPeriod]:
    """The latest month and the latest quarter that are over."""
    return (
        period_with(today, quarter=False).before,
        period_with(today, quarter=True).before,
    )


def _is_time(tenant: Tenant, period: ReportPeriod, rule: ReportRule, now: datetime) -> bool:
    """From the first morning on, or the day and hour that are set, and not weeks later."""
    morning = _morning(tenant, period, rule)
    return morning <= now < morning + timedelta(days=MOST_DAYS_LATE)


def _morning(tenant: Tenant, period: ReportPeriod, rule: ReportRule) -> datetime:
    hour = min(tenant.night_hour + HOURS_AFTER_THE_NIGHT, 23) if rule.hour is None else rule.hour
    return datetime.combine(period.last + timedelta(days=rule.day), time(hour), tenant.zone)
