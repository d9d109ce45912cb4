"""When tasks happen: days by the working calendar, what waits for what, and the critical path.

A task starts on the working day after the last of its predecessors has finished, or so many working
days later as its offset says; a milestone is reached on the day they have finished. The critical
path is that of the critical path method (Kelley and Walker, 1959): the tasks that cannot move by a
working day without moving the end of the plan.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, TypeVar

import numpy as np

from accounts.compute.working_days import WorkingCalendar

Key = TypeVar("Key", bound=int | str)
Links = Mapping[Key, Collection[Key]]
"""Task → its predecessors. What is not among the tasks is passed over."""


class Cycle(Exception):
    """Tasks that wait for each other.

    ``path``: their keys in order, each waited for by the next; the first stands at the end again.
    """

    def __init__(self, path: Sequence[int | str]) -> None:
        super().__init__(" → ".join(map(str, path)))
        self.path = list(path)


@dataclass(frozen=True)
class Work(Generic[Key]):
    """A task to be dated. ``days``: working days, at least 1; 0 is a milestone."""

    key: Key
    days: int
    after: tuple[Key, ...] = ()
    offset: int = 0


@dataclass(frozen=True)
class Span(Generic[Key]):
    """A dated task. Both days count; a milestone has ``first`` equal to ``last``.

    ``is_fixed``: it has happened, nothing moves it.
    """

    key: Key
    first: date
    last: date
    is_milestone: bool = False
    offset: int = 0
    is_fixed: bool = False


def in_order(keys: Iterable[Key], links: Links[Key]) -> list[Key]:
    """The tasks so that each comes after its predecessors, else in the order given.

    Raises:
        Cycle: some wait for each other.
    """
    every = list(dict.fromkeys(keys))
    known = set(every)
    left = {key: sum(p in known for p in set(links.get(key, ()))) for key in every}
    following = successors(every, links)
    ready = deque(key for key in every if not left[key])
    ordered = []
    while ready:
        key = ready.popleft()
        ordered.append(key)
        for successor in following[key]:
            left[successor] -= 1
            if not left[successor]:
                ready.append(successor)
    if len(ordered) < len(every):
        stuck = {key for key in every if left[key]}
        circle = _cycle_among(stuck, links)
        raise Cycle(circle)
    return ordered


def successors(keys: Iterable[Key], links: Links[Key]) -> dict[Key, list[Key]]:
    """Task → the tasks that wait for it."""
    following: dict[Key, list[Key]] = {key: [] for key in keys}
    for key in following:
        for predecessor in dict.fromkeys(links.get(key, ())):
            if predecessor in following:
                following[predecessor].append(key)
    return following


def _cycle_among(stuck: set[Key], links: Links[Key]) -> list[Key]:
    """A circle, found by walking back from a task that never became ready."""
    walked: list[Key] = []
    at = min(stuck, key=str)
    while at not in walked:
        walked.append(at)
        at = next(p for p in links[at] if p in stuck)
    circle = walked[walked.index(at) :]
    return [at, *reversed(circle)]


def schedule(
    works: Sequence[Work[Key]], *, start: date, calendar: WorkingCalendar
) -> dict[Key, Span[Key]]:
    """The earliest days of every task when the project starts on a day (or the next worked one).

    Raises:
        Cycle: some wait for each other.
    """
    by_key = {work.key: work for work in works}
    links = {work.key: work.after for work in works}
    # Ends are counted in working days from the start: -1 is the evening before.
    begin: dict[Key, int] = {}
    end: dict[Key, int] = {}
    for key in in_order(by_key, links):
        work = by_key[key]
        ready = max((end[p] for p in work.after if p in end), default=-1) + work.offset
        if work.days:
            begin[key], end[key] = ready + 1, ready + work.days
        else:
            begin[key] = end[key] = max(ready, 0)
    first = np.datetime64(calendar.add_working_days(start, 0), "D")
    keys = list(by_key)
    days = [
        calendar.add_each(
            np.full(len(keys), first), np.array([place[k] for k in keys], dtype=np.int64)
        )
        for place in (begin, end)
    ]
    return {
        key: Span(key, began.astype(object), ended.astype(object), not by_key[key].days,
                  by_key[key].offset)
        for key, began, ended in zip(keys, *days, strict=True)
    }  # fmt: skip


def earliest(span: Span[Key], ends: Iterable[date], calendar: WorkingCalendar) -> date | None:
    """The first day that its predecessors' ends allow; None: it has none."""
    last = max(ends, default=None)
    if last is None:
        return None
    if span.is_milestone:
        return calendar.add_working_days(last, span.offset) if span.offset else last
    return calendar.add_working_days(last, 1 + span.offset)


def pushed(
    spans: Sequence[Span[Key]], links: Links[Key], calendar: WorkingCalendar
) -> dict[Key, Span[Key]]:
    """The tasks that have to move because a predecessor ends too late for them, where they come to.

    They keep their working days, move no further than they must, and none moves forward in time.

    Raises:
        Cycle: some wait for each other.
    """
    now = {span.key: span for span in spans}
    moved: dict[Key, Span[Key]] = {}
    for key in in_order(now, links):
        span = now[key]
        if span.is_fixed:
            continue
        ends = [now[p].last for p in links.get(key, ()) if p in now]
        first = earliest(span, ends, calendar)
        if first is not None and first > span.first:
            now[key] = moved[key] = moved_to(span, first, calendar)
    return moved


def moved_to(span: Span[Key], first: date, calendar: WorkingCalendar) -> Span[Key]:
    """The task from another day on, as many working days long."""
    if span.is_milestone:
        return replace(span, first=first, last=first)
    days = max(calendar.working_days(span.first, span.last), 1)
    first = calendar.add_working_days(first, 0)
    return replace(span, first=first, last=calendar.add_working_days(first, days - 1))


def slack(
    spans: Sequence[Span[Key]], links: Links[Key], calendar: WorkingCalendar
) -> dict[Key, int]:
    """By how many working days each task could move without moving the end of the plan.

    Never negative: a task that its successors do not wait long enough for has none.

    Raises:
        Cycle: some wait for each other.
    """
    if not spans:
        return {}
    keys = [span.key for span in spans]
    firsts = np.array([span.first for span in spans], dtype="datetime64[D]")
    lasts = np.array([span.last for span in spans], dtype="datetime64[D]")
    origin = np.full(len(keys), firsts.min())
    begin = dict(zip(keys, calendar.between_each(origin, firsts).tolist(), strict=True))
    end = dict(zip(keys, calendar.between_each(origin, lasts).tolist(), strict=True))
    by_key = {span.key: span for span in spans}
    following = successors(keys, links)
    finish = max(end.values())
    room: dict[Key, int] = {}
    for key in reversed(in_order(keys, links)):
        latest = finish - end[key]
        for successor in following[key]:
            span = by_key[successor]
            gap = begin[successor] - end[key] - span.offset - (0 if span.is_milestone else 1)
            latest = min(latest, room[successor] + gap)
        room[key] = max(latest, 0)
    return room


def critical(spans: Sequence[Span[Key]], links: Links[Key], calendar: WorkingCalendar) -> set[Key]:
    """The tasks without slack.

    Raises:
        Cycle: some wait for each other.
    """
    return {key for key, room in slack(spans, links, calendar).items() if not room}
