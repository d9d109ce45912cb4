"""Hints that a person has read and put away: kept with the person, or in a cookie for strangers."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse

from ui.appearance import YEAR, remember

COOKIE = "hints_seen"
KEY = re.compile(r"[a-z0-9-]{1,40}")
MOST = 60  # a cookie has 4 KB


def seen_hints(request: HttpRequest) -> set[str]:
    kept = getattr(getattr(request, "user", None), "dismissed_hints", None)
    keys = request.COOKIES.get(COOKIE, "").split(".") if kept is None else kept
    return {key for key in keys if KEY.fullmatch(key)}


def dismiss_hint(request: HttpRequest, response: HttpResponse, key: str) -> None:
    """Raises ValueError when ``key`` is not lower-case letters, digits and hyphens."""
    if not KEY.fullmatch(key):
        raise ValueError("a hint's key has 1 to 40 lower-case letters, digits and hyphens")
    keys = [*sorted(seen_hints(request) - {key})[1 - MOST :], key]
    remember(request, dismissed_hints=keys)
    response.set_cookie(
        COOKIE,
        ".".join(keys),
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
