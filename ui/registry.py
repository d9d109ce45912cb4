"""Registries that apps fill in ``AppConfig.ready()``, so that a lower app shows what a higher one
contributes without importing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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
    "CustomerPanels",
    "CustomerTimeline",
    "FirstScreen",
    "FirstScreens",
    "Navigation",
    "NavigationEntry",
    "NavigationItem",
    "Part",
    "RenderedBlock",
    "TimelineEntry",
    "TimelinePage",
    "TimelineSource",
    "customer_badges",
    "customer_figures",
    "customer_panels",
    "customer_timeline",
    "first_screens",
    "my_customers_blocks",
    "navigation",
    "night_blocks",
    "overview_blocks",
    "warmed",
]

Text = str | Promise


@dataclass(frozen=True)
class NavigationItem:
    """An entry of the left navigation.

    ``ability`` is what a member must be allowed (accounts.permissions); ``order`` sorts ascending;
    ``count`` is the key of the ui.counts.FrameCount of what waits there; empty: nothing does.
    """

    label: Text
    url_name: str
    icon: str
    ability: str
    order: int
    prefix: str = ""
    count: str = ""


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
        self,
        request: HttpRequest,
        allowed: Callable[[str], bool],
        counts: Mapping[str, int] | None = None,
    ) -> list[NavigationEntry]:
        """The items this member may open, in order; the one whose page is shown is active.

        ``counts``: of ui.counts.frame_counts; nought is not shown.
        """
        keys = self.keys()
        return [
            NavigationEntry(
                label=item.label,
                url=(url := reverse(item.url_name)),
                icon=item.icon,
                active=request.path == url
                or bool(item.prefix and request.path_info.startswith(item.prefix)),
                count=(counts or {}).get(item.count) or None,
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
    members with one of these roles (empty: everyone). ``part``: the part of the customer page that
    a panel of it belongs to.
    """

    key: str
    template: str
    feed: str
    order: int
    title: Text = ""
    roles: tuple[str, ...] = ()
    part: str = ""


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
        self, request: HttpRequest, subject: Any = None, roles: Iterable[str] = (), part: str = ""
    ) -> list[RenderedBlock]:
        """What there is to show, in order; only the blocks of ``part`` are fed."""
        held = set(roles)
        shown = []
        for block in sorted(self._blocks.values(), key=lambda block: block.order):
            if block.part != part or (block.roles and not held & set(block.roles)):
                continue
            context = import_string(block.feed)(request, subject)
            if context is not None:
                shown.append(RenderedBlock(block.key, block.title, block.template, context))
        return shown


@dataclass(frozen=True)
class Part:
    """A part of the customer page, with an address of its own; ``order`` sorts ascending."""

    key: str
    label: Text
    order: int


class CustomerPanels(Blocks):
    """The panels of the customer page, each in one of its parts."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: dict[str, Part] = {}

    def register_part(self, part: Part) -> None:
        self._parts[part.key] = part

    @property
    def parts(self) -> list[Part]:
        """In order; the first one is shown when the address names none."""
        return sorted(self._parts.values(), key=lambda part: part.order)

    def part(self, key: str) -> Part:
        """The part of that key, or the first one."""
        return self._parts.get(key) or self.parts[0]

    def url(self, customer_id: int, panel: str) -> str:
        """Where a panel of a customer's page stands.

        Raises:
            KeyError: no panel has this key.
        """
        part = self._blocks[panel].part
        asked = "" if part == self.parts[0].key else f"?part={part}"
        return f"{reverse('customer', args=[customer_id])}{asked}#{panel}"


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
customer_panels = CustomerPanels()
# Facts in the head of the customer page; the subject is the Customer.
customer_badges = Blocks()
# Its key figures, below them; the subject is the Customer.
customer_figures = Blocks()
# What happened with a customer, in one list; the subject is the Customer.
customer_timeline = CustomerTimeline()
# What waits beside the night's figures, on the service manager's first screen; the subject is whose
# customers it shows: mine, team or all.
my_customers_blocks = Blocks()
# What followed a stored night, on its page; the subject is the Night.
night_blocks = Blocks()
# What happened lately, on the administrator's first screen; there is no subject.
overview_blocks = Blocks()
# URL name → query of screens that remember figures of every customer; opened once after each night,
# so that no person waits for the first look.
warmed: dict[str, str] = {}
