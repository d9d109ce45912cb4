"""What was said last of something, trait by trait: messages may come late, twice and out of order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# Of what was said at the same moment (in microseconds) the message with the greater mark counts,
# whichever comes first.
_MARK = 8
# Said again with the same value, it is noted once a minute: whoever does so at every page writes nothing.
AGAIN_AFTER = 60_000_000
MOST_NAMES = 250

NEVER = ""


def stamp_of(at: datetime, message_id: str) -> str:
    """A moment, and which message: the later, the greater as a text."""
    microseconds = max(round(at.timestamp() * 1_000_000), 0)
    return f"{microseconds:018d}{hashlib.sha256(message_id.encode()).hexdigest()[:_MARK]}"


def about(*whom: str) -> str:
    """Whom something is said of, without a name: the SHA-256 of the parts."""
    return hashlib.sha256("\x00".join(whom).encode(errors="surrogatepass")).hexdigest()


@dataclass
class Told:
    """What is said of something: name → value, and name → stamp of who said so."""

    values: dict[str, Any] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)

    def add(self, values: Mapping[str, Any], stamp: str | Mapping[str, str]) -> None:
        """Add what a message says; of each name the latest counts, and of the same moment what is added
        later."""
        for name, value in values.items():
            said = stamp if isinstance(stamp, str) else stamp.get(name, NEVER)
            if name not in self.stamps or said[:-_MARK] >= self.stamps[name][:-_MARK]:
                self.values[name], self.stamps[name] = value, said

    def since(self, said: Mapping[str, str]) -> Told:
        """What of it nobody said later. Of what nobody knows when it was said, what was never said."""
        names = [
            name
            for name, stamp in self.stamps.items()
            if name not in said or (stamp and stamp > said[name])
        ]
        return Told(
            {name: self.values[name] for name in names},
            {name: self.stamps[name] for name in names},
        )

    def is_due(self, said: Mapping[str, str]) -> bool:
        """Whether it has to be noted though it says nothing new."""
        return any(
            stamp and (name not in said or _between(said[name], stamp) > AGAIN_AFTER)
            for name, stamp in self.stamps.items()
        )


def together(said: Mapping[str, str], stamps: Mapping[str, str]) -> dict[str, str]:
    """What was said when, with what is said now; the latest names, within bounds."""
    found = {**said, **{name: stamp for name, stamp in stamps.items() if stamp}}
    if len(found) <= MOST_NAMES:
        return found
    latest: Iterable[str] = sorted(found, key=lambda name: found[name], reverse=True)
    return {name: found[name] for name in list(latest)[:MOST_NAMES]}


def _between(earlier: str, later: str) -> int:
    return int(later[:-_MARK]) - int(earlier[:-_MARK])
