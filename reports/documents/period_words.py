"""Months and quarters in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reports.compute.report_periods import ReportPeriod
from ui import formats


def period_label(period: ReportPeriod, language: str) -> str:
    """A month or a quarter as it is read."""
    if not period.is_quarter:
        return formats.month(period.first, language)
    year, quarter = period.key.split("-Q")
    return _("Quarter %(quarter)s of %(year)s") % {"year": year, "quarter": quarter}
