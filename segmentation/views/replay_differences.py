"""Who differs when a night is computed again: the list, and the list as a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from segmentation.catalogue import FACTS
from segmentation.labels import REPLAY_PARTS, REPLAY_REASONS
from segmentation.models import Replay, ReplayDifference
from ui.downloads import file_response
from ui.palette import mark_for
from ui.tables import Column

COLUMNS = (
    Column("customer", gettext_lazy("Customer"), sort="key"),
    Column("tier", gettext_lazy("Tier"), sort=("old_tier", "new_tier", "key")),
    Column("stage", gettext_lazy("Stage"), sort=("old_stage", "new_stage", "key")),
    Column("segment", gettext_lazy("Segment"), wide=True),
    Column("scores", gettext_lazy("R F M"), wide=True),
    Column("parts", gettext_lazy("What differs"), sort=("-much", "key")),
    Column("why", gettext_lazy("Why"), sort=("reasons", "key")),
    Column("facts", gettext_lazy("Facts that came late"), sort=("late_facts", "key"), wide=True),
)
EXPORTED = ("tier", "stage", "segment", "class8", "r", "f", "m")
_MARKED = {"tier": "tier", "stage": "stage", "segment": "segment", "class8": "segment"}


def drawn_difference(row: ReplayDifference) -> dict[str, Any]:
    """A row of the list: the words before and after, and why."""
    return {
        "row": row,
        "name": row.customer.name if row.customer else row.key,
        "old": row.stored,
        "new": row.computed,
        "scores": [_scores(row.stored), _scores(row.computed)],
        "parts": [REPLAY_PARTS[part] for part in row.parts],
        "reasons": [(reason, REPLAY_REASONS[reason]) for reason in row.reasons],
        "facts": _late_facts(row),
    }


def _late_facts(row: ReplayDifference) -> list[str | Promise]:
    """What came late of the customer: first of all the customer, where the stored night lacks it."""
    families: list[str | Promise] = [FACTS.get(family, family) for family in row.late_facts]
    came_late = row.presence == ReplayDifference.Presence.ADDED and "late_data" in row.reasons
    return [_("The customer itself"), *families] if came_late else families


def _scores(said: dict[str, Any]) -> str:
    return " ".join(str(said.get(name) or "–") for name in "rfm") if said.get("stage") else ""


def differences_file(
    found: Replay, rows: list[ReplayDifference], format_: str, tenant: str
) -> HttpResponse:
    """The whole list as ``csv`` or ``xlsx``.

    Raises:
        Http404: another format.
    """
    titles = {
        "tier": _("Tier"),
        "stage": _("Stage"),
        "segment": _("Segment"),
        "class8": _("Segment (8)"),
        "r": "R",
        "f": "F",
        "m": "M",
    }
    headings = [_("Key"), _("Customer")]
    for name in EXPORTED:
        headings += [
            _("%(what)s, stored") % {"what": titles[name]},
            _("%(what)s, computed again") % {"what": titles[name]},
        ]
    headings += [_("What differs"), _("Why"), _("Facts that came late")]
    cells = [
        [
            row.key,
            row.customer.name if row.customer else "",
            *(_word(name, said) for name in EXPORTED for said in (row.stored, row.computed)),
            ", ".join(str(REPLAY_PARTS[part]) for part in row.parts),
            ", ".join(str(REPLAY_REASONS[reason]) for reason in row.reasons),
            ", ".join(str(fact) for fact in _late_facts(row)),
        ]
        for row in rows
    ]
    return file_response(
        headings,
        cells,
        format_=format_,
        name=f"{tenant}-night-{found.night.as_of.isoformat()}-replay-{found.pk}",
        title=_("Who differs"),
    )


def _word(name: str, said: dict[str, Any]) -> str:
    value = str(said.get(name, ""))
    mark = mark_for(_MARKED[name], value) if name in _MARKED and value else None
    return str(mark.label) if mark else value
