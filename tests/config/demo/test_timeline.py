"""The demo's calendar."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from config.demo.timeline import NEVER, Timeline


def _day(timeline: Timeline, *days: date) -> np.ndarray:
    return np.array([timeline.day_of(day) for day in days])


def test_never_becomes_an_empty_date() -> None:
    dates = pd.Series(Timeline(date(2026, 3, 1)).dates(np.array([-1, 0, NEVER])))
    assert dates[0] == pd.Timestamp(2026, 2, 28)
    assert dates[1] == pd.Timestamp(2026, 3, 1)
    assert pd.isna(dates[2])


def test_years_and_months_keep_the_day_or_end_the_month() -> None:
    timeline = Timeline(date(2026, 11, 21))
    leap = _day(timeline, date(2024, 2, 29), date(2024, 5, 31))
    assert timeline.years_later(leap, 3).tolist() == [
        timeline.day_of(date(2027, 2, 28)),
        timeline.day_of(date(2027, 5, 31)),
    ]
    assert timeline.months_later(leap, -3).tolist() == [
        timeline.day_of(date(2023, 11, 29)),
        timeline.day_of(date(2024, 2, 29)),
    ]


def test_nobody_signs_on_weekends_or_holidays() -> None:
    timeline = Timeline(date(2026, 11, 21))
    days = _day(timeline, date(2026, 11, 21), date(2026, 10, 7), date(2026, 2, 20))
    rolled = pd.Series(timeline.dates(timeline.office_day(days))).dt.date.tolist()
    assert rolled == [date(2026, 11, 20), date(2026, 9, 30), date(2026, 2, 13)]


def test_holidays_and_weekends_are_quiet() -> None:
    timeline = Timeline(date(2026, 11, 21))
    workday, sunday, spring_festival = timeline.rhythm(
        _day(timeline, date(2026, 11, 18), date(2026, 11, 15), date(2026, 2, 18))
    )
    assert workday > 0.8
    assert sunday < 0.1
    assert spring_festival < 0.1


def test_months_are_cut_where_they_end() -> None:
    timeline = Timeline(date(2026, 11, 21))
    months = timeline.months(timeline.day_of(date(2026, 9, 15)), 0)
    assert [len(days) for days in months] == [16, 31, 21]
    assert np.concatenate(months).tolist() == list(range(-67, 1))
