"""All views that BI tools read: their names and columns are a promise.

Columns and views are added; what is here keeps its name, type and meaning. Where one has to change, it
gets another name beside the former, and VERSION counts on when the former goes.
"""

from __future__ import annotations

from config.bi import (
    views_customers,
    views_nights,
    views_projects,
    views_reports,
    views_service,
    views_usage,
)
from config.bi.columns import View

VERSION = 1

VIEWS: tuple[View, ...] = (
    *views_customers.VIEWS,
    *views_usage.VIEWS,
    *views_projects.VIEWS,
    *views_service.VIEWS,
    *views_nights.VIEWS,
    *views_reports.VIEWS,
)
