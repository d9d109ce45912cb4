"""Payments brought down to a row per customer, in one pass over arrays.

Customers are codes 0 … count-1, days whole day numbers, amounts whole numbers. A payment of zero is a
payment; a refund (negative) lowers the amount and is no payment otherwise. Payments after `until` are
not seen. A customer without a payment has NONE for days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segmentation.compute.exact import cuts_below, quantile_cuts

Integers = npt.NDArray[np.int64]
Scores = npt.NDArray[np.int8]

NONE = -1
DEFAULT_BINS = 5

# Days × customers up to which distinct days are counted in a table of flags (bytes of memory).
_MOST_FLAGS = 1 << 28


@dataclass(frozen=True)
class PaymentMeasures:
    """Per customer: `last_on` (day number or NONE), `frequency` payments, `monetary` paid in all."""

    until: int
    last_on: Integers
    frequency: Integers
    monetary: Integers

    @property
    def paid(self) -> npt.NDArray[np.bool_]:
        return self.frequency > 0

    @property
    def recency(self) -> Integers:
        """Days from the last payment to `until`; NONE without one."""
        return np.where(self.paid, self.until - self.last_on, NONE)


@dataclass(frozen=True)
class RfmCodes:
    """Scores 1 … bins; 0: no payment."""

    r: Scores
    f: Scores
    m: Scores


@dataclass(frozen=True)
class BuyingSummary:
    """What models of buying read, per customer that ever paid (`customer`: its code), in days.

    `repeats`: days with a payment after the first such day; `recency`: from the first to the last;
    `age`: from the first to `until`; `repeat_value`: mean amount of a repeat day, 0 without one.
    """

    customer: Integers
    repeats: Integers
    recency: Integers
    age: Integers
    repeat_value: npt.NDArray[np.float64]


def measure_payments(
    customers: Integers, days: Integers, amounts: Integers, *, count: int, until: int
) -> PaymentMeasures:
    """Recency, frequency and monetary of each of `count` customers."""
    customers, days, amounts = _seen(customers, days, amounts, until)
    monetary = np.zeros(count, dtype=np.int64)
    np.add.at(monetary, customers, amounts)
    customers, days, _ = _without_refunds(customers, days, amounts)
    last_on = np.full(count, NONE, dtype=days.dtype)
    np.maximum.at(last_on, customers, days)
    return PaymentMeasures(
        until=until,
        last_on=last_on.astype(np.int64),
        frequency=np.bincount(customers, minlength=count),
        monetary=monetary,
    )


def score_payments(measures: PaymentMeasures, bins: int = DEFAULT_BINS) -> RfmCodes:
    """Scores by type 7 quantiles over the customers that paid; recency reversed.

    ValueError with fewer such customers than `bins`.
    """
    paid = measures.paid
    if int(paid.sum()) < bins:
        raise ValueError("fewer customers than scores")

    def scores(values: Integers, *, reverse: bool = False) -> Scores:
        known = values[paid]
        found = np.zeros(len(values), dtype=np.int8)
        ranks = 1 + cuts_below(known, quantile_cuts(known, bins))
        found[paid] = bins + 1 - ranks if reverse else ranks
        return found

    return RfmCodes(
        r=scores(measures.recency, reverse=True),
        f=scores(measures.frequency),
        m=scores(measures.monetary),
    )


def summarise_buying(
    customers: Integers, days: Integers, amounts: Integers, *, count: int, until: int
) -> BuyingSummary:
    """Payments of one day are one purchase. A refund lowers the value of its customer's repeat days
    when it falls after the first of them, and is no purchase."""
    customers, days, amounts = _seen(customers, days, amounts, until)
    buyers, bought, _ = _without_refunds(customers, days, amounts)
    far = np.iinfo(days.dtype).max
    first_on = np.full(count, far, dtype=days.dtype)
    last_on = np.full(count, np.iinfo(days.dtype).min, dtype=days.dtype)
    np.minimum.at(first_on, buyers, bought)
    np.maximum.at(last_on, buyers, bought)
    repeats = _distinct_days(buyers, bought, count) - 1
    value = np.zeros(count, dtype=np.int64)
    np.add.at(value, customers, amounts)
    # Few payments fall on or before a first day: taken away, not sorted out.
    early = days <= first_on[customers]
    np.subtract.at(value, customers[early], amounts[early])
    known = np.flatnonzero(first_on != far)
    repeats, value = repeats[known], value[known]
    first, last = first_on[known].astype(np.int64), last_on[known].astype(np.int64)
    return BuyingSummary(
        customer=known,
        repeats=repeats,
        recency=last - first,
        age=until - first,
        repeat_value=np.where(repeats > 0, value / np.maximum(repeats, 1), 0.0),
    )


def _seen(
    customers: Integers, days: Integers, amounts: Integers, until: int
) -> tuple[Integers, Integers, Integers]:
    if len(days) == 0 or days.max() <= until:
        return customers, days, amounts
    seen = days <= until
    return customers[seen], days[seen], amounts[seen]


def _without_refunds(
    customers: Integers, days: Integers, amounts: Integers
) -> tuple[Integers, Integers, Integers]:
    if len(amounts) == 0 or amounts.min() >= 0:
        return customers, days, amounts
    kept = amounts >= 0
    return customers[kept], days[kept], amounts[kept]


def _distinct_days(customers: Integers, days: Integers, count: int) -> Integers:
    """On how many different days each customer appears."""
    if len(days) == 0:
        return np.zeros(count, dtype=np.int64)
    base = int(days.min())
    # Rows of whole words, which are counted eight flags at a time.
    span = (int(days.max()) - base + 8) // 8 * 8
    places = customers * span
    places += days
    places -= base
    if count * span <= _MOST_FLAGS:
        flags = np.zeros(count * span, dtype=np.uint8)
        flags[places] = 1
        words = flags.view(np.uint64).reshape(count, span // 8)
        return np.bitwise_count(words).sum(axis=1, dtype=np.int64)
    return np.bincount(np.unique(places) // span, minlength=count)
