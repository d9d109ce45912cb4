"""What each figure of a report is: its name, its formula in words, and where it comes from.

The one place for these words: reports, the screens on which the same figures stand, the page behind a
figure and the guide read them here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reports.compute.documents import ReportKind
from segmentation.catalogue import Better, Number
from segmentation.catalogue import Unit as MeasureUnit
from segmentation.labels import TIERS

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Text

DATE = "date"
"""The unit of figures that are days."""

TIER_COUNTS = "tier_counts."
"""Begins the keys of how many customers are in a tier."""


OVER_YEAR = "_12m"
"""Ends the keys of rates that are over the twelve months up to the last day."""


class Counted(StrEnum):
    """What a figure is over: the days of the period, or how things stood at the end of its last."""

    PERIOD = "period"
    LAST_DAY = "last_day"


@dataclass(frozen=True)
class FigureKind:
    """One figure.

    unit: a `segmentation.catalogue.Unit`, or ``date``.
    formula: how it is made, in words. source: which facts it reads.
    adds_up: the rows behind it sum up to it.
    settles_days: so many days after the period its facts still come in; until then a change of it is
        expected and is no restatement. None: it goes on developing and is never restated by itself.
    by_night: read from the stored night of the last day, or from facts as that night knew them.
    """

    key: str
    label: Text | str
    unit: str
    formula: Text
    source: Text
    better: Better = Better.MORE
    counted: Counted = Counted.PERIOD
    number: Number = Number.WHOLE
    adds_up: bool = False
    settles_days: int | None = 0
    by_night: bool = False


_kinds: dict[ReportKind, dict[str, FigureKind]] = {}

REASONS: dict[str, Text] = {}
"""Why a figure is absent, in words, by the keys of `FigureSet.reasons`."""


def register(kind: ReportKind, figures: Iterable[FigureKind]) -> None:
    """Add figures to a kind of report, in the order in which they are listed.

    Raises:
        ValueError: one of the keys is there already.
    """
    present = _kinds.setdefault(kind, {})
    for figure in figures:
        if figure.key in present:
            raise ValueError(f"figure {figure.key} is registered twice")
        present[figure.key] = figure


def figures_of(kind: str) -> Mapping[str, FigureKind]:
    """Every figure of a kind of report, by key; the counts of tiers are not among them, see `figure`."""
    return _kinds.get(ReportKind(kind), {})


def figure(kind: str, key: str) -> FigureKind:
    """The figure of a kind of report.

    Raises:
        KeyError: that kind has none of this key.
    """
    if key.startswith(TIER_COUNTS) and kind == ReportKind.EXECUTIVE:
        tier = key.removeprefix(TIER_COUNTS)
        if tier in TIERS:
            return _of_tier(key, tier)
    return figures_of(kind)[key]


def _of_tier(key: str, tier: str) -> FigureKind:
    return FigureKind(
        key,
        format_lazy("{} · {}", _("Customers in tier"), TIERS[tier]),
        MeasureUnit.COUNT,
        _("Customers to whom the night of the last day gave this tier."),
        _("Night"),
        Better.NEITHER,
        Counted.LAST_DAY,
        adds_up=True,
        by_night=True,
    )
