"""Delivery figures against a naive computation, project by project, day by day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.compute.working_days import MONDAY_TO_FRIDAY, WorkingCalendar
from projects.compute.delivery import creep_index, delivery_figures, plain

DAY = timedelta(1)
START = date(2026, 1, 1)
# Days off within weeks, and a weekend that is worked.
CALENDAR = WorkingCalendar(
    frozenset(range(1, 6)),
    holidays=frozenset({date(2026, 1, 1), date(2026, 2, 17), date(2026, 2, 18)}),
    made_up=frozenset({date(2026, 2, 14), date(2026, 2, 28)}),
)
days = st.integers(0, 120).map(lambda number: START + number * DAY)


@dataclass
class Entry:
    item: str
    change: str
    effort: int


@dataclass
class Project:
    starts_on: date
    accepted_on: date | None = None
    baseline: tuple[date, date, int] | None = None
    entries: list[Entry] = field(default_factory=list)


entries = st.builds(
    Entry,
    item=st.sampled_from(["", "baseline", "outside"]),
    change=st.sampled_from(["", "signed", "unsigned"]),
    effort=st.integers(1, 31_000),
)


@st.composite
def projects(draw: st.DrawFn) -> Project:
    starts = draw(days)
    baseline = None
    if draw(st.booleans()):
        first = draw(days)
        baseline = (first, first + draw(st.integers(0, 60)) * DAY, draw(st.integers(0, 99_000)))
    accepted = draw(st.none() | st.integers(0, 90).map(lambda number: starts + number * DAY))
    return Project(starts, accepted, baseline, draw(st.lists(entries, max_size=6)))


def worked(first: date, last: date) -> int:
    count = 0
    while first <= last:
        count += CALENDAR.is_working(first)
        first += DAY
    return count


def oracle(project: Project, as_of: date) -> dict[str, int | None]:
    is_accepted = project.accepted_on is not None and project.accepted_on <= as_of
    until = project.accepted_on if is_accepted else as_of
    assert until is not None
    actual = worked(project.starts_on, until)
    sums = dict.fromkeys(("in", "approved", "unapproved", "unclassified"), 0)
    for entry in project.entries:
        if entry.change == "signed":
            sums["approved"] += entry.effort
        elif entry.change == "unsigned" or entry.item == "outside":
            sums["unapproved"] += entry.effort
        else:
            sums["in"] += entry.effort
            if not entry.item:
                sums["unclassified"] += entry.effort
    total = sum(entry.effort for entry in project.entries)
    planned = variance = budget = None
    if project.baseline:
        first, due, budget = project.baseline
        planned = worked(first, due)
        variance = actual - planned if is_accepted else worked(due + DAY, as_of)
    return {
        "baseline_days": planned,
        "actual_days": actual,
        "schedule_variance_days": variance,
        "baseline_effort": budget,
        "actual_effort": total,
        "in_scope_effort": sums["in"] if project.baseline else None,
        "approved_change_effort": sums["approved"],
        "unapproved_effort": sums["unapproved"],
        "unclassified_effort": sums["unclassified"],
        "effort_variance": None if budget is None else total - budget,
    }


def computed(
    found: list[Project], as_of: date, calendar: WorkingCalendar = CALENDAR
) -> list[dict[str, int | None]]:
    def moments(values: list[date | None]) -> pd.Series:
        return pd.Series(values, dtype="datetime64[s]")

    # Not in order and not from zero: rows must find each other by their index.
    numbers = [100 - 7 * place for place in range(len(found))]
    frame = pd.DataFrame(
        {
            "starts_on": moments([one.starts_on for one in found]),
            "accepted_on": moments([one.accepted_on for one in found]),
            "baseline_starts_on": moments([one.baseline and one.baseline[0] for one in found]),
            "baseline_due_on": moments([one.baseline and one.baseline[1] for one in found]),
            "baseline_effort": pd.Series(
                [one.baseline and one.baseline[2] for one in found], dtype="Int64"
            ),
        }
    ).set_axis(pd.Index(numbers))
    rows = [
        (number, entry.item, entry.change, entry.effort)
        for number, one in zip(numbers, found, strict=True)
        for entry in one.entries
    ]
    work = pd.DataFrame(rows, columns=["project", "item", "change", "effort"])
    figures = delivery_figures(frame, work, calendar, as_of)
    assert list(figures.index) == numbers
    return [
        {name: None if pd.isna(value) else int(value) for name, value in row.items()}
        for row in figures.astype(object).to_dict("records")
    ]


@given(found=st.lists(projects(), max_size=5), as_of=days)
def test_figures_are_those_of_a_naive_computation(found: list[Project], as_of: date) -> None:
    assert computed(found, as_of) == [oracle(project, as_of) for project in found]


@given(found=projects(), as_of=days)
def test_effort_with_a_baseline_is_in_scope_approved_or_unapproved(
    found: Project, as_of: date
) -> None:
    (figures,) = computed([found], as_of)
    parts = ("in_scope_effort", "approved_change_effort", "unapproved_effort")
    if figures["in_scope_effort"] is not None:
        assert sum(figures[name] or 0 for name in parts) == figures["actual_effort"]


def test_a_project_on_time_and_one_late() -> None:
    baseline = (date(2026, 3, 2), date(2026, 3, 13), 10_000)
    on_time = Project(date(2026, 3, 2), date(2026, 3, 13), baseline)
    late = Project(date(2026, 3, 2), date(2026, 3, 18), baseline)
    postponed = Project(date(2026, 3, 9), date(2026, 3, 20), baseline)
    variances = [
        one["schedule_variance_days"]
        for one in computed([on_time, late, postponed], date(2026, 6, 1), MONDAY_TO_FRIDAY)
    ]
    assert variances == [0, 3, 0], "a project that began late took no longer"


@pytest.mark.parametrize(
    ("as_of", "variance"),
    [
        (date(2026, 3, 13), 0),  # a Friday, the last day
        (date(2026, 3, 15), 0),  # nothing was worked since
        (date(2026, 3, 16), 1),
        (date(2026, 3, 20), 5),
    ],
)
def test_a_running_project_is_late_from_the_working_day_after_its_last(
    as_of: date, variance: int
) -> None:
    running = Project(date(2026, 3, 2), None, (date(2026, 3, 2), date(2026, 3, 13), 0))
    (figures,) = computed([running], as_of, MONDAY_TO_FRIDAY)
    assert figures["schedule_variance_days"] == variance


def test_no_projects_have_no_figures() -> None:
    assert computed([], START) == []


@given(unapproved=st.integers(0, 10**7), baseline=st.integers(0, 10**7))
def test_the_index_is_the_exact_quotient_to_ten_places(unapproved: int, baseline: int) -> None:
    index = creep_index(unapproved, baseline)
    if not baseline:
        assert index is None
    else:
        assert index is not None
        assert abs(Fraction(index) - Fraction(unapproved, baseline)) <= Fraction(1, 2 * 10**10)


def test_without_a_baseline_there_is_no_index() -> None:
    assert creep_index(5, None) is None


@pytest.mark.parametrize(
    ("number", "thousandths", "text"),
    [
        (None, False, ""),
        (0, False, "0"),
        (-3, False, "-3"),
        (1200, False, "1200"),
        (1200, True, "1.2"),
        (125, True, "0.125"),
        (-5, True, "-0.005"),
        (10**12, True, "1000000000"),
        (Decimal("0.0000000003"), False, "0.0000000003"),
        (Decimal("1.5000000000"), False, "1.5"),
    ],
)
def test_numbers_are_written_plainly(
    number: int | Decimal | None, thousandths: bool, text: str
) -> None:
    assert plain(number, thousandths=thousandths) == text


def test_nothing_is_rounded_on_the_way() -> None:
    """A float would not hold these."""
    many = Project(START, None, (START, START, 1), [Entry("baseline", "", 2**53), Entry("", "", 1)])
    (figures,) = computed([many], START)
    assert figures["actual_effort"] == 2**53 + 1
    assert np.float64(2**53) + 1 == 2**53
