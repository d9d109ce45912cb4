"""Retention of persons: D1, D7 and D30, by the month of their first day.

Dk = the share of new persons who were active again on or after the k-th day after their first. As
"on or after" looks at everything since, only a person's first and last day are needed: it came back
when last - first >= k. A person whose k-th day is not over yet is not counted (`excluded`), neither
above nor below the line. Young cohorts have had less time to come back than old ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd

from segmentation.compute.months import month_number, month_of

DAYS = (1, 7, 30)


@dataclass(frozen=True)
class Returned:
    """`counted` persons whose day `k` is over, `returned` of them active on it or later, `excluded`
    whose day is still to come."""

    k: int
    counted: int
    returned: int
    excluded: int

    @property
    def rate(self) -> Fraction | None:
        return Fraction(self.returned, self.counted) if self.counted else None


@dataclass(frozen=True)
class PersonCohort:
    """`size` persons were active for the first time in the month that begins on `month`."""

    month: date
    size: int
    returned: tuple[Returned, ...]

    def on(self, k: int) -> Returned:
        return next(one for one in self.returned if one.k == k)


def person_cohorts(spans: pd.DataFrame, until: date) -> list[PersonCohort]:
    """Cohorts of new persons, oldest first, as of the end of `until`.

    spans: `first_on`, `last_on` (day numbers as of date.toordinal) and `persons` (how many have these
    two days). Days after `until` are not in it.
    """
    first = spans["first_on"].to_numpy(dtype=np.int64)
    last = spans["last_on"].to_numpy(dtype=np.int64)
    persons = spans["persons"].to_numpy(dtype=np.int64)
    days, places = np.unique(first, return_inverse=True)
    numbers = np.array([month_number(date.fromordinal(int(day))) for day in days], dtype=np.int64)
    months = numbers[places] if len(days) else numbers
    today = until.toordinal()
    found = []
    for number in np.unique(months):
        here = months == number
        returned = []
        for k in DAYS:
            over = here & (first + k <= today)
            counted = int(persons[over].sum())
            returned.append(
                Returned(
                    k=k,
                    counted=counted,
                    returned=int(persons[over & (last - first >= k)].sum()),
                    excluded=int(persons[here].sum()) - counted,
                )
            )
        found.append(PersonCohort(month_of(int(number)), int(persons[here].sum()), tuple(returned)))
    return found


def pooled(cohorts: Iterable[PersonCohort], k: int) -> Returned:
    """Over all cohorts."""
    parts = [cohort.on(k) for cohort in cohorts]
    return Returned(
        k=k,
        counted=sum(part.counted for part in parts),
        returned=sum(part.returned for part in parts),
        excluded=sum(part.excluded for part in parts),
    )
