"""Text that no database column can hold is refused where it comes in, once for every screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# PostgreSQL keeps no NUL, and half of a surrogate pair is no character in UTF-8.
NOT_TEXT = re.compile("[\x00\ud800-\udfff]")

Answer = Callable[[HttpRequest], HttpResponseBase]


class ReadableTextMiddleware:
    """Answers 400 to a path, a query or a form that holds what is not text.

    Stands after the person's language is known, so that the page speaks it, and before anything
    asks the database with what was given.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        _refuse([request.path_info])
        for name, values in request.GET.lists():
            _refuse([name, *values])
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        """Forms: by now the check against forgery has read them."""
        for name, values in request.POST.lists():
            _refuse([name, *map(str, values)])


class ReadableCookiesMiddleware:
    """A cookie that is not text counts as none: the session is looked up by it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        for name in [name for name, value in request.COOKIES.items() if NOT_TEXT.search(value)]:
            del request.COOKIES[name]
        return self.get_response(request)


def _refuse(texts: Iterable[str]) -> None:
    if any(NOT_TEXT.search(text) for text in texts):
        raise BadRequest("not text")
