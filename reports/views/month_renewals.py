"""Renewals on the month in review: what the running and the next quarter will bring, and how far such
forecasts came true."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from segmentation.queries.scopes import Scope
from service.queries.renewal_accuracy import came_true
from service.queries.renewals import forecasts, quarter_of, renewals


def renewal_figures(scope: Scope, today: date, *, with_links: bool) -> dict[str, Any]:
    """As of today; two statements. ``with_links``: to the renewals of each quarter, which know no
    groups."""
    now = quarter_of(today)
    told = forecasts(renewals(scope, today), [now, now.shifted(1)])
    return {
        "forecasts": [
            {
                "quarter": quarter,
                "is_running": quarter == now,
                "told": found,
                "url": f"{reverse('renewals')}?{urlencode({'quarter': quarter, 'scope': 'all'})}"
                if with_links
                else "",
            }
            for quarter, found in told.items()
        ],
        "renewals_came_true": came_true(scope, today),
    }
