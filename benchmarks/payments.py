"""Recency, frequency and monetary of payments with their scores, against the usual tools, in one run.

Every way gets the same columns in memory (customer code, day number, amount in cents) in the form it
likes best, made before the clock starts, and gives per customer: days since the last payment, number of
payments, sum, and a score of 1 to 5 for each by type 7 quantiles. All must give the same scores. The
summary for models of buying (repeat days, recency, age, mean value) is measured against that of
`lifetimes`, which is fed a DataFrame as it asks for.

BENCHMARK_PAYMENTS and BENCHMARK_PAYERS choose the size. A tool that is not installed is named and left
out: they come with the extra `bench`.
"""

from __future__ import annotations

import importlib
import os
import resource
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from segmentation.compute.payment_summary import (
    BuyingSummary,
    measure_payments,
    score_payments,
    summarise_buying,
)

PAYMENTS = int(os.environ.get("BENCHMARK_PAYMENTS", "10000000"))
PAYERS = int(os.environ.get("BENCHMARK_PAYERS", "100000"))
DAYS, BASE, BINS = 1095, 19_000, 5
UNTIL = BASE + DAYS
RUNS = 3

Codes = tuple[Any, Any, Any]


@dataclass(frozen=True)
class Facts:
    customers: Any
    days: Any
    amounts: Any


def run() -> None:
    """Print seconds of each way, best of three, and ratios."""
    facts = _facts()
    print(f"{PAYMENTS:,} payments of {PAYERS:,} customers")
    print(f"{'':32}{'seconds':>10}{'against ours':>14}")
    ours, codes = _best(_ours(facts))
    _tell("ours", ours, ours)
    for name, make in (("pandas", _pandas), ("polars", _polars), ("duckdb", _duckdb)):
        work = _made(make, facts)
        if work is None:
            print(f"{name:32}{'not installed':>24}")
            continue
        seconds, other = _best(work)
        for one, same in zip(codes, other, strict=True):
            assert np.array_equal(one, same), f"{name} scores differently"
        _tell(name, seconds, ours)
    _summaries(facts)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"memory of this process at its highest, all ways together: {used} MB")


def _summaries(facts: Facts) -> None:
    print(f"\n{'summary for models of buying':32}{'seconds':>10}{'against ours':>14}")

    def work() -> BuyingSummary:
        return summarise_buying(
            facts.customers, facts.days, facts.amounts, count=PAYERS, until=UNTIL
        )

    ours, summary = _best(work)
    _tell("ours", ours, ours)
    made = _made(_lifetimes, facts)
    if made is None:
        print(f"{'lifetimes':32}{'not installed':>24}")
        return
    seconds, theirs = _timed(made)
    assert np.array_equal(theirs["frequency"].to_numpy(), summary.repeats)
    assert np.array_equal(theirs["recency"].to_numpy(), summary.recency)
    assert np.array_equal(theirs["T"].to_numpy(), summary.age)
    assert np.allclose(theirs["monetary_value"].to_numpy(), summary.repeat_value)
    _tell("lifetimes", seconds, ours)


def _facts() -> Facts:
    chance = np.random.default_rng(11)
    # A few customers pay much more often than most.
    weights = chance.gamma(1.5, size=PAYERS)
    customers = chance.choice(PAYERS, size=PAYMENTS, p=weights / weights.sum())
    customers[:PAYERS] = np.arange(PAYERS)
    return Facts(
        customers=customers.astype(np.int64),
        days=BASE + chance.integers(0, DAYS, size=PAYMENTS, dtype=np.int64),
        amounts=chance.integers(100, 1_000_000, size=PAYMENTS, dtype=np.int64),
    )


def _ours(facts: Facts) -> Callable[[], Codes]:
    def work() -> Codes:
        measures = measure_payments(
            facts.customers, facts.days, facts.amounts, count=PAYERS, until=UNTIL
        )
        codes = score_payments(measures, BINS)
        return codes.r, codes.f, codes.m

    return work


def _scored(recency: Any, frequency: Any, monetary: Any) -> Codes:
    """What somebody writes with numpy once the sums are there."""

    def score(values: Any) -> Any:
        cuts = np.quantile(values, [place / BINS for place in range(1, BINS)])
        return 1 + np.searchsorted(cuts, values, side="left")

    return BINS + 1 - score(recency), score(frequency), score(monetary)


def _pandas(facts: Facts) -> Callable[[], Codes]:
    frame = pd.DataFrame({"customer": facts.customers, "day": facts.days, "amount": facts.amounts})

    def work() -> Codes:
        found = frame.groupby("customer", sort=True).agg(
            last=("day", "max"), times=("day", "size"), money=("amount", "sum")
        )
        return _scored(
            UNTIL - found["last"].to_numpy(), found["times"].to_numpy(), found["money"].to_numpy()
        )

    return work


def _polars(facts: Facts) -> Callable[[], Codes]:
    polars = importlib.import_module("polars")
    frame = polars.DataFrame(
        {"customer": facts.customers, "day": facts.days, "amount": facts.amounts}
    )
    column = polars.col

    def work() -> Codes:
        found = (
            frame.lazy()
            .group_by("customer")
            .agg(last=column("day").max(), times=polars.len(), money=column("amount").sum())
            .sort("customer")
            .collect()
        )
        return _scored(
            UNTIL - found["last"].to_numpy(), found["times"].to_numpy(), found["money"].to_numpy()
        )

    return work


def _duckdb(facts: Facts) -> Callable[[], Codes]:
    duckdb = importlib.import_module("duckdb")
    connection = duckdb.connect()
    payments = pd.DataFrame(
        {"customer": facts.customers, "day": facts.days, "amount": facts.amounts}
    )
    connection.register("given", payments)
    connection.execute("CREATE TABLE payments AS SELECT * FROM given")

    def work() -> Codes:
        found = connection.execute(
            "SELECT max(day) AS last, count(*) AS times, sum(amount)::BIGINT AS money "
            "FROM payments GROUP BY customer ORDER BY customer"
        ).fetchnumpy()
        return _scored(UNTIL - found["last"], found["times"], found["money"])

    return work


def _lifetimes(facts: Facts) -> Callable[[], Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = importlib.import_module("lifetimes.utils")
    frame = pd.DataFrame(
        {
            "customer": facts.customers,
            "day": facts.days.astype("datetime64[D]").astype("datetime64[ns]"),
            "amount": facts.amounts.astype(np.float64),
        }
    )
    until = pd.Timestamp(np.datetime64(UNTIL, "D"))

    def work() -> Any:
        return module.summary_data_from_transaction_data(
            frame, "customer", "day", "amount", observation_period_end=until
        ).sort_index()

    return work


def _made(make: Callable[[Facts], Callable[[], Any]], facts: Facts) -> Callable[[], Any] | None:
    try:
        return make(facts)
    except ModuleNotFoundError:
        return None


def _best(work: Callable[[], Any]) -> tuple[float, Any]:
    timings = [_timed(work) for _ in range(RUNS)]
    return min(seconds for seconds, _ in timings), timings[-1][1]


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def _tell(name: str, seconds: float, ours: float) -> None:
    print(f"{name:32}{seconds:>10.3f}{seconds / ours:>14.2f}")


if __name__ == "__main__":
    run()
