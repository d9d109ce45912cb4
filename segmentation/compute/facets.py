"""The value beside the tier of scheme B, from three sides: consumption, interaction and loyalty.

Each side is read from measures like a dimension. The level of the facet is the average of the
sides: high from 2.5, low below 1.5 of 1, 2, 3. A side unknown for every customer of the tenant is
left out; a customer with an unknown side has a level only when every level of that side would give
the same one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from segmentation.compute.dimensions import Cuts, DimensionRule, known_dimensions, levels, ranks_of
from segmentation.compute.measures import MeasureTable
from segmentation.compute.words import from_codes

SIDES = ("consumption", "interaction", "loyalty")
VALUE_LEVELS = ("low", "mid", "high")


@dataclass(frozen=True)
class ValueFacet:
    """sides: a rule per side, in the order of SIDES."""

    sides: tuple[DimensionRule, ...]

    @classmethod
    def from_rules(cls, value: Mapping[str, Any]) -> "ValueFacet":
        """From `facets.value` of a scheme of a valid rule set."""
        return cls(
            tuple(DimensionRule.from_rules(side, value[side], VALUE_LEVELS) for side in SIDES)
        )


def side_levels(table: MeasureTable, facet: ValueFacet, cuts: Cuts) -> pd.DataFrame:
    """One ordered categorical column per side; NaN where it is unknown. cuts: side → measure → …"""
    return levels(table, facet.sides, cuts)


def known_sides(sides: pd.DataFrame) -> tuple[str, ...]:
    """The sides known for at least one customer; the others are left out."""
    return known_dimensions(sides)


def value_levels(sides: pd.DataFrame, known: tuple[str, ...]) -> "pd.Series[Any]":
    """The level of the facet per customer, NaN where it is unknown; ordered categorical.

    sides: of `side_levels`; known: of `known_sides`, over the whole tenant.
    """
    ranks = [ranks_of(sides[name], VALUE_LEVELS) for name in known]
    if not ranks:
        return from_codes(np.full(len(sides), -1), VALUE_LEVELS, sides.index, ordered=True)
    lowest = np.sum([np.where(column == 0, 1, column) for column in ranks], axis=0)
    highest = np.sum([np.where(column == 0, 3, column) for column in ranks], axis=0)
    least, most = _level(lowest, len(ranks)), _level(highest, len(ranks))
    return from_codes(np.where(least == most, least, -1), VALUE_LEVELS, sides.index, ordered=True)


def _level(total: Any, count: int) -> Any:
    return np.select([2 * total >= 5 * count, 2 * total < 3 * count], [2, 0], default=1)
