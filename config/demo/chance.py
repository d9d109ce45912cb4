"""Random numbers by address instead of by order.

A number depends on the seed, the name of what is drawn and whom it is drawn for, never on what
was drawn before. So the customer with number 17 is the same among 20 customers and among
100,000, in whichever chunks they are made, and a new draw added to the code moves no other.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bits = NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_TO_UNIT = 1.0 / (1 << 53)


def scramble(bits: Bits) -> Bits:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every input bit moves every other."""
    mixed = (bits ^ (bits >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return mixed ^ (mixed >> np.uint64(31))


def to_unit(bits: Bits) -> Floats:
    """64 random bits as numbers of [0, 1)."""
    return (bits >> np.uint64(11)).astype(np.float64) * _TO_UNIT


class Chance:
    """All draws of one seed. `keys` are integer arrays that broadcast against each other."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def bits(self, stream: str, *keys: ArrayLike) -> Bits:
        """64 random bits for each combination of the keys."""
        name = blake2b(f"{self.seed}/{stream}".encode(), digest_size=8).digest()
        state: Any = np.atleast_1d(np.uint64(int.from_bytes(name, "big")))
        for key in keys:
            addend = np.atleast_1d(np.asarray(key)).astype(np.int64).view(np.uint64)
            # The step is odd, so distinct keys give distinct states.
            state = scramble(state ^ ((addend + np.uint64(1)) * _STEP))
        return np.asarray(state, dtype=np.uint64)

    def uniform(self, stream: str, *keys: ArrayLike) -> Floats:
        """Numbers of [0, 1)."""
        return to_unit(self.bits(stream, *keys))

    def between(self, low: ArrayLike, high: ArrayLike, stream: str, *keys: ArrayLike) -> Integers:
        """Whole numbers from low to high, both included."""
        bottom, top = np.asarray(low), np.asarray(high)
        drawn = bottom + np.floor(self.uniform(stream, *keys) * (top - bottom + 1))
        return np.asarray(drawn).astype(np.int64)

    def happens(self, share: ArrayLike, stream: str, *keys: ArrayLike) -> NDArray[np.bool_]:
        """True for about that share."""
        return np.asarray(self.uniform(stream, *keys) < np.asarray(share))

    def spread(self, stream: str, ordinal: ArrayLike, prime: int) -> Floats:
        """Numbers of [0, 1) that fill it evenly for the ordinals 0, 1, 2 …, however few.

        A Kronecker sequence: multiples of the square root of a prime, from a random start.
        Independent draws of 18 values leave gaps and heaps that show in a small demo (all large
        customers lost, say). Two quantities of the same ordinal need two primes.
        """
        start = self.uniform(stream)
        return np.asarray((start + np.asarray(ordinal) * np.sqrt(prime)) % 1.0)
