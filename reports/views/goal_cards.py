"""A goal as the list and its page show it: values, bar, forecasts and chart, in words."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from reports.compute.report_periods import ReportPeriod, period_with
from reports.goal_words import STANDINGS, STATE_TONES, TONES, span_words, worded
from reports.queries.goals import GoalStanding, Month
from segmentation.catalogue import Unit as FigureUnit
from ui import formats
from ui.charts import Series, TargetBar, TimeChart, Unit
from ui.tags.formats import language

MOST_AHEAD = 24


def card(one: GoalStanding, currency: str) -> dict[str, Any]:
    """One goal."""
    words, course, goal = language(), one.course, one.goal

    def written(value: Any) -> str:
        return worded(value, one.kind, currency, words)

    progress = course.progress
    return {
        "goal": goal,
        "label": one.kind.label,
        "formula": one.kind.formula,
        "source": one.kind.source,
        "span": span_words(goal.key),
        "standing": STANDINGS[one.standing],
        "tone": TONES[one.standing],
        "state_tone": STATE_TONES[goal.state],
        "is_over": goal.due_on <= (course.now_on or date.min),
        "baseline": written(goal.baseline),
        "target": written(goal.target),
        "now": written(course.now),
        "now_on": course.now_on,
        "expected": written(course.expected),
        "since_baseline": written(course.since_baseline),
        "has_since": course.since_baseline is not None,
        "three_months": written(course.three_months),
        "has_three": course.three_months is not None,
        "change": None if goal.change is None else formats.signed_percent(goal.change, words, 0),
        "bar": TargetBar(
            _("Of the way from the baseline to the target"),
            None if progress is None else float(max(progress, Fraction(0))),
            1,
            Unit("percent", digits=0),
        ),
        "wrong_way": progress is not None and progress < 0,
        "spark": [None if month.value is None else float(month.value) for month in one.months],
        "reason": one.latest.reason,
    }


def chart(one: GoalStanding, currency: str) -> TimeChart:
    """The figure month by month, the goal's line, and where both paces lead."""
    words, course = language(), one.course
    known = list(one.months)
    ahead = _ahead(known[-1].period, one.goal.due_on)
    days = [*(month.period.last for month in known), *ahead]
    label = str(one.kind.label)
    series = [
        Series(label, [*_values(known), *(None for _day in ahead)], "accent"),
        Series(_("Line to the goal"), [_number(one.aim.on(day)) for day in days], "muted"),
    ]
    for name, forecast, tone in (
        (_("At the pace since the baseline"), course.since_baseline, "series-2"),
        (_("At the pace of three months"), course.three_months, "series-5"),
    ):
        if forecast is not None and course.now is not None and course.now_on is not None and ahead:
            values = [
                _on(course.now, course.now_on, forecast, one.goal.due_on, day) for day in days
            ]
            series.append(Series(name, values, tone))
    return TimeChart(
        title=_("%(figure)s against the goal") % {"figure": label},
        periods=[formats.month(day, words) for day in days],
        series=series,
        unit=chart_unit(str(one.kind.unit), currency),
    )


def chart_unit(unit: str, currency: str) -> Unit:
    if unit == FigureUnit.SHARE:
        return Unit("percent", digits=1)
    if unit == FigureUnit.MONEY:
        return Unit("money", currency, 0)
    return Unit("number", digits=1)


def _ahead(last: ReportPeriod, due_on: date) -> list[date]:
    """The month-ends to come up to the one that the due day is in."""
    found: list[date] = []
    period = last
    while period.last < due_on and len(found) < MOST_AHEAD:
        period = period_with(period.last + timedelta(days=1), quarter=False)
        found.append(period.last)
    return found


def _on(now: Fraction, now_on: date, then: Fraction, due_on: date, day: date) -> float | None:
    """On the straight line from the latest value to a forecast; None outside of it."""
    if not now_on <= day:
        return None
    gone = Fraction((min(day, due_on) - now_on).days, max((due_on - now_on).days, 1))
    return float(now + (then - now) * gone)


def _values(months: list[Month]) -> list[float | None]:
    return [None if month.value is None else float(month.value) for month in months]


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
