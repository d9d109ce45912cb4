"""The front door and the probes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_GET

from accounts.models import DirectoryEntry
from segmentation.queries.ingest_pulse import last_ingestion
from segmentation.queries.pulse import last_pulse


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
    pulse = last_pulse() if states["redis"] == "ok" else None
    # Null: nobody has looked for an hour.
    nights = asdict(pulse) if pulse else None
    return JsonResponse({**states, "nights": nights}, status=200 if ready else 503)


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus, with the bearer token METRICS_TOKEN; for everybody else there is nothing."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    wanted = settings.METRICS_TOKEN
    if not wanted or not constant_time_compare(given, wanted):
        raise Http404
    pulse = last_pulse()
    lines = [f"tenure_nights_known {int(pulse is not None)}"]
    if pulse is not None:
        found = asdict(pulse)
        age = (timezone.now() - datetime.fromisoformat(found.pop("swept_at"))).total_seconds()
        lines += [f"tenure_{name} {value}" for name, value in found.items()]
        lines.append(f"tenure_sweep_age_seconds {age:.0f}")
    lines += [f"tenure_ingest_{name} {value:g}" for name, value in last_ingestion().items()]
    text = "".join(f"# TYPE {line.split()[0]} gauge\n{line}\n" for line in lines)
    return HttpResponse(text, content_type="text/plain; version=0.0.4")


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
