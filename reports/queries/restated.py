"""What was restated of the executives' figures since they were last told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.db.models import Q

from accounts.models import Tenant
from reports.catalogue import figures_of
from reports.compute.report_periods import ReportPeriod
from reports.models import FigureSet, Report, Restatement

PERIODS = 13
Number = Decimal | int | None


@dataclass(frozen=True)
class Restated:
    """A figure of a closed period: what it was when it was last told, and what it is."""

    period: str
    key: str
    before: Number
    after: Number
    noticed_at: datetime
    noticed_on: date
    figure_set: int


def reports_beside(period: ReportPeriod) -> dict[str, Report]:
    """Key of the period and of the one before it → the latest version of its executive report that
    there is; one statement."""
    rows = Report.objects.filter(
        kind=Report.Kind.EXECUTIVE, period__in=[period.key, period.before.key]
    )
    found = rows.defer("document", "texts").order_by("period", "version", "pk")
    return {one.period: one for one in found}


def restated_beside(
    period: ReportPeriod, tenant: Tenant, reports: Mapping[str, Report], *, on_screen: bool = False
) -> list[Restated]:
    """What a reader of the period has to know was otherwise before, of the earlier periods of the same
    length and of this one, the latest period first; one statement, and one more for a correction.

    Of earlier periods: noticed since the report before this one was made, or since this period began
    where there was none. Of this one: noticed since its report was sent, on screens ever.

    Args:
        reports: of `reports_beside`.
    """
    earlier, at, keys = reports.get(period.before.key), period, []
    for _number in range(PERIODS):
        at = at.before
        keys.append(at.key)
    since = earlier.made_at if earlier else datetime.combine(period.first, time(), tenant.zone)
    wanted = Q(period__in=keys, noticed_at__gt=since)
    if on_screen:
        wanted |= Q(period=period.key)
    elif (sent := _sent(reports.get(period.key))) is not None:
        wanted |= Q(period=period.key, noticed_at__gt=sent.made_at)
    rows = Restatement.objects.filter(wanted, figure_set__kind=FigureSet.Kind.EXECUTIVE)
    return _net(rows.order_by("noticed_at", "pk"), tenant)


def _sent(report: Report | None) -> Report | None:
    """What was sent, where it is being corrected."""
    if report is None or report.is_sent:
        return report
    sent: Report | None = report.correction_of
    return sent


def _net(rows: Iterable[Restatement], tenant: Tenant) -> list[Restated]:
    """The first value against the last; what came back to what it was is not told."""
    found: dict[tuple[str, str], Restated] = {}
    for row in rows:
        key = (row.period, row.key)
        first = found[key].before if key in found else row.before
        found[key] = Restated(
            row.period, row.key, first, row.after, row.noticed_at, tenant.local_date(row.noticed_at),
            row.figure_set_id,
        )  # fmt: skip
    places = {key: place for place, key in enumerate(figures_of(FigureSet.Kind.EXECUTIVE))}
    changed = [one for one in found.values() if one.before != one.after]
    changed.sort(key=lambda one: places.get(one.key, len(places)))
    return sorted(changed, key=lambda one: one.period, reverse=True)
