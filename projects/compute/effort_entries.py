"""What people type into a cell of a week, and what it adds up to. Person-days, exact to the
thousandth."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

HOURS_OF_A_DAY = 8
# A day of 24 hours, in days of 8.
MOST_OF_A_DAY = Decimal(24) / HOURS_OF_A_DAY
WEEK_DAYS = 7
THOUSANDTH = Decimal("0.001")

_NOTHING = frozenset({"", "-", "–", "—"})
_NUMBER = re.compile(
    r"(\d{1,6}(?:[.,]\d{0,6})?|[.,]\d{1,6})\s*(h|hours?|hrs?|小时|时|d|days?|天|日)?"
)
_HOURS = ("h", "小时", "时")


class NotDays(ValueError):
    """What was typed is no number of person-days. ``reason``: ``unreadable``, ``too_fine`` (more
    than three decimals) or ``too_much`` (more than a day has)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def person_days(text: str) -> Decimal:
    """``0.5``, ``0,25``, ``1d`` and ``4h`` (of a day of 8 hours) as person-days; nothing is 0.

    Days have at most three decimals; hours are rounded to the thousandth of a day, half up. Digits
    and signs of full width, as Chinese keyboards give them, read like the others.

    Raises:
        NotDays: anything else, or more than 24 hours.
    """
    typed = unicodedata.normalize("NFKC", text).strip().lower().replace("。", ".")
    if typed in _NOTHING:
        return Decimal(0)
    found = _NUMBER.fullmatch(typed)
    if found is None or not typed.isprintable():
        raise NotDays("unreadable")
    number = Decimal(found[1].replace(",", "."))
    if (found[2] or "").startswith(_HOURS):
        days = (number / HOURS_OF_A_DAY).quantize(THOUSANDTH, ROUND_HALF_UP)
    else:
        days = number
        if days != days.quantize(THOUSANDTH):
            raise NotDays("too_fine")
    if days > MOST_OF_A_DAY:
        raise NotDays("too_much")
    return days.quantize(THOUSANDTH)


def typed(days: Decimal) -> str:
    """Person-days as they stand in a cell, to be typed over: no zeros at the end, nothing for 0."""
    if not days:
        return ""
    text = format(days, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def week_of(day: date) -> list[date]:
    """The seven days, from Monday, of the week that holds a day.

    Raises:
        OverflowError: the week lies partly outside the years 1 to 9999.
    """
    monday = day - timedelta(days=day.isoweekday() - 1)
    return [monday + timedelta(days=number) for number in range(WEEK_DAYS)]


def may_still_change(week: list[date], today: date, days_back: int) -> bool:
    """Whether effort of a week may be changed: it ended at most so many days ago."""
    return (today - week[-1]).days <= days_back


@dataclass(frozen=True)
class Totals:
    """by_row, by_day: person-days of each row and of each of the days; whole: of all."""

    by_row: dict[str, Decimal]
    by_day: dict[date, Decimal]
    whole: Decimal


def totals(
    cells: Mapping[tuple[str, date], Decimal], rows: Iterable[str], days: Iterable[date]
) -> Totals:
    """Sums over cells (row, day) → person-days. Rows and days without cells are 0."""
    by_row = dict.fromkeys(rows, Decimal(0))
    by_day = dict.fromkeys(days, Decimal(0))
    for (row, day), booked in cells.items():
        by_row[row] += booked
        by_day[day] += booked
    return Totals(by_row, by_day, sum(by_day.values(), Decimal(0)))
