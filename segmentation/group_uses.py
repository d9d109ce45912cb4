"""Where customer groups are used, and which screens they narrow: each app says it of its own, and a
group's page shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import may
from segmentation.models import CustomerGroup
from ui.registry import Text


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


@dataclass(frozen=True)
class Narrowed:
    """A screen that ``?group=`` narrows, for members with the ability."""

    label: Text
    url_name: str
    ability: str


_narrowed: dict[str, Narrowed] = {}


def register_screen(screen: Narrowed) -> None:
    """Add a screen that a group narrows; called from an app's registrations."""
    _narrowed[screen.url_name] = screen


def screens_of(group: CustomerGroup, membership: Membership) -> list[tuple[Text, str]]:
    """(label, address) of the screens of a group that a member may open, in order of registration."""
    return [
        (screen.label, f"{reverse(screen.url_name)}?group={group.pk}")
        for screen in _narrowed.values()
        if may(membership, screen.ability)
    ]
