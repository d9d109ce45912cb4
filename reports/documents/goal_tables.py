"""Goals in reports: beside their figures, and as a table."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reports.compute.documents import TableBlock, TableCell, TableColumn
from reports.goal_words import STANDINGS, TONES, worded
from reports.queries.goals import GoalStanding
from ui import formats

_TONES = {"good": "good", "warning": "bad"}


def goal_texts(found: Sequence[GoalStanding], currency: str, language: str) -> dict[str, str]:
    """Key of a figure → what it shall become and by when; of several goals the one due first."""
    texts: dict[str, str] = {}
    for one in found:
        text = _("%(target)s by %(day)s") % {
            "target": worded(one.goal.target, one.kind, currency, language),
            "day": formats.short_date(one.goal.due_on, language),
        }
        texts.setdefault(one.goal.key, text)
    return texts


def goals_table(
    found: Sequence[GoalStanding], currency: str, language: str, audiences: tuple[str, ...] = ()
) -> TableBlock | None:
    """Every goal with both forecasts; None where there is none."""
    if not found:
        return None

    def cell(one: GoalStanding, value: object) -> TableCell:
        text = worded(value, one.kind, currency, language)
        return TableCell(text, text)

    rows = []
    for one in found:
        state = str(STANDINGS[one.standing])
        rows.append(
            (
                TableCell(one.goal.key, str(one.kind.label)),
                cell(one, one.goal.baseline),
                cell(one, one.course.now),
                cell(one, one.goal.target),
                TableCell(one.goal.due_on, formats.short_date(one.goal.due_on, language)),
                cell(one, one.course.since_baseline),
                cell(one, one.course.three_months),
                TableCell(str(one.standing), state, _TONES.get(TONES[one.standing], "")),
            )
        )
    labels = (
        ("figure", _("Goal")), ("baseline", _("Baseline")), ("now", _("Now")),
        ("target", _("Target")), ("due_on", _("Due")),
        ("since_baseline", _("At the pace since the baseline")),
        ("three_months", _("At the pace of three months")), ("standing", _("State")),
    )  # fmt: skip
    return TableBlock(
        "goals",
        tuple(TableColumn(key, label) for key, label in labels),
        tuple(rows),
        audiences=audiences,
    )
