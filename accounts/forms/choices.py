"""Choices that several forms offer."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.zones import zones

Choices = list[tuple[str, str | Promise]]

_AREAS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    return ("UTC", *sorted(name for name in zones() if name.startswith(_AREAS)))


def zone_choices(current: str = "") -> Choices:
    """Time zones by name; ``current`` is offered too where it is none of the usual ones."""
    names = _zones()
    further = (current,) if current and current not in names else ()
    return [(name, name.replace("_", " ")) for name in (*further, *names)]


def language_choices() -> Choices:
    return [("", _("As the browser asks")), *settings.LANGUAGES]
