"""A year of a calendar, month by month and week by week, as a page shows it."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from accounts.calendars.document import HOLIDAY, CalendarDocument, SpecialDay
from accounts.calendars.words import day_words
from accounts.compute.working_days import WorkingCalendar

FIRST_YEAR, LAST_YEAR = 1970, 2199


@dataclass(frozen=True)
class ShownDay:
    """A day: `state` is worked, off (by its weekday), holiday or made_up (worked though its weekday
    is off); `label` says of a special day, in the reader's language, what it is."""

    day: date
    state: str
    label: str
    is_today: bool


@dataclass(frozen=True)
class ShownMonth:
    """A month: weeks from Monday, None for days of other months; how many days are worked."""

    first: date
    weeks: list[list[ShownDay | None]]
    worked: int


def months_of(document: CalendarDocument, year: int, today: date) -> list[ShownMonth]:
    """The twelve months of a year."""
    special, working = document.by_day(), document.working_calendar()
    months = []
    for month in range(1, 13):
        weeks = [
            [
                _shown(day, document, special.get(day), working, today)
                if day.month == month
                else None
                for day in week
            ]
            for week in calendar.Calendar().monthdatescalendar(year, month)
        ]
        last = date(year, month, calendar.monthrange(year, month)[1])
        first = date(year, month, 1)
        months.append(ShownMonth(first, weeks, working.working_days(first, last)))
    return months


def _shown(
    day: date,
    document: CalendarDocument,
    special: SpecialDay | None,
    working: WorkingCalendar,
    today: date,
) -> ShownDay:
    is_usual = day.isoweekday() in document.weekdays
    if special and special.kind == HOLIDAY:
        state = "holiday"
    elif working.is_working(day):
        state = "worked" if is_usual else "made_up"
    else:
        state = "off"
    return ShownDay(day, state, day_words(special) if special else "", day == today)
