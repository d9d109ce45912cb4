"""Registries that apps fill in ``AppConfig.ready()``, so that a lower app shows what a higher one
contributes without importing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from ui.timelines import CustomerTimeline, TimelineEntry, TimelinePage, TimelineSource

__all__ = [
    "Block",
    "Blocks",
    "CustomerTimeline",
    "FirstScreen",
    "FirstScreens",
    "Navigation",
    "NavigationEntry",
    "NavigationItem",
    "RenderedBlock",
    "TimelineEntry",
    "TimelinePage",
    "TimelineSource",
    "customer_badges",
    "customer_panels",
    "customer_timeline",
    "first_screens",
    "my_customers_blocks",
    "navigation",
    "overview_blocks",
    "warmed",
]

Text = str | Promise


@dataclass(frozen=True)
class NavigationItem:
    """An entry of the left navigation.

    ``ability`` is what a member must be allowed (accounts.permissions); ``order`` sorts ascending;
    ``count`` gives the number of things that wait there, or None.
    """

    label: Text
    url_name: str
    icon: str
    ability: str
    order: int
    prefix: str = ""
    count: Callable[[HttpRequest], int | None] | None = None


@dataclass(frozen=True)
class NavigationEntry:
    """A navigation item as the page shows it; ``key`` is the letter that goes there after ``g``."""

    label: Text
    url: str
    icon: str
    active: bool
    count: int | None
    key: str = ""


class Navigation:
    def __init__(self) -> None:
        self._items: dict[str, NavigationItem] = {}

    def register(self, item: NavigationItem) -> None:
        self._items[item.url_name] = item

    def for_request(
        self, request: HttpRequest, allowed: Callable[[str], bool]
    ) -> list[NavigationEntry]:
        """The items this member may open, in order; the one whose page is shown is active."""
        keys = self.keys()
        return [
            NavigationEntry(
                label=item.label,
                url=(url := reverse(item.url_name)),
                icon=item.icon,
                active=request.path == url
                or bool(item.prefix and request.path_info.startswith(item.prefix)),
                count=item.count(request) if item.count else None,
                key=keys.get(item.url_name, ""),
            )
            for item in sorted(self._items.values(), key=lambda item: item.order)
            if allowed(item.ability)
        ]

    def keys(self) -> dict[str, str]:
        """Of each URL name the first letter of its path (or of itself) that no item before it has:
        the same in every language and for every role."""
        taken: dict[str, str] = {}
        for item in sorted(self._items.values(), key=lambda item: item.order):
            word = item.prefix or item.url_name
            free = (letter for letter in word if letter.isalpha() and letter not in taken)
            letter = next(free, "")
            if letter:
                taken[letter] = item.url_name
        return {name: letter for letter, name in taken.items()}


@dataclass(frozen=True)
class Block:
    """A part of a page that an app contributes: a template and the function that feeds it.

    ``feed`` is the dotted path of the function, so that registering imports no view: every command
    would wait for that. It gets the request and the page's subject (a customer, or None on a first
    screen) and returns the template's variables, or None to show nothing. ``roles`` limits it to
    members with one of these roles (empty: everyone).
    """

    key: str
    template: str
    feed: str
    order: int
    title: Text = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class RenderedBlock:
    key: str
    title: Text
    template: str
    context: dict[str, Any]


class Blocks:
    """The blocks of one page."""

    def __init__(self) -> None:
        self._blocks: dict[str, Block] = {}

    def register(self, block: Block) -> None:
        self._blocks[block.key] = block

    def __iter__(self) -> Iterator[Block]:
        return iter(self._blocks.values())

    def for_request(
        self, request: HttpRequest, subject: Any = None, roles: Iterable[str] = ()
    ) -> list[RenderedBlock]:
        held = set(roles)
        shown = []
        for block in sorted(self._blocks.values(), key=lambda block: block.order):
            if block.roles and not held & set(block.roles):
                continue
            context = import_string(block.feed)(request, subject)
            if context is not None:
                shown.append(RenderedBlock(block.key, block.title, block.template, context))
        return shown


@dataclass(frozen=True)
class FirstScreen:
    """Where members with a role land after signing in; the lowest order a member has wins."""

    role: str
    url_name: str
    order: int


class FirstScreens:
    def __init__(self) -> None:
        self._screens: dict[str, FirstScreen] = {}

    def register(self, screen: FirstScreen) -> None:
        self._screens[screen.role] = screen

    def for_roles(self, roles: Iterable[str]) -> FirstScreen | None:
        held = set(roles)
        mine = [screen for screen in self._screens.values() if screen.role in held]
        return min(mine, key=lambda screen: screen.order, default=None)


navigation = Navigation()
first_screens = FirstScreens()
# Panels of the customer page; the subject is the Customer.
customer_panels = Blocks()
# Facts in the head of the customer page; the subject is the Customer.
customer_badges = Blocks()
# What happened with a customer, in one list; the subject is the Customer.
customer_timeline = CustomerTimeline()
# What waits beside the night's figures, on the service manager's first screen; the subject is whose
# customers it shows: mine, team or all.
my_customers_blocks = Blocks()
# What happened lately, on the administrator's first screen; there is no subject.
overview_blocks = Blocks()
# URL name → query of screens that remember figures of every customer; opened once after each night,
# so that no person waits for the first look.
warmed: dict[str, str] = {}
