"""The table of measures that a night scores."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation.compute.exact import Values, unscaled_decimal


@dataclass(frozen=True)
class MeasureTable:
    """Measures of the customers of one tenant on one as-of date.

    frame: one row per customer (unique index), one column per measure. A column is Int64/int64
    (counts, days, money) or float64/Float64 (rates); NA or NaN where the measure is unknown.
    places: for the columns that hold money, the number of decimal places by which the integer is
    scaled (normally `exact.MONEY_PLACES`); columns not named are plain numbers.
    A measure without a column is unknown for everybody.
    """

    frame: pd.DataFrame
    places: Mapping[str, int] = field(default_factory=dict)

    def places_of(self, measure: str) -> int:
        return self.places.get(measure, 0)

    def column(self, measure: str) -> pd.Series:
        """The column of a measure, all missing when the table has none."""
        if measure in self.frame.columns:
            return self.frame[measure]
        return pd.Series(pd.NA, index=self.frame.index, dtype="Int64", name=measure)

    def values(self, measure: str) -> tuple[Values, npt.NDArray[np.bool_]]:
        """`known_values` of the column of a measure."""
        if measure in self.frame.columns:
            return known_values(self.frame[measure])
        size = len(self.frame)
        return np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool)

    def rows(self, customers: pd.Index) -> "MeasureTable":
        """The same table for some of its customers, in the order given."""
        return MeasureTable(self.frame.loc[customers], self.places)


def known_values(column: pd.Series) -> tuple[Values, npt.NDArray[np.bool_]]:
    """(values, known): the column as int64 or float64, and where it has a value.

    Where `known` is False the value is 0 and means nothing. ValueError for an infinite value,
    TypeError for a column that is no number (Decimals belong into scaled integers).
    """
    known = column.notna().to_numpy(dtype=bool)
    if pd.api.types.is_bool_dtype(column.dtype):
        raise TypeError(f"measure {column.name} is true/false; a measure is a number")
    if pd.api.types.is_integer_dtype(column.dtype):
        return column.to_numpy(dtype=np.int64, na_value=0), known
    if pd.api.types.is_float_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        values = np.where(known, values, 0.0)
        if not np.isfinite(values).all():
            raise ValueError(f"measure {column.name} has an infinite value")
        return values, known
    raise TypeError(
        f"measure {column.name} has dtype {column.dtype}; give integers (money scaled) or floats"
    )


def presented(value: Any, places: int = 0) -> int | float | Decimal | None:
    """One cell as a person reads it: money as Decimal, missing as None."""
    if value is None or pd.isna(value):
        return None
    if places:
        return unscaled_decimal(int(value), places)
    if isinstance(value, float | np.floating):
        return float(value)
    return int(value)
