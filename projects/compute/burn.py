"""Effort over time: what should have been spent by a day, what was. Thousandths of a person-day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from accounts.compute.working_days import WorkingCalendar

MOST_PERIODS = 52
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class PlannedSpan:
    """A task's effort over its days, and whether it is finished."""

    first: date
    last: date
    effort: int
    is_done: bool


@dataclass(frozen=True)
class Curve:
    """Sums up to the end of each period. ``ends``: its last day. planned: person-days that should
    have been spent by then, None without a budget; booked and unapproved: None for periods to come.
    """

    ends: list[date]
    planned: list[float | None]
    booked: list[int | None]
    unapproved: list[int | None]


def burn_curve(
    *,
    weeks: Mapping[date, tuple[int, int]],
    spans: Sequence[PlannedSpan],
    between: tuple[date, date] | None,
    budget: int | None,
    calendar: WorkingCalendar,
    today: date,
) -> Curve | None:
    """Booked effort and the budget, each summed from the beginning.

    Args:
        weeks: Monday → (booked, of it unapproved) in that week.
        spans: tasks whose effort gives the budget its shape, each spread evenly over its working
            days. Without any the budget is spread evenly over the working days ``between``.
        between: first and last day of the baseline, or of the plan.

    Returns periods of as many whole weeks as make at most 52 of them; None where there is neither
    effort nor a budget with days.
    """
    first = min([*weeks, *([between[0]] if between else [])], default=None)
    if first is None:
        return None
    last = max([today if weeks else first, *weeks, *([between[1]] if between else [])])
    monday = first - timedelta(days=first.isoweekday() - 1)
    whole_weeks = (last - monday).days // 7 + 1
    step = WEEK * -(-whole_weeks // MOST_PERIODS)
    ends, at = [], monday
    while at <= last:
        at += step
        ends.append(at - timedelta(days=1))
    booked: list[int | None] = []
    unapproved: list[int | None] = []
    for end in ends:
        if end - step >= today and not any(end - step < week <= end for week in weeks):
            booked.append(None)
            unapproved.append(None)
            continue
        until = [parts for week, parts in weeks.items() if week <= end]
        booked.append(sum(whole for whole, _part in until))
        unapproved.append(sum(part for _whole, part in until))
    return Curve(ends, _planned(ends, spans, between, budget, calendar), booked, unapproved)


def _planned(
    ends: list[date],
    spans: Sequence[PlannedSpan],
    between: tuple[date, date] | None,
    budget: int | None,
    calendar: WorkingCalendar,
) -> list[float | None]:
    if budget is None or (not spans and between is None):
        return [None] * len(ends)
    if not spans and between is not None:
        spans = [PlannedSpan(*between, effort=1, is_done=False)]
    firsts = np.array([span.first for span in spans], dtype="datetime64[D]")
    lasts = np.array([span.last for span in spans], dtype="datetime64[D]")
    efforts = np.array([span.effort for span in spans], dtype=np.float64)
    lengths = np.maximum(calendar.working_days_each(firsts, lasts), 1)
    found: list[float | None] = []
    for end in ends:
        day = np.datetime64(end, "D")
        reached = calendar.working_days_each(firsts, np.minimum(lasts, day))
        shares = np.where(lasts <= day, 1.0, np.where(firsts > day, 0.0, reached / lengths))
        found.append(float((shares * efforts).sum() / efforts.sum() * budget))
    return found
