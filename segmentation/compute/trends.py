"""The trend of usage, counted by other working days."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from segmentation.compute.measures import MeasureTable

TREND = "usage_trend"


class WorkedDays(NamedTuple):
    """How many of the last 30 days were worked, and of the 30 before."""

    lately: int
    before: int


def trend_by(table: MeasureTable, days: WorkedDays) -> pd.Series:
    """The trend as a night would measure it with these working days, as Float64.

    (events_30 / lately) / (events_previous_30 / before); missing without events before, and when
    no day was worked lately. The same numbers are divided as the night's statement divides.
    """
    lately = table.column("events_30").to_numpy(dtype=np.float64, na_value=np.nan)
    before = table.column("events_previous_30").to_numpy(dtype=np.float64, na_value=np.nan)
    divisor = before * days.lately
    known = divisor > 0  # never of what is missing
    values = np.divide(
        np.nan_to_num(lately) * days.before, divisor, out=np.zeros(len(divisor)), where=known
    )
    return pd.Series(values, index=table.frame.index, dtype="Float64", name=TREND).where(
        known, pd.NA
    )
