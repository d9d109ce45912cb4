"""Dimensions: activity, contribution and value (low, mid, high), need (basic … personalised).

A dimension reads one or more measures. Each measure is scored by its own rule (thresholds or
quantiles, the same mathematics as R, F and M) and the score names a level. The levels of the
measures a customer has are combined: the highest, the lowest, or their average (high from 2.5,
low below 1.5, levels counted 1, 2, 3). A customer with none of the measures is unknown in that
dimension; a dimension unknown for every customer is left out of the tier schemes.

Quantiles are taken over `population`, the customers one serves now: neither prospects nor churned
ones, whose zeros would otherwise draw the cut points down to zero.

The work is in two steps so that a stored night can be explained: `cut_points` reads the whole
tenant once, `levels` places any customer, real or supposed, between given cut points.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation.compute.measures import MeasureTable
from segmentation.compute.names import LEVELS as LEVELS
from segmentation.compute.scores import Refusal, Scoring, cut_points, plain_scores
from segmentation.compute.words import codes_of, from_codes

Combine = Literal["highest", "lowest", "average"]


DIMENSIONS = tuple(LEVELS)


@dataclass(frozen=True)
class MeasureLevels:
    """How one measure speaks for a dimension: score s gives the rank ranks[s - 1] (1..3)."""

    scoring: Scoring
    ranks: tuple[int, ...]


@dataclass(frozen=True)
class DimensionRule:
    """words: its levels, ascending."""

    name: str
    combine: Combine
    measures: tuple[MeasureLevels, ...]
    words: tuple[str, ...]

    @classmethod
    def from_rules(
        cls, name: str, rule: Mapping[str, Any], words: tuple[str, ...] | None = None
    ) -> "DimensionRule":
        """From `dimensions.<name>` of a valid rule set; a measure set to null is not used.

        words: the levels of what is no dimension but is read like one.
        """
        words = words or LEVELS[name]
        measures = []
        for measure, levelling in sorted(rule["measures"].items()):
            if levelling is None:
                continue
            scoring = Scoring.from_rules(
                measure, levelling, reverse=bool(levelling.get("reversed", False))
            )
            ranks = tuple(words.index(word) + 1 for word in levelling.get("levels", words))
            measures.append(MeasureLevels(scoring, ranks))
        return cls(name, rule["combine"], tuple(measures), words)


Cuts = Mapping[str, Mapping[str, tuple[Fraction, ...] | None]]
"""dimension → measure → cut points in the unit of the table; None where they were refused."""


@dataclass(frozen=True)
class DimensionCuts:
    """The cut points of a night, and which quantiles were refused."""

    cuts: Cuts
    refusals: tuple[Refusal, ...]


def dimension_cuts(
    table: MeasureTable,
    rules: tuple[DimensionRule, ...],
    population: "pd.Series[bool] | None" = None,
) -> DimensionCuts:
    """Cut points of every measure of every dimension.

    population: the customers that quantiles are taken over; everybody when None or when it
    selects nobody.
    """
    if population is not None and not population.any():
        population = None
    cuts: dict[str, dict[str, tuple[Fraction, ...] | None]] = {}
    refusals = []
    for rule in rules:
        cuts[rule.name] = {}
        for part in rule.measures:
            points = cut_points(table, part.scoring, population)
            cuts[rule.name][part.scoring.measure] = points.cuts
            # A measure that nobody has is not there yet: nothing was refused.
            if points.refusal and points.population:
                refusals.append(points.refusal)
    return DimensionCuts(cuts, tuple(refusals))


def measure_ranks(
    table: MeasureTable, part: MeasureLevels, cuts: tuple[Fraction, ...] | None
) -> npt.NDArray[np.int8]:
    """Rank 1..3 that one measure gives each customer, 0 where it is unknown."""
    return np.array([0, *part.ranks], dtype=np.int8)[plain_scores(table, part.scoring, cuts)]


def levels(table: MeasureTable, rules: tuple[DimensionRule, ...], cuts: Cuts) -> pd.DataFrame:
    """One ordered categorical column per dimension of `rules`; NaN where it is unknown."""
    columns = {}
    for rule in rules:
        ranks = _combine(table, rule, cuts[rule.name])
        columns[rule.name] = from_codes(ranks - 1, rule.words, table.frame.index, ordered=True)
    return pd.DataFrame(columns, index=table.frame.index)


def known_dimensions(levels_: pd.DataFrame) -> tuple[str, ...]:
    """The dimensions known for at least one customer; the others are left out of the schemes."""
    return tuple(name for name in levels_.columns if levels_[name].notna().any())


def ranks_of(column: pd.Series, words: tuple[str, ...] | None = None) -> npt.NDArray[np.int8]:
    """Ranks 1..3 of a column of levels, 0 where unknown; takes strings as well as categories.

    words: the levels, ascending; None: those of the dimension that the column is named by.
    """
    return (codes_of(column, words or LEVELS[str(column.name)]) + 1).astype(np.int8)


def _combine(
    table: MeasureTable,
    rule: DimensionRule,
    cuts: Mapping[str, tuple[Fraction, ...] | None],
) -> npt.NDArray[np.int8]:
    size = len(table.frame)
    total = np.zeros(size, dtype=np.int16)
    count = np.zeros(size, dtype=np.int16)
    highest = np.zeros(size, dtype=np.int8)
    lowest = np.full(size, 4, dtype=np.int8)
    for part in rule.measures:
        ranks = measure_ranks(table, part, cuts[part.scoring.measure])
        known = ranks > 0
        total += ranks
        count += known
        highest = np.maximum(highest, ranks)
        lowest = np.where(known, np.minimum(lowest, ranks), lowest)
    if rule.combine == "highest":
        return highest
    if rule.combine == "lowest":
        return np.where(count > 0, lowest, 0).astype(np.int8)
    average = np.select([2 * total >= 5 * count, 2 * total < 3 * count], [3, 1], default=2)
    return np.where(count > 0, average, 0).astype(np.int8)
