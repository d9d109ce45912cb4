"""Figures of answers, against what they are defined as and against enumeration."""

from __future__ import annotations

import math
from itertools import product

import pytest

from service.compute.surveys import Answers, net_promoter, standing


def coverage(n: int, promoters: float, detractors: float) -> float:
    """How often the interval holds the true score, over every outcome of n answers."""
    truth, passives, held = 100 * (promoters - detractors), 1 - promoters - detractors, 0.0
    for p, d in product(range(n + 1), repeat=2):
        if p + d > n:
            continue
        ways = math.factorial(n) / (
            math.factorial(p) * math.factorial(d) * math.factorial(n - p - d)
        )
        interval = net_promoter(p, n - p - d, d)[1]
        if interval.low <= truth <= interval.high:
            held += ways * promoters**p * detractors**d * passives ** (n - p - d)
    return held


@pytest.mark.parametrize("n", [5, 12, 30])
@pytest.mark.parametrize(("promoters", "detractors"), [(0.5, 0.2), (0.8, 0.05), (0.2, 0.6)])
def test_the_interval_holds_the_truth_about_as_often_as_it_says(
    n: int, promoters: float, detractors: float
) -> None:
    assert 0.92 <= coverage(n, promoters, detractors) <= 1


def test_the_score_is_promoters_minus_detractors_in_points() -> None:
    assert net_promoter(5, 3, 2)[0] == pytest.approx(30)
    assert net_promoter(0, 0, 4)[0] == -100
    assert net_promoter(0, 7, 0)[0] == 0


@pytest.mark.parametrize("counts", [(5, 0, 0), (0, 5, 0), (0, 0, 5), (400, 0, 0), (7, 1, 1)])
def test_the_interval_holds_the_score_and_is_never_empty(counts: tuple[int, int, int]) -> None:
    score, interval = net_promoter(*counts)
    assert -100 <= interval.low <= score <= interval.high <= 100
    assert interval.high - interval.low > 0.1


def test_no_answers_have_no_score() -> None:
    with pytest.raises(ValueError, match="no answers"):
        net_promoter(0, 0, 0)


@pytest.mark.parametrize(
    ("kind", "good", "middle", "bad"),
    [
        ("nps", (9, 10), (7, 8), (0, 6)),
        ("csat", (4, 5), (3, 3), (1, 2)),
        # Much effort is bad.
        ("ces", (1, 3), (4, 4), (5, 7)),
    ],
)
def test_every_score_stands_somewhere(
    kind: str, good: tuple[int, int], middle: tuple[int, int], bad: tuple[int, int]
) -> None:
    for name, (low, high) in {"good": good, "middle": middle, "bad": bad}.items():
        assert {standing(kind, score) for score in range(low, high + 1)} == {name}


def test_below_five_answers_nothing_is_said() -> None:
    few = Answers("nps", {10: 3, 2: 1})
    assert (few.total, few.value, few.interval) == (4, None, None)
    assert Answers("nps", {10: 3, 2: 2}).value == pytest.approx(20)


def test_a_mean_has_students_interval_within_the_scale() -> None:
    answers = Answers("csat", {5: 4, 2: 1})
    assert answers.value == pytest.approx(4.4)
    # s = 1.3416, t(4) = 2.7764: half a width of 1.6658, cut off at 5.
    assert answers.interval is not None
    assert answers.interval.low == pytest.approx(4.4 - 2.7764451 * 1.3416408 / math.sqrt(5))
    assert answers.interval.high == 5


def test_equal_answers_say_nothing_of_how_sure_a_mean_is() -> None:
    answers = Answers("ces", {2: 8})
    assert (answers.value, answers.interval) == (2.0, None)


def test_the_response_rate_is_of_who_was_asked_here() -> None:
    response = Answers("nps", {9: 30}, asked=20, responded=5).response
    assert response.value == 0.25
    assert response.interval is not None
    assert (response.interval.low, response.interval.high) == pytest.approx(
        (0.1119, 0.4687), abs=1e-4
    )
