"""Customers by how fast they were answered, and what became of them.

A customer's cases of the days before a month-end give its band: the mean hours by the clock on the wall
from opening a case to the first response, over those that were answered. What became of it is looked
at later. The order of the two shows no cause: customers who are answered late may differ in much else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from segmentation.compute.effects import Share

# Upper ends in hours; the last band has none.
ENDS: tuple[int, ...] = (2, 8, 24, 72)
SLOWEST, UNANSWERED, NO_CASE = "slower", "unanswered", "none"
BANDS: tuple[str, ...] = (*(str(end) for end in ENDS), SLOWEST, UNANSWERED, NO_CASE)
# Whether a time promised was missed.
KEPT, MISSED = "kept", "missed"
PROMISES = (KEPT, MISSED, NO_CASE)


@dataclass(frozen=True)
class Counted:
    """Of the customers of a band, with a promise kept or missed: how many had ARR at first, and how
    many of those had none later."""

    band: str
    promise: str
    customers: int
    left: int


@dataclass(frozen=True)
class BandRow:
    """``left``: the share that left, of the customers of the band."""

    key: str
    left: Share


def by_band(counted: Iterable[Counted]) -> list[BandRow]:
    """Every band in order, those without customers included."""
    return _summed(BANDS, ((one.band, one) for one in counted))


def by_promise(counted: Iterable[Counted]) -> list[BandRow]:
    return _summed(PROMISES, ((one.promise, one) for one in counted))


def _summed(keys: tuple[str, ...], counted: Iterable[tuple[str, Counted]]) -> list[BandRow]:
    sums = {key: [0, 0] for key in keys}
    for key, one in counted:
        sums[key][0] += one.customers
        sums[key][1] += one.left
    return [BandRow(key, Share(customers, left)) for key, (customers, left) in sums.items()]
