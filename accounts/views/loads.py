"""Loads: all of them, a new one from an uploaded file, where one is and what came of it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actions.loads import receive_file
from accounts.forms.loads import LoadUploadForm
from accounts.loads.labels import column_label
from accounts.loads.registry import LoadKind, find_kind, kinds
from accounts.models import Load
from accounts.permissions import require
from accounts.queries.load_sources import file_of_load
from accounts.queries.loads import (
    WORKING,
    PreviewColumn,
    dependants_in_words,
    errors_in_words,
    kind_label,
    load_row,
    loads,
    notes_in_words,
    preview_columns,
    state_word,
    working,
)
from accounts.requests import TenantRequest
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
        % dict(
            zip(("first", "second"), (column_label(one, kind.name) for one in group), strict=True)
        )
        for group in kind.one_of
    ]
    grouped = {name for group in kind.one_of for name in group}
    needed = [column_label(column.name, kind.name) for column in kind.columns if column.required]
    possible = [
        column_label(column.name, kind.name)
        for column in kind.columns
        if not column.required and column.name not in grouped
    ]
    return [*choices, *needed], possible


@require("manage_loads")
@require_GET
def load_detail(request: TenantRequest, pk: int) -> HttpResponse:
    """Where a load is: its progress, its preview or its result. Asked again while it works."""
    load, kind = find_load(pk)
    if request.headers.get("HX-Request") and load.state not in WORKING:
        # The work has ended: the whole page is another one now.
        return HttpResponse(headers={"HX-Refresh": "true"})
    if load.state == State.UPLOADED:
        return redirect("load_mapping", pk)
    preview = load.preview or {}
    columns = preview_columns(load, kind)
    context = load_context(load) | {
        "working": working(load),
        "errors": errors_in_words(load),
        "more_errors": max(0, load.rejected - len(load.errors)),
        "notes": notes_in_words(load),
        "dependants": dependants_in_words(load),
        # A file that could not be read to its end has no figures.
        "was_read": load.read > 0 or not load.errors,
        "columns": list(columns.values()),
        "created": [
            (
                row["line"],
                [
                    (column.align, column.words(row["cells"].get(name, "")))
                    for name, column in columns.items()
                ],
            )
            for row in preview.get("created", [])
        ],
        "changed": [_change(row, columns, kind) for row in preview.get("changed", [])],
        "source_file": file_of_load(load),
        "kept": load.parts.exists() if load.state in (State.CHECKED, State.REFUSED) else False,
    }
    return render(request, "accounts/loads/load.html", context)


def _change(
    row: dict[str, Any], columns: dict[str, PreviewColumn], kind: LoadKind
) -> dict[str, Any]:
    """A row that changes: what it is called, and each column's old and new value."""
    names = [
        name
        for name in ("customer", "project", "contract", "key", "module")
        if name in row["cells"]
    ]
    return {
        "line": row["line"],
        "label": " · ".join(row["cells"][name] for name in names if row["cells"][name]),
        "changes": [
            {
                "label": column_label(name := change["column"], kind.name),
                **{
                    side: columns[name].words(change[side]) if name in columns else change[side]
                    for side in ("old", "new")
                },
            }
            for change in row["changes"]
        ],
    }


@require("manage_loads")
@require_GET
def load_errors(request: TenantRequest, pk: int) -> HttpResponse:
    """The refused rows as a file."""
    load, _kind = find_load(pk)
    headings = [_("Line"), _("Column"), pgettext("cell", "Value"), _("Reason")]
    rows = (
        [error["line"], error["column"], error["value"], error["reason"]]
        for error in errors_in_words(load, len(load.errors))
    )
    response = HttpResponse(write_csv(headings, rows), content_type=CSV_TYPE)
    name = f"{request.tenant.slug}-load-{load.pk}-refused.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def find_load(pk: int) -> tuple[Load, LoadKind]:
    """A load of the tenant and its kind, or 404."""
    load = get_object_or_404(Load.objects.select_related("created_by"), pk=pk)
    kind = find_kind(load.kind)
    if kind is None:
        raise Http404
    return load, kind


def load_context(load: Load) -> dict[str, Any]:
    """What every page of one load shows."""
    return {
        "load": load,
        "kind": kind_label(load.kind),
        "state": state_word(load),
        "tone": load_row(load).tone,
        "breadcrumbs": [(_("Loads"), reverse("loads"))],
    }
