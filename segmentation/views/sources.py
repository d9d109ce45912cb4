"""Where usage comes from: how it goes now, the keys, and what senders may change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from accounts.models import Module
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.actions.ingest_settings import change_ingest_settings
from segmentation.compute.event_rules import RuleBook
from segmentation.frames.ingestion import MOST_MODULES
from segmentation.queries.ingestion import event_rules, ingest_settings
from segmentation.queries.mapping_preview import place_of
from segmentation.queries.sources import (
    OUTCOMES,
    Health,
    LastHour,
    health,
    last_hour,
    latest_names,
    write_keys,
)
from segmentation.source_forms import IngestSettingsForm
from segmentation.source_labels import OUTCOMES as WORDS
from segmentation.views.source_frame import frame
from ui.charts import Series, TimeChart


@require("view_sources")
@require_http_methods(["GET", "POST"])
def sources(request: TenantRequest) -> HttpResponse:
    in_force = ingest_settings()
    form = IngestSettingsForm(request.POST or None, instance=ingest_settings())
    if request.method == "POST":
        if not may(request.membership, "edit_sources"):
            raise Http404
        if form.is_valid():
            change_ingest_settings(values=form.cleaned_data, by=request.user)
            messages.success(request, _("Saved."))
            return redirect("sources")
    now, may_edit = timezone.now(), may(request.membership, "edit_sources")
    found, hour = health(), last_hour(now)
    context = {
        **frame(request, "sources"),
        "form": form,
        "keys": list(write_keys()),
        "default_rate": in_force.events_per_second,
        "health": _health(found, now),
        "figures": _figures(hour, may_edit),
        "chart": None if hour.is_empty else _chart(hour, request),
        "latest": _latest(),
        "most_modules": MOST_MODULES if Module.objects.count() >= MOST_MODULES else None,
    }
    return render(request, "segmentation/sources/sources.html", context)


def _health(found: Health, now: datetime) -> dict[str, Any]:
    if found.last_at is None:
        word, tone, icon = pgettext("source", "Waiting"), "neutral", "hourglass"
    elif found.is_silent(now):
        word, tone, icon = pgettext("source", "Silent"), "warning", "volume-x"
    else:
        word, tone, icon = pgettext("source", "Alive"), "good", "activity"
    return {
        "last_at": found.last_at,
        "waiting": found.waiting,
        "given_up": found.given_up,
        "is_live": found.last_at is None or found.is_live(now) or found.waiting,
        "word": word,
        "tone": tone,
        "icon": icon,
    }


def _figures(hour: LastHour, may_edit: bool) -> list[dict[str, Any]]:
    links = {"held": "quarantine", "dead": "dead_letters"} if may_edit else {}
    return [
        {
            "label": WORDS[outcome][0],
            "count": hour.total(outcome),
            "formula": WORDS[outcome][2],
            "href": reverse(links[outcome]) if outcome in links else "",
        }
        for outcome in OUTCOMES
    ]


def _chart(hour: LastHour, request: TenantRequest) -> TimeChart:
    zone = request.tenant.zone
    return TimeChart(
        title=_("Messages per minute"),
        periods=[f"{minute.astimezone(zone):%H:%M}" for minute in hour.minutes],
        series=[
            Series(WORDS[outcome][0], hour.counts[outcome], WORDS[outcome][1])
            for outcome in OUTCOMES
            if hour.total(outcome)
        ],
    )


def _latest() -> list[dict[str, Any]]:
    """Names that came last, and where events of that name go now."""
    book = RuleBook(event_rules())
    return [
        {"name": seen.event, "at": seen.last_at, "place": place_of(seen, book)}
        for seen in latest_names()
    ]
