"""Scorecards of project managers: what their projects came to, with how sure one can be, and what that
says once size and difficulty are allowed for.

Formulas and their reasons stand in docs/decisions/scorecard.md. In short, per figure:

    value      the mean of a person's projects; interval by Student's t, of shares by Wilson
    slopes     how the figure goes with size and difficulty among projects of the same person
    expected   what the tenant's projects of that size and difficulty come to
    adjusted   the person's value at average size and difficulty, drawn towards the average of all
               the less their projects say (empirical Bayes: best linear unbiased prediction with
               variances by the method of moments)

Below LEAST projects nobody has a place among others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

LEAST = 5
"""Projects without which nobody is given a place."""

ROWS_PER_SLOPE = 10
"""So many projects more than persons for each slope that is estimated."""

Z = 1.959963984540054  # of the normal distribution, 97.5 %
UPPER = 0.975

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# What projects differ by, the most important first; a slope is estimated of as many as the number of
# projects bears.
SIZE = ("size", "modules", "customer_share")
# How often the customer asked for something else makes a delivery harder. It is no excuse for scope.
SIZE_AND_CHANGES = ("size", "changes", "modules", "customer_share")


@dataclass(frozen=True)
class Figure:
    """A figure of a scorecard. ``is_share``: of yes (1) and no (0); ``is_better_high``: whether more is
    better; ``bounds``: between which it lies at all; ``controls``: what is allowed for."""

    key: str
    component: str
    is_share: bool
    is_better_high: bool
    bounds: tuple[float, float]
    controls: tuple[str, ...]


INFINITE = (-np.inf, np.inf)
FIGURES: tuple[Figure, ...] = (
    Figure("on_time", "delivery", True, True, (0, 1), SIZE_AND_CHANGES),
    Figure("schedule_days", "delivery", False, False, INFINITE, SIZE_AND_CHANGES),
    Figure("effort_over", "delivery", False, False, (-1, np.inf), SIZE_AND_CHANGES),
    Figure("cycle_days", "delivery", False, False, (0, np.inf), SIZE_AND_CHANGES),
    Figure("acceptance_days", "delivery", False, False, (0, np.inf), SIZE_AND_CHANGES),
    Figure("scope_creep", "scope", False, False, (0, np.inf), SIZE),
    Figure("satisfaction", "satisfaction", False, True, (1, 5), SIZE_AND_CHANGES),
    Figure("tier_later", "tier", True, True, (0, 1), SIZE_AND_CHANGES),
)
BY_KEY: Mapping[str, Figure] = {figure.key: figure for figure in FIGURES}
COLUMNS = (
    "all_projects",
    "projects",
    "value",
    "low",
    "high",
    "expected",
    "adjusted",
    "adjusted_low",
    "adjusted_high",
    "place",
)


@dataclass(frozen=True)
class Result:
    """One person's row of :class:`Compared`."""

    all_projects: int
    projects: int
    value: float
    low: float
    high: float
    expected: float
    adjusted: float
    adjusted_low: float
    adjusted_high: float
    place: int | None


@dataclass(frozen=True)
class Compared:
    """One figure of every person.

    people: a row per person (the index), those without a known value included: COLUMNS, NaN where
    undefined; all_projects counts those of unknown value too. average: that of all at average size and
    difficulty, NaN where nothing can be compared.
    allowed_for: the controls of which slopes were estimated. spread: the standard deviation between
    persons that is left when chance is taken off; 0: they cannot be told apart. projects: with a known
    value. placed: persons with a place.
    """

    people: pd.DataFrame
    average: float
    allowed_for: tuple[str, ...]
    spread: float
    projects: int
    placed: int

    def of(self, person: int) -> Result:
        """KeyError for a person without a project."""
        row = {name: float(self.people.at[person, name]) for name in COLUMNS}  # type: ignore[arg-type]
        whole, number, place = (row.pop(name) for name in ("all_projects", "projects", "place"))
        return Result(
            all_projects=int(whole),
            projects=int(number),
            place=None if np.isnan(place) else int(place),
            **row,
        )


