"""What people have done with a load: go, take it back, throw its file away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions.loads import NotPossible, ask_for_run, ask_for_undo, discard
from accounts.models import Load
from accounts.permissions import require
from accounts.requests import TenantRequest
from accounts.tasks import enqueue_load
from accounts.views.loads import find_load
from ui.confirm import confirm_page


@dataclass(frozen=True)
class Question:
    """What is asked before a step, on a page of its own where the browser runs no scripts."""

    title: str | Promise
    body: str | Promise
    action: str | Promise


UNDO = Question(
    gettext_lazy("Undo this load?"),
    gettext_lazy("What it created is removed, and what it changed becomes what it was before."),
    gettext_lazy("Undo"),
)
DISCARD = Question(
    gettext_lazy("Discard this file?"),
    gettext_lazy("It was not loaded; nothing else changes."),
    gettext_lazy("Discard"),
)


@require("manage_loads")
@require_POST
def load_runs(request: TenantRequest, pk: int) -> HttpResponse:
    """Go."""

    def run(load: Load) -> HttpResponse:
        ask_for_run(load=load, skip_bad=bool(load.rejected), by=request.user)
        enqueue_load(request.tenant.pk, load.pk)
        return redirect("load", pk)

    return _step(request, pk, run)


@require("manage_loads")
@require_http_methods(["GET", "POST"])
def load_undoings(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then has the load taken back."""

    def undo(load: Load) -> HttpResponse:
        ask_for_undo(load=load, by=request.user)
        enqueue_load(request.tenant.pk, load.pk)
        return redirect("load", pk)

    return _step(request, pk, undo, UNDO)


@require("manage_loads")
@require_http_methods(["GET", "POST"])
def load_removal(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then throws an uploaded file away."""

    def remove(load: Load) -> HttpResponse:
        discard(load=load, by=request.user)
        messages.success(request, _("Discarded: %(name)s.") % {"name": load.filename})
        return redirect("loads")

    return _step(request, pk, remove, DISCARD)


def _step(
    request: TenantRequest,
    pk: int,
    take: Callable[[Load], HttpResponse],
    question: Question | None = None,
) -> HttpResponse:
    """Asks on GET, takes the step on POST; a load that is past it stays as it is."""
    load, _kind = find_load(pk)
    if question and request.method == "GET":
        return confirm_page(
            request,
            title=question.title,
            body=question.body,
            action=question.action,
            back_url=reverse("load", args=[load.pk]),
        )
    try:
        return take(load)
    except NotPossible:
        messages.error(request, _("The load is past that point."))
        return redirect("load", pk)
