"""Where customer groups are used: each app says it of its own, and a group's page shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from accounts.models import Membership
from segmentation.models import CustomerGroup


@dataclass(frozen=True)
class Use:
    """``what`` it is (a saved view, a play), its name, and where it is shown."""

    what: str
    name: str
    url: str


# Gives the uses of a group that a member may see.
Finder = Callable[[CustomerGroup, Membership], Iterable[Use]]
_finders: dict[str, Finder] = {}


def register(key: str, finder: Finder) -> None:
    """Add a way of using groups; called from an app's registrations."""
    _finders[key] = finder


def uses_of(group: CustomerGroup, membership: Membership) -> list[Use]:
    return [use for finder in _finders.values() for use in finder(group, membership)]
