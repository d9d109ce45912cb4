"""One load source and its files: what was seen, what came of it, what lies there now."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.actions import load_sources as actions
from accounts.actions.load_source_trials import TRIAL_WORDS, try_source
from accounts.forms.load_sources import FileFilter
from accounts.load_places import BadPlace, Unreachable
from accounts.load_source_labels import trouble_words
from accounts.models import LoadSource, LoadSourceFile
from accounts.permissions import require
from accounts.queries.load_sources import (
    OPEN,
    counts_of,
    file_tone,
    file_words,
    files_of,
    rule_rows,
    schedule_words,
    state_of,
)
from accounts.queries.loads import kind_label
from accounts.requests import TenantRequest
from accounts.throttle import within_rate_of
from accounts.views.load_sources import breadcrumbs
from ui.tables import Column, Table

LOOKS, SECONDS = 4, 60
State = LoadSourceFile.State

COLUMNS = (
    Column("name", gettext_lazy("File"), sort=("name", "pk")),
    Column("size", pgettext_lazy("file", "Size"), sort="size", align="end", wide=True),
    Column("state", gettext_lazy("State"), sort=("state", "pk")),
    Column("seen", gettext_lazy("First seen"), sort="pk"),
    Column("load", gettext_lazy("Load")),
)


@require("manage_loads")
@require_GET
def load_source(request: TenantRequest, pk: int) -> HttpResponse:
    """One source: where it is, how it stands, and every file that was seen."""
    source = get_object_or_404(LoadSource.objects.select_related("made_by"), pk=pk)
    form = FileFilter(request.GET)
    # What was not understood filters nothing, and the form says so.
    form.is_valid()
    found = files_of(source, state=form.cleaned_data.get("state", ""))
    table = Table.read(COLUMNS, request.GET.urlencode(), default="-seen", tie="pk")
    table = table.counted(found.count())
    counts = counts_of(source)
    context = {
        "source": source,
        "state": state_of(source),
        "where": actions.told_place(source),
        "when": schedule_words(source),
        "trouble": trouble_words(source.trouble, source.trouble_detail),
        "rules": rule_rows(source),
        "last": source.last_look,
        "counts": [
            {"label": State(state).label, "count": counts[state], "state": state}
            for state in State.values
            if counts.get(state)
        ],
        # Asked again while something is on its way.
        "is_working": source.is_active
        and not source.failures
        and (any(counts.get(state) for state in OPEN) or source.looked_at is None),
        "form": form,
        "table": table,
        "rows": [
            {
                "file": row,
                "kind": kind_label(row.kind),
                "tone": file_tone(row),
                "words": file_words(row),
                "again": actions.can_be_tried_again(row, source),
            }
            for row in found.order_by(*table.order_by)[table.slice]
        ],
        "breadcrumbs": breadcrumbs(),
    }
    return render(request, "accounts/load_sources/source.html", context)


@require("manage_loads")
@require_GET
def trial(request: TenantRequest, pk: int) -> HttpResponse:
    """What lies there now, and what would be made of it. Nothing changes."""
    source = get_object_or_404(LoadSource, pk=pk)
    if not _within_rate(request):
        return redirect("load_source", pk)
    context = {"source": source, "breadcrumbs": breadcrumbs(source), "trouble": "", "tried": None}
    try:
        tried = try_source(source=source, tenant=request.tenant)
    except (BadPlace, Unreachable) as trouble:
        context["trouble"] = trouble_words(trouble.code, trouble.detail)
    else:
        context["tried"] = tried
        context["rows"] = [
            {
                "planned": one,
                "words": TRIAL_WORDS[one.what][0],
                "tone": TRIAL_WORDS[one.what][1],
                "kind": kind_label(one.rule.kind) if one.rule else "",
            }
            for one in tried.shown
        ]
    return render(request, "accounts/load_sources/trial.html", context)


@require("manage_loads")
@require_POST
def looks(request: TenantRequest, pk: int) -> HttpResponse:
    """Have it looked at now."""
    source = get_object_or_404(LoadSource, pk=pk)
    if _within_rate(request):
        try:
            actions.ask_for_look(source=source, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("It is looked at now."))
    return redirect("load_source", pk)


@require("manage_loads")
@require_POST
def tries(request: TenantRequest, pk: int, file_pk: int) -> HttpResponse:
    """Load a file again that was refused, or could not be taken."""
    file = get_object_or_404(LoadSourceFile.objects.select_related("source"), pk=file_pk, source=pk)
    try:
        actions.try_file_again(file=file, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("It is tried again."))
    return redirect("load_source", pk)


def _within_rate(request: TenantRequest) -> bool:
    """Whoever presses a button again and again would have us knock at another's door."""
    if within_rate_of(f"{request.tenant.pk}", "load-source-by-hand", times=LOOKS, seconds=SECONDS):
        return True
    messages.error(request, _("Wait a minute, then try again."))
    return False
