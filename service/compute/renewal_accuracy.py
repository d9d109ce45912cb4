"""How calls came true: what was forecast before a quarter began, against what its renewals brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from service.compute.renewal_risk import CLASSES, class_of

# Of fewer decided renewals no accuracy is told; of fewer in all no calibration.
FEWEST, FEWEST_CALIBRATED = 10, 30
EVEN = 50


@dataclass(frozen=True)
class Accuracy:
    """Of calls that are decided since. `brier`: mean of (likelihood − outcome)², 0 is perfect, 0.25 is
    what always saying 50 % gives; `hits`: share on the right side of 50 % (50 counts as renewed)."""

    calls: int
    brier: Decimal | None
    hits: Decimal | None

    @property
    def is_enough(self) -> bool:
        return self.calls >= FEWEST


@dataclass(frozen=True)
class QuarterOutcome:
    """`renewals` due in the quarter from `first_day` as its last day before told; `decided` of them
    are. Amounts are ARR times 10^4, of all: forecast by the system and by the manager (the system's
    where there was no call), and kept so far; `is_over`: all are decided."""

    first_day: date
    renewals: int
    decided: int
    system: int
    manager: int
    kept: int
    called: int

    @property
    def is_over(self) -> bool:
        return self.decided == self.renewals

    @property
    def system_error(self) -> Decimal | None:
        """(forecast − kept) ÷ kept, of a quarter that is over."""
        return _ratio(self.system - self.kept, self.kept) if self._counts else None

    @property
    def manager_error(self) -> Decimal | None:
        return _ratio(self.manager - self.kept, self.kept) if self._counts else None

    @property
    def _counts(self) -> bool:
        return self.is_over and self.kept > 0


@dataclass(frozen=True)
class Calibration:
    """Of the decided calls of a class: how many, what was said on average and what share was renewed
    (percent)."""

    name: str
    calls: int
    said: Decimal | None
    renewed: Decimal | None


def accuracy(percents: pd.Series, renewed: pd.Series) -> Accuracy:
    """percents: how likely, 0 to 100 (NA: no call); renewed: 1 or 0 (NA: not decided)."""
    both = percents.notna() & renewed.notna()
    said = percents[both].to_numpy(dtype=np.int64)
    came = renewed[both].to_numpy(dtype=np.int64)
    count = len(said)
    if not count:
        return Accuracy(0, None, None)
    squares = int(((said - 100 * came) ** 2).sum())
    hits = int(((said >= EVEN) == (came == 1)).sum())
    return Accuracy(count, _ratio(squares, 10_000 * count), _ratio(hits, count))


def quarters(forecasts: pd.DataFrame) -> list[QuarterOutcome]:
    """A QuarterOutcome per `quarter` (day number of its first day), the latest first.

    forecasts: a row per renewal: `quarter`, `system` and `manager` (ARR × percent × 10^4, whole), `kept`
    (ARR × 10^4), `renewed` (1, 0, NA: not decided), `percent` (NA: no call).
    """
    found = []
    for number in sorted(forecasts["quarter"].unique().tolist()):
        rows = forecasts[forecasts["quarter"] == number]
        found.append(
            QuarterOutcome(
                first_day=date.fromordinal(number),
                renewals=len(rows),
                decided=int(rows["renewed"].notna().sum()),
                system=_percent_of(rows["system"]),
                manager=_percent_of(rows["manager"]),
                kept=int(rows["kept"].sum()),
                called=int(rows["percent"].notna().sum()),
            )
        )
    return found[::-1]


def calibration(likelihood: pd.Series, renewed: pd.Series) -> list[Calibration]:
    """Each class of the system's calls that are decided since."""
    both = likelihood.notna() & renewed.notna()
    said, came = likelihood[both].astype(np.int64), renewed[both].astype(np.int64)
    names = said.map(class_of)
    return [_calibration(name, said[names == name], came[names == name]) for name in CLASSES]


def _calibration(name: str, said: pd.Series, came: pd.Series) -> Calibration:
    count: int = len(said)
    if not count:
        return Calibration(name, 0, None, None)
    return Calibration(
        name, count, _ratio(int(said.sum()), count), _ratio(100 * int(came.sum()), count)
    )


def _ratio(part: int, whole: int) -> Decimal:
    return Decimal(part) / Decimal(whole)


def _percent_of(amounts: Sequence[int] | pd.Series) -> int:
    return round(Fraction(int(sum(amounts)), 100))
