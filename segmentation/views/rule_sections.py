"""Changing one section of a draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from accounts.requests import TenantRequest
from segmentation.actions.rule_drafts import DraftChanged, change_draft
from segmentation.actions.rules import RulesRefused
from segmentation.labels import TIERS
from segmentation.models import RuleDraft
from segmentation.rule_errors import error_sentence
from segmentation.rule_forms import SectionForm, form_for
from segmentation.rule_forms.tier_rules import TierRuleForm
from segmentation.rule_sections import RuleSection, section_of
from segmentation.rule_words import lines_of
from segmentation.rules.differences import at
from segmentation.rules.ordering import left_out, moved, not_given, taken_in
from segmentation.tier_rule_words import rule_in_words
from segmentation.views.rule_drafts import draft_changed_message, found_draft, posted_revision


@require("edit_rules")
@require_http_methods(["GET", "POST"])
def rule_section(request: TenantRequest, pk: int, section: str) -> HttpResponse:
    """The form of a section."""
    draft = found_draft(pk)
    found = _section(draft, section)
    form = form_for(
        found.kind,
        request.POST or None,
        draft=draft,
        section=found,
        currency=request.tenant.currency,
    )
    if request.method == "POST" and not form.is_looking and _saved(request, draft, form):
        return redirect("rule_draft", draft.pk)
    context = _context(request, draft, found, form)
    if found.kind == "scheme":
        context |= _scheme_context(request, draft, found)
    return render(request, f"segmentation/rules/sections/{found.kind}.html", context)


@require("edit_rules")
@require_http_methods(["GET", "POST"])
def rule_tier(request: TenantRequest, pk: int, section: str, tier: str) -> HttpResponse:
    """The form of one tier's conditions; the last rule has none to change."""
    draft = found_draft(pk)
    found = _section(draft, section)
    if found.kind != "scheme":
        raise Http404
    scheme = at(draft.rules, found.path)
    if tier not in scheme["rules"] or tier == scheme["order"][-1]:
        raise Http404
    form = TierRuleForm(
        request.POST or None,
        draft=draft,
        section=found,
        currency=request.tenant.currency,
        tier=tier,
    )
    back = reverse("rule_section", args=[pk, section])
    if request.method == "POST" and not form.is_looking and _saved(request, draft, form):
        return redirect(back)
    context = _context(request, draft, found, form)
    context["tier"] = tier
    context["heading"] = TIERS[tier]
    context["back"] = back
    context["now"] = rule_in_words(scheme["rules"][tier], request.tenant.currency)
    context["breadcrumbs"].append((found.title, back))
    return render(request, "segmentation/rules/sections/tier.html", context)


@require("edit_rules")
@require_POST
def rule_orders(request: TenantRequest, pk: int, section: str) -> HttpResponse:
    """Moves a rule up or down, leaves it out, or takes it in again. The last one stays the last."""
    draft = found_draft(pk)
    found = _section(draft, section)
    if found.kind != "scheme":
        raise Http404
    verb = next((name for name in ("up", "down", "out", "in") if name in request.POST), None)
    if verb is None:
        raise Http404
    tier = request.POST[verb]
    match verb:
        case "up":
            rules = moved(draft.rules, found.path, tier, -1)
        case "down":
            rules = moved(draft.rules, found.path, tier, 1)
        case "out":
            rules = left_out(draft.rules, found.path, tier)
        case _:
            rules = taken_in(draft.rules, found.path, tier)
    try:
        change_draft(draft=draft, rules=rules, revision=posted_revision(request))
    except DraftChanged:
        messages.error(request, draft_changed_message())
    except RulesRefused as error:
        messages.error(request, " ".join(error_sentence(one) for one in error.errors))
    return redirect("rule_section", pk, section)


def _saved(request: TenantRequest, draft: RuleDraft, form: SectionForm) -> bool:
    """Whether the form's document is in the draft now; else its errors are beside its fields."""
    if not form.is_valid():
        return False
    try:
        changed = change_draft(
            draft=draft, rules=form.edited(), revision=form.cleaned_data["revision"]
        )
    except RulesRefused as error:
        form.place(error.errors)
        return False
    except DraftChanged:
        form.add_error(None, draft_changed_message())
        return False
    if changed.revision != form.cleaned_data["revision"]:
        messages.success(request, _("Saved in the draft."))
    return True


def _section(draft: RuleDraft, key: str) -> RuleSection:
    found = section_of(draft.rules, key)
    if found is None:
        raise Http404
    return found


def _context(
    request: TenantRequest, draft: RuleDraft, section: RuleSection, form: SectionForm
) -> dict[str, Any]:
    url = reverse("rule_draft", args=[draft.pk])
    return {
        "draft": draft,
        "section": section,
        "form": form,
        "lines": lines_of(draft.rules, section, request.tenant.currency),
        "back": url,
        "breadcrumbs": [(_("Rules"), reverse("rules")), (_("Draft"), url)],
    }


def _scheme_context(
    request: TenantRequest, draft: RuleDraft, section: RuleSection
) -> dict[str, Any]:
    """The rules in decision order: what each may do is known here, so that no button does nothing."""
    scheme = at(draft.rules, section.path)
    order: list[str] = scheme["order"]
    last = len(order) - 1
    return {
        "rows": [
            {
                "place": place + 1,
                "tier": tier,
                "words": rule_in_words(scheme["rules"][tier], request.tenant.currency),
                "is_last": place == last,
                "can_rise": 0 < place < last,
                "can_sink": place < last - 1,
                "hides": place < last and not any(scheme["rules"][tier].values()),
                "name": TIERS[tier],
            }
            for place, tier in enumerate(order)
        ],
        "not_given": [(tier, TIERS[tier]) for tier in not_given(scheme)],
    }
