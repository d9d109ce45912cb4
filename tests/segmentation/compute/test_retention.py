"""Movements of ARR: months by hand, and a slow oracle that counts day by day."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute.retention import (
    LINE_COLUMNS,
    Retention,
    compare_days,
    month_boundaries,
    monthly_retention,
    period_retention,
)

FIGURES = (
    "start_arr",
    "new",
    "expansion",
    "contraction",
    "churned",
    "reactivated",
    "end_arr",
    "customers_start",
    "customers_lost",
)

Line = tuple[str, date, date | None, int]


def lines(*rows: Line) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(LINE_COLUMNS))


def in_month(month: date, *rows: Line) -> Retention:
    (figures,) = monthly_retention(lines(*rows), month, month)
    return figures


JUNE = date(2025, 6, 1)
LAST_OF_MAY = date(2025, 5, 31)
LAST_OF_JUNE = date(2025, 6, 30)


@pytest.mark.parametrize(
    ("rows", "movements"),
    [
        ([("a", date(2025, 6, 1), None, 100)], {"new": 100}),
        ([("a", LAST_OF_JUNE, None, 100)], {"new": 100}),
        ([("a", date(2025, 7, 1), None, 100)], {}),
        # Active on the last day of May, so there at the start.
        ([("a", LAST_OF_MAY, None, 100)], {"start_arr": 100, "end_arr": 100}),
        # Ends on the last day of June: still there at the end; one day earlier: churned.
        ([("a", date(2025, 1, 1), LAST_OF_JUNE, 100)], {"start_arr": 100, "end_arr": 100}),
        (
            [("a", date(2025, 1, 1), date(2025, 6, 29), 100)],
            {"start_arr": 100, "churned": 100, "customers_lost": 1},
        ),
        # One of two lines ends: contraction, nobody is lost.
        (
            [("a", date(2025, 1, 1), date(2025, 6, 29), 100), ("a", date(2025, 1, 1), None, 50)],
            {"start_arr": 150, "contraction": 100, "end_arr": 50},
        ),
        (
            [("a", date(2025, 1, 1), None, 100), ("a", date(2025, 6, 9), None, 50)],
            {"start_arr": 100, "expansion": 50, "end_arr": 150},
        ),
        # A line replaced by a dearer one on the next day is expansion by the difference.
        (
            [("a", date(2025, 1, 1), date(2025, 6, 9), 100), ("a", date(2025, 6, 10), None, 130)],
            {"start_arr": 100, "expansion": 30, "end_arr": 130},
        ),
        # Back after a time without: reactivated, and not new.
        (
            [("a", date(2024, 1, 1), date(2024, 12, 31), 80), ("a", date(2025, 6, 3), None, 100)],
            {"reactivated": 100, "end_arr": 100},
        ),
        # Came and went within the month: neither end sees it.
        ([("a", date(2025, 6, 3), date(2025, 6, 20), 100)], {}),
        # Came, went and came back within the month: never had any before the month.
        (
            [("a", date(2025, 6, 3), date(2025, 6, 5), 80), ("a", date(2025, 6, 20), None, 100)],
            {"new": 100},
        ),
        # A fee and a credit of the same amount from the same day on were never revenue.
        (
            [
                ("a", date(2025, 1, 1), None, 100),
                ("a", date(2025, 1, 1), None, -100),
                ("a", date(2025, 6, 20), None, 40),
            ],
            {"new": 40},
        ),
        # Nothing to pay is no recurring revenue.
        ([("a", date(2025, 1, 1), None, 0)], {}),
        ([("a", date(2025, 6, 20), date(2025, 6, 10), 100)], {}),
    ],
)
def test_one_customer_in_june(rows: list[Line], movements: dict[str, int]) -> None:
    found = in_month(JUNE, *rows)
    nothing = dict.fromkeys(FIGURES, 0)
    expected = nothing | movements
    expected["end_arr"] = movements.get(
        "end_arr", movements.get("new", 0) + movements.get("reactivated", 0)
    )
    expected["customers_start"] = 1 if expected["start_arr"] else 0
    assert {name: getattr(found, name) for name in expected} == expected


def test_a_month_of_several_customers() -> None:
    old = date(2024, 1, 1)
    found = in_month(
        JUNE,
        ("keeps", old, None, 400),
        ("grows", old, None, 100),
        ("grows", date(2025, 6, 5), None, 25),
        ("shrinks", old, date(2025, 6, 15), 200),
        ("shrinks", date(2025, 6, 16), None, 150),
        ("leaves", old, date(2025, 6, 15), 300),
        ("comes", date(2025, 6, 15), None, 70),
        ("returns", old, date(2024, 6, 1), 10),
        ("returns", date(2025, 6, 15), None, 20),
    )
    assert found == Retention(
        first_day=LAST_OF_MAY,
        last_day=LAST_OF_JUNE,
        start_arr=1000,
        new=70,
        expansion=25,
        contraction=50,
        churned=300,
        reactivated=20,
        end_arr=765,
        customers_start=4,
        customers_lost=1,
    )
    assert found.grr == Fraction(650, 1000)
    assert found.nrr == Fraction(675, 1000)
    assert found.logo_churn == Fraction(1, 4)


def test_rates_without_a_start_are_undefined() -> None:
    found = in_month(JUNE, ("a", date(2025, 6, 5), None, 100))
    assert (found.grr, found.nrr, found.logo_churn) == (None, None, None)


def test_no_lines_at_all_are_a_month_of_nothing() -> None:
    found = in_month(JUNE)
    assert (found.start_arr, found.end_arr, found.customers_start) == (0, 0, 0)


def test_a_longer_period_compares_its_own_ends_and_does_not_add_months() -> None:
    rows = lines(
        ("a", date(2025, 1, 10), date(2025, 2, 10), 100), ("a", date(2025, 3, 10), None, 100)
    )
    months = monthly_retention(rows, date(2025, 1, 1), date(2025, 3, 1))
    assert [month.new for month in months] == [100, 0, 0]
    assert [month.churned for month in months] == [0, 100, 0]
    assert [month.reactivated for month in months] == [0, 0, 100]
    quarter = period_retention(rows, date(2024, 12, 31), date(2025, 3, 31))
    assert (quarter.new, quarter.churned, quarter.reactivated) == (100, 0, 0)


def test_months_end_on_their_last_days_over_leap_years_and_new_year() -> None:
    assert month_boundaries(date(2023, 12, 5), date(2024, 2, 1)) == [
        date(2023, 11, 30),
        date(2023, 12, 31),
        date(2024, 1, 31),
        date(2024, 2, 29),
    ]
    with pytest.raises(ValueError, match="before the first"):
        month_boundaries(date(2024, 2, 1), date(2024, 1, 31))
    with pytest.raises(ValueError, match="before the first"):
        period_retention(lines(), date(2024, 2, 1), date(2024, 1, 31))


def test_columns_of_timestamps_say_the_same_as_dates() -> None:
    rows = lines(("a", date(2025, 1, 1), date(2025, 6, 29), 100), ("b", date(2025, 6, 5), None, 70))
    stamps = rows.assign(
        starts_on=pd.to_datetime(rows["starts_on"]), ends_on=pd.to_datetime(rows["ends_on"])
    )
    assert monthly_retention(stamps, JUNE, JUNE) == monthly_retention(rows, JUNE, JUNE)


FIRST = date(2024, 1, 1)
days = st.integers(0, 400).map(lambda number: FIRST + timedelta(days=number))
line = st.tuples(
    st.sampled_from("abcd"), days, st.one_of(st.none(), days), st.sampled_from([0, 1, 5, 100, -5])
)


def slow(rows: list[Line], start: date, end: date) -> dict[str, int]:
    """Customer by customer and day by day, as the definition is written."""

    def arr(customer: str, day: date) -> int:
        return sum(
            fee
            for name, starts, ends, fee in rows
            if name == customer and starts <= day and (ends is None or day <= ends)
        )

    figures = dict.fromkeys(FIGURES, 0)
    for customer in sorted({row[0] for row in rows}):
        before, after = arr(customer, start), arr(customer, end)
        figures["start_arr"] += before
        figures["end_arr"] += after
        if before > 0:
            figures["customers_start"] += 1
            if after > 0:
                figures["expansion"] += max(after - before, 0)
                figures["contraction"] += max(before - after, 0)
            else:
                figures["churned"] += before
                figures["customers_lost"] += 1
        elif after > 0:
            day, ever = FIRST, False
            while day <= start and not ever:
                ever = arr(customer, day) > 0
                day += timedelta(days=1)
            figures["reactivated" if ever else "new"] += after
    return figures


@given(st.lists(line, max_size=12), days, days)
def test_any_lines_over_any_period_agree_with_the_slow_count(
    rows: list[Line], one: date, other: date
) -> None:
    start, end = sorted((one, other))
    found = period_retention(lines(*rows), start, end)
    expected = slow(rows, start, end)
    assert {name: getattr(found, name) for name in expected} == expected


@given(st.lists(line, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_the_lines_does_not_matter(rows: list[Line], random: Any) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    span = (FIRST, date(2025, 1, 1))
    assert monthly_retention(lines(*shuffled), *span) == monthly_retention(lines(*rows), *span)


@given(st.lists(line.filter(lambda row: row[3] >= 0), max_size=12))
def test_the_movements_lead_from_the_start_to_the_end(rows: list[Line]) -> None:
    months = monthly_retention(lines(*rows), FIRST, date(2025, 3, 1))
    for month in months:
        assert month.end_arr == (
            month.start_arr
            + month.new
            + month.reactivated
            + month.expansion
            - month.contraction
            - month.churned
        )
    for earlier, later in pairwise(months):
        assert earlier.end_arr == later.start_arr


def test_many_customers_are_taken_in_blocks_and_add_up() -> None:
    customers = 250_000
    random = np.random.default_rng(5)
    starts = pd.Timestamp("2022-01-01") + pd.to_timedelta(
        random.integers(0, 1000, customers), unit="D"
    )
    many = pd.DataFrame(
        {
            "customer": random.permutation(customers),
            "starts_on": starts,
            "ends_on": starts + pd.to_timedelta(random.integers(0, 700, customers), unit="D"),
            "annual_fee": random.integers(1, 10**9, customers),
        }
    )
    (found,) = compare_days(many, [(date(2023, 12, 31), date(2024, 1, 31))])
    at_start = (many["starts_on"] <= "2023-12-31") & (many["ends_on"] >= "2023-12-31")
    at_end = (many["starts_on"] <= "2024-01-31") & (many["ends_on"] >= "2024-01-31")
    assert found.start_arr == many.loc[at_start, "annual_fee"].sum()
    assert found.end_arr == many.loc[at_end, "annual_fee"].sum()
    assert found.customers_start == at_start.sum()
    assert found.customers_lost == (at_start & ~at_end).sum()
