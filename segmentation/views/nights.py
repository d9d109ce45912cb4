"""Nights: what ran, what it said, what it refused."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import first_steps
from accounts.permissions import may, require
from accounts.queries.overview import has_customers
from accounts.requests import TenantRequest
from segmentation.actions.claims import retry_night
from segmentation.actions.night_requests import request_night
from segmentation.actions.results import STEPS
from segmentation.models import Night
from segmentation.queries.alarms import Unreached, unreached
from segmentation.queries.progress import night_progress
from segmentation.queries.scopes import scope_of
from segmentation.queries.stored import latest_night, parse_day, stored_nights
from segmentation.tasks import enqueue_due
from segmentation.views.moves import moves_page
from segmentation.views.replays import replays_context
from ui import formats
from ui.registry import night_blocks
from ui.tables import Column, Table
from ui.tables.ordering import absent_last
from ui.tags.formats import language

COLUMNS = (
    Column("as_of", gettext_lazy("Night of"), sort="as_of"),
    Column("state", gettext_lazy("State"), sort=("state", "-as_of")),
    Column("customers", gettext_lazy("Customers"), sort="customers", align="end"),
    Column("scored", gettext_lazy("Scored"), sort="scored", align="end", wide=True),
    Column("moves", gettext_lazy("Moves"), sort="moves_count", align="end"),
    Column("seconds", gettext_lazy("Took"), sort="seconds", align="end", wide=True),
    Column("finished", gettext_lazy("Finished"), sort="finished_at", wide=True),
    Column("rules", gettext_lazy("Rules"), sort="rule_set__version", align="end", wide=True),
    Column("refused", gettext_lazy("Refused"), wide=True),
    Column("digest", gettext_lazy("Digest"), wide=True),
)
STATE_TONES = {
    "queued": "neutral",
    "running": "info",
    "done": "good",
    "failed": "warning",
    "dead": "danger",
}
PANEL_STATES = {"queued": "waiting"}
STEP_WORDS = {
    "facts": gettext_lazy("Gathering the facts"),
    "scores": gettext_lazy("Scoring every customer"),
    "moves": gettext_lazy("Comparing with the night before"),
    "storing": gettext_lazy("Storing what it says"),
}


@require("view_nights")
@require_http_methods(["GET", "POST"])
def nights(request: TenantRequest) -> HttpResponse:
    """The runs, latest first; an administrator asks for one here."""
    may_run = may(request.membership, "run_nights")
    if request.method == "POST":
        if not may_run:
            raise Http404
        return _asked_for(request)
    next_day = request.tenant.last_ended_day()
    found = Night.objects.select_related("rule_set").defer("context", "rule_set__rules")
    table = Table.read(COLUMNS, request.GET.urlencode(), default="-as_of", tie="pk")
    table = table.counted(found.count())
    rows = list(found.order_by(*absent_last(table.order_by))[table.slice])
    context = {
        "table": table,
        "unreached": [(one.alarm, _recipients(one)) for one in unreached()],
        "rows": [(row, STATE_TONES[row.state]) for row in rows],
        "next_day": next_day,
        "may_run": may_run
        and has_customers()
        and not stored_nights().filter(as_of=next_day).exists(),
        "steps": [] if rows else first_steps.steps_for(request.membership),
    }
    return render(request, "segmentation/nights/list.html", context)


def _recipients(found: Unreached) -> str:
    """Whom an alarm did not reach."""
    channels = [
        _("channel %(number)s of the operator") % {"number": place + 1} for place in found.channels
    ]
    return formats.listed([*(str(one.user) for one in found.members), *channels], language())


def _asked_for(request: TenantRequest) -> HttpResponse:
    if not has_customers():
        messages.error(request, _("There are no customers yet to compute a night for."))
        return redirect("nights")
    night, is_new = request_night(tenant=request.tenant, by=request.user)
    day = formats.long_date(night.as_of, language())
    if night.digest:
        messages.info(request, _("The night of %(day)s is stored already.") % {"day": day})
    elif is_new:
        messages.success(request, _("The night of %(day)s is on its way.") % {"day": day})
    enqueue_due(request.tenant)
    return redirect("night", night.as_of.isoformat())


@require("view_nights")
@require_GET
def night(request: TenantRequest, day: str) -> HttpResponse:
    """One run: progress while it runs, then what it said and refused."""
    found = _night(day)
    is_stored = bool(found.digest)
    context: dict[str, Any] = {
        "night": found,
        "tone": STATE_TONES[found.state],
        "panel": _panel(found),
        "is_stored": is_stored,
        "may_run": may(request.membership, "run_nights"),
        "breadcrumbs": [(_("Nights"), reverse("nights"))],
    }
    if is_stored:
        context["blocks"] = night_blocks.for_request(request, found)
        context["is_latest"] = latest_night() == found
        context |= replays_context(found, may_restate=may(request.membership, "restate_nights"))
        context |= moves_page(
            found, scope_of(request.membership, "all"), request.GET, is_latest=context["is_latest"]
        )
    response = render(request, "segmentation/nights/night.html", context)
    if request.headers.get("HX-Target") == "progress" and found.state == Night.State.DONE:
        # The panel asked, and the night has ended: the whole page has something to show.
        response["HX-Refresh"] = "true"
    return response


@require("run_nights")
@require_POST
def retries(request: TenantRequest, day: str) -> HttpResponse:
    """Try a night again that failed or was given up."""
    found = _night(day)
    retry_night(night=found, by=request.user)
    enqueue_due(request.tenant)
    return redirect("night", day)


def _night(day: str) -> Night:
    return get_object_or_404(Night.objects.select_related("rule_set"), as_of=parse_day(day))


def _panel(found: Night) -> dict[str, Any]:
    """The progress of a night that has not ended."""
    told = night_progress(found) if found.state == Night.State.RUNNING else None
    return {
        "state": PANEL_STATES.get(found.state, found.state),
        "value": told.number if told else None,
        "maximum": len(STEPS) if told else None,
        "detail": STEP_WORDS.get(told.step, "") if told else "",
        "poll": reverse("night", args=[found.as_of.isoformat()]),
    }
