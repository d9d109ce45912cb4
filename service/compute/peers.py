"""Where a customer stands among its peers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

FEWEST_PEERS = 10


@dataclass(frozen=True)
class Place:
    """Of `peers` (the customer itself not among them) `below` have less and `equal` as much."""

    peers: int
    below: int
    equal: int

    @property
    def is_enough(self) -> bool:
        return self.peers >= FEWEST_PEERS

    @property
    def percentile(self) -> int | None:
        """Share of the peers that have less, with half of those that have as much, in percent, halves
        up; None where there are too few to say."""
        if not self.is_enough:
            return None
        return (200 * self.below + 100 * self.equal + self.peers) // (2 * self.peers)


def per_day(total: int | None, days: int) -> Decimal | None:
    """None: not known, or no day to count by."""
    return None if total is None or days <= 0 else Decimal(total) / days
