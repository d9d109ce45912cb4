"""Of what messages say of somebody, what nobody has said later; noted, so that it stays so."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from accounts.actions.identities import Described, contacts_to_write, put_contacts
from segmentation.compute.said import Told, about, together
from segmentation.compute.traits import parted
from segmentation.frames.said import said_of, take_said, write_said
from segmentation.models import IngestSettings

Whom = TypeVar("Whom", bound=Hashable)
# A customer, and the key of a contact.
At = tuple[int, str]


def news(
    told: Mapping[Whom, Told],
    *,
    names: Mapping[Whom, tuple[str, ...]],
    differing: Callable[[Mapping[Whom, Mapping[str, Any]]], set[Whom]],
    now: datetime,
) -> dict[Whom, dict[str, Any]]:
    """Whom something is said of → what of it is new. Where all of it is there already, and was said
    not long ago, nothing is locked or written.

    Args:
        names: what somebody is known by from message to message.
        differing: of whom something would be written; asks without a lock.
    """
    if not told:
        return {}
    whats = {whom: about(*names[whom]) for whom in told}
    said = said_of(whats.values())
    fresh = {whom: one.since(said[whats[whom]]) for whom, one in told.items()}
    fresh = {whom: one for whom, one in fresh.items() if one.values}
    differs = differing({whom: one.values for whom, one in fresh.items()}) if fresh else set()
    wanted = [
        whom for whom, one in fresh.items() if whom in differs or one.is_due(said[whats[whom]])
    ]
    if not wanted:
        return {}
    taken = take_said([whats[whom] for whom in wanted], now=now)
    found, noted = {}, {}
    for whom in wanted:
        left = fresh[whom].since(taken[whats[whom]])
        if left.values:
            found[whom] = left.values
            noted[whats[whom]] = together(taken[whats[whom]], left.stamps)
    write_said(noted, now=now)
    return found


def tell_contacts(told: Mapping[At, Told], *, settings: IngestSettings, now: datetime) -> None:
    """Write what is new of contacts, as far as the tenant allows."""
    allowed = {"may_make": settings.create_contacts, "may_change": settings.update_contacts}

    def differing(values: Mapping[At, Mapping[str, Any]]) -> set[At]:
        return contacts_to_write(described=_contacts(values), **allowed)

    # A contact of whom nothing is said is one all the same.
    unsaid: dict[At, dict[str, Any]] = {at: {} for at, one in told.items() if not one.values}
    names = {at: ("contact", str(at[0]), at[1]) for at in told}
    found = news(told, names=names, differing=differing, now=now)
    put_contacts(described=_contacts({**found, **unsaid}), now=now, **allowed)


def waiting_of(person: str) -> tuple[str, str]:
    """What a person is known by while traits wait."""
    return ("person", person)


def _contacts(values: Mapping[At, Mapping[str, Any]]) -> dict[At, Described]:
    return {at: Described(at[1], *parted(said)) for at, said in values.items()}
