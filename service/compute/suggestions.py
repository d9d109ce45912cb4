"""Which modules to suggest to a customer, by what its peers own and use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from service.compute.peers import FEWEST_PEERS

# Of the peers that own it, and of these that used it in the last 30 days.
OWNED_BY_AT_LEAST, USED_BY_AT_LEAST = Fraction(3, 10), Fraction(1, 2)
MOST_SUGGESTED = 3


@dataclass(frozen=True)
class PeerModule:
    """A module that the customer does not own: how many of so many peers own it, and use it."""

    module_id: int
    name: str
    peers: int
    owners: int
    users: int


def worth_suggesting(modules: Iterable[PeerModule]) -> list[PeerModule]:
    """Those that three in ten of at least ten peers own and half of the owners use, the most used
    first."""
    found = [
        module
        for module in modules
        if module.peers >= FEWEST_PEERS
        and module.owners >= OWNED_BY_AT_LEAST * module.peers
        and module.owners > 0
        and module.users >= USED_BY_AT_LEAST * module.owners
    ]
    return sorted(found, key=lambda module: (-module.users, -module.owners, module.name))[
        :MOST_SUGGESTED
    ]
