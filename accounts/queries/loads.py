"""Loads as screens show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.loads.labels import PHASES, TONES, column_label, quoted_options
from accounts.loads.progress import read_progress
from accounts.loads.registry import find_kind
from accounts.loads.running import in_words
from accounts.loads.undo import dependant_text
from accounts.models import Load, LoadMapping

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
        words.append(_("Modules that were new: %(names)s.") % {"names": ", ".join(modules)})
    if kept := notes.get("attribute_columns"):
        words.append(_("Kept as attributes: %(names)s.") % {"names": ", ".join(kept)})
    if ignored := notes.get("ignored_columns"):
        words.append(_("Columns that were not used: %(names)s.") % {"names": ", ".join(ignored)})
    if encoding := notes.get("encoding"):
        words.append(_("Encoding: %(name)s.") % {"name": encoding.removesuffix("-sig").upper()})
    if order := notes.get("dates"):
        words.append(_("Order of dates: %(order)s.") % {"order": order.upper()})
    return words


def dependants_in_words(load: Load) -> list[str]:
    """What held the last attempt to undo a load back."""
    return [dependant_text(found) for found in load.notes.get("dependants", [])]


def preview_columns(load: Load) -> list[tuple[str, str]]:
    """(name, label) of the columns that a preview shows."""
    return [(name, column_label(name)) for name in (load.preview or {}).get("columns", [])]


def mappings(kind: str) -> QuerySet[LoadMapping]:
    """Saved matches for a kind of file."""
    return LoadMapping.objects.filter(kind=kind).order_by("name")
