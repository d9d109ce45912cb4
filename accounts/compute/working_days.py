"""Which days are worked, and counting by them.

Every working day has a number: how many working days lie before it. Counting is a difference of
numbers, adding looks a number up. numpy's business days know weekends and holidays but no weekend
that is worked, so the made-up days are counted beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.datetime64]
"""Calendar days, `datetime64[D]`."""

Integers = NDArray[np.int64]

_FIRST = np.datetime64(date.min, "D")
_LAST = np.datetime64(date.max, "D")


@dataclass(frozen=True)
class WorkingCalendar:
    """The days that are worked.

    weekdays: worked unless a day is a holiday; ISO numbers, Monday is 1. holidays: days off,
    whatever their weekday. made_up: days worked, whatever their weekday. Equal calendars are equal
    and hash alike.

    Raises:
        ValueError: no weekday is worked, a number is not a weekday, or a day is both a holiday and
            made up.
    """

    weekdays: frozenset[int]
    holidays: frozenset[date] = frozenset()
    made_up: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= set(range(1, 8)):
            raise ValueError(f"weekdays: {sorted(self.weekdays)}")
        if both := self.holidays & self.made_up:
            raise ValueError(f"both a holiday and worked: {sorted(both)}")

    def is_working(self, day: date) -> bool:
        """Whether a day is worked."""
        if day in self.made_up:
            return True
        return day.isoweekday() in self.weekdays and day not in self.holidays

    def working_days(self, first: date, last: date) -> int:
        """How many days are worked from the first to the last day, both counted; none when the
        last lies before the first."""
        return int(self.working_days_each(_days([first]), _days([last]))[0])

    def add_working_days(self, day: date, number: int) -> date:
        """The working day so many working days after a day, or before it when negative.

        The day itself need not be worked: one working day after a Saturday is the Monday. Zero
        gives the day itself where it is worked, else the next working day.

        Raises:
            OverflowError: it lies outside the years 1 to 9999.
        """
        found: date = self.add_each(_days([day]), np.array([number]))[0].astype(object)
        return found

    def working_days_between(self, first: date, second: date) -> int:
        """Working days after the first day up to and including the second; negative when the second
        lies before the first.

        Between two working days it is the number that leads from the one to the other:
        ``add_working_days(first, working_days_between(first, second)) == second``.
        """
        return int(self.between_each(_days([first]), _days([second]))[0])

    def working_days_each(self, firsts: Days, lasts: Days) -> Integers:
        """:meth:`working_days`, element by element."""
        counted: Integers = self._up_to(lasts) - self._before(firsts)
        return np.maximum(counted, 0)

    def between_each(self, firsts: Days, seconds: Days) -> Integers:
        """:meth:`working_days_between`, element by element."""
        difference: Integers = self._up_to(seconds) - self._up_to(firsts)
        return difference

    def add_each(self, days: Days, numbers: Integers) -> Days:
        """:meth:`add_working_days`, element by element."""
        before = self._before(days)
        after = self._up_to(days)
        wanted = np.where(numbers > 0, after + numbers - 1, before + numbers)
        if (wanted < 0).any():
            raise OverflowError("before the year 1")
        return self._numbered(wanted)

    @cached_property
    def _business(self) -> np.busdaycalendar:
        mask = [number in self.weekdays for number in range(1, 8)]
        return np.busdaycalendar(weekmask=mask, holidays=_days(sorted(self.holidays)))

    @cached_property
    def _extra(self) -> Days:
        """The made-up days that numpy would not count, ascending."""
        made_up = _days(sorted(self.made_up))
        return made_up[~np.is_busday(made_up, busdaycal=self._business)]

    @cached_property
    def _extra_numbers(self) -> Integers:
        return self._before(self._extra)

    def _before(self, days: Days) -> Integers:
        """How many days are worked before each day, from the year 1 on."""
        usual = np.busday_count(_FIRST, days, busdaycal=self._business)
        return np.asarray(usual + np.searchsorted(self._extra, days, side="left"), dtype=np.int64)

    def _up_to(self, days: Days) -> Integers:
        """The same with the day itself."""
        # The day after the last one that a date can say is none; it is counted by hand.
        worked = np.is_busday(days, busdaycal=self._business) | np.isin(days, self._extra)
        return self._before(days) + worked

    def _numbered(self, numbers: Integers) -> Days:
        """The working days with these numbers."""
        earlier = np.searchsorted(self._extra_numbers, numbers, side="left")
        usual = np.busday_offset(
            _FIRST, numbers - earlier, roll="forward", busdaycal=self._business
        )
        if len(self._extra):
            place = np.minimum(earlier, len(self._extra) - 1)
            usual = np.where(
                (earlier < len(self._extra)) & (self._extra_numbers[place] == numbers),
                self._extra[place],
                usual,
            )
        if (usual > _LAST).any():
            raise OverflowError("after the year 9999")
        return usual


MONDAY_TO_FRIDAY = WorkingCalendar(frozenset(range(1, 6)))
"""Of a tenant that has no calendar of its own."""


def _days(days: list[date]) -> Days:
    return np.array(days, dtype="datetime64[D]")
