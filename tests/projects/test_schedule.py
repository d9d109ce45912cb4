"""Dates of plans: predecessors, working days, what a move pushes, the critical path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.compute.working_days import MONDAY_TO_FRIDAY, WorkingCalendar
from projects.compute.plan_documents import faults_of, works_of
from projects.compute.schedule import (
    Cycle,
    Span,
    Work,
    critical,
    earliest,
    in_order,
    pushed,
    schedule,
    slack,
)
from projects.compute.shipped_plan import shipped_document

MONDAY = date(2026, 6, 1)
NEW_YEAR = date(2026, 1, 1)

days_of_the_year = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    holidays = draw(st.frozensets(days_of_the_year, max_size=40))
    made_up = draw(st.frozensets(days_of_the_year, max_size=10))
    return WorkingCalendar(frozenset(range(1, 6)), holidays - made_up, made_up)


@st.composite
def plans(draw: st.DrawFn) -> list[Work[int]]:
    """Up to nine tasks, each waiting for some of those before it, in any order."""
    works = []
    for key in range(draw(st.integers(1, 9))):
        after = draw(st.sets(st.integers(0, key - 1), max_size=3)) if key else set()
        # A milestone that waits for nothing would be reached on the first day.
        days = draw(st.integers(0 if after else 1, 6))
        works.append(Work(key, days, tuple(after), draw(st.integers(0, 3))))
    return draw(st.permutations(works))


def links_of(works: list[Work[int]]) -> dict[int, tuple[int, ...]]:
    return {work.key: work.after for work in works}


@given(plans(), calendars(), days_of_the_year)
def test_tasks_keep_working_days_and_wait_for_their_predecessors(
    works: list[Work[int]], calendar: WorkingCalendar, start: date
) -> None:
    spans = schedule(works, start=start, calendar=calendar)
    for work in works:
        span = spans[work.key]
        assert calendar.is_working(span.first)
        assert calendar.is_working(span.last)
        assert start <= span.first <= span.last
        assert calendar.working_days(span.first, span.last) == max(work.days, 1)
        for predecessor in work.after:
            # Day by day, without the code's own counting: so many worked days lie between.
            between = list(days_between(spans[predecessor].last, span.first))
            waited = sum(map(calendar.is_working, between))
            assert waited >= work.offset + (1 if work.days else 0)
        if work.after:
            last = max(spans[p].last for p in work.after)
            waited = sum(map(calendar.is_working, days_between(last, span.first)))
            assert waited == work.offset + (1 if work.days else 0), "no later than it must"


def days_between(first: date, last: date) -> Iterator[date]:
    """The days after the first, up to the last."""
    return (first + timedelta(days=n) for n in range(1, (last - first).days + 1))


def naive_longest(works: list[Work[int]]) -> set[int]:
    """Every task on any longest chain, by walking all the chains there are."""
    by_key = {work.key: work for work in works}

    def chains(key: int) -> Iterator[list[int]]:
        followers = [work.key for work in works if key in work.after]
        if not followers:
            yield [key]
        for follower in followers:
            for rest in chains(follower):
                yield [key, *rest]

    lengths: list[tuple[int, list[int]]] = []
    for work in works:
        if not work.after:
            for chain in chains(work.key):
                lengths.append((sum(by_key[k].days + by_key[k].offset for k in chain), chain))
    longest = max(length for length, _ in lengths)
    return {key for length, chain in lengths if length == longest for key in chain}


@given(plans(), calendars())
def test_the_critical_path_is_the_longest_chain(
    works: list[Work[int]], calendar: WorkingCalendar
) -> None:
    spans = schedule(works, start=MONDAY, calendar=calendar)
    assert critical(list(spans.values()), links_of(works), calendar) == naive_longest(works)


@given(plans(), calendars(), st.data())
def test_a_task_moved_within_its_slack_does_not_move_the_end(
    works: list[Work[int]], calendar: WorkingCalendar, data: st.DataObject
) -> None:
    spans = schedule(works, start=MONDAY, calendar=calendar)
    links = links_of(works)
    room = slack(list(spans.values()), links, calendar)
    end = max(span.last for span in spans.values())
    key = data.draw(st.sampled_from(sorted(spans)))
    for steps, moves in ((room[key], False), (room[key] + 1, True)):
        span = spans[key]
        first = calendar.add_working_days(span.first, steps)
        last = calendar.add_working_days(span.last, steps)
        later = spans | {key: Span(key, first, last, span.is_milestone, span.offset)}
        later |= pushed(list(later.values()), links, calendar)
        assert (max(span.last for span in later.values()) > end) == moves


@given(plans(), calendars(), st.data())
def test_a_late_task_pushes_only_what_must_move_and_never_back(
    works: list[Work[int]], calendar: WorkingCalendar, data: st.DataObject
) -> None:
    spans = schedule(works, start=MONDAY, calendar=calendar)
    links = links_of(works)
    key = data.draw(st.sampled_from(sorted(spans)))
    steps = data.draw(st.integers(0, 15))
    span = spans[key]
    late = Span(key, calendar.add_working_days(span.first, steps),
                calendar.add_working_days(span.last, steps), span.is_milestone, span.offset)  # fmt: skip
    before = spans | {key: late}
    moved = pushed(list(before.values()), links, calendar)
    after = before | moved
    assert key not in moved
    for work in works:
        now = after[work.key]
        assert now.first >= before[work.key].first
        allowed = earliest(now, [after[p].last for p in work.after], calendar)
        if allowed is not None:
            assert now.first >= allowed
            if work.key in moved:
                assert now.first == allowed, "no further than it must"
        assert calendar.working_days(now.first, now.last) == max(work.days, 1)


def test_what_has_happened_is_not_pushed() -> None:
    done = Span(2, MONDAY, MONDAY, is_fixed=True)
    spans = [Span(1, MONDAY, MONDAY + timedelta(days=3)), done]
    assert pushed(spans, {2: [1]}, MONDAY_TO_FRIDAY) == {}


@pytest.mark.parametrize(
    ("links", "path"),
    [
        ({1: [2], 2: [1]}, [1, 2, 1]),
        ({1: [3], 2: [1], 3: [2]}, [1, 2, 3, 1]),
        ({1: [], 2: [1, 4], 3: [2], 4: [3]}, [2, 3, 4, 2]),
        ({1: [1]}, [1, 1]),
    ],
)
def test_a_circle_is_refused_with_its_path(links: dict[int, list[int]], path: list[int]) -> None:
    with pytest.raises(Cycle) as refused:
        in_order(links, links)
    assert refused.value.path == path


def test_the_shipped_template_is_sound_and_starts_on_a_working_day() -> None:
    document = shipped_document()
    assert faults_of(document) == []
    saturday = date(2026, 6, 6)
    spans = schedule(works_of(document), start=saturday, calendar=MONDAY_TO_FRIDAY)
    assert min(span.first for span in spans.values()) == date(2026, 6, 8)
    order = [spans[key].last for key in ("team-ready", "kick-off-done", "try-product",
             "confirm-survey", "agree-gaps", "solution-signed", "internal-test", "uat-signed",
             "live", "revision-lesson", "accepted", "handed-over")]  # fmt: skip
    assert order == sorted(order)
    assert spans["handed-over"].last == max(span.last for span in spans.values())
