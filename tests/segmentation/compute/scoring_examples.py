"""Small tables to score, and the strategies that make many of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from hypothesis import strategies as st

from segmentation.compute.measures import MeasureTable
from segmentation.compute.scores import Scoring


def whole(values: Sequence[int | None]) -> pd.Series:
    return pd.Series(list(values), dtype="Int64")


def table(places: dict[str, int] | None = None, **columns: Sequence[object]) -> MeasureTable:
    """A table of whole-number measures; customers are numbered from 0."""
    frame = pd.DataFrame(
        {
            name: values if isinstance(values, pd.Series) else whole(values)  # type: ignore[arg-type]
            for name, values in columns.items()
        }
    )
    return MeasureTable(frame, places or {})


def quantile(bins: int = 5, measure: str = "x", *, reverse: bool = False) -> Scoring:
    return Scoring(measure, "quantile", bins, (), reverse)


def thresholds(*cuts: float, measure: str = "x", reverse: bool = False) -> Scoring:
    return Scoring(measure, "thresholds", len(cuts) + 1, cuts, reverse)


def listed(column: pd.Series) -> list[object]:
    """A column as a list, missing as None."""
    return [None if pd.isna(value) else value for value in column]


whole_numbers = st.integers(min_value=-(10**12), max_value=10**12)
few_distinct = st.integers(min_value=0, max_value=6)
measured = st.lists(st.one_of(whole_numbers, few_distinct), min_size=1, max_size=60)
with_gaps = st.lists(st.one_of(st.none(), whole_numbers, few_distinct), min_size=1, max_size=60)
ratios = st.lists(
    st.floats(min_value=-1e9, max_value=1e9, allow_nan=False), min_size=1, max_size=60
)
