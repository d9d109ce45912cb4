"""Uploading a file and matching its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.loads.labels import (
    DATE_ORDERS,
    DECIMAL_MARKS,
    OPTIONS,
    column_label,
    quoted_options,
    type_label,
)
from accounts.loads.reading import (
    DateOrder,
    DecimalMark,
    FileRefused,
    Peek,
    Source,
    guess_mapping,
    likely_columns,
    peek,
)
from accounts.loads.reading.columns import folded
from accounts.loads.reasons import reason_text
from accounts.loads.registry import LoadKind, find_kind, kinds
from accounts.loads.running import LoadOptions
from ui.formats import listed
from ui.tags.formats import language


def _kind_choices() -> list[tuple[str, str]]:
    return [(kind.name, str(kind.label)) for kind in kinds()]


class LoadUploadForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What the file holds"), choices=_kind_choices)
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV, gzipped CSV or Excel (.xlsx), with a header row."),
        widget=forms.FileInput(attrs={"accept": ".csv,.gz,.xlsx,.txt,.tsv"}),
        allow_empty_file=True,
    )

    def clean_file(self) -> UploadedFile:
        """Refuse at once what the beginning of the file shows to be hopeless."""
        file = cast(UploadedFile, self.cleaned_data["file"])
        limit = settings.LOAD_UPLOAD_LIMIT_BYTES
        if (file.size or 0) > limit:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s MB. Load it with the command `load`.")
                % {"limit": limit // (1 << 20)}
            )
        try:
            with Source(cast(Any, file.file), keep_open=True) as source:
                peek(source)
        except FileRefused as refusal:
            reason = refusal.faults[0].reason
            words = reason_text(reason.code, reason.params, options=quoted_options())
            raise forms.ValidationError(words) from refusal
        file.seek(0)
        return file

    def chosen_kind(self) -> LoadKind:
        kind = find_kind(self.cleaned_data["kind"])
        assert kind is not None
        return kind


@dataclass(frozen=True)
class MappingRow:
    """A column of the kind as the form shows it; `samples` are values of the chosen column."""

    name: str
    label: str
    holds: str
    required: bool
    field: forms.BoundField
    samples: list[str]


@dataclass(frozen=True)
class UnusedColumn:
    """A column of the file that feeds none of the kind; `resembles` is the label of the column
    whose name it resembles, or empty."""

    name: str
    resembles: str


class LoadMappingForm(forms.Form):
    """One choice per column of the kind: which column of the file feeds it."""

    dates = forms.ChoiceField(
        label=OPTIONS["dates"],
        required=False,
        choices=[
            ("", gettext_lazy("As the file shows")),
            *DATE_ORDERS.items(),
        ],
    )
    decimal = forms.ChoiceField(
        label=OPTIONS["decimal"],
        required=False,
        choices=[
            ("", gettext_lazy("As the file shows")),
            *DECIMAL_MARKS.items(),
        ],
    )
    save_as = forms.CharField(
        label=gettext_lazy("Keep this match as"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Offered for the next file of this kind."),
    )

    def __init__(
        self,
        *args: Any,
        kind: LoadKind,
        found: Peek,
        mapping: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        """`mapping`: what to start from, column → name in the file; None: guesses."""
        super().__init__(*args, **kwargs)
        self.kind, self.found = kind, found
        names = [name for name in found.header if name]
        choices = [("", _("— not in this file —")), *((name, name) for name in names)]
        start = guess_mapping(found.header, kind.columns) if mapping is None else mapping
        known = {folded(name): name for name in names}
        for column in kind.columns:
            self.fields[f"column_{column.name}"] = forms.ChoiceField(
                choices=choices,
                required=column.required,
                initial=known.get(folded(start.get(column.name) or ""), ""),
                label=(label := column_label(column.name, kind.name)),
                widget=forms.Select(attrs={"aria-label": label}),
            )

    def mapping_rows(self) -> list[MappingRow]:
        """The columns of the kind, in its order."""
        rows = []
        for column in self.kind.columns:
            field = self[f"column_{column.name}"]
            chosen = field.value() or ""
            samples = self.found.samples(chosen) if chosen in self.found.header else []
            rows.append(
                MappingRow(
                    column.name,
                    column_label(column.name, self.kind.name),
                    type_label(column),
                    column.required,
                    field,
                    samples[:3],
                )
            )
        return rows

    def unused_columns(self) -> list[UnusedColumn]:
        """What the choices leave over, in the order of the file."""
        used = {self[f"column_{column.name}"].value() for column in self.kind.columns}
        names = [name for name in self.found.header if name and name not in used]
        likely = likely_columns(names, self.kind.columns)
        return [
            UnusedColumn(name, column_label(likely[name], self.kind.name) if name in likely else "")
            for name in names
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for group in self.kind.one_of:
            if not any(cleaned.get(f"column_{name}") for name in group):
                labels = [column_label(name, self.kind.name) for name in group]
                self.add_error(
                    None,
                    _("One of these is needed: %(columns)s.")
                    % {"columns": listed(labels, language())},
                )
        return cleaned

    def options(self) -> LoadOptions:
        """What was chosen; every column of the kind is named, so nothing goes by its own name."""
        given = self.cleaned_data
        return LoadOptions(
            mapping={column.name: given[f"column_{column.name}"] for column in self.kind.columns},
            dates=DateOrder(given["dates"]) if given["dates"] else None,
            decimal=DecimalMark(given["decimal"]) if given["decimal"] else None,
        )
