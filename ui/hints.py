"""Hints that a person has dismissed on this browser, kept in a cookie."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse

COOKIE = "hints_seen"
KEY = re.compile(r"[a-z0-9-]{1,40}")
MOST = 60  # a cookie has 4 KB
YEAR = 365 * 24 * 60 * 60


def seen_hints(request: HttpRequest) -> set[str]:
    return {key for key in request.COOKIES.get(COOKIE, "").split(".") if KEY.fullmatch(key)}


def remember_hint(request: HttpRequest, response: HttpResponse, key: str) -> None:
    """Raises ValueError when ``key`` is not lower-case letters, digits and hyphens."""
    if not KEY.fullmatch(key):
        raise ValueError("a hint's key has 1 to 40 lower-case letters, digits and hyphens")
    keys = sorted(seen_hints(request) | {key})[-MOST:]
    response.set_cookie(
        COOKIE,
        ".".join(keys),
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
