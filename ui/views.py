"""Error pages. They ask the database nothing: its transaction may be what failed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def _error(status: int) -> HttpResponse:
    # No request: context processors would query.
    return HttpResponse(render_to_string(f"errors/{status}.html", {}), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _error(500)
