"""What a project will have taken when it is done, from what was booked and what is finished.

The formulas are those of earned value (estimate at completion, EAC): the rest costs what was planned
for it, or the rest costs as much more or less than planned as what is done did. See
docs/decisions/forecast.md. Effort in thousandths of a person-day, as whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

# With less than a tenth of the plan done, its pace says nothing about the rest.
LEAST_DONE = Fraction(1, 10)


@dataclass(frozen=True)
class PlannedWork:
    """A task of the vendor: its planned effort and whether it is finished."""

    effort: int
    is_done: bool


@dataclass(frozen=True)
class Forecast:
    """Effort at completion, from ``low`` to ``high``; both None where nothing can be said.

    basis: ``accepted`` (the work is done: what was booked), ``range`` (as planned and as paced),
    ``planned`` (only as planned: less than a tenth is done, or nothing was booked), ``items`` (no
    tasks say what is done: booked and what is left of each item, so at least this much), ``nothing``
    (neither a baseline nor a plan).
    share_done: of the planned effort of tasks; None without tasks that have any.
    as_planned, as_paced: the two forecasts, where each can be said.
    over: low and high minus the budget, None without one.
    """

    basis: str
    budget: int | None
    share_done: Fraction | None = None
    as_planned: int | None = None
    as_paced: int | None = None
    low: int | None = None
    high: int | None = None

    @property
    def over(self) -> tuple[int, int] | None:
        if self.budget is None or self.low is None or self.high is None:
            return None
        return self.low - self.budget, self.high - self.budget


def share_done(work: Iterable[PlannedWork]) -> Fraction | None:
    """Planned effort of finished tasks ÷ that of all; a task counts when it is finished, not before.
    None when no task has planned effort."""
    whole = done = 0
    for task in work:
        whole += task.effort
        done += task.effort if task.is_done else 0
    return Fraction(done, whole) if whole else None


def forecast(
    *,
    budget: int | None,
    booked: int,
    unapproved: int,
    done: Fraction | None,
    left_of_items: int | None,
    is_accepted: bool,
) -> Forecast:
    """The effort at completion.

    Args:
        budget: the effort of the baseline in force; without a baseline the planned effort of the
            tasks; None without either.
        booked: all effort so far.
        unapproved: the part of it on what is not in the baseline. It is spent and stays in the
            forecast, but says nothing of the pace of what was agreed.
        done: see ``share_done``.
        left_of_items: the sum over items of what is left of each, none below zero; None without
            items.
        is_accepted: the customer has accepted.
    """
    if is_accepted:
        return Forecast("accepted", budget, done, low=booked, high=booked)
    if budget is None:
        return Forecast("nothing", None, done)
    if done is None:
        if left_of_items is None:
            return Forecast("nothing", budget, None)
        at_least = booked + left_of_items
        return Forecast("items", budget, None, as_planned=at_least, low=at_least, high=at_least)
    as_planned = booked + round((1 - done) * budget)
    agreed = booked - unapproved
    if done < LEAST_DONE or agreed <= 0:
        return Forecast("planned", budget, done, as_planned, None, as_planned, as_planned)
    as_paced = round(agreed / done) + unapproved
    low, high = sorted((as_planned, as_paced))
    return Forecast("range", budget, done, as_planned, as_paced, low, high)
