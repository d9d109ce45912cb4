"""Theme and language as a person chose them: kept with the person, or in a cookie for strangers."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse

THEMES = ("system", "light", "dark")
THEME_COOKIE = "theme"
YEAR = 365 * 24 * 60 * 60


FOLDED_COOKIE = "folded"


def folded_in(request: HttpRequest) -> set[str]:
    """Keys of the parts of pages that the person folded (or unfolded, where folded is the rule): the
    browser keeps them, so that a page is drawn as it was left."""
    return set(request.COOKIES.get(FOLDED_COOKIE, "").split("."))


def theme_of(request: HttpRequest) -> str:
    """``system``, ``light`` or ``dark``."""
    user = getattr(request, "user", None)
    kept = getattr(user, "theme", "") or request.COOKIES.get(THEME_COOKIE, "")
    return kept if kept in THEMES else "system"


def keep_theme(request: HttpRequest, response: HttpResponse, theme: str) -> None:
    """Raises ValueError for a theme that is none of THEMES."""
    if theme not in THEMES:
        raise ValueError(f"a theme is one of {', '.join(THEMES)}")
    _keep(request, response, THEME_COOKIE, theme)
    remember(request, theme=theme)


def keep_language(request: HttpRequest, response: HttpResponse, language: str) -> None:
    """Raises ValueError for a language that is none of settings.LANGUAGES."""
    if language not in dict(settings.LANGUAGES):
        raise ValueError(f"a language is one of {', '.join(dict(settings.LANGUAGES))}")
    _keep(request, response, settings.LANGUAGE_COOKIE_NAME, language)
    remember(request, language=language)


def remember(request: HttpRequest, **choices: object) -> None:
    """Writes choices into the signed-in person's row; of a stranger nothing is kept here."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        get_user_model()._default_manager.filter(pk=user.pk).update(**choices)


def _keep(request: HttpRequest, response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
