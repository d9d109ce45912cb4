"""Goals of a tenant: where they stand, and where they get to.

The figures are those of the executives' sets of months, as reports and screens have them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q

from reports.catalogue import FigureKind, figure
from reports.compute.documents import ReportKind
from reports.compute.goals import Aim, Course, Standing, course
from reports.compute.report_periods import ReportPeriod, period_with
from reports.models import FigureSet, KpiGoal
from reports.queries.figures import executive_sets
from segmentation.catalogue import Unit

SHOWN_MONTHS, MOST_MONTHS = 13, 36
YEARLY = ("logo_churn_12m", "nrr_12m", "grr_12m", "ltv")
"""Figures over the twelve months up to a month's end, offered before all others."""

OFTEN = (
    *YEARLY, "dau_rate", "end_arr", "customers", "renewal_rate_arr", "renewal_rate_customers",
    "on_time_rate", "delivery_cycle_days", "nps", "csat", "case_targets_met", "acceptance_rate",
)  # fmt: skip


@dataclass(frozen=True)
class Month:
    """A month with the value of a figure in its set; ``figure_set``: the set's id, if there is one."""

    period: ReportPeriod
    value: Decimal | int | None = None
    figure_set: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class GoalStanding:
    """A goal and its figure month by month, oldest first, up to the latest month that counts."""

    goal: KpiGoal
    kind: FigureKind
    months: tuple[Month, ...]
    course: Course

    @property
    def aim(self) -> Aim:
        return aim_of(self.goal)

    @property
    def latest(self) -> Month:
        """The month of the value as it is now; else the latest one."""
        known = [month for month in self.months if month.period.last == self.course.now_on]
        return known[0] if known else self.months[-1]

    @property
    def baseline_month(self) -> Month | None:
        for month in self.months:
            if month.period.last == self.goal.baseline_on:
                return month
        return None

    @property
    def standing(self) -> Standing:
        return self.course.standing


def aim_of(goal: KpiGoal) -> Aim:
    return Aim(Fraction(goal.baseline), goal.baseline_on, Fraction(goal.target), goal.due_on)


def goals(*, is_open: bool) -> list[KpiGoal]:
    found = (
        KpiGoal.objects.filter(state=KpiGoal.State.OPEN)
        if is_open
        else KpiGoal.objects.exclude(state=KpiGoal.State.OPEN)
    )
    order = ("due_on", "pk") if is_open else ("-closed_on", "-pk")
    return list(found.select_related("owner").order_by(*order))


def goal_of(pk: int) -> KpiGoal | None:
    found: KpiGoal | None = KpiGoal.objects.select_related("owner").filter(pk=pk).first()
    return found


def goals_of(period: ReportPeriod) -> list[GoalStanding]:
    """The goals that were open at the end of a period, as they stood then; two statements."""
    found = KpiGoal.objects.filter(
        Q(closed_on__isnull=True) | Q(closed_on__gt=period.last), baseline_on__lt=period.last
    )
    rows = list(found.select_related("owner").order_by("due_on", "pk"))
    return standings(rows, period_with(period.last, quarter=False))


def standings(found: Sequence[KpiGoal], last: ReportPeriod) -> list[GoalStanding]:
    """Of goals up to the month ``last``; one statement, however many."""
    if not found:
        return []
    months = months_until(last, min(goal.baseline_on for goal in found))
    sets = executive_sets([month.key for month in months])
    return [_standing(goal, months, sets) for goal in found]


def months_until(last: ReportPeriod, earliest: date) -> list[ReportPeriod]:
    """A year of months up to this one, or as many as there are since a day; oldest first."""
    found = [last]
    while len(found) < SHOWN_MONTHS or (found[-1].last > earliest and len(found) < MOST_MONTHS):
        found.append(found[-1].before)
    return found[::-1]


def values_of(key: str, months: Sequence[ReportPeriod]) -> list[Month]:
    """A figure in the sets of months; one statement."""
    return _months(key, months, executive_sets([month.key for month in months]))


def _standing(
    goal: KpiGoal, months: Sequence[ReportPeriod], sets: dict[str, FigureSet]
) -> GoalStanding:
    kind = figure(ReportKind.EXECUTIVE, goal.key)
    values = _months(goal.key, months, sets)
    return GoalStanding(
        goal,
        kind,
        tuple(values),
        course(
            aim_of(goal),
            [(month.period.last, month.value) for month in values],
            floor=None if kind.unit == Unit.POINTS else Fraction(0),
        ),
    )


def _months(key: str, months: Sequence[ReportPeriod], sets: dict[str, FigureSet]) -> list[Month]:
    found = []
    for month in months:
        one = sets.get(month.key)
        if one is None:
            found.append(Month(month))
            continue
        value = one.value(key)
        found.append(
            Month(
                month,
                None if isinstance(value, date) else value,
                one.pk,
                one.reasons.get(key, ""),
            )
        )
    return found


def missing_months(keys: Sequence[str], months: Sequence[ReportPeriod]) -> list[ReportPeriod]:
    """Those whose set was not made, or was made before one of the figures was known; oldest first."""
    sets = executive_sets([month.key for month in months])
    return [
        month for month in months
        if month.key not in sets or not set(keys) <= sets[month.key].figures.keys()
    ]  # fmt: skip
