"""Changing the rules: a draft, its sections, publishing it or letting it go."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from accounts.requests import TenantRequest
from segmentation.actions.rule_drafts import (
    DraftChanged,
    RulesMovedOn,
    bring_draft_up_to_date,
    discard_draft,
    publish_draft,
    start_draft,
)
from segmentation.actions.rules import RulesRefused
from segmentation.models import RuleDraft, RuleSet
from segmentation.queries.rule_sets import draft_of, drafts
from segmentation.queries.rules import document_of, latest_rule_set
from segmentation.rule_errors import error_sentence
from segmentation.rule_forms.publishing import PublishForm
from segmentation.rule_words import changes_in_words, in_words
from ui.confirm import confirm_page


@require("edit_rules")
@require_http_methods(["GET", "POST"])
def rule_drafts(request: TenantRequest) -> HttpResponse:
    """Starts a draft, from the rules in force or from an older version."""
    if request.method == "GET":
        return redirect("rules")
    asked = request.POST.get("copy_of", "")
    copy_of = get_object_or_404(RuleSet, version=int(asked)) if asked.isdigit() else None
    try:
        draft = start_draft(owner=request.membership, copy_of=copy_of, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        own = draft_of(request.membership)
        return redirect("rule_draft", own.pk) if own else redirect("rules")
    return redirect("rule_draft", draft.pk)


@require("edit_rules")
@require_http_methods(["GET"])
def rule_draft(request: TenantRequest, pk: int) -> HttpResponse:
    """What the draft changes, and its sections to change more."""
    draft = found_draft(pk)
    return render(request, "segmentation/rules/draft.html", _draft_context(request, draft))


@require("edit_rules")
@require_http_methods(["GET", "POST"])
def rule_publications(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks for the note, then publishes."""
    draft = found_draft(pk)
    form = PublishForm(request.POST or None, initial={"revision": draft.revision})
    if request.method == "POST" and form.is_valid():
        try:
            published = publish_draft(
                draft=draft,
                note=form.cleaned_data["note"],
                revision=form.cleaned_data["revision"],
                by=request.user,
            )
        except ValidationError as error:
            form.add_error(None, error)
        except (DraftChanged, RulesMovedOn, RulesRefused) as error:
            return _refused(request, draft, error)
        else:
            messages.success(
                request,
                _("Version %(version)s is in force. The next night follows it.")
                % {"version": published.version},
            )
            return redirect("rules")
    context = _draft_context(request, draft) | {"form": form}
    if context["moved_on"]:
        return _refused(request, draft, RulesMovedOn(context["moved_on"]))
    return render(request, "segmentation/rules/publish.html", context)


@require("edit_rules")
@require_POST
def rule_updates(request: TenantRequest, pk: int) -> HttpResponse:
    """Puts the draft's changes on top of the version in force."""
    draft = found_draft(pk)
    try:
        bring_draft_up_to_date(draft=draft, revision=posted_revision(request), by=request.user)
    except (DraftChanged, RulesRefused) as error:
        return _refused(request, draft, error)
    messages.success(request, _("Your changes now stand on the rules in force."))
    return redirect("rule_draft", draft.pk)


@require("edit_rules")
@require_http_methods(["GET", "POST"])
def rule_draft_removal(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then discards the draft."""
    draft = found_draft(pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Discard this draft?"),
            body=_("What it changes is lost. The rules in force stay as they are."),
            action=_("Discard"),
            back_url=reverse("rule_draft", args=[pk]),
        )
    discard_draft(draft=draft, by=request.user)
    messages.success(request, _("The draft is gone."))
    return redirect("rules")


def found_draft(pk: int) -> RuleDraft:
    """Any open draft of the tenant: administrators see each other's."""
    draft: RuleDraft | None = drafts().filter(pk=pk).first()
    if draft is None:
        raise Http404
    return draft


def posted_revision(request: TenantRequest) -> int:
    """Of the draft as the page showed it; -1, which no draft has, when it was not sent."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdigit() and len(text) < 9 else -1


def draft_changed_message() -> str:
    return _("The draft was changed elsewhere meanwhile. Look at it as it is now.")


def _refused(
    request: TenantRequest, draft: RuleDraft, error: DraftChanged | RulesMovedOn | RulesRefused
) -> HttpResponse:
    """Back to the draft, which says what stands in the way."""
    if isinstance(error, DraftChanged):
        messages.error(request, draft_changed_message())
    elif isinstance(error, RulesMovedOn):
        messages.error(
            request,
            _("Not published: version %(version)s came into force after this draft was started.")
            % {"version": error.latest.version},
        )
    else:
        told = " ".join(error_sentence(one) for one in error.errors)
        messages.error(request, _("Not possible: %(why)s") % {"why": told})
    return redirect("rule_draft", draft.pk)


def _draft_context(request: TenantRequest, draft: RuleDraft) -> dict[str, Any]:
    currency = request.tenant.currency
    base = document_of(draft.based_on)
    changes = changes_in_words(base, draft.rules, currency)
    number = {part.section.key: len(part.lines) for part in changes}
    latest = latest_rule_set()
    moved_on = latest if latest is not None and latest.pk != draft.based_on_id else None
    return {
        "draft": draft,
        "is_own": draft.owner_id == request.membership.pk,
        "changes": changes,
        "parts": [
            (part, number.get(part.section.key, 0)) for part in in_words(draft.rules, currency)
        ],
        "scheme_in_force": draft.rules["tiers"]["scheme"],
        "moved_on": moved_on,
        "meanwhile": changes_in_words(base, document_of(latest), currency) if moved_on else [],
        "breadcrumbs": [(_("Rules"), reverse("rules"))],
    }
