"""Forecasts of goals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import linear_regression

from reports.compute.goals import Aim, Standing, course

CHURN = Aim(Fraction(35, 100), date(2026, 4, 30), Fraction(25, 100), date(2026, 10, 31))


def months(*values: str | None) -> list[tuple[date, Decimal | None]]:
    days = [date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31)]
    return [
        (day, None if value is None else Decimal(value))
        for day, value in zip(days, values, strict=False)
    ]


def test_half_the_way_in_half_the_time_is_on_pace() -> None:
    found = course(CHURN, months("0.35", "0.33", "0.315", "0.30"))
    assert (found.standing, found.progress) == (Standing.ON_PACE, Fraction(1, 2))
    # 92 days took 5 points; 92 more are left.
    assert found.since_baseline == Fraction(25, 100)
    assert found.expected == Fraction(30, 100)
    slope, at_zero = linear_regression([31, 61, 92], [0.33, 0.315, 0.30])
    assert found.three_months is not None
    assert abs(float(found.three_months) - (at_zero + slope * 184)) < 1e-9


def test_a_slower_pace_is_behind_and_the_wrong_way_below_nothing() -> None:
    found = course(CHURN, months("0.35", "0.35", "0.35", "0.34"))
    assert found.standing == Standing.BEHIND
    assert found.since_baseline == Fraction(33, 100)
    worse = course(CHURN, months("0.35", "0.36"))
    assert worse.progress == Fraction(-1, 10)
    assert worse.standing == Standing.BEHIND


def test_what_is_there_is_reached_in_either_direction() -> None:
    assert course(CHURN, months("0.35", "0.25")).standing == Standing.REACHED
    daily = Aim(Fraction(18, 100), date(2026, 4, 30), Fraction(30, 100), date(2026, 10, 31))
    assert course(daily, months("0.18", "0.31")).standing == Standing.REACHED
    assert course(daily, months("0.18", "0.29")).standing == Standing.ON_PACE


def test_without_a_figure_since_the_baseline_nothing_is_estimated() -> None:
    assert course(CHURN, months("0.35")).standing == Standing.UNKNOWN
    assert course(CHURN, months(None, None)).standing == Standing.UNKNOWN
    assert course(CHURN, months("0.35", None, "0.3")).three_months is None


def test_a_forecast_is_never_below_the_floor_and_values_after_the_due_day_do_not_count() -> None:
    found = course(CHURN, months("0.35", "0.30", "0.27", "0.26"), floor=Fraction(17, 100))
    assert found.since_baseline == Fraction(17, 100)
    soon = Aim(CHURN.baseline, CHURN.baseline_on, CHURN.target, date(2026, 6, 30))
    assert course(soon, months("0.35", "0.34", "0.33", "0.20")).now == Fraction(33, 100)
    assert course(soon, months("0.35", "0.34", "0.33", "0.20")).standing == Standing.BEHIND


def test_the_line_of_a_goal_goes_from_its_baseline_to_its_target() -> None:
    assert CHURN.on(date(2026, 4, 29)) is None
    assert CHURN.on(date(2026, 7, 31)) == Fraction(30, 100)
    assert CHURN.on(date(2027, 1, 1)) == Fraction(25, 100)
