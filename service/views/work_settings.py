"""How a tenant ranks work, and why it closes it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from accounts.requests import TenantRequest
from service.actions.close_reasons import Said, set_close_reasons
from service.actions.ranks import set_rank_weights
from service.compute.ranks import RankWeights
from service.forms.ctas import CloseReasonsForm, RankForm
from service.labels.work import WEIGHTS
from service.models import CloseReason, RankVersion
from service.queries.close_reasons import close_reasons
from service.queries.ranks import latest_version, top_with, weights_of
from service.views.work_words import title_of
from ui import formats
from ui.tags.formats import language

FIRST = 10
VERSIONS = 20


@require("edit_ranks")
@require_http_methods(["GET", "POST"])
def rank_weights(request: TenantRequest) -> HttpResponse:
    """The weights, tried on today's work before they hold."""
    latest = latest_version()
    held = weights_of(latest)
    initial = {**held.to_json(), "seen": latest.version if latest else 0}
    asked = request.POST if request.method == "POST" else request.GET
    form = RankForm(asked or None, initial=initial)
    is_valid = bool(asked) and form.is_valid()
    if request.method == "POST" and is_valid:
        given = form.cleaned_data
        try:
            made = set_rank_weights(
                weights=form.weights, seen=given["seen"], note=given["note"], by=request.user
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            told = _("Weighed like this from now on; all open work is ranked again.")
            messages.success(request, told if made else _("Nothing was changed."))
            return redirect("rank_weights")
    weights = form.weights if is_valid else held
    context = {
        "form": form,
        "is_other": weights != held,
        "places": _places(weights),
        "versions": [_version(one) for one in RankVersion.objects.select_related("made_by")[:VERSIONS]],
        "breadcrumbs": [(_("Work"), reverse("work"))],
    }  # fmt: skip
    return render(request, "service/work/weights.html", context)


def _places(weights: RankWeights) -> list[dict[str, Any]]:
    """The first of today's work with these weights, and the first of now that would not be."""
    return [
        {
            "cta": cta,
            "title": title_of(cta),
            "place": place.place,
            "place_before": place.place_before,
            "moved": place.place != place.place_before,
            "is_out": place.place > FIRST,
            "rank_text": formats.number(round(place.rank), language(), 0),
            "rank_before_text": formats.number(round(place.rank_before), language(), 0),
        }
        for place, cta in top_with(weights, FIRST)
    ]


def _version(one: RankVersion) -> dict[str, Any]:
    weights = weights_of(one).to_json()
    body = " · ".join(f"{WEIGHTS[name]}: {value}" for name, value in weights.items())
    return {
        "at": one.made_at,
        "title": one.note or _("Version %(version)s") % {"version": one.version},
        "body": body,
        "actor": str(one.made_by) if one.made_by else "",
    }


@require("edit_ranks")
@require_http_methods(["GET", "POST"])
def reasons(request: TenantRequest) -> HttpResponse:
    """The reasons that are offered when work is closed."""
    form = CloseReasonsForm(request.POST or None, reasons=close_reasons())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        said = [
            Said(one.ending, one.key, given[f"label_{number}"], given[f"offered_{number}"])
            for number, one in enumerate(form.reasons)
        ]
        new = {ending: given[f"new_{ending}"] for ending in CloseReason.Ending.values}
        try:
            count = set_close_reasons(said=said, new=new, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            words = ngettext("%(count)s reason changed.", "%(count)s reasons changed.", count)
            messages.success(request, words % {"count": count})
            return redirect("close_reasons")
    endings = [
        (ending.label, form.rows(ending.value), form[f"new_{ending.value}"])
        for ending in CloseReason.Ending
    ]
    context = {
        "form": form,
        "endings": endings,
        "breadcrumbs": [
            (_("Work"), reverse("work")),
            (_("How ranks are weighed"), reverse("rank_weights")),
        ],
    }
    return render(request, "service/work/reasons.html", context)
