"""Making and changing a play: words, what sets it off, conditions, steps, end.

Works without scripts: every button sends the whole form, and the page comes back with it done.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from accounts.requests import TenantRequest
from segmentation.condition_drafts import Draft, check, done_to, draft_of, read_draft, settle
from segmentation.condition_rows import Drawer, drawn
from segmentation.queries.condition_fields import condition_fields
from segmentation.queries.scopes import widest_scope
from segmentation.strategies import language_of
from service.actions.plays import PlayConflict, change_play, document_of, make_play
from service.compute.play_documents import DocumentFaulty, PlayDocument, Step
from service.forms.plays import Editing, editing_of, sent_editing
from service.labels.plays import fault_words
from service.models import Play
from service.queries.plays import names_for
from service.triggers import triggers
from service.views.plays import visible_play
from ui.tags.formats import language

CONFLICT = 409
EDITOR = "service/plays/conditions.html"


@require("edit_plays")
@require_http_methods(["GET", "POST"])
def new(request: TenantRequest) -> HttpResponse:
    """A play of the tenant's own: first what kind of thing sets it off, then the rest."""
    kind = request.GET.get("kind", "")
    if not kind:
        context = {
            "kinds": list(triggers.values()),
            "breadcrumbs": [(_("Plays"), reverse("plays"))],
        }
        return render(request, "service/plays/kinds.html", context)
    if kind not in triggers:
        raise Http404
    blank = PlayDocument(names={}, purposes={}, trigger={"kind": kind}, steps=(Step({}),))
    return _edit(request, None, blank)


@require("edit_plays")
@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: int) -> HttpResponse:
    """Another version of a play; a shipped one is the tenant's own copy."""
    play = visible_play(pk)
    return _edit(request, play, document_of(play))


def _edit(request: TenantRequest, play: Play | None, document: PlayDocument) -> HttpResponse:
    fields, names = condition_fields(), names_for(request.tenant)
    draft = draft_of(document.condition) if document.condition else Draft()
    editing = editing_of(document, names)
    seen, status, is_conflict = (play.version if play else 0), 200, False
    if request.method == "POST":
        draft = read_draft(request.POST)
        editing = sent_editing(document.kind, names, request.POST)
        seen = _number(request.POST.get("seen", ""))
        if request.POST.get("do") == "save":
            condition = check(draft, fields.by_key) if draft.parts else None
            is_whole = editing.is_valid() and (condition is not None or not draft.parts)
            if is_whole:
                try:
                    return _saved(request, play, seen, editing.document(condition))
                except DocumentFaulty as error:
                    for fault in error.faults:
                        editing.words.add_error(None, fault_words(fault))
                except PlayConflict as conflict:
                    # What was typed stays; saving again puts it over the version that is there now.
                    seen, status, is_conflict = conflict.play.version, CONFLICT, True
        else:
            editing.words.errors.clear()
            draft = done_to(draft, request.POST.get("do", ""))
            settle(draft, fields.by_key)
            _forget_errors(editing)
    context: dict[str, Any] = {
        "play": play,
        "name": document.name(language_of(language())),
        "editing": editing,
        "kind": triggers[document.kind],
        "draft": drawn(
            draft, Drawer(fields, widest_scope(request.membership), request.tenant.currency)
        ),
        "seen": seen,
        "is_conflict": is_conflict,
        "action": request.get_full_path(),
        "back": reverse("play", args=[play.pk]) if play else reverse("plays"),
        "breadcrumbs": [(_("Plays"), reverse("plays"))],
    }
    part = EDITOR if request.headers.get("HX-Target") == "editor" else ""
    response = render(request, part or "service/plays/edit.html", context, status=status)
    patch_vary_headers(response, ("HX-Target",))
    return response


def _saved(
    request: TenantRequest, play: Play | None, seen: int, document: PlayDocument
) -> HttpResponse:
    if play is None:
        saved = make_play(document=document, by=request.user)
        is_changed = True
    else:
        is_changed = change_play(play=play, seen=seen, document=document, by=request.user)
        saved = play
    name = document.name(language_of(language()))
    if is_changed:
        messages.success(request, _("Saved: %(name)s.") % {"name": name})
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect("play", saved.pk)


def _forget_errors(editing: Editing) -> None:
    """A button that is not Save asks nothing of what is typed so far."""
    for form in (editing.words, editing.trigger, *editing.steps):
        form.full_clean()
        form.errors.clear()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
