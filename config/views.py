"""The front door and the probes."""

from __future__ import annotations

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.models import DirectoryEntry


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """To the person's tenant; with several, a list to choose from."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    slugs = list(DirectoryEntry.objects.filter(user=request.user).values_list("slug", flat=True))
    return redirect(f"/t/{slugs[0]}/" if len(slugs) == 1 else reverse("choose_tenant"))


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Database and Redis are reachable. The state of the nights never makes this fail."""
    states = {"database": _state(_ask_database), "redis": _state(_ask_redis)}
    ready = all(state == "ok" for state in states.values())
    return JsonResponse(states, status=200 if ready else 503)


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_redis() -> None:
    cache.set("readyz", "1", timeout=5)


def _state(ask) -> str:  # type: ignore[no-untyped-def]
    try:
        ask()
    except Exception as error:  # a probe reports whatever is wrong, by kind: texts may hold secrets
        return type(error).__name__
    return "ok"
