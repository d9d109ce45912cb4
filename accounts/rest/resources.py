"""Which addresses of the API there are: each app registers a module of URL patterns."""

from __future__ import annotations

from django.urls import URLResolver, include, path

_modules: list[str] = []


def register(module: str) -> None:
    """Add a module with ``urlpatterns``, by its dotted path, so that registering imports no view."""
    if module not in _modules:
        _modules.append(module)


def patterns(prefix: str) -> list[URLResolver]:
    return [path(prefix, include(module)) for module in _modules]
