"""The figures that the executives' report of a period is made of."""

from __future__ import annotations

from datetime import datetime

from reports.actions.executive_figures import make_executive_sets
from reports.compute.report_periods import ReportPeriod
from reports.models import FigureSet


def make_report_figures(*, period: ReportPeriod, known_at: datetime) -> FigureSet:
    """The set of a period; those of the period before and of a year ago are read anew too, so that the
    report tells what was restated of them up to the moment at which it is made."""
    past = [period.year_before, period.before]
    return make_executive_sets(periods=[*past, period], known_at=known_at)[-1]
