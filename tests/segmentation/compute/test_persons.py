"""D1, D7 and D30 of persons, and conversion of prospects."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute.conversion import Conversion, conversions, prospects_of_month
from segmentation.compute.persons import DAYS, person_cohorts, pooled

FIRST = date(2026, 3, 1)
UNTIL = date(2026, 4, 15)

Span = tuple[date, date, int]


def spans(*rows: Span) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "first_on": [first.toordinal() for first, _, _ in rows],
            "last_on": [last.toordinal() for _, last, _ in rows],
            "persons": [persons for _, _, persons in rows],
        },
        dtype="int64",
    )


def test_active_again_on_or_after_the_day() -> None:
    day = date(2026, 3, 2)
    (march,) = person_cohorts(
        spans(
            (day, day, 10),
            (day, day + timedelta(days=1), 5),
            (day, day + timedelta(days=7), 3),
            (day, day + timedelta(days=29), 2),
            (day, day + timedelta(days=30), 1),
        ),
        UNTIL,
    )
    assert march.size == 21
    assert [march.on(k).returned for k in DAYS] == [11, 6, 1]
    assert march.on(30).rate == Fraction(1, 21)


def test_whose_day_is_not_over_is_not_counted_and_said() -> None:
    found = person_cohorts(
        spans(
            (UNTIL, UNTIL, 4),
            (UNTIL - timedelta(days=1), UNTIL, 3),
            (UNTIL - timedelta(days=7), UNTIL - timedelta(days=7), 2),
        ),
        UNTIL,
    )
    (april,) = found
    assert (april.on(1).counted, april.on(1).excluded, april.on(1).returned) == (5, 4, 3)
    assert (april.on(7).counted, april.on(7).excluded) == (2, 7)
    assert april.on(30).rate is None
    assert april.on(30).excluded == 9


def test_nobody() -> None:
    assert person_cohorts(spans(), UNTIL) == []
    assert pooled([], 1).rate is None


rows = st.lists(
    st.tuples(st.integers(0, 45), st.integers(0, 45), st.integers(1, 4)).map(
        lambda row: (
            FIRST + timedelta(days=min(row[:2])),
            FIRST + timedelta(days=max(row[:2])),
            row[2],
        )
    ),
    max_size=30,
)


@given(rows)
def test_against_one_person_at_a_time_and_in_order(given_rows: list[Span]) -> None:
    found = {cohort.month: cohort for cohort in person_cohorts(spans(*given_rows), UNTIL)}
    assert sum(cohort.size for cohort in found.values()) == sum(row[2] for row in given_rows)
    for month, cohort in found.items():
        people = [row for row in given_rows if row[0].replace(day=1) == month]
        for k in DAYS:
            counted = returned = 0
            for first, last, persons in people:
                if first + timedelta(days=k) <= UNTIL:
                    counted += persons
                    returned += persons if last >= first + timedelta(days=k) else 0
            assert (cohort.on(k).counted, cohort.on(k).returned) == (counted, returned)
            assert cohort.on(k).excluded == cohort.size - counted
        assert cohort.on(30).returned <= cohort.on(7).returned <= cohort.on(1).returned
        whole = [cohort.on(k).rate for k in DAYS if not cohort.on(30).excluded]
        assert whole == sorted(whole, key=lambda rate: rate or 0, reverse=True)
    total = pooled(found.values(), 7)
    assert total.counted + total.excluded == sum(cohort.size for cohort in found.values())


def prospects(*rows: tuple[date, date | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer": list(range(len(rows))),
            "entered_on": pd.Series([row[0].toordinal() for row in rows], dtype="int64"),
            "converted_on": pd.array(
                [None if row[1] is None else row[1].toordinal() for row in rows], dtype="Int64"
            ),
        }
    )


def test_prospects_convert_by_the_month_they_came() -> None:
    day = date(2026, 3, 10)
    given_rows = prospects(
        (day, day + timedelta(days=10)),
        (day, day + timedelta(days=21)),
        (day, None),
        (day, date(2026, 5, 1)),
        (day, day),
        (day, date(2025, 1, 1)),
        (date(2026, 4, 2), None),
        (date(2026, 4, 16), None),
    )
    assert conversions(given_rows, UNTIL) == [
        Conversion(date(2026, 3, 1), 4, 2, Fraction(31, 2)),
        Conversion(date(2026, 4, 1), 1, 0, None),
    ]
    behind = prospects_of_month(given_rows, date(2026, 3, 1), UNTIL)
    assert behind["customer"].tolist() == [0, 1, 2, 3]
    assert behind["is_converted"].tolist() == [True, True, False, False]
