"""Goals in words: values, forecasts, how they stand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from reports.catalogue import FigureKind, figures_of
from reports.compute.documents import ReportKind
from reports.compute.goals import Standing
from reports.frames.goal_parts import ARPA, CHURN
from reports.models import KpiGoal
from reports.queries.goals import OFTEN, YEARLY, GoalStanding
from segmentation.catalogue import Unit
from ui import formats

STANDINGS: dict[str, str | Promise] = {
    Standing.REACHED: pgettext_lazy("goal", "Reached"),
    Standing.ON_PACE: pgettext_lazy("goal", "On pace"),
    Standing.BEHIND: pgettext_lazy("goal", "Behind"),
    Standing.UNKNOWN: gettext_lazy("Not estimable"),
}
TONES = {
    Standing.REACHED: "good",
    Standing.ON_PACE: "info",
    Standing.BEHIND: "warning",
    Standing.UNKNOWN: "neutral",
}
FACTORS: dict[str, str | Promise] = {
    "arpa": gettext_lazy("Monthly ARR per customer"),
    "margin": gettext_lazy("Gross margin"),
    "churn": gettext_lazy("Monthly logo churn"),
    ARPA: gettext_lazy("Monthly ARR per customer"),
    CHURN: gettext_lazy("Monthly logo churn"),
}
STATE_TONES = {"open": "info", "reached": "good", "missed": "warning", "dropped": "neutral"}
_SHARES = (Unit.SHARE,)


def offered_figures() -> list[tuple[str, list[tuple[str, str]]]]:
    """Figures that a goal may be for, in groups: over twelve months, of a month, all others."""
    kinds = figures_of(ReportKind.EXECUTIVE)
    named = {key: str(kind.label) for key, kind in kinds.items()}
    return [
        (_("Over the twelve months up to a month's end"), [(key, named[key]) for key in YEARLY]),
        (
            _("Of a month, or on its last day"),
            [(key, named[key]) for key in OFTEN if key not in YEARLY],
        ),
        (_("Others, of a month"), [(key, name) for key, name in named.items() if key not in OFTEN]),
    ]


def is_share(key: str) -> bool:
    """Whether the figure is read in percent."""
    return figures_of(ReportKind.EXECUTIVE)[key].unit in _SHARES


def span_words(key: str) -> str:
    """What time one value of the figure is about."""
    if key in YEARLY:
        return _("twelve months up to each month's end")
    return _("month by month")


def worded(value: Any, kind: FigureKind, currency: str, language: str) -> str:
    """A value of a goal's figure."""
    return in_unit(value, str(kind.unit), currency, language)


def in_unit(value: Any, unit: str, currency: str, language: str) -> str:
    if value is None:
        return formats.ABSENT
    number = _decimal(value)
    if unit == Unit.SHARE:
        return formats.percent(number, language)
    if unit == Unit.MONEY:
        return formats.compact_money(number, currency, language)
    if unit == Unit.DAYS:
        return formats.days(round(number, 1), language)
    return formats.number(number, language, 0 if unit == Unit.COUNT else 1)


def difference_words(value: Fraction, unit: str, currency: str, language: str) -> str:
    """A difference of a figure, with its sign; shares in percentage points."""
    number = _decimal(value)
    if unit == Unit.SHARE:
        points = formats.signed(round(number * 100, 2), language)
        return _("%(points)s pp") % {"points": points}
    if unit == Unit.MONEY:
        sign = "+" if number > 0 else "−" if number < 0 else ""
        return sign + formats.compact_money(abs(number), currency, language)
    return formats.signed(round(number, 2), language, 0 if unit == Unit.COUNT else None)


def unit_of(key: str, kind: FigureKind) -> str:
    """Of a goal's figure, or of a factor of it."""
    return {ARPA: str(Unit.MONEY), CHURN: str(Unit.SHARE)}.get(key, str(kind.unit))


def goal_line(one: GoalStanding, currency: str, language: str) -> str:
    """A goal in a line: target, due day and how it stands."""
    return _("goal %(target)s by %(day)s: %(standing)s") % {
        "target": worded(one.goal.target, one.kind, currency, language),
        "day": formats.short_date(one.goal.due_on, language),
        "standing": str(STANDINGS[one.standing]).lower(),
    }


def state_words(goal: KpiGoal) -> str:
    return str(goal.get_state_display())


def _decimal(value: Any) -> Decimal:
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return Decimal(value)
