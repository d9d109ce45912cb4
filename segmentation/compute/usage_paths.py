"""By which way a night comes to what its usage says: from states that earlier nights kept, or from
the facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class UsagePath(StrEnum):
    """FOLD: what came since is folded into the states. REBUILD: the facts are read and the states
    made from them. READ: the facts are read and the states left alone."""

    FOLD = "fold"
    REBUILD = "rebuild"
    READ = "read"


@dataclass(frozen=True)
class Seen:
    """Usage up to the end of ``day`` in the zone of that name, received by ``known_at``."""

    day: date
    known_at: datetime
    zone: str


def usage_path(
    wanted: Seen, held: Seen | None, *, revised_since_held: bool, revised_since_known: bool
) -> UsagePath:
    """How to get from the usage that states hold (None: there are none) to the wanted.

    States only go forward, in days and in knowledge. revised_since_held, revised_since_known: whether
    usage was changed or taken away after `held.known_at`, and after `wanted.known_at`: then what was
    known at that moment is not in the table any more.
    """
    if revised_since_known:
        return UsagePath.READ
    if held is None:
        return UsagePath.REBUILD
    if wanted.day < held.day or wanted.known_at < held.known_at:
        return UsagePath.READ
    if revised_since_held or wanted.zone != held.zone:
        return UsagePath.REBUILD
    return UsagePath.FOLD
