"""Looking again at the figures of closed periods after a night: late facts are noticed and said."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Tenant
from reports.actions.executive_figures import make_executive_figures, make_executive_sets
from reports.actions.figures import make_customer_figures
from reports.compute.report_periods import ReportPeriod, period_with
from reports.models import FigureCheck, Report, Restatement
from reports.queries.figures import restated_since
from segmentation.models import Night
from segmentation.queries.stored import latest_night

MONTHS = 18


def night_to_check() -> Night | None:
    """The latest night if its result was not followed by a check yet; two statements."""
    night = latest_night()
    if night is None:
        return None
    done = FigureCheck.objects.filter(night=night, digest=night.digest)
    return None if done.exists() else night


def check_figures(*, night: Night, tenant: Tenant, now: datetime) -> FigureCheck | None:
    """Make the executives' figures of the closed months and quarters again, all in one pass; what came
    out otherwise is restated by a new version. None: another process has checked this night."""
    periods = closed_periods(tenant, now)
    made = make_executive_sets(periods=periods, known_at=now, night=night)
    restated = Restatement.objects.filter(
        figure_set__in=[one.pk for one in made], noticed_at__gte=now
    )
    check, is_new = FigureCheck.objects.get_or_create(
        night=night, digest=night.digest, defaults={"checked_at": now, "restated": restated.count()}
    )
    return check if is_new else None


def closed_periods(tenant: Tenant, now: datetime) -> list[ReportPeriod]:
    """The last MONTHS months that have ended where the tenant is, and the quarters among them, oldest
    first."""
    months: list[ReportPeriod] = []
    day = tenant.local_date(now).replace(day=1) - timedelta(1)
    while len(months) < MONTHS:
        months.append(period_with(day, quarter=False))
        day = months[-1].first - timedelta(1)
    ends = {month.last for month in months}
    quarters = {period_with(month.first, quarter=True) for month in months}
    whole = [quarter for quarter in quarters if {month.last for month in quarter.months} <= ends]
    return sorted([*months, *whole])


def restated_of(report: Report, *, known_at: datetime) -> list[Restatement]:
    """Make the figures of a report's period again, of its customer alone or of the tenant, and give
    what differs from those that the report was made of; the report stays as it is.

    Contracts and payments of a customer are as the night of the last day knows them, so they come out
    otherwise once that night is restated.
    """
    told = report.figure_set
    if told is None:
        return []
    if told.customer_id is None:
        make_executive_figures(period=told.span, known_at=known_at)
    else:
        make_customer_figures(
            period=told.span, night=told.night, known_at=known_at, customer_ids=[told.customer_id]
        )
    return list(restated_since(told))
