"""Hints that a person has read and put away: kept with the person, or in a cookie for strangers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise

from ui.appearance import YEAR, remember

Text = str | Promise

COOKIE = "hints_seen"
KEY = re.compile(r"[a-z0-9-]{1,40}")
MOST = 60  # a cookie has 4 KB
FIRST_HINTS = 3


def seen_hints(request: HttpRequest) -> set[str]:
    kept = getattr(getattr(request, "user", None), "dismissed_hints", None)
    keys = request.COOKIES.get(COOKIE, "").split(".") if kept is None else kept
    return {key for key in keys if KEY.fullmatch(key)}


def dismiss_hints(request: HttpRequest, response: HttpResponse, keys: Sequence[str]) -> None:
    """Raises ValueError when there is no key, or one is not lower-case letters, digits and
    hyphens."""
    if not keys or len(keys) > MOST or not all(KEY.fullmatch(key) for key in keys):
        raise ValueError("a hint's key has 1 to 40 lower-case letters, digits and hyphens")
    kept = [*sorted(seen_hints(request) - set(keys)), *keys][-MOST:]
    remember(request, dismissed_hints=kept)
    response.set_cookie(
        COOKIE,
        ".".join(kept),
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


@dataclass(frozen=True)
class Hint:
    """What to look at, for members with one of ``roles``, on the first screen of the demo.

    ``url_name`` is where it leads, ``link`` the words for going there; ``ability`` is what going
    there takes.
    """

    key: str
    title: Text
    text: Text
    url_name: str
    link: Text
    ability: str
    roles: frozenset[str]


@dataclass(frozen=True)
class ShownHint:
    """A hint that is not yet put away; ``step`` is its number among all of the person's."""

    hint: Hint
    step: int
    of: int


first_hints: list[Hint] = []


def hints_left(
    request: HttpRequest, roles: Iterable[str], allowed: Callable[[str], bool]
) -> list[ShownHint]:
    """Of a person's first hints those that they have not put away, in order."""
    held, seen = set(roles), seen_hints(request)
    mine = [hint for hint in first_hints if hint.roles & held and allowed(hint.ability)]
    mine = mine[:FIRST_HINTS]
    return [
        ShownHint(hint, step, len(mine))
        for step, hint in enumerate(mine, start=1)
        if hint.key not in seen
    ]
