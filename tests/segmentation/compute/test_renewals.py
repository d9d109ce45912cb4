"""The renewal rate of the due: windows, open ones apart, customers and money."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute.renewals import DueRenewals, due_renewals, judged_terms

Q1 = (date(2025, 1, 1), date(2025, 3, 31))
LATER = date(2025, 12, 31)
END = date(2025, 2, 10)

Term = tuple[str, date, int, date | None]


def terms(*rows: Term) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "contract": list(range(len(rows))),
            "customer": [row[0] for row in rows],
            "ended_on": pd.Series([row[1].toordinal() for row in rows], dtype="int64"),
            "arr": pd.Series([row[2] for row in rows], dtype="int64"),
            "renewed_on": pd.array(
                [None if row[3] is None else row[3].toordinal() for row in rows], dtype="Int64"
            ),
        }
    )


def of_quarter(*rows: Term, known_until: date = LATER) -> DueRenewals:
    (found,) = due_renewals(terms(*rows), [Q1], known_until)
    return found


def test_renewed_within_ninety_days_counts_the_ninety_first_does_not() -> None:
    found = of_quarter(
        ("in time", END, 100, END + timedelta(days=90)),
        ("too late", END, 50, END + timedelta(days=91)),
        ("early", END, 30, END - timedelta(days=40)),
        ("never", END, 20, None),
        ("before", date(2024, 12, 31), 999, None),
        ("after", date(2025, 4, 1), 999, None),
    )
    assert (found.contracts, found.contracts_renewed) == (4, 2)
    assert found.customer_rate == Fraction(1, 2)
    assert found.arr_rate == Fraction(130, 200)


def test_a_customer_is_renewed_when_one_of_its_contracts_was() -> None:
    found = of_quarter(("a", END, 100, END), ("a", END, 300, None), ("b", END, 100, None))
    assert (found.contracts, found.customers, found.customers_renewed) == (3, 2, 1)
    assert found.arr_rate == Fraction(100, 500)


def test_whose_ninety_days_are_not_over_stands_apart_even_when_renewed() -> None:
    last = Q1[1]
    found = of_quarter(
        ("over", END, 10, None),
        ("open, renewed", last, 20, last),
        ("open", last, 30, None),
        known_until=END + timedelta(days=90),
    )
    assert (found.contracts, found.customer_rate) == (1, Fraction(0))
    assert (found.open_contracts, found.open_renewed) == (2, 1)
    assert (found.open_arr, found.open_arr_renewed) == (50, 20)
    day_before = of_quarter(("over", END, 10, None), known_until=END + timedelta(days=89))
    assert (day_before.contracts, day_before.open_contracts) == (0, 1)
    assert day_before.customer_rate is None


def test_what_has_not_ended_is_not_due() -> None:
    assert of_quarter(("a", END, 10, None), known_until=END - timedelta(days=1)) == of_quarter()


rows = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.integers(0, 150).map(lambda number: Q1[0] + timedelta(days=number)),
        st.integers(0, 50),
        st.none() | st.integers(0, 300).map(lambda number: Q1[0] + timedelta(days=number)),
    ),
    max_size=20,
)


@given(rows, st.integers(0, 400).map(lambda number: Q1[0] + timedelta(days=number)))
def test_against_a_plain_loop(given_rows: list[Term], known_until: date) -> None:
    found = of_quarter(*given_rows, known_until=known_until)
    due, kept, pending = [], [], []
    for row in given_rows:
        _, ended, _, renewed = row
        if not Q1[0] <= ended <= Q1[1] or ended > known_until:
            continue
        if (known_until - ended).days < 90:
            pending.append(row)
            continue
        due.append(row)
        if renewed is not None and (renewed - ended).days <= 90:
            kept.append(row)
    assert (found.contracts, found.contracts_renewed) == (len(due), len(kept))
    assert found.customers == len({row[0] for row in due})
    assert found.customers_renewed == len({row[0] for row in kept})
    assert (found.arr, found.arr_renewed) == (sum(r[2] for r in due), sum(r[2] for r in kept))
    assert (found.open_contracts, found.open_arr) == (len(pending), sum(r[2] for r in pending))


@given(rows)
def test_months_add_up_to_their_quarter_in_contracts_and_money(given_rows: list[Term]) -> None:
    months = [
        (date(2025, 1, 1), date(2025, 1, 31)),
        (date(2025, 2, 1), date(2025, 2, 28)),
        (date(2025, 3, 1), date(2025, 3, 31)),
    ]
    quarter, *parts = due_renewals(terms(*given_rows), [Q1, *months], LATER)
    for name in ("contracts", "contracts_renewed", "arr", "arr_renewed"):
        assert getattr(quarter, name) == sum(getattr(part, name) for part in parts)


def test_every_term_has_one_outcome() -> None:
    judged = judged_terms(
        terms(("a", END, 1, END), ("b", END, 1, None), ("c", LATER, 1, LATER)), LATER
    )
    assert judged["outcome"].tolist() == ["renewed", "lost", "open"]
