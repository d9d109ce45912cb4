"""A play on the past: when it would have been set off, for whom, and what load that would have been."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.requests import TenantRequest
from service.actions.plays import document_of
from service.compute.play_documents import PlayDocument
from service.compute.play_dry_runs import NOBODY, PersonLoad
from service.labels.plays import REFUSALS
from service.queries.play_dry_runs import DAYS, MOST_CUSTOMERS, DryRun, dry_run
from service.queries.plays import names_for
from service.triggers import Unasked, triggers
from service.views.plays import told_play, visible_play
from ui.charts import Series, TimeChart
from ui.formats import short_date
from ui.tags.formats import language

MOST_PERSONS = 30


@require("edit_plays")
@require_GET
def dry_runs(request: TenantRequest, pk: int) -> HttpResponse:
    """The last ninety days as if the play had been on."""
    play = visible_play(pk)
    document = document_of(play)
    context: dict[str, Any] = {
        **told_play(request, play, document, names_for(request.tenant)),
        "days": DAYS,
        "most": MOST_CUSTOMERS,
        "limits": _limits(document),
        "breadcrumbs": [
            (_("Plays"), reverse("plays")),
        ],
    }
    try:
        found = dry_run(tenant=request.tenant, document=document, membership=request.membership)
    except Unasked as reason:
        context["refusal"] = REFUSALS[reason.code]
    else:
        context |= {"run": found, **(_drawn(found) if found else {})}
        if found is not None and found.nights < (found.last - found.first).days:
            context["limits"].append(
                _("Not every night is stored: what happened between stands on the next one.")
            )
    return render(request, "service/plays/dry_run.html", context)


def _limits(document: PlayDocument) -> list[str]:
    """What of the past cannot be known."""
    told = [str(triggers[document.kind].past)] if triggers[document.kind].past else []
    if document.condition is not None:
        told.append(
            _(
                "Conditions are read as the customers stand today: nights keep no measures of the past."
            )
        )
    told.append(_("People are those who would be named today."))
    told.append(
        _(
            "Work is taken to stay open until it expires; who closes it sooner may be asked again sooner."
        )
        if document.end.expires_days
        else _("Work is taken to stay open: every customer is counted once.")
    )
    return told


def _drawn(run: DryRun) -> dict[str, Any]:
    weeks = [(date.fromordinal(monday), ctas, steps) for monday, ctas, steps in run.load.weeks]
    shown = run.load.persons[:MOST_PERSONS]
    return {
        "chart": TimeChart(
            title=_("Work opened, by week"),
            periods=[short_date(monday, language()) for monday, _ctas, _steps in weeks],
            series=[Series(_("Work opened"), [ctas for _monday, ctas, _steps in weeks])],
        )
        if len(weeks) > 1
        else None,
        "weeks": weeks,
        "persons": [(_name(one, run), one) for one in shown],
        "further": len(run.load.persons) - len(shown),
    }


def _name(one: PersonLoad, run: DryRun) -> str:
    return _("Unassigned") if one.person == NOBODY else run.names.get(one.person, "?")
