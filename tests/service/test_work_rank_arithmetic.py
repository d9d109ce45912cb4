"""The arithmetic of ranks: each factor by hand, and what holds whatever the numbers are."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.compute.ranks import LIMITS, RankFacts, RankWeights, rank_of

SHIPPED = RankWeights()
CALM = RankFacts(
    own_amount=None,
    arr=Decimal(120_000),
    ended_arr=None,
    median_arr=Decimal(80_000),
    moved_days=None,
    trend=1.0,
    overdue_days=None,
    open_cases=0,
    silence_days=0,
    days_left=10,
)

weights = st.builds(RankWeights, **{name: st.integers(*limits) for name, limits in LIMITS.items()})
days = st.none() | st.integers(0, 2000)
amounts = st.none() | st.decimals("0", "1e12", places=2)
facts = st.builds(
    RankFacts,
    own_amount=amounts,
    arr=amounts,
    ended_arr=amounts,
    median_arr=amounts,
    moved_days=days,
    trend=st.none() | st.floats(0, 50),
    overdue_days=days,
    open_cases=st.none() | st.integers(0, 200),
    silence_days=days,
    days_left=st.integers(-500, 500),
)


def test_a_calm_customer_has_the_risk_that_everybody_has():
    found = rank_of(CALM, SHIPPED)
    assert (found.stake, found.stake_source) == (120_000, "arr")
    assert found.risk == pytest.approx(0.1)
    assert found.urgency == 0.5  # ten working days left, the pace as shipped
    assert found.rank == pytest.approx(6_000)


@pytest.mark.parametrize(
    ("change", "name", "signal", "risk"),
    [
        # 0.1 + 0.9 × points × signal / 100
        ({"moved_days": 3}, "moved", 0.9, 0.1 + 0.9 * 0.30 * 0.9),
        ({"moved_days": 30}, "moved", 0.0, 0.1),
        ({"trend": 0.75}, "trend", 0.5, 0.1 + 0.9 * 0.25 * 0.5),
        ({"trend": 0.2}, "trend", 1.0, 0.1 + 0.9 * 0.25),
        ({"trend": 3.0}, "trend", 0.0, 0.1),
        ({"overdue_days": 15}, "overdue", 0.25, 0.1 + 0.9 * 0.20 * 0.25),
        ({"open_cases": 2}, "cases", 0.4, 0.1 + 0.9 * 0.10 * 0.4),
        ({"silence_days": 90}, "silence", 0.5, 0.1 + 0.9 * 0.15 * 0.5),
        ({"silence_days": None}, "silence", 1.0, 0.1 + 0.9 * 0.15),
    ],
)
def test_each_signal_adds_its_share(change: dict, name: str, signal: float, risk: float):
    found = rank_of(replace(CALM, **change), SHIPPED)
    assert found.signals[name] == pytest.approx(signal)
    assert found.risk == pytest.approx(risk)


def test_unknown_use_payments_and_cases_count_nothing():
    unknown = replace(CALM, trend=None, overdue_days=None, open_cases=None, moved_days=None)
    assert rank_of(unknown, SHIPPED).risk == rank_of(CALM, SHIPPED).risk


@pytest.mark.parametrize(
    ("change", "stake", "source"),
    [
        ({"own_amount": Decimal(45_000)}, 45_000, "own"),
        ({"own_amount": Decimal(0)}, 120_000, "arr"),
        ({"arr": None, "ended_arr": Decimal(70_000)}, 70_000, "ended"),
        ({"arr": None}, 80_000, "median"),
        ({"arr": Decimal(0)}, 80_000, "median"),
        ({"arr": None, "median_arr": None}, 1, "none"),
    ],
)
def test_what_is_at_stake_says_where_it_comes_from(change: dict, stake: float, source: str):
    found = rank_of(replace(CALM, **change), SHIPPED)
    assert (found.stake, found.stake_source) == (stake, source)


@pytest.mark.parametrize(
    ("left", "urgency"),
    [(30, 0.25), (10, 0.5), (0, 1.0), (-5, 1.5), (-10, 2.0), (-200, 2.0)],
)
def test_time_left_weighs_more_until_the_limit(left: int, urgency: float):
    assert rank_of(replace(CALM, days_left=left), SHIPPED).urgency == urgency


@given(facts, weights)
def test_every_factor_stays_within_its_bounds(known: RankFacts, set_: RankWeights):
    found = rank_of(known, set_)
    assert set_.floor / 100 <= found.risk <= 1
    assert 0 < found.urgency <= set_.limit / 100
    assert all(0 <= signal <= 1 for signal in found.signals.values())
    assert found.stake > 0
    assert found.rank >= 0


@given(facts, weights, st.integers(1, 300))
def test_less_time_never_ranks_lower(known: RankFacts, set_: RankWeights, sooner: int):
    later = rank_of(known, set_)
    assert rank_of(replace(known, days_left=known.days_left - sooner), set_).rank >= later.rank


@given(facts, weights, st.integers(1, 300))
def test_more_overdue_never_ranks_lower(known: RankFacts, set_: RankWeights, more: int):
    worse = replace(known, overdue_days=(known.overdue_days or 0) + more)
    assert rank_of(worse, set_).rank >= rank_of(known, set_).rank


def test_without_points_everybody_is_the_same_risk():
    none = RankWeights(moved=0, trend=0, overdue=0, cases=0, silence=0)
    assert rank_of(CALM, none).risk == rank_of(replace(CALM, moved_days=0), none).risk == 1.0


@pytest.mark.parametrize(
    "wrong", [{"moved": -1}, {"trend": 101}, {"floor": 101}, {"pace": 0}, {"limit": 99}]
)
def test_weights_outside_their_limits_are_refused_by_name(wrong: dict):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        RankWeights(**wrong)


@given(weights)
def test_weights_are_kept_as_they_are(set_: RankWeights):
    assert RankWeights.from_json(set_.to_json()) == set_
    assert RankWeights.from_json({**set_.to_json(), "no longer known": 3}) == set_
