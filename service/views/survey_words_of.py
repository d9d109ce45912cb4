"""Figures of answers as screens write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import ContactRole
from segmentation.compute.effects import Interval
from service.compute.surveys import Answers
from service.queries.survey_results import NO_TIER, UNKNOWN, Results
from ui import formats
from ui.palette import MARKS
from ui.tags.formats import language


@dataclass(frozen=True)
class GroupRow:
    """A role or tier: ``label``, or the tier's key for its mark."""

    label: Any
    tier: str
    answers: Answers
    value: str
    interval: str
    rate: str
    rate_interval: str


def shown_value(answers: Answers) -> str:
    """The figure, or that there are too few answers."""
    if answers.value is None:
        return _("Too few")
    digits = 0 if answers.kind == "nps" else 2
    return formats.number(answers.value, language(), digits)


def shown_interval(answers: Answers) -> str:
    """Empty where there is none."""
    digits = 0 if answers.kind == "nps" else 2
    return _between(answers.interval, lambda value: formats.number(value, language(), digits))


def shown_rate(answers: Answers) -> str:
    """How many of those asked here answered; a dash where nobody was asked."""
    return formats.percent(answers.response.value, language(), 0)


def shown_rate_interval(answers: Answers) -> str:
    interval = answers.response.interval
    return _between(interval, lambda value: formats.percent(value, language(), 0))


def group_rows(results: Results) -> list[tuple[str, list[GroupRow]]]:
    """(heading, rows) by role and by tier; who has no answer and was not asked has no row."""
    roles = dict(ContactRole.Kind.choices)
    by_role = [
        _row(roles.get(role, pgettext("role of a contact", "Unknown")), "", answers)
        for role, answers in results.by_role.items()
        if role in roles or role == UNKNOWN
    ]
    order = [*MARKS["tier"], NO_TIER]
    by_tier = [
        _row(pgettext("tier", "None"), "" if tier == NO_TIER else tier, results.by_tier[tier])
        for tier in order
        if tier in results.by_tier
    ]
    return [(_("By role"), by_role), (_("By tier"), by_tier)]


def _row(label: Any, tier: str, answers: Answers) -> GroupRow:
    return GroupRow(
        label, tier, answers, shown_value(answers), shown_interval(answers), shown_rate(answers),
        shown_rate_interval(answers),
    )  # fmt: skip


def _between(interval: Interval | None, word: Any) -> str:
    if interval is None:
        return ""
    return _("%(low)s to %(high)s") % {"low": word(interval.low), "high": word(interval.high)}
