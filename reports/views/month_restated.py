"""What of a month's figures came out otherwise than they were said to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from reports.catalogue import figure
from reports.compute.report_periods import period_with
from reports.models import FigureSet
from reports.queries.figures import restatements
from reports.views.figures import worded
from segmentation.queries.scopes import Scope

MOST = 40


@dataclass(frozen=True)
class Restated:
    """A figure in words, before and after, when it was noticed, and where its rows are."""

    label: str
    before: str
    after: str
    noticed_at: datetime
    url: str


def restated_figures(scope: Scope, last_day: date, currency: str) -> list[Restated]:
    """Of the month that ends on the day, the latest first; of the whole tenant alone: what is kept is
    nobody's part of it. One statement."""
    if not scope.is_whole:
        return []
    key = period_with(last_day, quarter=False).key
    return [
        Restated(
            str(figure(FigureSet.Kind.EXECUTIVE, one.key).label),
            worded(one.before, figure(FigureSet.Kind.EXECUTIVE, one.key).unit, currency),
            worded(one.after, figure(FigureSet.Kind.EXECUTIVE, one.key).unit, currency),
            one.noticed_at,
            reverse("figure", args=[one.figure_set_id, one.key]),
        )
        for one in restatements([key])[:MOST]
    ]
