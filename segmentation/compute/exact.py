"""Arithmetic that float noise cannot decide: exact sums, means, medians and comparisons.

A cut point, a mean or a median is a `Fraction` in the unit of the values it is compared with.
Comparing a million values with a fraction is done by first finding the largest (or smallest)
number of the values' own type that does not exceed it, once, and comparing with that: for a value
v of that type, v > cut exactly when v > floor_to(cut), and v >= cut exactly when v >= ceil_to(cut).
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[Any]  # one-dimensional, int64 or float64, without missing values

MONEY_PLACES = 4
"""Decimal places kept of an amount of money: 12.5 is the integer 125000."""

_INT64 = np.iinfo(np.int64)
_MANTISSA_BITS = 53


def scaled_integer(amount: Decimal, places: int = MONEY_PLACES) -> int:
    """The amount as a whole number of 10^-places; ValueError when digits would be lost."""
    scaled = amount.scaleb(places)
    whole = int(scaled)
    if whole != scaled:
        raise ValueError(f"{amount} has more than {places} decimal places")
    return whole


def unscaled_decimal(whole: int, places: int = MONEY_PLACES) -> Decimal:
    """The inverse of `scaled_integer`; all places are kept: 125000 is Decimal("12.5000")."""
    return Decimal(int(whole)).scaleb(-places)


def cut_in_unit_of(number: int | float | Decimal, values: Values, places: int = 0) -> Fraction:
    """A number of a rule file as the values mean it.

    For whole numbers (days, counts, scaled money) the number is taken as the decimal that was
    written, 0.1 being exactly one tenth; for float values it is the float of that decimal, which
    is what an equal value is.
    """
    if np.issubdtype(values.dtype, np.integer):
        return Fraction(Decimal(str(number))) * 10**places
    return Fraction(float(number))


def exact_sum(values: Values) -> Fraction:
    """The mathematical sum, whatever the order and the size of the values."""
    if np.issubdtype(values.dtype, np.integer):
        return Fraction(_sum_of_integers(values.astype(np.int64)))
    if len(values) == 0:
        return Fraction(0)
    mantissas, exponents = np.frexp(values)
    integers = np.ldexp(mantissas, _MANTISSA_BITS).astype(np.int64)
    order = np.argsort(exponents, kind="stable")
    total = Fraction(0)
    starts = np.flatnonzero(np.diff(exponents[order], prepend=np.iinfo(np.int32).min))
    for start, stop in zip(starts, [*starts[1:], len(order)], strict=True):
        members = integers[order[start:stop]]
        power = int(exponents[order[start]]) - _MANTISSA_BITS
        total += _sum_of_integers(members) * Fraction(2) ** power
    return total


def mean(values: Values) -> Fraction:
    """The exact arithmetic mean; ValueError when there are no values."""
    if len(values) == 0:
        raise ValueError("the mean of no values is undefined")
    return exact_sum(values) / len(values)


def median(values: Values) -> Fraction:
    """The exact median: the middle value, or halfway between the two middle ones."""
    if len(values) == 0:
        raise ValueError("the median of no values is undefined")
    return quantile_cuts(values, 2)[0]


def quantile_cuts(values: Values, bins: int) -> tuple[Fraction, ...]:
    """The i/bins quantiles (i = 1 … bins-1) by linear interpolation, ascending.

    Hyndman and Fan's type 7, the default of numpy.quantile and of R: the quantile p of N sorted
    values x[0..N-1] lies at position (N-1)·p between its two neighbours. The position is computed
    in whole numbers, so that a quantile which falls on a value is that value.
    """
    count = len(values)
    positions = [divmod((count - 1) * i, bins) for i in range(1, bins)]
    needed = sorted({k for low, _ in positions for k in (low, min(low + 1, count - 1))})
    ordered = np.partition(values, needed)
    cuts = []
    for low, remainder in positions:
        below = Fraction(ordered[low].item())
        above = Fraction(ordered[min(low + 1, count - 1)].item())
        cuts.append(below + Fraction(remainder, bins) * (above - below))
    return tuple(cuts)


def floor_to(cut: Fraction, like: Values) -> int | float:
    """The largest number of the type of `like` that is not above `cut`."""
    if np.issubdtype(like.dtype, np.integer):
        return min(max(math.floor(cut), _INT64.min), _INT64.max)
    nearest = float(cut)
    return nearest if Fraction(nearest) <= cut else math.nextafter(nearest, -math.inf)


def ceil_to(cut: Fraction, like: Values) -> int | float:
    """The smallest number of the type of `like` that is not below `cut`."""
    if np.issubdtype(like.dtype, np.integer):
        return min(max(math.ceil(cut), _INT64.min), _INT64.max)
    nearest = float(cut)
    return nearest if Fraction(nearest) >= cut else math.nextafter(nearest, math.inf)


def cuts_below(values: Values, cuts: Sequence[Fraction]) -> npt.NDArray[np.int8]:
    """How many of the ascending `cuts` are strictly below each value."""
    bounds = np.array([floor_to(cut, values) for cut in cuts], dtype=values.dtype)
    return np.searchsorted(bounds, values, side="left").astype(np.int8)


def _sum_of_integers(values: Values) -> int:
    high = int((values >> 32).sum())
    low = int((values & 0xFFFFFFFF).sum())
    return (high << 32) + low
