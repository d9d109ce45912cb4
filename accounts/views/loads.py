"""Loads, step by step: upload, match the columns, check, go, see what came of it, undo."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.loads import (
    NotPossible,
    ask_for_check,
    ask_for_run,
    ask_for_undo,
    discard,
    open_parts,
    receive_file,
    save_mapping,
)
from accounts.forms.loads import LoadMappingForm, LoadUploadForm
from accounts.loads.labels import column_label
from accounts.loads.reading import FileRefused, Peek, Source, peek
from accounts.loads.registry import LoadKind, find_kind, kinds
from accounts.models import Load, LoadMapping
from accounts.permissions import require
from accounts.queries.loads import (
    WORKING,
    dependants_in_words,
    errors_in_words,
    kind_label,
    load_row,
    loads,
    mappings,
    notes_in_words,
    preview_columns,
    state_word,
    working,
)
from accounts.requests import TenantRequest
from accounts.tasks import enqueue_load
from ui.exports import CSV_TYPE, write_csv
from ui.tables import Column, Table

State = Load.State
PART_BYTES = 1 << 20

COLUMNS = (
    Column("file", gettext_lazy("File"), sort="filename"),
    Column("kind", gettext_lazy("Kind"), sort=("kind", "-created_at")),
    Column("state", gettext_lazy("State"), sort=("state", "-created_at")),
    Column("created", gettext_lazy("Created"), sort="created", align="end"),
    Column("updated", gettext_lazy("Changed"), sort="updated", align="end"),
    Column("unchanged", gettext_lazy("Unchanged"), sort="unchanged", align="end", wide=True),
    Column("rejected", gettext_lazy("Refused"), sort="rejected", align="end"),
    Column("by", gettext_lazy("By"), sort="created_by__email", wide=True),
    Column("at", gettext_lazy("When"), sort="created_at"),
)


@require("manage_loads")
@require_GET
def load_list(request: TenantRequest) -> HttpResponse:
    found = loads()
    table = Table.read(COLUMNS, request.GET.urlencode(), default="-at", tie="id")
    table = table.counted(found.count())
    rows = [load_row(load) for load in found.order_by(*table.order_by)[table.slice]]
    return render(request, "accounts/loads/list.html", {"table": table, "rows": rows})


@require("manage_loads")
@require_http_methods(["GET", "POST"])
def new_load(request: TenantRequest) -> HttpResponse:
    """Upload a file."""
    form = LoadUploadForm(
        request.POST or None, request.FILES or None, initial={"kind": request.GET.get("kind")}
    )
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        load = receive_file(
            kind=form.chosen_kind(),
            filename=file.name,
            chunks=file.chunks(PART_BYTES),
            by=request.user,
        )
        return redirect("load_mapping", load.pk)
    context = {
        "form": form,
        "kinds": [(kind.label, *_columns(kind)) for kind in kinds()],
        "breadcrumbs": [(_("Loads"), reverse("loads"))],
    }
    return render(request, "accounts/loads/new.html", context)


def _columns(kind: LoadKind) -> tuple[list[str], list[str]]:
    """The labels of the columns that a file of a kind needs, and of those it may have."""
    choices = [
        _("%(first)s or %(second)s")
        % dict(zip(("first", "second"), map(column_label, group), strict=True))
        for group in kind.one_of
    ]
    grouped = {name for group in kind.one_of for name in group}
    needed = [column_label(column.name) for column in kind.columns if column.required]
    possible = [
        column_label(column.name)
        for column in kind.columns
        if not column.required and column.name not in grouped
    ]
    return [*choices, *needed], possible


@require("manage_loads")
@require_http_methods(["GET", "POST"])
def load_mapping(request: TenantRequest, pk: int) -> HttpResponse:
    """Match the columns of the file, then have it checked."""
    load, kind = _load(pk)
    try:
        found = _peek(load)
    except (NotPossible, FileRefused):
        return redirect("load", pk)
    form = LoadMappingForm(
        request.POST or None, kind=kind, found=found, **_start(request, load, kind)
    )
    if request.method == "POST" and form.is_valid():
        options = form.options()
        try:
            ask_for_check(load=load, options=options, by=request.user)
        except NotPossible:
            return redirect("load", pk)
        if name := form.cleaned_data["save_as"].strip():
            save_mapping(kind=kind, name=name, options=options, by=request.user)
        enqueue_load(request.tenant.pk, load.pk)
        return redirect("load", pk)
    context = _context(load) | {
        "form": form,
        "found": found,
        "mappings": mappings(kind.name),
        "chosen": request.GET.get("mapping", ""),
    }
    return render(request, "accounts/loads/mapping.html", context)


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


@require("manage_loads")
@require_GET
def load_detail(request: TenantRequest, pk: int) -> HttpResponse:
    """Where a load is: its progress, its preview or its result. Asked again while it works."""
    load, kind = _load(pk)
    if request.headers.get("HX-Request") and load.state not in WORKING:
        # The work has ended: the whole page is another one now.
        return HttpResponse(headers={"HX-Refresh": "true"})
    if load.state == State.UPLOADED:
        return redirect("load_mapping", pk)
    preview = load.preview or {}
    columns = preview_columns(load)
    context = _context(load) | {
        "working": working(load),
        "errors": errors_in_words(load),
        "more_errors": max(0, load.rejected - len(load.errors)),
        "notes": notes_in_words(load),
        "dependants": dependants_in_words(load),
        "columns": [label for _name, label in columns],
        "created": [
            (row["line"], [row["cells"].get(name, "") for name, _label in columns])
            for row in preview.get("created", [])
        ],
        "changed": [_change(row, kind) for row in preview.get("changed", [])],
        "kept": load.parts.exists() if load.state in (State.CHECKED, State.REFUSED) else False,
    }
    return render(request, "accounts/loads/load.html", context)


def _change(row: dict[str, Any], kind: LoadKind) -> dict[str, Any]:
    """A row that changes: what it is called, and each column's old and new value."""
    names = [name for name in ("customer", "contract", "key", "module") if name in row["cells"]]
    return {
        "line": row["line"],
        "label": " · ".join(row["cells"][name] for name in names if row["cells"][name]),
        "changes": [
            {**change, "label": column_label(change["column"])} for change in row["changes"]
        ],
    }


