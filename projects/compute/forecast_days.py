"""When a plan will be done as it stands today: what is late pushes what waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from accounts.compute.working_days import WorkingCalendar
from projects.compute.schedule import Key, Links, Span, in_order


@dataclass(frozen=True)
class Progress:
    """What has happened of a task: begun, finished on a day, or neither."""

    is_begun: bool = False
    finished_on: date | None = None


def forecast_ends(
    spans: Sequence[Span[Key]],
    progress: dict[Key, Progress],
    links: Links[Key],
    today: date,
    calendar: WorkingCalendar,
) -> dict[Key, date]:
    """Task → the day on which it will be done, if everything from today on goes as planned.

    A finished task was done on its day. One that was begun is done on its planned day, or today where
    that has passed: nobody knows better. One that was not begun starts on its planned day, not before
    its predecessors are done and not before today, and takes its planned working days.

    Raises:
        Cycle: some wait for each other.
    """
    by_key = {span.key: span for span in spans}
    ends: dict[Key, date] = {}

    @cache
    def later(day: date, number: int) -> date:
        return calendar.add_working_days(day, number)

    @cache
    def length(first: date, last: date) -> int:
        return max(calendar.working_days(first, last), 1)

    for key in in_order(by_key, links):
        span, done = by_key[key], progress.get(key, Progress())
        if done.finished_on is not None:
            ends[key] = done.finished_on
            continue
        before = max((ends[p] for p in links.get(key, ()) if p in ends), default=None)
        if span.is_milestone:
            ready = later(before, span.offset) if before and span.offset else before
            ends[key] = max(span.last, ready or span.last, today)
            continue
        if done.is_begun:
            ends[key] = max(span.last, today)
            continue
        allowed = later(before, 1 + span.offset) if before else span.first
        first = max(span.first, allowed, today)
        ends[key] = (
            span.last
            if first == span.first
            else later(later(first, 0), length(span.first, span.last) - 1)
        )
    return ends
