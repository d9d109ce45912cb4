"""Loads as screens show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.loads.dependants import dependant_text
from accounts.loads.labels import DATE_ORDERS, PHASES, TONES, column_label, quoted_options
from accounts.loads.progress import read_progress
from accounts.loads.reading.values import Amount, Day, Flag, Moment, ValueType, Whole
from accounts.loads.reasons import notes_with_words
from accounts.loads.registry import LoadKind, find_kind
from accounts.loads.running import in_words
from accounts.models import Load, LoadMapping
from ui import formats
from ui.tags.formats import language, number, short_date

State = Load.State

WORKING = (State.CHECKING, State.QUEUED, State.RUNNING, State.UNDOING)
SHOWN_ERRORS = 100


@dataclass(frozen=True)
class LoadRow:
    """A load in the list."""

    load: Load
    kind: str
    state: str
    tone: str


def loads() -> QuerySet[Load]:
    """All loads of the tenant with who brought them; not what is large about them."""
    return Load.objects.select_related("created_by").defer("preview", "errors", "options", "notes")


def load_row(load: Load) -> LoadRow:
    return LoadRow(load, kind_label(load.kind), state_word(load), TONES.get(load.state, "neutral"))


def kind_label(name: str) -> str:
    kind = find_kind(name)
    return str(kind.label) if kind else name


def state_word(load: Load) -> str:
    return str(load.get_state_display())


@dataclass(frozen=True)
class Working:
    """The progress of a load that waits for a worker or has one."""

    title: str
    state: str
    value: int | None
    maximum: int | None
    detail: str


def working(load: Load) -> Working | None:
    """None: nothing is going on."""
    if load.state not in WORKING:
        return None
    titles = {
        State.CHECKING: _("The file is being checked"),
        State.QUEUED: _("The file is being loaded"),
        State.RUNNING: _("The file is being loaded"),
        State.UNDOING: _("The load is being undone"),
    }
    title = titles[State(load.state)]
    if load.started_at is None:
        detail = _("Tried %(count)s times already.") % {"count": load.attempts}
        return Working(title, "waiting", None, None, detail if load.attempts else "")
    progress = read_progress(load)
    if progress is None:
        return Working(title, "running", None, None, "")
    known = progress.total > 0
    phase = str(PHASES.get(progress.phase, progress.phase))
    return Working(
        title,
        "running",
        progress.done if known else None,
        progress.total if known else None,
        phase,
    )


def errors_in_words(load: Load, limit: int = SHOWN_ERRORS) -> list[dict[str, Any]]:
    """The first errors of a load with their sentences in the active language."""
    return [in_words(error, options=quoted_options()) for error in load.errors[:limit]]


def notes_in_words(load: Load) -> list[str]:
    """What else is worth knowing of a load."""
    notes = load.notes
    words = []
    if modules := notes.get("created_modules"):
        words.append(
            _("Modules that were new: %(names)s.") % {"names": formats.listed(modules, language())}
        )
    if requests := notes.get("created_change_requests"):
        words.append(
            _("Change requests that were not known and are drafts now: %(names)s.")
            % {"names": formats.listed(requests, language())}
        )
    if kept := notes.get("attribute_columns"):
        words.append(
            _("Kept as attributes: %(names)s.") % {"names": formats.listed(kept, language())}
        )
    if ignored := notes.get("ignored_columns"):
        words.append(
            _("Columns that were not used: %(names)s.")
            % {"names": formats.listed(ignored, language())}
        )
    words += recipe_in_words(notes)
    if encoding := notes.get("encoding"):
        words.append(_("Encoding: %(name)s.") % {"name": encoding.removesuffix("-sig").upper()})
    if order := notes.get("dates"):
        words.append(_("Order of dates: %(order)s.") % {"order": DATE_ORDERS.get(order, order)})
    return words


def recipe_in_words(notes: Mapping[str, Any]) -> list[str]:
    """What the recipe of a CRM's export decided about rows."""
    words = []
    for what, sentence in (
        ("left_out", _("Left out: %(reason)s Rows: %(count)s, the first in line %(line)s.")),
        ("told", _("%(reason)s Rows: %(count)s, the first in line %(line)s.")),
    ):
        for told in notes_with_words(notes).get(what, []):
            said = {"reason": told["reason"], "count": told["rows"], "line": told["lines"][0]}
            words.append(sentence % said)
    return words


def dependants_in_words(load: Load) -> list[str]:
    """What held the last attempt to undo a load back."""
    return [dependant_text(found) for found in load.notes.get("dependants", [])]


@dataclass(frozen=True)
class PreviewColumn:
    """A column of a preview. ``align``: ``num`` for what compares by its end, else empty."""

    name: str
    label: str
    type: ValueType | None

    @property
    def align(self) -> str:
        return "num" if isinstance(self.type, Amount | Whole | Day | Moment) else ""

    def words(self, cell: str) -> str:
        """A cell as the preview keeps it, in the active language."""
        return cell_words(self.type, cell)


def preview_columns(load: Load, kind: LoadKind) -> dict[str, PreviewColumn]:
    """Columns that a preview shows, by name and in its order."""
    types = {column.name: column.type for column in kind.columns}
    return {
        name: PreviewColumn(name, column_label(name, kind.name), types.get(name))
        for name in (load.preview or {}).get("columns", [])
    }


def cell_words(type_: ValueType | None, cell: str) -> str:
    """What PostgreSQL wrote for a value of this type, as people write it; others as they are."""
    try:
        return _typed_words(type_, cell) if cell else ""
    except (ValueError, ArithmeticError):
        # An attribute of the tenant's own that is called like one of our columns.
        return cell


def _typed_words(type_: ValueType | None, cell: str) -> str:
    if isinstance(type_, Amount):
        amount = Decimal(cell)
        return number(amount, max(2, -int(amount.normalize().as_tuple().exponent)))
    if isinstance(type_, Whole):
        return number(Decimal(cell))
    if isinstance(type_, Day):
        return short_date(date.fromisoformat(cell))
    if isinstance(type_, Moment):
        # Of the tenant's clock already, and without a zone.
        return formats.date_time(datetime.fromisoformat(cell), language())
    if isinstance(type_, Flag):
        return _("yes") if cell == "true" else _("no")
    return cell


def mappings(kind: str) -> QuerySet[LoadMapping]:
    """Saved matches for a kind of file."""
    return LoadMapping.objects.filter(kind=kind).order_by("name")