@require("manage_loads")
@require_POST
def load_runs(request: TenantRequest, pk: int) -> HttpResponse:
    """Go."""
    load, _kind = _load(pk)
    try:
        ask_for_run(load=load, skip_bad=bool(load.rejected), by=request.user)
    except NotPossible:
        messages.error(request, _("The load is past that point."))
    else:
        enqueue_load(request.tenant.pk, load.pk)
    return redirect("load", pk)


@require("manage_loads")
@require_http_methods(["GET", "POST"])
def load_undoings(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then has the load taken back."""
    load, _kind = _load(pk)
    if request.method == "GET":
        return _ask(
            request,
            load,
            _("Undo this load?"),
            _("What it created is removed, and what it changed becomes what it was before."),
            _("Undo"),
        )
    try:
        ask_for_undo(load=load, by=request.user)
    except NotPossible:
        messages.error(request, _("The load is past that point."))
    else:
        enqueue_load(request.tenant.pk, load.pk)
    return redirect("load", pk)


@require("manage_loads")
@require_http_methods(["GET", "POST"])
def load_removal(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then throws an uploaded file away."""
    load, _kind = _load(pk)
    if request.method == "GET":
        return _ask(
            request,
            load,
            _("Discard this file?"),
            _("It was not loaded; nothing else changes."),
            _("Discard"),
        )
    try:
        discard(load=load, by=request.user)
    except NotPossible:
        messages.error(request, _("The load is past that point."))
        return redirect("load", pk)
    messages.success(request, _("Discarded: %(name)s.") % {"name": load.filename})
    return redirect("loads")


@require("manage_loads")
@require_GET
def load_errors(request: TenantRequest, pk: int) -> HttpResponse:
    """The refused rows as a file."""
    load, _kind = _load(pk)
    headings = [_("Line"), _("Column"), pgettext("cell", "Value"), _("Reason")]
    rows = (
        [error["line"], error["column"], error["value"], error["reason"]]
        for error in errors_in_words(load, len(load.errors))
    )
    response = HttpResponse(write_csv(headings, rows), content_type=CSV_TYPE)
    name = f"{request.tenant.slug}-load-{load.pk}-refused.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _load(pk: int) -> tuple[Load, LoadKind]:
    load = get_object_or_404(Load.objects.select_related("created_by"), pk=pk)
    kind = find_kind(load.kind)
    if kind is None:
        raise Http404
    return load, kind


def _context(load: Load) -> dict[str, Any]:
    return {
        "load": load,
        "kind": kind_label(load.kind),
        "state": state_word(load),
        "tone": load_row(load).tone,
        "breadcrumbs": [(_("Loads"), reverse("loads"))],
    }


def _ask(request: TenantRequest, load: Load, title: str, body: str, action: str) -> HttpResponse:
    """A question as a page of its own, for browsers without scripts."""
    context = {
        "title": title,
        "body": body,
        "action": action,
        "url": request.get_full_path(),
        "back_url": reverse("load", args=[load.pk]),
    }
    return render(request, "components/confirm_page.html", context)