def compare(projects: pd.DataFrame, figure: Figure) -> Compared:
    """A figure over projects.

    Args:
        projects: a row per project: person, a column named as the figure (float, NaN: unknown) and its
            controls (float, NaN: unknown, which counts as average).
    """
    names, person = np.unique(projects["person"].to_numpy(), return_inverse=True)
    values = projects[figure.key].to_numpy(dtype=np.float64)
    known = ~np.isnan(values)
    whole = np.bincount(person, minlength=len(names))
    values, person = values[known], person[known].astype(np.int64)
    frame = pd.DataFrame(np.nan, index=pd.Index(names), columns=list(COLUMNS))
    size = len(names)
    count = np.bincount(person, minlength=size)
    frame["all_projects"], frame["projects"] = whole, count
    mean = _means(values, person, size)
    frame["value"] = mean
    low, high = _intervals(values, person, mean, count, figure)
    frame["low"], frame["high"] = low, high
    controls = projects.loc[known, list(figure.controls)].to_numpy(dtype=np.float64)
    seen = int((count > 0).sum())
    used = min(len(figure.controls), max(0, (len(values) - seen) // ROWS_PER_SLOPE))
    centred, allowed_for = _usable(controls[:, :used], figure.controls[:used])
    slopes = _slopes(values, centred, person, size)
    pooled = _pool(values - centred @ slopes, person, size, len(slopes))
    if pooled is not None:
        frame["expected"] = pooled.average + _means(centred @ slopes, person, size)
        frame["adjusted"] = _within(pooled.value, figure)
        frame["adjusted_low"] = _within(pooled.value - pooled.half, figure)
        frame["adjusted_high"] = _within(pooled.value + pooled.half, figure)
        frame["place"] = _places(pooled, count, figure)
        frame.loc[count == 0, ["adjusted", "adjusted_low", "adjusted_high", "place"]] = np.nan
    return Compared(
        people=frame,
        average=np.nan if pooled is None else pooled.average,
        allowed_for=allowed_for,
        spread=0.0 if pooled is None else float(np.sqrt(pooled.between)),
        projects=len(values),
        placed=int(frame["place"].notna().sum()),
    )


@dataclass(frozen=True)
class _Pooled:
    """average: of persons, at average size and difficulty; value, half: per person, drawn towards it,
    and half its interval; between: the variance between persons."""

    average: float
    value: Floats
    half: Floats
    between: float


def _means(values: Floats, person: Integers, size: int) -> Floats:
    """Per person; NaN without a project."""
    count = np.bincount(person, minlength=size)
    total = np.bincount(person, weights=values, minlength=size)
    return np.divide(total, count, out=np.full(size, np.nan), where=count > 0)


def _intervals(
    values: Floats, person: Integers, mean: Floats, count: Integers, figure: Figure
) -> tuple[Floats, Floats]:
    """Of 95 %; without bounds (NaN) for a mean of one project, or of equal ones: their spread says
    nothing of how sure it is."""
    if figure.is_share:
        return _wilson(mean, count)
    size = len(count)
    squares = np.bincount(person, weights=(values - mean[person]) ** 2, minlength=size)
    half = np.full(size, np.nan)
    # Differences of fractions leave a trace of rounding.
    told = (count > 1) & (squares > 1e-18 * (1 + count * np.nan_to_num(mean) ** 2))
    free = count[told] - 1
    half[told] = stdtrit(free, UPPER) * np.sqrt(squares[told] / free / count[told])
    return _within(mean - half, figure), _within(mean + half, figure)


def _wilson(share: Floats, count: Integers) -> tuple[Floats, Floats]:
    """Wilson's score interval; NaN without a project."""
    number = np.where(count > 0, count, np.nan)
    z2 = Z * Z
    middle = share + z2 / (2 * number)
    half = Z * np.sqrt(share * (1 - share) / number + z2 / (4 * number * number))
    scale = 1 + z2 / number
    # Exactly 0 and 1 at the ends, where rounding would leave a trace.
    low = np.where(share == 0, 0.0, np.maximum(0.0, (middle - half) / scale))
    high = np.where(share == 1, 1.0, np.minimum(1.0, (middle + half) / scale))
    return np.where(count > 0, low, np.nan), np.where(count > 0, high, np.nan)


def _usable(controls: Floats, names: Sequence[str]) -> tuple[Floats, tuple[str, ...]]:
    """Controls around their mean, unknown ones at it; what never varies is left out."""
    if not len(controls):
        return controls[:, :0], ()
    known = ~np.isnan(controls)
    number = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, controls, 0).sum(axis=0) / number
    centred = np.where(known, controls - mean, 0.0)
    varies = np.abs(centred).max(axis=0) > 1e-12 * (1 + np.abs(mean))
    kept = [place for place, told in enumerate(varies) if told]
    return centred[:, kept], tuple(names[place] for place in kept)


def _slopes(values: Floats, controls: Floats, person: Integers, size: int) -> Floats:
    """Least squares among the projects of each person, so that whoever is given the large ones is not
    adjusted for being good at them."""
    if not controls.shape[1]:
        return np.zeros(0)
    around = values - _means(values, person, size)[person]
    columns = [column - _means(column, person, size)[person] for column in controls.T]
    found, *_ = np.linalg.lstsq(np.column_stack(columns), around, rcond=1e-9)
    return np.asarray(found, dtype=np.float64)


def _pool(values: Floats, person: Integers, size: int, slopes: int) -> _Pooled | None:
    """Values at average difficulty, drawn towards the average of persons. None with fewer than two
    persons, or without a project more than persons and slopes."""
    count = np.bincount(person, minlength=size).astype(np.float64)
    seen = count > 0
    persons, number = int(seen.sum()), len(values)
    free = number - persons - slopes
    if persons < 2 or free < 1:
        return None
    mean = _means(values, person, size)
    inside = float(((values - mean[person]) ** 2).sum()) / free
    grand = float(values.mean())
    outside = float((count[seen] * (mean[seen] - grand) ** 2).sum())
    weight = number - float((count**2).sum()) / number
    between = max(0.0, (outside - (persons - 1) * inside) / weight)
    scale = 1e-18 * (1 + float((values**2).mean()))
    inside, between = (0.0 if one <= scale else one for one in (inside, between))
    if inside == 0 and between == 0:
        return _Pooled(grand, np.full(size, grand), np.zeros(size), 0.0)
    error = np.divide(inside, count, out=np.full(size, np.inf), where=seen)
    trust = 1 / (between + error)
    average = float((trust[seen] * mean[seen]).sum() / trust[seen].sum())
    share = between * trust
    value = average + share * (np.where(seen, mean, average) - average)
    # Of what is left unknown of the person, and of the average that it is drawn towards.
    variance = share * np.where(seen, error, 0.0) + (1 - share) ** 2 / trust[seen].sum()
    half = float(stdtrit(free, UPPER)) * np.sqrt(variance)
    return _Pooled(average, value, half, between)


def _places(pooled: _Pooled, count: Integers, figure: Figure) -> Floats:
    """1 is best; equal values share one. NaN for whoever has too few projects, and for everybody where
    persons cannot be told apart or fewer than two have enough."""
    place = np.full(len(count), np.nan)
    enough = count >= LEAST
    if pooled.between == 0 or enough.sum() < 2:
        return place
    worth = pooled.value[enough] * (1 if figure.is_better_high else -1)
    # Values that differ by rounding only share a place.
    trace = 1e-9 * (1 + np.abs(worth))
    place[enough] = (worth[:, None] + trace[:, None] < worth[None, :]).sum(axis=1) + 1
    return place


def _within(values: Floats, figure: Figure) -> Floats:
    return np.clip(values, *figure.bounds)
