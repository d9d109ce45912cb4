"""The strategies: what to do about each tier, shipped or in the tenant's own words."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.actions.strategies import return_to_shipped, write_strategy
from segmentation.forms import StrategyForm
from segmentation.labels import SCHEMES
from segmentation.models import StrategyText
from segmentation.queries.rules import current_rules
from segmentation.queries.strategies import Sheet, sheets
from segmentation.strategies import LANGUAGES, ROLE, strategy_for
from ui.tags.formats import language

LANGUAGE_WORDS = {"zh-hans": gettext_lazy("Chinese"), "en": gettext_lazy("English")}
KIND_ICONS = {"service": "headset", "marketing": "megaphone", "product": "blocks"}


@require("view_tiers")
@require_GET
def strategies(request: TenantRequest) -> HttpResponse:
    """Every tier of a scheme, and the contacts' roles, with what to do."""
    chosen = current_rules()["tiers"]["scheme"]
    asked = request.GET.get("scheme", chosen)
    scheme = asked if asked in {*SCHEMES, ROLE} else chosen
    words = {**SCHEMES, ROLE: _("Contact roles")}
    context = {
        "tabs": [
            {
                "label": word,
                "url": f"?scheme={key}",
                "active": key == scheme,
                "count": None,
            }
            for key, word in words.items()
        ],
        "sheets": [_shown(sheet) for sheet in sheets(scheme)],
        "may_edit": may(request.membership, "edit_strategies"),
        "breadcrumbs": [(_("Tiers"), reverse("tiers"))],
    }
    return render(request, "segmentation/strategies/list.html", context)


@require("edit_strategies")
@require_http_methods(["GET", "POST"])
def strategy(request: TenantRequest, scheme: str, tier: str) -> HttpResponse:
    """One tier's texts in both languages, the shipped ones beside them."""
    sheet = _sheet(scheme, tier)
    form = StrategyForm(request.POST or None, sheet=sheet)
    if request.method == "POST" and form.is_valid():
        if write_strategy(sheet=sheet, texts=form.cleaned_data, by=request.user):
            messages.success(request, _("Saved."))
        return redirect(f"{reverse('strategies')}?scheme={scheme}")
    context = {
        **_shown(sheet),
        "form": form,
        "languages": [(LANGUAGE_WORDS[one], form.pairs(one)) for one in LANGUAGES],
        "breadcrumbs": [
            (_("Tiers"), reverse("tiers")),
            (_("Strategies"), f"{reverse('strategies')}?scheme={scheme}"),
        ],
    }
    return render(request, "segmentation/strategies/edit.html", context)


@require("edit_strategies")
@require_POST
def returns(request: TenantRequest, scheme: str, tier: str) -> HttpResponse:
    """Back to the shipped texts."""
    if return_to_shipped(sheet=_sheet(scheme, tier), by=request.user):
        messages.success(request, _("The shipped texts are in force again."))
    return redirect(f"{reverse('strategies')}?scheme={scheme}")


def _sheet(scheme: str, tier: str) -> Sheet:
    found = sheets(scheme, tier)
    if not found:
        raise Http404
    return found[0]


def _shown(sheet: Sheet) -> dict[str, Any]:
    strategy_ = strategy_for(sheet.scheme, sheet.tier, language())
    assert strategy_ is not None, "every sheet has a shipped strategy"
    return {
        "sheet": sheet,
        "name": strategy_.name,
        "parts": [
            {
                "part": part,
                "label": StrategyText.Kind(part.kind).label,
                "icon": KIND_ICONS[part.kind],
            }
            for part in sheet.in_language(language())
        ],
    }
