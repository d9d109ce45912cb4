"""Conversion of trials and prospects into customers with a first contract, by the month they came.

Somebody comes on the first day of a first trial, or else when it became known. Who had signed a
contract by then came as a customer and is not counted. Nobody is given up: those who have not signed
yet may still do so, and the rate of young cohorts says "so far".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd

from segmentation.compute.exact import median
from segmentation.compute.months import last_day_of, month_number, month_of


@dataclass(frozen=True)
class Conversion:
    """`entered` came in the month that begins on `month`; `converted` of them signed a contract, half
    of those within `median_days` (None: nobody did)."""

    month: date
    entered: int
    converted: int
    median_days: Fraction | None

    @property
    def rate(self) -> Fraction:
        return Fraction(self.converted, self.entered)


def conversions(prospects: pd.DataFrame, until: date) -> list[Conversion]:
    """Cohorts of prospects, oldest first, as of the end of `until`.

    prospects: a row per customer: `entered_on`, `converted_on` (day numbers as of date.toordinal; NA:
    no contract). A contract signed after `until` is not known yet.
    """
    entered = prospects["entered_on"].to_numpy(dtype=np.int64)
    never = np.iinfo(np.int64).max
    converted = prospects["converted_on"].to_numpy(dtype=np.int64, na_value=never)
    today = until.toordinal()
    converted = np.where(converted <= today, converted, never)
    is_prospect = (entered <= today) & (converted > entered)
    entered, converted = entered[is_prospect], converted[is_prospect]
    months = np.array([month_number(date.fromordinal(int(day))) for day in entered], dtype=np.int64)
    found = []
    for number in np.unique(months):
        here = months == number
        done = here & (converted != never)
        days = converted[done] - entered[done]
        found.append(
            Conversion(
                month=month_of(int(number)),
                entered=int(here.sum()),
                converted=int(done.sum()),
                median_days=median(days) if len(days) else None,
            )
        )
    return found


def prospects_of_month(prospects: pd.DataFrame, month: date, until: date) -> pd.DataFrame:
    """The rows of `prospects` that are counted in the cohort of `month`, with `is_converted`."""
    never = np.iinfo(np.int64).max
    converted = prospects["converted_on"].to_numpy(dtype=np.int64, na_value=never)
    entered = prospects["entered_on"].to_numpy(dtype=np.int64)
    low, high = month.toordinal(), last_day_of(month_number(month)).toordinal()
    today = until.toordinal()
    converted = np.where(converted <= today, converted, never)
    here = (entered >= low) & (entered <= min(high, today)) & (converted > entered)
    return prospects[here].assign(is_converted=converted[here] != never)
