"""Does tiering work? What became of the customers of a tier, with how sure one can be.

Customers are taken where they stood on a first day and looked at again on a second one:

    activity      mean active days of the thirty days up to the second day
    retention     of those with ARR on the first day, the share with ARR on the second
    conversion    of those without ARR on the first day, the share with ARR on the second
    satisfaction  mean CSAT on the second day

Intervals hold the true value in 95 of 100 cases, if customers were independent of each other: shares
by Wilson's score interval, means by Student's t (cut off at what is possible), the difference of two
shares by Newcombe's method (hybrid of two Wilson intervals), of two means by Welch's. Below LEAST
customers no interval is given, nor of a mean of values that are all equal.
No comparison of this kind shows a cause: customers are not put into tiers by lot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from scipy.special import stdtrit

LEAST = 5
"""Customers without which a figure is called too uncertain to give."""

Z = 1.959963984540054  # of the normal distribution, 97.5 %
UPPER = 0.975

Measure = Literal["activity", "retention", "conversion", "satisfaction"]
MEASURES: tuple[Measure, ...] = ("activity", "retention", "conversion", "satisfaction")
SHARES: frozenset[str] = frozenset({"retention", "conversion"})


@dataclass(frozen=True)
class Interval:
    low: float
    high: float

    def within(self, low: float, high: float) -> Interval:
        """Cut off at what is possible."""
        return Interval(min(max(self.low, low), high), max(min(self.high, high), low))


BOUNDS: dict[str, tuple[float, float]] = {"activity": (0, 30)}
"""Between which the mean of a measure can lie at all: its days are counted of thirty."""


@dataclass(frozen=True)
class Share:
    """`hits` of `customers`."""

    customers: int
    hits: int

    @property
    def value(self) -> float | None:
        return self.hits / self.customers if self.customers else None

    @property
    def is_too_few(self) -> bool:
        return self.customers < LEAST

    @property
    def interval(self) -> Interval | None:
        """None with too few customers."""
        return None if self.is_too_few else wilson(self.hits, self.customers)


@dataclass(frozen=True)
class Mean:
    """Of `customers` values with this sum and sum of squares."""

    customers: int
    total: float
    squares: float

    @property
    def value(self) -> float | None:
        return self.total / self.customers if self.customers else None

    @property
    def is_too_few(self) -> bool:
        return self.customers < LEAST

    @property
    def variance(self) -> float:
        """Of the sample (n - 1); 0 for a single value."""
        if self.customers < 2:
            return 0.0
        spread = self.squares - self.total * self.total / self.customers
        return max(0.0, spread) / (self.customers - 1)

    @property
    def is_all_equal(self) -> bool:
        """Every customer has the same value: its spread says nothing of how sure the mean is."""
        # Squares of fractions leave a trace of rounding.
        return self.variance * (self.customers - 1) <= 1e-9 * self.squares

    @property
    def interval(self) -> Interval | None:
        """None with too few customers, and where all are equal."""
        if self.is_too_few or self.is_all_equal:
            return None
        assert self.value is not None
        half = float(stdtrit(self.customers - 1, UPPER)) * math.sqrt(self.variance / self.customers)
        return Interval(self.value - half, self.value + half)


Figure = Share | Mean


@dataclass(frozen=True)
class Difference:
    """`value` = after - before; `interval` None with too few customers on either side, and where
    all on either side are equal."""

    value: float
    interval: Interval | None
    is_all_equal: bool = False

    @property
    def is_clear(self) -> bool:
        """The interval does not hold zero."""
        return self.interval is not None and (self.interval.low > 0 or self.interval.high < 0)


def wilson(hits: int, customers: int) -> Interval:
    """Wilson's score interval of a share; ValueError without customers."""
    if customers <= 0 or not 0 <= hits <= customers:
        raise ValueError("no share")
    share, z2 = hits / customers, Z * Z
    middle = share + z2 / (2 * customers)
    half = Z * math.sqrt(share * (1 - share) / customers + z2 / (4 * customers * customers))
    scale = 1 + z2 / customers
    # Exactly 0 and 1 at the ends, where rounding would leave a trace.
    low = 0.0 if hits == 0 else max(0.0, (middle - half) / scale)
    high = 1.0 if hits == customers else min(1.0, (middle + half) / scale)
    return Interval(low, high)


def difference(before: Figure, after: Figure) -> Difference | None:
    """How much changed; None when either side has nobody.

    ValueError for a share against a mean.
    """
    if before.value is None or after.value is None:
        return None
    value = after.value - before.value
    if before.is_too_few or after.is_too_few:
        return Difference(value, None)
    if isinstance(before, Share) and isinstance(after, Share):
        return Difference(value, _newcombe(before, after))
    if isinstance(before, Mean) and isinstance(after, Mean):
        if before.is_all_equal and after.is_all_equal:
            return Difference(value, None, is_all_equal=True)
        return Difference(value, _welch(before, after))
    raise ValueError("a share and a mean cannot be compared")


def _newcombe(before: Share, after: Share) -> Interval:
    first, second = before.interval, after.interval
    old, new = before.value, after.value
    # Who has enough customers has all of these.
    assert first is not None
    assert second is not None
    assert old is not None
    assert new is not None
    value = new - old
    return Interval(
        value - math.hypot(new - second.low, first.high - old),
        value + math.hypot(second.high - new, old - first.low),
    )


def _welch(before: Mean, after: Mean) -> Interval:
    assert before.value is not None
    assert after.value is not None
    value = after.value - before.value
    first, second = before.variance / before.customers, after.variance / after.customers
    error = first + second
    freedom = error**2 / (first**2 / (before.customers - 1) + second**2 / (after.customers - 1))
    half = float(stdtrit(freedom, UPPER)) * math.sqrt(error)
    return Interval(value - half, value + half)
