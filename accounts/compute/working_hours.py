"""Working time: the hours in which somebody is there to answer, and counting by them.

Working time is time that really passes while the office is open: an hour that summer time skips is not
worked, one that it repeats is worked twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.compute.working_days import WorkingCalendar

Span = tuple[datetime, datetime]
"""From a moment up to, not including, another; both in UTC."""

MIDNIGHT = time(0)
ONE_DAY = timedelta(days=1)
# How far ahead a moment is looked for: a calendar may have no working day left.
MOST_DAYS = 3660


@dataclass(frozen=True)
class OfficeHours:
    """When the office is open on a day that is worked, by its own wall clock.

    ``closes`` 00:00 is the midnight at which the day ends; opening and closing at 00:00 is all day.
    ``break_from`` and ``break_to`` are both given or neither.

    Raises:
        ValueError: it closes before it opens, or the break does not lie within.
    """

    opens: time
    closes: time
    zone: str
    break_from: time | None = None
    break_to: time | None = None

    def __post_init__(self) -> None:
        ZoneInfo(self.zone)
        if self.closes != MIDNIGHT and self.closes <= self.opens:
            raise ValueError("closes before it opens")
        if (self.break_from is None) != (self.break_to is None):
            raise ValueError("half a break")
        if self.break_from is not None and self.break_to is not None:
            before_end = self.closes == MIDNIGHT or self.break_to < self.closes
            if not (self.opens < self.break_from < self.break_to and before_end):
                raise ValueError("the break lies outside the hours")


@dataclass(frozen=True)
class WorkingHours:
    """Office hours on the days of a calendar."""

    calendar: WorkingCalendar
    office: OfficeHours
    _spans: dict[date, tuple[Span, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def spans(self, day: date) -> tuple[Span, ...]:
        """When the office is open on a local day, ascending; none on a day that is not worked."""
        found = self._spans.get(day)
        if found is None:
            found = self._spans[day] = self._make_spans(day)
        return found

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody works at a moment (aware)."""
        moment = moment.astimezone(UTC)
        return any(start <= moment < end for start, end in self.spans(self._day(moment)))

    def add(self, moment: datetime, worked: timedelta) -> datetime:
        """The earliest moment by which so much working time has passed since another (aware).

        No time gives the moment itself. In UTC.

        Raises:
            ValueError: a negative time.
            OverflowError: so much is not worked in ten years.
        """
        if worked < timedelta(0):
            raise ValueError("working time is added, not taken away")
        moment = moment.astimezone(UTC)
        if not worked:
            return moment
        day, left = self._day(moment), worked
        for _number in range(MOST_DAYS):
            for start, end in self.spans(day):
                begin = max(start, moment)
                if begin >= end:
                    continue
                if left <= end - begin:
                    return begin + left
                left -= end - begin
            day += ONE_DAY
        raise OverflowError("not within ten years")

    def between(self, first: datetime, second: datetime) -> timedelta:
        """Working time from a moment to another (aware); negative when the second lies before."""
        first, second = first.astimezone(UTC), second.astimezone(UTC)
        if second < first:
            return -self.between(second, first)
        worked, day, last = timedelta(0), self._day(first), self._day(second)
        while day <= last:
            for start, end in self.spans(day):
                worked += max(min(end, second) - max(start, first), timedelta(0))
            day += ONE_DAY
        return worked

    @property
    def day_length(self) -> timedelta:
        """Working time of a usual day."""
        office, day = self.office, date(2000, 1, 3)
        closes = datetime.combine(day, office.closes)
        if office.closes == MIDNIGHT:
            closes += ONE_DAY
        length = closes - datetime.combine(day, office.opens)
        if office.break_from is not None and office.break_to is not None:
            length -= datetime.combine(day, office.break_to) - datetime.combine(
                day, office.break_from
            )
        return length

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.office.zone)).date()

    def _make_spans(self, day: date) -> tuple[Span, ...]:
        if not self.calendar.is_working(day):
            return ()
        office = self.office
        parts = [(office.opens, office.closes)]
        if office.break_from is not None and office.break_to is not None:
            parts = [(office.opens, office.break_from), (office.break_to, office.closes)]
        spans: list[Span] = []
        latest = datetime.min.replace(tzinfo=UTC)
        for opens, closes in parts:
            # A time that summer time skips may come out behind the next one that exists.
            start = max(self._moment(day, opens), latest)
            end = self._moment(day if closes != MIDNIGHT else day + ONE_DAY, closes)
            if start < end:
                spans.append((start, end))
                latest = end
        return tuple(spans)

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, ZoneInfo(self.office.zone)).astimezone(UTC)
