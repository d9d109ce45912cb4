"""R, F and M: scores 1..n by quantiles or by the tenant's own thresholds.

One rule for both methods: score = 1 + the number of cut points strictly below the value, so equal
values share a score. The slot `recency` is reversed, n + 1 - that, whatever measure is bound to
it. Quantile cut points are the type 7 quantiles over the customers that have the measure; with
fewer such customers than scores they are refused and nobody is scored in that slot.

Cut points are exact fractions, compared exactly: against numpy.quantile on the same floats the
scores are the same, and scaling a measure by any positive constant leaves them the same, also
where numpy's own interpolation would round (10 scores of 91 customers, say).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation.compute.exact import cut_in_unit_of, cuts_below, quantile_cuts
from segmentation.compute.measures import MeasureTable
from segmentation.compute.words import from_codes

Method = Literal["quantile", "thresholds"]

SLOTS = ("recency", "frequency", "monetary")
SCORE_COLUMNS = {"recency": "r", "frequency": "f", "monetary": "m"}

NO_VALUE = "no_value"
TOO_FEW_CUSTOMERS = "too_few_customers"
MISSING_REASONS = (NO_VALUE, TOO_FEW_CUSTOMERS)

DEFAULT_BINS = 5


@dataclass(frozen=True)
class Scoring:
    """How one measure becomes a score.

    bins: number of scores n. cuts: the tenant's ascending cut points (thresholds only; n - 1 of
    them), in the unit of the measure. reversed: a lower value is better.
    """

    measure: str
    method: Method
    bins: int = DEFAULT_BINS
    cuts: tuple[int | float | Decimal, ...] = ()
    reversed: bool = False

    @classmethod
    def from_rules(cls, measure: str, rule: Mapping[str, Any], *, reverse: bool) -> "Scoring":
        """From an object with `method` of a valid rule set."""
        if rule["method"] == "thresholds":
            cuts = tuple(rule["cuts"])
            return cls(measure, "thresholds", len(cuts) + 1, cuts, reverse)
        return cls(measure, "quantile", int(rule.get("bins", DEFAULT_BINS)), (), reverse)


@dataclass(frozen=True)
class Refusal:
    """Why quantiles of a measure could not be computed: `found` customers, `needed` scores."""

    code: str
    measure: str
    needed: int
    found: int


@dataclass(frozen=True)
class CutPoints:
    """Cut points in the unit of the table (money scaled); None together with a refusal."""

    cuts: tuple[Fraction, ...] | None
    population: int
    refusal: Refusal | None = None


@dataclass(frozen=True)
class SlotScores:
    """One slot: scores (Int8, NA where there is none), why there is none, and the cut points."""

    scoring: Scoring
    scores: pd.Series
    missing: pd.Series  # categorical of MISSING_REASONS, NaN where there is a score
    points: CutPoints


@dataclass(frozen=True)
class RfmScores:
    """The three slots by name."""

    slots: Mapping[str, SlotScores]

    @property
    def frame(self) -> pd.DataFrame:
        """Columns r, f, m (Int8)."""
        return pd.DataFrame({SCORE_COLUMNS[name]: slot.scores for name, slot in self.slots.items()})

    @property
    def refusals(self) -> list[Refusal]:
        return [slot.points.refusal for slot in self.slots.values() if slot.points.refusal]


def cut_points(
    table: MeasureTable, scoring: Scoring, population: "pd.Series[bool] | None" = None
) -> CutPoints:
    """The cut points of a measure.

    population: which customers the quantiles are taken over (all when None); of those, the ones
    that have the measure. Thresholds need nobody.
    """
    values, known = table.values(scoring.measure)
    if population is not None:
        known = known & population.reindex(table.frame.index).to_numpy(dtype=bool)
    found = int(known.sum())
    if scoring.method == "thresholds":
        places = table.places_of(scoring.measure)
        cuts = tuple(cut_in_unit_of(cut, values, places) for cut in scoring.cuts)
        return CutPoints(cuts, found)
    if found < scoring.bins:
        refusal = Refusal(TOO_FEW_CUSTOMERS, scoring.measure, scoring.bins, found)
        return CutPoints(None, found, refusal)
    return CutPoints(quantile_cuts(values[known], scoring.bins), found)


def apply_cuts(
    table: MeasureTable, scoring: Scoring, cuts: Sequence[Fraction] | None
) -> "pd.Series[Any]":
    """Scores (Int8) by given cut points; NA where the measure is unknown or cuts is None."""
    scores = plain_scores(table, scoring, cuts)
    return pd.Series(pd.arrays.IntegerArray(scores, scores == 0), index=table.frame.index)


def plain_scores(
    table: MeasureTable, scoring: Scoring, cuts: Sequence[Fraction] | None
) -> npt.NDArray[np.int8]:
    """The same as an array, 0 where there is no score."""
    values, known = table.values(scoring.measure)
    if cuts is None:
        return np.zeros(len(values), dtype=np.int8)
    steps = cuts_below(values, cuts)
    scores = scoring.bins - steps if scoring.reversed else steps + 1
    return np.where(known, scores, 0).astype(np.int8)


def score(table: MeasureTable, scoring: Scoring) -> SlotScores:
    """Score one measure of every customer of the table."""
    points = cut_points(table, scoring)
    scores = apply_cuts(table, scoring, points.cuts)
    has_value = table.values(scoring.measure)[1]
    codes = np.where(scores.notna(), -1, np.where(has_value, 1, 0)).astype(np.int8)
    missing = from_codes(codes, MISSING_REASONS, table.frame.index)
    return SlotScores(scoring, scores, missing, points)


def score_rfm(table: MeasureTable, scorings: Mapping[str, Scoring]) -> RfmScores:
    """Score the slots recency, frequency and monetary (`rules.reading.rfm_scorings`)."""
    return RfmScores({slot: score(table, scorings[slot]) for slot in SLOTS})
