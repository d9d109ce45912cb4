"""Switching plays on and off, putting them away, and answering what a release ships."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from accounts.requests import TenantRequest
from segmentation.strategies import language_of
from service.actions.plays import (
    PlayConflict,
    answer_release,
    document_of,
    put_away,
    switch_off,
    switch_on,
)
from service.models import Play
from service.queries.plays import names_for, open_work_of
from service.views.plays import told_play, visible_play
from ui.confirm import confirm_page
from ui.tags.formats import language


@require("edit_plays")
@require_http_methods(["GET", "POST"])
def switch_ons(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, with a way to the dry run, then switches a play on."""
    play = visible_play(pk)
    if request.method == "GET":
        return _asked(request, play, "service/plays/switch_on.html")
    return _done(
        request,
        play,
        lambda seen: switch_on(play=play, seen=seen, by=request.user),
        _("Switched on: %(name)s. Nights from today on set it off."),
    )


@require("edit_plays")
@require_http_methods(["GET", "POST"])
def switch_offs(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks what becomes of the play's open work, then switches it off."""
    play = visible_play(pk)
    choice = request.POST.get("open_work", "")
    if request.method == "GET" or choice not in {"stay", "close"}:
        return _asked(request, play, "service/plays/switch_off.html")
    closed = 0

    def off(seen: int) -> None:
        nonlocal closed
        closed = switch_off(
            play=play,
            seen=seen,
            open_work="close" if choice == "close" else "stay",
            by=request.user,
        )

    response = _done(request, play, off, _("Switched off: %(name)s."))
    if closed:
        messages.info(request, _("Closed with it: %(number)s.") % {"number": closed})
    return response


@require("edit_plays")
@require_http_methods(["GET", "POST"])
def archivals(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then takes a play that is off out of the list."""
    play = visible_play(pk)
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Put the play away?"),
            body=_("It leaves the list. Its history stays, and it can be brought back."),
            action=_("Put away"),
            back_url=reverse("play", args=[pk]),
        )
    return _done(
        request,
        play,
        lambda seen: put_away(play=play, seen=seen, is_away=True, by=request.user),
        _("Put away: %(name)s."),
    )


@require("edit_plays")
@require_POST
def restorals(request: TenantRequest, pk: int) -> HttpResponse:
    """Brings a play back into the list."""
    play = visible_play(pk)
    return _done(
        request,
        play,
        lambda seen: put_away(play=play, seen=seen, is_away=False, by=request.user),
        _("Brought back: %(name)s."),
    )


@require("edit_plays")
@require_POST
def releases(request: TenantRequest, pk: int) -> HttpResponse:
    """Takes the text that a newer release ships, or keeps the tenant's own."""
    play = visible_play(pk)
    takes = request.POST.get("answer") == "take"
    return _done(
        request,
        play,
        lambda seen: answer_release(play=play, seen=seen, take=takes, by=request.user),
        _("Taken: %(name)s.") if takes else _("Kept as it is: %(name)s."),
    )


def _asked(request: TenantRequest, play: Play, template: str) -> HttpResponse:
    document = document_of(play)
    context = {
        **told_play(request, play, document, names_for(request.tenant)),
        "open_work": open_work_of(play),
        "action": request.path,
        "back": reverse("play", args=[play.pk]),
        "breadcrumbs": [(_("Plays"), reverse("plays"))],
    }
    context["open"] = sum(context["open_work"].values())
    return render(request, template, context)


def _done(request: TenantRequest, play: Play, do: Callable[[int], None], said: str) -> HttpResponse:
    """Does it and says so, or says why not; the play's page follows."""
    seen = request.POST.get("seen", "")
    try:
        do(int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else play.version)
    except PlayConflict:
        messages.error(
            request, _("Somebody changed the play meanwhile. Look at it, and say it again.")
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        name = document_of(play).name(language_of(language()))
        messages.success(request, said % {"name": name})
    return redirect("play", play.pk)
