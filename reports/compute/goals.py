"""How far a goal has come, and where it gets to at the present pace.

Everything is linear and by day: the goal's own line from the baseline to the target on the due day, the
pace since the baseline (through it and the latest month-end), and the pace of the last three month-ends
(their line of least squares).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

PACE_MONTHS = 3


class Standing(StrEnum):
    """``on_pace``: at the pace since the baseline the target is met on the due day."""

    REACHED = "reached"
    ON_PACE = "on_pace"
    BEHIND = "behind"
    UNKNOWN = "not_estimable"


@dataclass(frozen=True)
class Aim:
    """From a baseline to a target."""

    baseline: Fraction
    baseline_on: date
    target: Fraction
    due_on: date

    @property
    def way(self) -> Fraction:
        return self.target - self.baseline

    def on(self, day: date) -> Fraction | None:
        """On the line to the target; None before the baseline, the target after the due day."""
        if day < self.baseline_on:
            return None
        if day >= self.due_on:
            return self.target
        gone = (day - self.baseline_on).days
        return self.baseline + self.way * Fraction(gone, (self.due_on - self.baseline_on).days)

    def is_met_by(self, value: Fraction) -> bool:
        return value >= self.target if self.way > 0 else value <= self.target


@dataclass(frozen=True)
class Course:
    """
    now, now_on: the figure at the latest month-end up to the due day that has one.
    expected: what the goal's line has on that day.
    progress: share of the way that is gone; below 0 on the wrong side of the baseline.
    since_baseline, three_months: the figure on the due day at these paces; None: not estimable.
    """

    standing: Standing
    now: Fraction | None = None
    now_on: date | None = None
    expected: Fraction | None = None
    progress: Fraction | None = None
    since_baseline: Fraction | None = None
    three_months: Fraction | None = None


Value = Decimal | int | None


def course(
    aim: Aim, values: Sequence[tuple[date, Value]], *, floor: Fraction | None = None
) -> Course:
    """
    Args:
        values: the figure at consecutive month-ends, oldest first.
        floor: the figure is never lower, so no forecast is.
    """
    known = [(day, Fraction(value)) for day, value in values if value is not None]
    known = [(day, value) for day, value in known if day <= aim.due_on]
    if not known:
        return Course(Standing.UNKNOWN)
    now_on, now = known[-1]
    if now_on < aim.baseline_on:
        return Course(Standing.UNKNOWN, now, now_on)
    gone = (now_on - aim.baseline_on).days
    left = (aim.due_on - now_on).days
    since = None if not gone else _floored(now + (now - aim.baseline) * Fraction(left, gone), floor)
    return Course(
        standing=_standing(aim, now, since),
        now=now,
        now_on=now_on,
        expected=aim.on(now_on),
        progress=(now - aim.baseline) / aim.way,
        since_baseline=since,
        three_months=_floored(_by_last_months(aim.due_on, values, now_on), floor),
    )


def _standing(aim: Aim, now: Fraction, forecast: Fraction | None) -> Standing:
    if aim.is_met_by(now):
        return Standing.REACHED
    if forecast is None:
        return Standing.UNKNOWN
    return Standing.ON_PACE if aim.is_met_by(forecast) else Standing.BEHIND


def _by_last_months(
    due_on: date, values: Sequence[tuple[date, Value]], until: date
) -> Fraction | None:
    last = [(day, value) for day, value in values if day <= until][-PACE_MONTHS:]
    if len(last) < PACE_MONTHS or any(value is None for _day, value in last):
        return None
    days = [Fraction(day.toordinal()) for day, _value in last]
    heights = [Fraction(value) for _day, value in last if value is not None]
    none = Fraction(0)
    middle, height = sum(days, none) / len(days), sum(heights, none) / len(heights)
    rise = (d * v for d, v in zip((day - middle for day in days), heights, strict=True))
    slope = sum(rise, none) / sum(((day - middle) ** 2 for day in days), none)
    return height + slope * (due_on.toordinal() - middle)


def _floored(value: Fraction | None, floor: Fraction | None) -> Fraction | None:
    return value if value is None or floor is None else max(value, floor)


@dataclass(frozen=True)
class Factors:
    """Of a lifetime value: monthly ARPA × gross margin ÷ monthly logo churn."""

    arpa: Fraction
    margin: Fraction
    churn: Fraction

    @property
    def value(self) -> Fraction:
        return self.arpa * self.margin / self.churn


def factor_shares(before: Factors, after: Factors) -> dict[str, Fraction]:
    """What each factor did to the value: its effect over every order in which the factors could have
    changed, the mean of them. The three sum to the difference exactly, whichever changed first."""
    was = {"arpa": before.arpa, "margin": before.margin, "churn": 1 / before.churn}
    now = {"arpa": after.arpa, "margin": after.margin, "churn": 1 / after.churn}
    found = {}
    for name in was:
        one, other = (each for each in was if each != name)
        rest = (
            (was[one] * was[other] + now[one] * now[other]) / 3
            + (was[one] * now[other] + now[one] * was[other]) / 6
        )  # fmt: skip
        found[name] = (now[name] - was[name]) * rest
    return found
