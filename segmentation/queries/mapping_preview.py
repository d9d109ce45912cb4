"""What the mapping does to the events that came lately, and what another one would do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from segmentation.compute.event_rules import RuleBook, Ruled, RuleValues
from segmentation.models import EventSeen

MOST_PREVIEWED = 60


@dataclass(frozen=True)
class Previewed:
    """An event that came lately: where it goes ``now``, and ``then`` by other rules. Where no rule
    says so, the event itself does."""

    seen: EventSeen
    now: Ruled
    then: Ruled

    @property
    def is_moved(self) -> bool:
        return (self.now.module, self.now.is_ignored) != (self.then.module, self.then.is_ignored)

    @property
    def has_no_module(self) -> bool:
        return not self.then.module and not self.then.is_ignored


@dataclass(frozen=True)
class Preview:
    """Those without a module first, then those that move, then the others, the latest first."""

    events: list[Previewed]

    @property
    def moved(self) -> int:
        return sum(one.is_moved for one in self.events)

    @property
    def without_module(self) -> int:
        return sum(one.has_no_module for one in self.events)


def place_of(seen: EventSeen, book: RuleBook) -> Ruled:
    """Where events like this one go by these rules."""
    ruled = book.of(seen.kind, seen.event, seen.properties)
    return ruled or Ruled(seen.properties.get("module") or None)


def preview(
    seen: Iterable[EventSeen], now: Sequence[RuleValues], then: Sequence[RuleValues]
) -> Preview:
    """What other rules would do to events that came lately."""
    old, new = RuleBook(now), RuleBook(then)
    found = [Previewed(one, place_of(one, old), place_of(one, new)) for one in seen]
    found.sort(key=lambda one: one.seen.last_at, reverse=True)
    found.sort(key=lambda one: (not one.has_no_module, not one.is_moved))
    return Preview(found)
