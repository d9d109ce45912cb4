"""Making the executives' figures, and noticing where those of closed periods come out otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Tenant
from accounts.tenancy import current_tenant_id
from reports.catalogue import figure
from reports.compute.report_periods import ReportPeriod
from reports.models import FigureSet, Restatement
from reports.queries.executive_figures import Found, executive_figures
from reports.queries.figures import executive_sets
from segmentation.actions.turns import Turn, take_turn
from segmentation.models import Night

EXECUTIVE = FigureSet.Kind.EXECUTIVE


def make_executive_figures(*, period: ReportPeriod, known_at: datetime) -> FigureSet:
    """The set of a period, over the whole tenant: a new version where a figure comes out otherwise
    than in the latest one, with what was restated; else that one.

    The figures are those of the facts as known now, which ``known_at`` dates.
    """
    return make_executive_sets(periods=[period], known_at=known_at)[0]


def executive_figures_with_past(
    *, period: ReportPeriod, known_at: datetime
) -> tuple[FigureSet, FigureSet, FigureSet]:
    """The sets of a period, of the one before it and of the same a year ago; those of the past as they
    were made, or made now where they never were."""
    past = [period.before, period.year_before]
    present = executive_sets([one.key for one in past])
    asked = [period, *(one for one in past if one.key not in present)]
    made = {one.period: one for one in make_executive_sets(periods=asked, known_at=known_at)}
    found = present | made
    return found[period.key], found[period.before.key], found[period.year_before.key]


def make_executive_sets(
    *, periods: Sequence[ReportPeriod], known_at: datetime, night: Night | None = None
) -> list[FigureSet]:
    """The sets of periods, in their order; see `make_executive_figures`.

    Args:
        night: after which it was noticed that a figure changed.
    """
    tenant = Tenant.objects.get(pk=current_tenant_id())
    with transaction.atomic():
        # One at a time: two would count the same version.
        take_turn(Turn.FIGURES)
        found = executive_figures(periods, tenant)
        latest = executive_sets([period.key for period in periods])
        return [
            _kept(_Made(period, found[period.key], known_at, night, tenant), latest.get(period.key))
            for period in periods
        ]


@dataclass(frozen=True)
class _Made:
    period: ReportPeriod
    found: Found
    known_at: datetime
    night: Night | None
    tenant: Tenant

    def is_over(self, moment: datetime) -> bool:
        """Whether the period had ended at a moment: until then its figures grow."""
        return self.tenant.local_date(moment) > self.period.last

    def is_restated(self, key: str) -> bool:
        """Whether a change of the figure says that the past was otherwise than it was said to be; of
        some the facts go on coming in for a while, or for good."""
        settles = figure(EXECUTIVE, key).settles_days
        age = (self.tenant.local_date(self.known_at) - self.period.last).days
        return settles is not None and age > settles


def _kept(made: _Made, latest: FigureSet | None) -> FigureSet:
    figures, night = made.found.figures, made.found.night
    changed = changes(latest, figures) if latest is not None else {}
    was_over = latest is not None and made.is_over(latest.known_at)
    if latest is not None and was_over:
        is_same = figures.keys() <= latest.figures.keys()
        if is_same and not any(made.is_restated(key) for key in changed):
            return latest
    elif latest is not None and latest.figures == figures:
        return latest
    rules = night.rule_set if night else None
    added = FigureSet.objects.create(
        kind=EXECUTIVE,
        period=made.period.key,
        version=latest.version + 1 if latest else 1,
        as_of=made.period.last,
        night=night,
        rules=rules.version if rules else None,
        known_at=made.known_at,
        figures=figures,
        reasons=made.found.reasons,
    )
    Restatement.objects.bulk_create(
        Restatement(
            figure_set=added, period=added.period, key=key, before=before, after=after,
            night=made.night,
        )
        for key, (before, after) in changed.items()
        if was_over
    )  # fmt: skip
    return added


def changes(latest: FigureSet, figures: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Key → what it was and is, of the figures that came out otherwise. A figure that the latest set
    does not have yet was not changed."""
    return {
        key: (latest.figures[key], value)
        for key, value in figures.items()
        if key in latest.figures and latest.figures[key] != value
    }
