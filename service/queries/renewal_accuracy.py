"""How forecasts of renewals came true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from segmentation.queries.scopes import Scope
from service.compute.renewal_accuracy import (
    FEWEST_CALIBRATED,
    Accuracy,
    Calibration,
    QuarterOutcome,
    accuracy,
    calibration,
    quarters,
)
from service.frames.renewal_accuracy import forecasts_of_quarters
from service.queries.renewals import quarter_of

QUARTERS = 8


@dataclass(frozen=True)
class CameTrue:
    """`quarters`: the latest first. `both`: the system's calls of the renewals that the manager called
    too, so that the two are compared on the same ones."""

    quarters: list[QuarterOutcome]
    system: Accuracy
    manager: Accuracy
    both: Accuracy
    classes: list[Calibration]

    @property
    def is_calibrated(self) -> bool:
        return self.system.calls >= FEWEST_CALIBRATED


def came_true(scope: Scope, today: date) -> CameTrue:
    """Of the last eight quarters that have ended; one statement, and one for whose customers they
    are."""
    since = quarter_of(today).shifted(-QUARTERS).first
    told = forecasts_of_quarters(since, today, None if scope.is_whole else scope.ids)
    called = told[told["was_open"]]
    shared = called[called["percent"].notna()]
    return CameTrue(
        quarters=quarters(told),
        system=accuracy(called["likelihood"], called["renewed"]),
        manager=accuracy(called["percent"], called["renewed"]),
        both=accuracy(shared["likelihood"], shared["renewed"]),
        classes=calibration(called["likelihood"], called["renewed"]),
    )
