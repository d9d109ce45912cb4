"""What a touchpoint may be about: apps register the kinds of things that they own.

Kept as ``TouchpointTie`` rows, so that this app knows none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.module_loading import import_string

from accounts.models import Customer, Membership


@dataclass(frozen=True)
class TieKind:
    """A kind of thing.

    ``choices``: dotted path of ``(membership, customer) → list[(id, words)]``: what may be chosen now.
    ``words``: dotted path of ``(membership, ids) → {id: (words, url)}`` of those that the member may
    see; url may be "". Each takes one statement or two, however many there are.
    """

    key: str
    label: str | Promise
    choices: str
    words: str
    order: int

    def offered(self, membership: Membership, customer: Customer) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = import_string(self.choices)(membership, customer)
        return found

    def told(self, membership: Membership, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
        found: dict[int, tuple[str, str]] = import_string(self.words)(membership, list(ids))
        return found


_kinds: dict[str, TieKind] = {}


def register(kind: TieKind) -> None:
    _kinds[kind.key] = kind


def tie_kinds() -> list[TieKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.order)
