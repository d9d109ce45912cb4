"""What of a month's figures, and of the months before it, came out otherwise than they were said to
be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from accounts.models import Tenant
from reports.catalogue import figure
from reports.compute.report_periods import ReportPeriod, period_of
from reports.documents.figure_words import told_apart
from reports.documents.period_words import period_label
from reports.models import FigureSet, Report
from reports.queries.restated import restated_beside
from ui.tags.formats import language

MOST = 40


@dataclass(frozen=True)
class Restated:
    """A figure in words, before and after, when it was noticed, and where its rows are. period: empty
    for the month that is shown."""

    label: str
    before: str
    after: str
    noticed_at: datetime
    url: str
    period: str = ""


def restated_figures(
    period: ReportPeriod, tenant: Tenant, reports: Mapping[str, Report]
) -> list[Restated]:
    """Of the month itself, and of those before it what was noticed since their last report. One
    statement."""
    found = []
    for one in restated_beside(period, tenant, reports, on_screen=True)[:MOST]:
        kind = figure(FigureSet.Kind.EXECUTIVE, one.key)
        before, after = told_apart(
            one.before, one.after, kind.unit, currency=tenant.currency, language=language()
        )
        found.append(
            Restated(
                str(kind.label),
                before,
                after,
                one.noticed_at,
                reverse("figure", args=[one.figure_set, one.key]),
                "" if one.period == period.key else period_label(period_of(one.period), language()),
            )
        )
    return found
