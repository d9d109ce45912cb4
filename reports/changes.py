"""A figure against what it was: 环比 and 同比."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from ui import formats
from ui.tags.formats import language


@dataclass(frozen=True)
class Change:
    """The difference in words, and whether it is ``good`` or ``bad`` news, or neither."""

    text: str
    tone: str = ""


def number_of(value: Decimal | Fraction | int | float | None) -> Decimal | None:
    """A figure as formats take it; fractions to ten places."""
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return Decimal(str(value))


def relative(now: Any, before: Any, *, better: str) -> Change:
    """In per cent of what it was. ``better``: ``more``, ``less`` or ``neither``."""
    current, earlier = number_of(now), number_of(before)
    if current is None or not earlier:
        return Change(formats.ABSENT)
    share = round(current / earlier - 1, 3)
    return Change(formats.signed_percent(share, language()), _tone(share, better))


def in_points(now: Any, before: Any, *, better: str) -> Change:
    """A rate against a rate, in percentage points."""
    current, earlier = number_of(now), number_of(before)
    if current is None or earlier is None:
        return Change(formats.ABSENT)
    points = round((current - earlier) * 100, 1)
    text = _("%(points)s pp") % {"points": formats.signed(points, language(), 1)}
    return Change(text, _tone(points, better))


def _tone(difference: Decimal, better: str) -> str:
    # As it is shown: what reads as no change is none.
    if better == "neither" or difference == 0:
        return ""
    return "good" if (difference > 0) == (better == "more") else "bad"
