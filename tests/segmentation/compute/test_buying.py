"""Models of buying: the published fit of the CDNOW sample, and parameters found again."""

from __future__ import annotations

import csv
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from segmentation.compute.buying import (
    Buying,
    NotEstimable,
    Spending,
    fit_buying,
    fit_spending,
    independence,
    value_of,
)
from segmentation.compute.payment_summary import BuyingSummary

FOUND = find_spec("lifetimes")
FILES = Path(FOUND.origin).parent / "datasets" if FOUND and FOUND.origin else None
cdnow = pytest.mark.skipif(FILES is None, reason="the CDNOW sample comes with the extra bench")
CDNOW = Buying(0.243, 4.414, 0.793, 2.426, 0.0)


def columns(file: str, *names: str) -> list[np.ndarray]:
    assert FILES is not None
    with (FILES / file).open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    return [np.array([float(row[name]) for row in rows]) for name in names]


@cdnow
def test_bg_nbd_of_the_cdnow_sample_as_published() -> None:
    """Fader, Hardie, Lee 2005, table 2: r, alpha, a, b and the log-likelihood, in weeks."""
    found = fit_buying(*columns("cdnow_customers_summary.csv", "frequency", "recency", "T"))
    assert [round(value, 3) for value in (found.r, found.alpha, found.a, found.b)] == [
        pytest.approx(0.243, abs=0.001),
        pytest.approx(4.414, abs=0.001),
        pytest.approx(0.793, abs=0.001),
        pytest.approx(2.426, abs=0.001),
    ]
    assert found.log_likelihood == pytest.approx(-9582.4, abs=0.05)


@cdnow
def test_the_unit_of_time_changes_nothing_but_alpha() -> None:
    x, t_x, t = columns("cdnow_customers_summary.csv", "frequency", "recency", "T")
    weeks, days = fit_buying(x, t_x, t), fit_buying(x, t_x * 7, t * 7)
    assert days.alpha == pytest.approx(7 * weeks.alpha, rel=1e-4)
    assert (days.r, days.a, days.b) == pytest.approx((weeks.r, weeks.a, weeks.b), rel=1e-4)
    wanted = weeks.purchases(x, t_x, t, 39)
    assert days.purchases(x, t_x * 7, t * 7, 39 * 7) == pytest.approx(wanted, rel=1e-3)


@cdnow
def test_gamma_gamma_of_the_cdnow_sample_as_published() -> None:
    """Fader and Hardie 2013, "The Gamma-Gamma Model of Monetary Value": p, q, the scale."""
    found = fit_spending(*columns("cdnow_customers_summary_with_transactions.csv", "x", "zbar"))
    assert found.p == pytest.approx(6.25, abs=0.01)
    assert found.q == pytest.approx(3.74, abs=0.01)
    assert found.v == pytest.approx(15.44, abs=0.02)


def test_expected_purchases_of_a_published_customer() -> None:
    """Fader, Hardie, Lee's note on the model in Excel: x = 2, t_x = 30.43, T = 38.86, 39 weeks."""
    one = [np.array([value]) for value in (2.0, 30.43, 38.86)]
    assert CDNOW.purchases(*one, 39)[0] == pytest.approx(1.226, abs=0.001)
    assert CDNOW.alive(*one)[0] == pytest.approx(0.7266, abs=0.001)


def test_many_purchases_do_not_overflow() -> None:
    many = [np.array([value]) for value in (5000.0, 1090.0, 1095.0)]
    expected = CDNOW.purchases(*many, 365)[0]
    assert 0 < expected < 365 * 5000 / 1095
    silent = [np.array([value]) for value in (5000.0, 10.0, 1095.0)]
    assert CDNOW.alive(*silent)[0] == 0


def test_a_year_has_no_fewer_purchases_than_a_month() -> None:
    customer = [np.array([3.0, 0.0]), np.array([100.0, 0.0]), np.array([200.0, 400.0])]
    month, year = (CDNOW.purchases(*customer, horizon) for horizon in (30, 365))
    assert (month > 0).all()
    assert (month < year).all()


def simulated(customers: int, truth: Buying, seed: int) -> tuple[np.ndarray, ...]:
    """Purchases drawn as the model says, each customer by itself."""
    chance = np.random.default_rng(seed)
    rows = []
    for _ in range(customers):
        rate = chance.gamma(truth.r) / truth.alpha
        leaves = chance.beta(truth.a, truth.b)
        age = chance.uniform(60, 120)
        now, times = 0.0, 0
        last = 0.0
        while True:
            now += chance.exponential(1 / rate)
            if now > age:
                break
            times, last = times + 1, now
            if chance.random() < leaves:
                break
        rows.append((times, last, age))
    return tuple(np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))


def test_parameters_of_simulated_customers_are_found_again() -> None:
    truth = Buying(0.8, 12.0, 0.7, 2.5, 0.0)
    sample = simulated(20_000, truth, seed=3)
    found = fit_buying(*sample)
    assert found.r == pytest.approx(truth.r, rel=0.08)
    assert found.alpha == pytest.approx(truth.alpha, rel=0.08)
    assert found.a / (found.a + found.b) == pytest.approx(truth.a / (truth.a + truth.b), rel=0.1)
    assert found.purchases(*sample, 52).sum() == pytest.approx(
        truth.purchases(*sample, 52).sum(), rel=0.03
    )


def test_amounts_of_simulated_customers_are_found_again() -> None:
    chance = np.random.default_rng(5)
    truth = Spending(4.0, 5.0, 30.0, 0.0)
    repeats = chance.integers(1, 12, size=20_000).astype(np.float64)
    rates = chance.gamma(truth.q, size=len(repeats)) / truth.v
    value = chance.gamma(truth.p * repeats) / (repeats * rates)
    found = fit_spending(repeats, value)
    assert (found.p, found.q, found.v) == pytest.approx((4.0, 5.0, 30.0), rel=0.1)
    # Who never bought again is expected to spend what customers spend on average.
    mean = truth.p * truth.v / (truth.q - 1)
    assert found.amount(np.zeros(1), np.zeros(1))[0] == pytest.approx(mean, rel=0.03)


def test_customers_who_all_spend_alike_are_fitted_too() -> None:
    chance = np.random.default_rng(8)
    repeats = chance.integers(1, 20, size=400).astype(np.float64)
    found = fit_spending(repeats, np.array([chance.normal(100, 20 / n**0.5) for n in repeats]))
    assert found.amount(np.zeros(1), np.zeros(1))[0] == pytest.approx(100, rel=0.03)


def test_too_few_repeat_customers_are_not_fitted() -> None:
    repeats = np.array([1.0] * 29 + [0.0] * 500)
    with pytest.raises(NotEstimable) as refused:
        fit_buying(repeats, repeats, repeats + 5)
    assert refused.value.code == "too_few"


def test_the_value_of_a_customer_is_purchases_times_amount() -> None:
    summary = BuyingSummary(
        customer=np.arange(2),
        repeats=np.array([2, 0]),
        recency=np.array([30, 0]),
        age=np.array([39, 39]),
        repeat_value=np.array([20.0, 0.0]),
    )
    found = value_of(summary, CDNOW, Spending(6.25, 3.74, 15.44, 0.0), 39)
    assert found.values == pytest.approx(found.purchases * found.amounts)
    assert found.amounts[1] == pytest.approx(6.25 * 15.44 / 2.74)
    assert independence(summary) is None
