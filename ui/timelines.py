"""Everything that happened with a customer in one list: apps register what they can tell.

A page of the list begins after a day and an offset within it, so that days with more entries than a
page are paged through without losing one, and without a source knowing of the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.module_loading import import_string

Text = str | Promise
# How many entries of one day may have been passed over; a longer address is not one of ours.
MOST_PASSED = 5000


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened.

    ``at``: a day, or a moment where it is known; ``key``: unique within the source, and the same
    each time; ``who``: of the vendor or the customer; ``url``: where it is shown, or "".
    """

    at: datetime | date
    key: str
    title: Text
    text: str = ""
    who: str = ""
    url: str = ""
    # Where the person may change it, or "".
    edit_url: str = ""


@dataclass(frozen=True)
class TimelinePage:
    """What a source is asked for: its ``most`` newest entries that happened before ``before``, the
    midnight that ends the last day of the page in the tenant's time zone."""

    before: datetime
    most: int

    @property
    def until(self) -> date:
        """The last day of the page: for facts that have a day and no moment."""
        return self.before.date() - timedelta(days=1)

    def moment(self, at: datetime | date) -> datetime:
        """When an entry is in the order: a day without a time counts as its first moment."""
        zone = self.before.tzinfo
        if isinstance(at, datetime):
            return at.astimezone(zone)
        return datetime.combine(at, time.min, tzinfo=zone)

    def newest(self, entries: Iterable[TimelineEntry]) -> list[TimelineEntry]:
        """Entries of several queries, each newest first, as one source gives them: in order, and not
        more than asked. Of the same moment they stay as given, so that a longer list begins with
        the shorter one."""
        within = (entry for entry in entries if self.moment(entry.at) < self.before)
        ordered = sorted(within, key=lambda entry: self.moment(entry.at), reverse=True)
        return ordered[: self.most]


@dataclass(frozen=True)
class TimelineSource:
    """A kind of entry.

    ``feed``: dotted path of ``(request, customer, TimelinePage) → list[TimelineEntry]``, newest first,
    of what the person may see, with a fixed number of statements. Asked for more, it gives the same
    entries first (order by the day or moment, then by the primary key).
    ``ability``: what a member must be allowed for the kind to be there at all ("": nothing further).
    """

    key: str
    label: Text
    icon: str
    feed: str
    order: int
    ability: str = ""


@dataclass(frozen=True)
class TimelineCursor:
    """Where a page begins: the newest day that it shows, and how many entries of that day were
    shown on the pages before."""

    day: date
    passed: int = 0

    _WRITTEN = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.(\d{1,4}))?")

    def __str__(self) -> str:
        return f"{self.day.isoformat()}.{self.passed}" if self.passed else self.day.isoformat()

    @classmethod
    def read(cls, written: str, *, latest: date) -> Self:
        """From an address; what is no cursor, or later than ``latest``, begins at ``latest``."""
        match = cls._WRITTEN.fullmatch(written)
        try:
            day = date.fromisoformat(match[1]) if match else latest
        except ValueError:
            return cls(latest)
        if match is None or day > latest or day == date.min:
            return cls(latest)
        return cls(day, min(int(match[2] or 0), MOST_PASSED))


@dataclass(frozen=True)
class ShownEntry:
    """An entry as a page shows it, with the kind it is of."""

    source: TimelineSource
    entry: TimelineEntry
    day: date
    has_time: bool


@dataclass(frozen=True)
class TimelineMonth:
    """The entries of one month; ``month`` is its first day."""

    month: date
    entries: list[ShownEntry]


@dataclass(frozen=True)
class ShownTimeline:
    """A page of the list, and where the next one begins (None: there is nothing older)."""

    months: list[TimelineMonth]
    older: TimelineCursor | None

    @property
    def count(self) -> int:
        return sum(len(month.entries) for month in self.months)


class CustomerTimeline:
    """The sources of the customer's timeline."""

    def __init__(self) -> None:
        self._sources: dict[str, TimelineSource] = {}

    def register(self, source: TimelineSource) -> None:
        self._sources[source.key] = source

    def sources(self, allowed: Callable[[str], bool]) -> list[TimelineSource]:
        """The kinds that a member may see, in order."""
        return [
            source
            for source in sorted(self._sources.values(), key=lambda source: source.order)
            if not source.ability or allowed(source.ability)
        ]

    def page(
        self,
        request: HttpRequest,
        customer: Any,
        sources: Iterable[TimelineSource],
        cursor: TimelineCursor,
        *,
        zone: ZoneInfo,
        rows: int,
    ) -> ShownTimeline:
        """``rows`` entries of these kinds from the cursor on, the newest first, by month."""
        before = datetime.combine(cursor.day + timedelta(days=1), time.min, tzinfo=zone)
        asked = TimelinePage(before, cursor.passed + rows + 1)
        found = [
            (asked.moment(entry.at), source, entry)
            for source in sources
            for entry in import_string(source.feed)(request, customer, asked)
        ]
        found.sort(key=lambda one: one[0], reverse=True)
        rest = found[cursor.passed :]
        shown = [
            ShownEntry(source, entry, moment.date(), isinstance(entry.at, datetime))
            for moment, source, entry in rest[:rows]
        ]
        return ShownTimeline(_by_month(shown), _older(cursor, shown) if rest[rows:] else None)


def _by_month(entries: list[ShownEntry]) -> list[TimelineMonth]:
    months: list[TimelineMonth] = []
    for entry in entries:
        month = entry.day.replace(day=1)
        if not months or months[-1].month != month:
            months.append(TimelineMonth(month, []))
        months[-1].entries.append(entry)
    return months


def _older(cursor: TimelineCursor, shown: list[ShownEntry]) -> TimelineCursor:
    last = shown[-1].day
    of_day = sum(entry.day == last for entry in shown)
    if last == cursor.day:
        return replace(cursor, passed=cursor.passed + of_day)
    return TimelineCursor(last, of_day)
