"""Matching the columns of an uploaded file; what follows is its check."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.actions.loads import NotPossible, ask_for_check, open_parts, save_mapping
from accounts.forms.loads import LoadMappingForm
from accounts.loads.reading import FileRefused, Peek, Source, peek
from accounts.loads.recipes import fitting_recipe
from accounts.loads.registry import LoadKind
from accounts.loads.running import LoadOptions
from accounts.models import Load, LoadMapping
from accounts.permissions import require
from accounts.queries.loads import mappings
from accounts.requests import TenantRequest
from accounts.tasks import enqueue_load
from accounts.views.loads import find_load, load_context


@require("manage_loads")
@require_http_methods(["GET", "POST"])
def load_mapping(request: TenantRequest, pk: int) -> HttpResponse:
    """Match the columns of the file, then have it checked."""
    load, kind = find_load(pk)
    try:
        found = _peek(load)
    except (NotPossible, FileRefused):
        return redirect("load", pk)
    recipe = fitting_recipe(kind.name, found.header, kind.columns)
    if recipe and request.POST.get("recipe") == recipe.name:
        return _check(request, load, LoadOptions(recipe=recipe.name))
    form = LoadMappingForm(
        request.POST or None, kind=kind, found=found, **_start(request, load, kind)
    )
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["save_as"].strip()
        return _check(request, load, form.options(), kind=kind, save_as=name)
    context = load_context(load) | {
        "form": form,
        "found": found,
        "mappings": mappings(kind.name),
        "recipe": recipe,
        "chosen": request.GET.get("mapping", ""),
    }
    return render(request, "accounts/loads/mapping.html", context)


def _check(
    request: TenantRequest,
    load: Load,
    options: LoadOptions,
    *,
    kind: LoadKind | None = None,
    save_as: str = "",
) -> HttpResponse:
    """Have the file checked; keep the match where it has a name."""
    try:
        ask_for_check(load=load, options=options, by=request.user)
    except NotPossible:
        return redirect("load", load.pk)
    if kind and save_as:
        save_mapping(kind=kind, name=save_as, options=options, by=request.user)
    enqueue_load(request.tenant.pk, load.pk)
    return redirect("load", load.pk)


def _start(request: TenantRequest, load: Load, kind: LoadKind) -> dict[str, Any]:
    """What the mapping form starts from: a saved match, what was chosen before, or guesses."""
    chosen = request.GET.get("mapping", "")
    if chosen.isdecimal():
        saved = get_object_or_404(LoadMapping, pk=int(chosen), kind=kind.name)
        return {"mapping": saved.mapping, "initial": {"dates": saved.dates}}
    if load.options.get("map"):
        initial = {name: load.options.get(name) or "" for name in ("dates", "decimal")}
        return {"mapping": load.options["map"], "initial": initial}
    return {}


def _peek(load: Load) -> Peek:
    with closing(open_parts(load)) as handle, Source(handle) as source:
        return peek(source)
