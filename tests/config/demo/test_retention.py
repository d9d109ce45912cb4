"""The demo vendor's figures look like a real vendor's, whatever the seed."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pandas as pd
import pytest

from config.demo.vendor import Vendor

UNTIL = pd.Timestamp(2026, 11, 21)
YEAR = pd.DateOffset(years=1)


def arr(lines: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    active = lines[(lines["starts_on"] <= day) & (lines["ends_on"] >= day)]
    return active.groupby("customer")["annual_fee"].sum()


def year_until(lines: pd.DataFrame, end: pd.Timestamp) -> dict[str, float]:
    both = pd.concat([arr(lines, end - YEAR), arr(lines, end)], axis=1, keys=["start", "end"])
    both = both.fillna(0)
    had = both[both["start"] > 0]
    kept = had.min(axis=1).sum()
    start = had["start"].sum()
    return {
        "grr": kept / start,
        "nrr": had["end"].sum() / start,
        "logo_churn": float((had["end"] == 0).mean()),
        "growth": both["end"].sum() / start,
    }


@pytest.mark.parametrize("seed", [1, 2, 3, 11, 42])
@pytest.mark.parametrize("years_ago", [0, 1])
def test_retention_is_that_of_a_real_vendor(seed: int, years_ago: int) -> None:
    lines = Vendor(seed=seed, until=date(2026, 11, 21), customers=1_000).facts().contract_lines
    figures = year_until(lines, UNTIL - pd.DateOffset(years=years_ago))
    assert 0.88 <= figures["grr"] <= 0.94
    assert 0.97 <= figures["nrr"] <= 1.08
    assert 0.03 <= figures["logo_churn"] <= 0.12
    assert 1.05 <= figures["growth"] <= 1.35


def test_most_contracts_that_end_are_renewed() -> None:
    facts = Vendor(seed=1, until=date(2026, 11, 21), customers=1_000).facts()
    lines = facts.contract_lines[~facts.contract_lines["is_trial"]]
    lines = lines[lines["kind"] == "subscription"]
    ends = lines.groupby("contract")["ends_on"].max()
    due = ends[(ends > UNTIL - YEAR) & (ends <= UNTIL)]
    assert 0.6 < due.index.isin(facts.contracts["renewal_of"]).mean() < 0.9


def test_something_happens_every_month() -> None:
    lines = Vendor(seed=2, until=date(2026, 11, 21), customers=200).facts().contract_lines
    ends = pd.date_range(end="2026-10-31", periods=19, freq="ME")
    new = churned = moved = 0
    for before, after in pairwise(ends):
        both = pd.concat([arr(lines, before), arr(lines, after)], axis=1).fillna(0)
        both.columns = pd.Index(["start", "end"])
        new += ((both["start"] == 0) & (both["end"] > 0)).any()
        churned += ((both["start"] > 0) & (both["end"] == 0)).any()
        moved += (both["start"] != both["end"]).any()
    assert new >= 14
    assert churned >= 10
    assert moved == 18


def test_some_who_left_came_back() -> None:
    facts = Vendor(seed=1, until=date(2026, 11, 21), customers=200).facts()
    returned = facts.customers.query("story == 'won_back'")["key"]
    lines = facts.contract_lines
    now, before = arr(lines, UNTIL), arr(lines, UNTIL - pd.Timedelta(days=60 + 420))
    assert set(returned) <= set(now.index)
    assert len(set(returned) - set(before.index)) > 0
