"""RFM segments: the map of eleven and the map of eight.

`eleven` is a total function on the 125 codes of three scores 1..5. It needs five scores in every
slot: when a slot has another number of scores the map does not apply and nobody has a segment of
it, with the reason `eleven_needs_five_scores`. `class8` needs no particular number of scores.

Both are always computed; `rfm.map` of the rules says which of them is shown as `segment`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation.compute.exact import ceil_to, floor_to, mean, median
from segmentation.compute.measures import MeasureTable
from segmentation.compute.names import CLASS8 as CLASS8
from segmentation.compute.names import ELEVEN as ELEVEN
from segmentation.compute.scores import SLOTS, RfmScores
from segmentation.compute.words import from_codes

ELEVEN_NEEDS_FIVE_SCORES = "eleven_needs_five_scores"

# One line per recency score, one group per frequency score, one letter per monetary score.
_LETTERS = {
    "C": "champions",
    "L": "loyal",
    "P": "potential_loyalist",
    "N": "new_customers",
    "M": "promising",
    "A": "need_attention",
    "S": "about_to_sleep",
    "R": "at_risk",
    "X": "cannot_lose_them",
    "H": "hibernating",
    "O": "lost",
}
_MAP = """
    OOXXX OHHRR OHRRR ORRXR ORRXX
    HHSXX SHHRR SHHRR SRRRR SRRRR
    NSMMM SHPAA SHPAL PPALL PPPLL
    NNMMM NNPMM PPPAL PPALC PPPCC
    NNMMM MMMMM PPPAA PPLCC PPPCC
"""

SEGMENT_OF_CODE: Mapping[str, str] = {
    f"{r}{f}{m}": _LETTERS[letter]
    for r, line in enumerate(_MAP.split("\n")[1:-1], start=1)
    for f, group in enumerate(line.split(), start=1)
    for m, letter in enumerate(group, start=1)
}
"""All 125 codes "rfm" → segment."""


def eleven_of(r: int, f: int, m: int) -> str:
    """The segment of one customer with these scores, 1 to 5 each."""
    return SEGMENT_OF_CODE[f"{r}{f}{m}"]


_SEGMENT_CODES = np.full(556, -1, dtype=np.int8)
for _code, _segment in SEGMENT_OF_CODE.items():
    _SEGMENT_CODES[int(_code)] = ELEVEN.index(_segment)

HighRule = Literal["mean", "median"] | int
"""High of a slot: at or better than the mean or median of its measure, or a score of at least k."""


@dataclass(frozen=True)
class Segments:
    """A map's answer per customer (categorical, NaN without a segment) and a refusal of it all."""

    segment: pd.Series
    refusal: str | None = None


def eleven(scores: RfmScores) -> Segments:
    """The segment of eleven of every customer with three scores."""
    frame = scores.frame
    if any(slot.scoring.bins != 5 for slot in scores.slots.values()):
        codes = np.full(len(frame), -1, dtype=np.int8)
        return Segments(from_codes(codes, ELEVEN, frame.index), ELEVEN_NEEDS_FIVE_SCORES)
    r, f, m = (frame[column].to_numpy(dtype=np.int64, na_value=0) for column in "rfm")
    complete = (r > 0) & (f > 0) & (m > 0)
    codes = np.where(complete, _SEGMENT_CODES[np.where(complete, 100 * r + 10 * f + m, 0)], -1)
    return Segments(from_codes(codes, ELEVEN, frame.index))


def class8(table: MeasureTable, scores: RfmScores, high: HighRule) -> Segments:
    """The class of eight of every customer with three scores.

    Monetary high is key (重要), low general (一般); recency and frequency high is value (价值),
    recency alone develop (发展), frequency alone keep (保持), neither winback (挽留). High for
    recency means recent.

    Against the mean or median a value that equals it is high; both are taken over the scored
    customers, those with all three scores, exactly, so that customers who all have the same value
    are all high.
    """
    index = table.frame.index
    scored = has_three_scores(scores)
    is_high = {name: _high(table, scores, name, high) for name in SLOTS}
    codes = (
        np.where(is_high["monetary"], 0, 4)
        + np.where(is_high["recency"], 0, 2)
        + np.where(is_high["frequency"], 0, 1)
    )
    return Segments(from_codes(np.where(scored, codes, -1), CLASS8, index))


def has_three_scores(scores: RfmScores) -> npt.NDArray[np.bool_]:
    """Which customers are scored: R, F and M all known."""
    return np.logical_and.reduce(
        [scores.slots[name].scores.notna().to_numpy(dtype=bool) for name in SLOTS]
    )


def high_bound(
    table: MeasureTable, scores: RfmScores, name: str, high: HighRule
) -> Fraction | None:
    """The mean or median of a slot's measure over the scored customers, in the unit of the table.

    None when `high` is a score, or when nobody is scored.
    """
    measure = scores.slots[name].scoring.measure
    values = table.values(measure)[0][has_three_scores(scores)]
    if isinstance(high, int) or len(values) == 0:
        return None
    return mean(values) if high == "mean" else median(values)


def shown_segment(rfm_map: str, eleven_: Segments, class8_: Segments) -> "pd.Series[Any]":
    """The map that `rfm.map` names ("eleven" or "eight")."""
    return eleven_.segment if rfm_map == "eleven" else class8_.segment


def _high(
    table: MeasureTable, scores: RfmScores, name: str, high: HighRule
) -> npt.NDArray[np.bool_]:
    slot = scores.slots[name]
    has_score = slot.scores.notna().to_numpy(dtype=bool)
    if isinstance(high, int):
        return has_score & (slot.scores.to_numpy(dtype=np.int8, na_value=0) >= high)
    bound = high_bound(table, scores, name, high)
    if bound is None:
        return np.zeros(len(has_score), dtype=bool)
    values = table.values(slot.scoring.measure)[0]
    if slot.scoring.reversed:
        return has_score & (values <= floor_to(bound, values))
    return has_score & (values >= ceil_to(bound, values))
