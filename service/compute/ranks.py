"""The rank of a piece of work: value at stake × risk × time left, with every step kept.

Only additions, products, quotients and limits of doubles, in one order: service.frames.ranks says the
same in SQL, and both give the same number to the last bit.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any, Literal

StakeSource = Literal["own", "arr", "ended", "median", "none"]
"""``own``: the work's own amount (an instalment); ``arr``: what the customer pays a year; ``ended``: what
it paid a year when its last contract ended; ``median``: it never paid or nobody knows, so what the
tenant's customers pay at the middle; ``none``: nobody pays."""

SIGNALS = ("moved", "trend", "overdue", "cases", "silence")
"""What makes a customer a risk, in the order in which it is summed."""

# From when on each signal counts in full, or how long it fades.
MOVED_DAYS = 30
TREND_DROP = 0.5
OVERDUE_DAYS = 60
MANY_CASES = 5
SILENCE_DAYS = 180
# What is at stake where no customer pays anything: ranks then compare risk and time alone.
NO_STAKE = 1.0

MOST_POINTS = 100
MOST_PACE = 250
MOST_LIMIT = 1000


@dataclass(frozen=True)
class RankWeights:
    """What a tenant may set.

    moved … silence: points of each signal, 0 to 100; their share of all points counts. floor: per cent
    of risk that every customer carries, 0 to 100. pace: working days before the due day at which
    work weighs half as much as on that day, from 1 on. limit: per cent of its weight on the due day
    that overdue work grows to, from 100 on.

    Raises:
        ValueError: outside of these; its text is the name of the field.
    """

    moved: int = 30
    trend: int = 25
    overdue: int = 20
    cases: int = 10
    silence: int = 15
    floor: int = 10
    pace: int = 10
    limit: int = 200

    def __post_init__(self) -> None:
        for name, (least, most) in LIMITS.items():
            if not least <= getattr(self, name) <= most:
                raise ValueError(name)

    @property
    def points(self) -> int:
        """Of all signals together."""
        return sum(getattr(self, name) for name in SIGNALS)

    def to_json(self) -> dict[str, int]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> RankWeights:
        """What a kept version holds; what it does not know yet is as shipped."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: int(value) for name, value in document.items() if name in known})


LIMITS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(SIGNALS, (0, MOST_POINTS)),
    "floor": (0, 100),
    "pace": (1, MOST_PACE),
    "limit": (100, MOST_LIMIT),
}
"""Field of RankWeights → the least and the most it may be."""


@dataclass(frozen=True)
class RankFacts:
    """What is known of a piece of work and its customer; None: not known.

    own_amount: what the work itself is about, in the tenant's currency. arr: of the customer.
    ended_arr: of its lines that ended last. median_arr: over the customers that pay. moved_days: since
    its last move for the worse. trend: use of the last 30 days against the 30 before (1 = unchanged).
    overdue_days: of its oldest overdue payment. open_cases. silence_days: since a decision maker was
    touched; None: never. days_left: working days to the due day, negative when it has passed.
    """

    own_amount: Decimal | None
    arr: Decimal | None
    ended_arr: Decimal | None
    median_arr: Decimal | None
    moved_days: int | None
    trend: float | None
    overdue_days: int | None
    open_cases: int | None
    silence_days: int | None
    days_left: int


@dataclass(frozen=True)
class Rank:
    """A rank and the factors it is the product of; signals: each between 0 and 1."""

    stake: float
    stake_source: StakeSource
    signals: dict[str, float]
    risk: float
    urgency: float

    @property
    def rank(self) -> float:
        return self.stake * self.risk * self.urgency


def rank_of(facts: RankFacts, weights: RankWeights) -> Rank:
    """The rank of one piece of work."""
    stake, source = _stake(facts)
    signals = _signals(facts)
    return Rank(stake, source, signals, _risk(signals, weights), _urgency(facts.days_left, weights))


def _stake(facts: RankFacts) -> tuple[float, StakeSource]:
    if facts.own_amount is not None and facts.own_amount > 0:
        return float(facts.own_amount), "own"
    if facts.arr is not None and facts.arr > 0:
        return float(facts.arr), "arr"
    if facts.ended_arr is not None and facts.ended_arr > 0:
        return float(facts.ended_arr), "ended"
    if facts.median_arr is not None and facts.median_arr > 0:
        return float(facts.median_arr), "median"
    return NO_STAKE, "none"


def _signals(facts: RankFacts) -> dict[str, float]:
    moved, trend, overdue, cases = (
        facts.moved_days,
        facts.trend,
        facts.overdue_days,
        facts.open_cases,
    )
    return {
        "moved": 0.0 if moved is None else _share((MOVED_DAYS - moved) / MOVED_DAYS),
        "trend": 0.0 if trend is None else _share((1.0 - trend) / TREND_DROP),
        "overdue": 0.0 if overdue is None else _share(overdue / OVERDUE_DAYS),
        "cases": 0.0 if cases is None else _share(cases / MANY_CASES),
        # Who was never touched is as silent as can be.
        "silence": 1.0 if facts.silence_days is None else _share(facts.silence_days / SILENCE_DAYS),
    }


def _risk(signals: dict[str, float], weights: RankWeights) -> float:
    floor = weights.floor / 100
    if not weights.points:
        # Nothing tells customers apart.
        return 1.0
    summed = 0.0
    for name in SIGNALS:
        summed += getattr(weights, name) * signals[name]
    # The last bit of the sum may lie above.
    return min(1.0, floor + (1.0 - floor) * (summed / weights.points))


def _urgency(days_left: int, weights: RankWeights) -> float:
    """1 on the due day, half of it ``pace`` working days before, growing by 1 in every ``pace``
    working days after it, up to the limit."""
    if days_left >= 0:
        return weights.pace / (weights.pace + days_left)
    return min(weights.limit / 100, 1.0 + -days_left / weights.pace)


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))
