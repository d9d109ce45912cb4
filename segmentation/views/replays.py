"""Stored nights computed again: who differs, why, and restating the night by it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.actions.replay_claims import retry_replay
from segmentation.actions.replay_requests import ReplayRefused, request_replay, request_restating
from segmentation.actions.replays import REPLAY_STEPS
from segmentation.labels import REPLAY_PARTS, REPLAY_REASONS, REPLAY_REFUSALS
from segmentation.models import Night, Replay
from segmentation.queries.progress import replay_progress
from segmentation.queries.replays import (
    counted,
    differences_of,
    following_night,
    late_data,
    latest_alarm,
    replays_of,
    restatements_of,
)
from segmentation.queries.scopes import widest_scope
from segmentation.queries.stored import parse_day
from segmentation.replay_forms import HOWS, DifferenceFilter, ReplayForm, RestateForm
from segmentation.tasks import enqueue_due
from segmentation.views.replay_differences import COLUMNS, differences_file, drawn_difference
from ui import formats
from ui.tables import Table
from ui.tables.ordering import absent_last
from ui.tags.formats import language

STEP_WORDS = {
    "then": gettext_lazy("Computing from what was known then"),
    "now": gettext_lazy("Computing from what is known now"),
    "rules": gettext_lazy("Computing by the rules in force"),
    "comparing": gettext_lazy("Comparing customer by customer"),
}
PANEL_STATES = {"queued": "waiting"}
TONES = {
    "queued": "neutral",
    "running": "info",
    "done": "good",
    "failed": "warning",
    "dead": "danger",
}


def replays_context(night: Night, *, may_restate: bool) -> dict[str, Any]:
    """What a night's page says of its being computed again. At most five statements."""
    return {
        "replays": [(replay, TONES[replay.state]) for replay in replays_of(night)],
        "alarm": latest_alarm(night),
        "restatements": restatements_of(night),
        "replay_form": ReplayForm() if may_restate else None,
    }


@require("restate_nights")
@require_POST
def replays(request: TenantRequest, day: str) -> HttpResponse:
    """Ask for a night to be computed again."""
    night = get_object_or_404(Night, as_of=parse_day(day))
    form = ReplayForm(request.POST)
    if not form.is_valid():
        raise Http404
    facts, rules = HOWS[form.cleaned_data["how"]]
    try:
        replay = request_replay(night=night, facts=facts, rules=rules, by=request.user)
    except ReplayRefused as refusal:
        messages.error(request, REPLAY_REFUSALS[refusal.code])
        return redirect("night", day)
    enqueue_due(request.tenant)
    return redirect("replay", day, replay.pk)


@require("view_nights")
@require_GET
def replay(request: TenantRequest, day: str, pk: int) -> HttpResponse:
    """Progress while it runs, then who differs and why."""
    found = _replay(day, pk)
    is_done = bool(found.digest)
    context: dict[str, Any] = {
        "replay": found,
        "night": found.night,
        "tone": TONES[found.state],
        "panel": _panel(found),
        "is_done": is_done,
        "breadcrumbs": [
            (_("Nights"), reverse("nights")),
            (str(_night_title(found.night)), reverse("night", args=[day])),
        ],
        "may_restate": may(request.membership, "restate_nights"),
    }
    if is_done:
        scope = widest_scope(request.membership)
        every = differences_of(found, scope)
        filter_ = DifferenceFilter(request.GET, queryset=every)
        table = Table.read(COLUMNS, request.GET.urlencode(), default="parts", tie="pk")
        table = table.counted(filter_.qs.count())
        rows = filter_.qs.order_by(*absent_last(table.order_by))
        if request.GET.get("export"):
            return differences_file(found, list(rows), request.GET["export"], request.tenant.slug)
        context |= {
            "filter": filter_,
            "table": table,
            "rows": [drawn_difference(row) for row in rows[table.slice]],
            "reasons": [
                (REPLAY_REASONS[one.key], one)
                for one in counted(every, "reasons", list(REPLAY_REASONS))
            ],
            "late": late_data(every),
            "parts": [
                (REPLAY_PARTS[one.key], one) for one in counted(every, "parts", list(REPLAY_PARTS))
            ],
            "is_stale": found.night.digest != found.stored_digest and not found.restated_at,
            "following": following_night(found.night) if found.restated_at else None,
            "restate_form": RestateForm(),
        }
    response = render(request, "segmentation/replays/replay.html", context)
    if request.headers.get("HX-Target") == "progress" and found.state == Night.State.DONE:
        # The panel asked, and the replay has ended: the whole page has something to show.
        response["HX-Refresh"] = "true"
    return response


@require("restate_nights")
@require_POST
def restatements(request: TenantRequest, day: str, pk: int) -> HttpResponse:
    """Have the night say what the replay said."""
    found = _replay(day, pk)
    form = RestateForm(request.POST)
    if not form.is_valid():
        messages.error(request, REPLAY_REFUSALS["no_reason"])
        return redirect("replay", day, pk)
    try:
        request_restating(
            replay=found,
            reason=form.cleaned_data["reason"],
            following=form.cleaned_data["following"],
            by=request.user,
        )
    except ReplayRefused as refusal:
        messages.error(request, REPLAY_REFUSALS[refusal.code])
    else:
        enqueue_due(request.tenant)
    return redirect("replay", day, pk)


@require("restate_nights")
@require_POST
def retries(request: TenantRequest, day: str, pk: int) -> HttpResponse:
    """Try a replay again that failed or was given up."""
    try:
        retry_replay(replay=_replay(day, pk))
    except ReplayRefused as refusal:
        messages.error(request, REPLAY_REFUSALS[refusal.code])
    else:
        enqueue_due(request.tenant)
    return redirect("replay", day, pk)


def _replay(day: str, pk: int) -> Replay:
    replays = Replay.objects.select_related(
        "night", "asked_by", "restate_by", "rule_set", "stored_rule_set"
    )
    return get_object_or_404(replays, pk=pk, night__as_of=parse_day(day))


def _night_title(night: Night) -> str:
    day = formats.short_date(night.as_of, language())
    return _("Night of %(day)s") % {"day": day}


def _panel(found: Replay) -> dict[str, Any]:
    told = replay_progress(found) if found.state == Night.State.RUNNING else None
    return {
        "state": PANEL_STATES.get(found.state, found.state),
        "value": told.number if told else None,
        "maximum": len(REPLAY_STEPS) if told else None,
        "detail": STEP_WORDS.get(told.step, "") if told else "",
        "poll": reverse("replay", args=[found.night.as_of.isoformat(), found.pk]),
    }
