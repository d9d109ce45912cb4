"""The question before something is done, as a page of its own: for browsers without scripts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise


def confirm_page(
    request: HttpRequest,
    *,
    title: str | Promise,
    body: str | Promise,
    action: str | Promise,
    back_url: str,
    kind: str = "danger",
    url: str = "",
) -> HttpResponse:
    """Asks; the same address is posted to by who agrees, or ``url``.

    Args:
        action: what the button says.
        kind: of the button, ``danger`` or ``primary``.
    """
    context = {
        "title": title, "body": body, "action": action, "url": url or request.path,
        "back_url": back_url, "kind": kind,
    }  # fmt: skip
    return render(request, "components/confirm_page.html", context)
