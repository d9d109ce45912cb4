"""Cohorts: a table by hand, a slow count day by day, and what must hold for any facts."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute.cohorts import (
    Cohort,
    arr_cohorts,
    arr_members,
    by_year,
    cohorts_of_counts,
    has_long_terms,
    payment_cohorts,
    payment_members,
    pooled_rate,
)
from segmentation.compute.months import last_day_of, month_number, month_of

START = date(2024, 1, 1)
UNTIL = date(2024, 8, 20)

Line = tuple[str, date, date | None, int]
Paid = tuple[str, date, int]


def lines(*rows: Line) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer", "starts_on", "ends_on", "annual_fee"])
    for name in ("starts_on", "ends_on"):
        days = [None if day is None else day.toordinal() for day in frame[name]]
        frame[name] = pd.array(days, dtype="Int64")
    return frame


def payments(*rows: Paid) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer", "paid_on", "amount"])
    frame["paid_on"] = [day.toordinal() for day in frame["paid_on"]]
    return frame.astype({"paid_on": "int64", "amount": "int64"})


def test_customers_and_arr_there_after_months() -> None:
    found = arr_cohorts(
        lines(
            ("stays", date(2024, 1, 15), None, 100),
            ("grows", date(2024, 1, 31), None, 50),
            ("grows", date(2024, 3, 1), None, 25),
            ("leaves", date(2024, 1, 1), date(2024, 3, 30), 40),
            ("returns", date(2024, 1, 1), date(2024, 2, 10), 10),
            ("returns", date(2024, 4, 2), None, 20),
            ("late", date(2024, 3, 31), None, 7),
            ("free", date(2024, 1, 1), None, 0),
            ("future", date(2024, 9, 1), None, 99),
        ),
        date(2024, 4, 30),
    )
    assert found == [
        Cohort(date(2024, 1, 1), 4, (4, 3, 2, 3), (4, 3, 2, 2), (200, 190, 175, 195)),
        Cohort(date(2024, 3, 1), 1, (1, 1), (1, 1), (7, 7)),
    ]
    january, march = found
    assert january.rate(1) == Fraction(3, 4)
    assert january.amount_rate(3) == Fraction(195, 200)
    assert march.rate(2) is None
    assert pooled_rate(found, 1) == Fraction(4, 5)
    assert pooled_rate(found, 3) == Fraction(3, 4)
    assert pooled_rate(found, 4) is None


def test_a_month_that_has_not_ended_has_no_cell_and_no_cohort() -> None:
    rows = lines(("a", date(2024, 3, 5), None, 1), ("b", date(2024, 4, 2), None, 1))
    (march,) = arr_cohorts(rows, date(2024, 4, 29))
    assert march == Cohort(date(2024, 3, 1), 1, (1,), (1,), (1,))
    assert len(arr_cohorts(rows, date(2024, 4, 30))) == 2


def test_payments_of_the_month_count_refunds_only_lower_the_amount() -> None:
    found = payment_cohorts(
        payments(
            ("a", date(2024, 1, 3), 100),
            ("a", date(2024, 1, 30), 0),
            ("a", date(2024, 3, 3), 60),
            ("b", date(2024, 1, 9), 10),
            ("b", date(2024, 2, 9), -10),
            ("c", date(2024, 1, 9), -5),
            ("c", date(2024, 3, 9), 30),
            ("d", date(2024, 4, 1), 5),
        ),
        date(2024, 3, 31),
    )
    assert found == [
        Cohort(date(2024, 1, 1), 2, (2, 0, 1), (2, 0, 0), (110, -10, 60)),
        Cohort(date(2024, 3, 1), 1, (1,), (1,), (30,)),
    ]


def test_a_year_of_cohorts_reaches_as_far_as_its_youngest() -> None:
    one, two = (
        Cohort(date(2024, 1, 1), 4, (4, 3, 2), (4, 3, 2), (40, 30, 20)),
        Cohort(date(2024, 2, 1), 2, (2, 1), (2, 1), (20, 30)),
    )
    later = Cohort(date(2025, 1, 1), 1, (1,))
    assert by_year([one, two, later]) == [
        Cohort(date(2024, 1, 1), 6, (6, 4), (6, 4), (60, 60)),
        later,
    ]


@pytest.mark.parametrize("rows", [(), (("a", date(2025, 1, 1), None, 5),)], ids=["none", "future"])
def test_nobody_came(rows: tuple[Line, ...]) -> None:
    assert arr_cohorts(lines(*rows), UNTIL) == []
    assert payment_cohorts(payments(), UNTIL) == []


LEAP_YEAR = ("a", date(2024, 1, 1), date(2024, 12, 31), 5)
A_DAY_MORE = ("b", date(2024, 1, 1), date(2025, 1, 1), 5)
OPEN = ("c", date(2024, 1, 1), None, 5)
FREE = ("d", date(2020, 1, 1), date(2030, 1, 1), 0)


@pytest.mark.parametrize(
    ("rows", "are_long"),
    [
        ((), False),
        ((OPEN, FREE), False),
        ((LEAP_YEAR,), False),
        ((A_DAY_MORE,), True),
        ((A_DAY_MORE, LEAP_YEAR, OPEN), False),
        ((A_DAY_MORE, A_DAY_MORE, LEAP_YEAR), True),
    ],
)
def test_terms_are_long_when_most_are_longer_than_a_year(
    rows: tuple[Line, ...], are_long: bool
) -> None:
    assert has_long_terms(lines(*rows)) is are_long


def test_counts_from_elsewhere_become_cohorts() -> None:
    january, february = month_number(date(2024, 1, 1)), month_number(date(2024, 2, 1))
    found = cohorts_of_counts(
        [(january, january, 9), (january, january + 2, 4), (february, february, 3)],
        date(2024, 3, 31),
    )
    assert found == [Cohort(date(2024, 1, 1), 9, (9, 0, 4)), Cohort(date(2024, 2, 1), 3, (3, 0))]
    assert found[0].amount_rate(1) is None


days = st.integers(0, 240).map(lambda number: START + timedelta(days=number))
names = st.sampled_from("abcdefg")


@st.composite
def a_line(draw: st.DrawFn) -> Line:
    start = draw(days)
    end = draw(st.none() | st.integers(0, 200).map(lambda length: start + timedelta(days=length)))
    return draw(names), start, end, draw(st.integers(0, 5))


def arr_on(rows: list[Line], customer: str, day: date) -> int:
    return sum(
        fee
        for name, start, end, fee in rows
        if name == customer and start <= day and (end is None or day <= end)
    )


@given(st.lists(a_line(), max_size=25))
def test_arr_cohorts_against_a_count_day_by_day(rows: list[Line]) -> None:
    found = {cohort.month: cohort for cohort in arr_cohorts(lines(*rows), UNTIL)}
    last = date(2024, 7, 31)
    came: dict[date, list[str]] = {}
    for name in sorted({row[0] for row in rows}):
        day = START
        while day <= last and not arr_on(rows, name, day):
            day += timedelta(days=1)
        if day <= last:
            came.setdefault(day.replace(day=1), []).append(name)
    assert {month: cohort.size for month, cohort in found.items()} == {
        month: len(members) for month, members in came.items()
    }
    for month, members in came.items():
        cohort = found[month]
        ends = [
            last_day_of(number) for number in range(month_number(month), month_number(last) + 1)
        ]
        arr = [[arr_on(rows, name, end) for end in ends] for name in members]
        assert cohort.active == tuple(
            sum(row[place] > 0 for row in arr) for place in range(len(ends))
        )
        assert cohort.unbroken == tuple(
            sum(all(row[: place + 1]) for row in arr) for place in range(len(ends))
        )
        assert cohort.amounts == tuple(sum(row[place] for row in arr) for place in range(len(ends)))
        for place, end in enumerate(ends):
            behind = arr_members(lines(*rows), month, end)
            assert dict(zip(behind["customer"], behind["amount"], strict=True)) == dict(
                zip(members, [row[place] for row in arr], strict=True)
            )


@given(st.lists(a_line(), max_size=40))
def test_cohorts_sum_to_the_customers_and_first_losses_only_grow(rows: list[Line]) -> None:
    found = arr_cohorts(lines(*rows), UNTIL)
    ever = {
        name
        for name, start, end, fee in rows
        if fee and start <= date(2024, 7, 31) and (end is None or start <= end)
    }
    assert sum(cohort.size for cohort in found) == len(ever)
    for cohort in found:
        assert list(cohort.unbroken) == sorted(cohort.unbroken, reverse=True)
        for unbroken, active in zip(cohort.unbroken, cohort.active, strict=True):
            assert unbroken <= active <= cohort.size


@given(
    st.lists(st.tuples(names, days, st.integers(-3, 9)), max_size=30),
)
def test_payment_cohorts_against_sets(rows: list[Paid]) -> None:
    last = month_number(date(2024, 7, 1))
    first: dict[str, int] = {}
    for name, day, amount in sorted(rows, key=lambda row: row[1]):
        if amount >= 0 and month_number(day) <= last:
            first.setdefault(name, month_number(day))
    wanted = {}
    for number in set(first.values()):
        members = {name for name, came in first.items() if came == number}
        active, amounts = [], []
        for month in range(number, last + 1):
            then = [row for row in rows if row[0] in members and month_number(row[1]) == month]
            active.append(len({name for name, _, amount in then if amount >= 0}))
            amounts.append(sum(amount for _, _, amount in then))
            behind = payment_members(payments(*rows), month_of(number), month - number)
            assert set(behind["customer"]) == members
            assert int(behind["amount"].sum()) == amounts[-1]
            assert int(behind["active"].sum()) == active[-1]
        wanted[month_of(number)] = (len(members), tuple(active), tuple(amounts))
    found = payment_cohorts(payments(*rows), UNTIL)
    assert {
        cohort.month: (cohort.size, cohort.active, cohort.amounts) for cohort in found
    } == wanted
