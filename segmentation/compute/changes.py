"""Changes of one measure that might move a customer to another tier: tried, not guessed.

Every bound that the measure could reach or pass is a candidate: cut points of dimensions, bounds of
tier rules, and what the lifecycle stage is read from (days without use, the usage trend, a renewal).
All candidates are placed at once, each as a row with that one measure changed.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from segmentation.compute import tiers
from segmentation.compute.assignments import Rules
from segmentation.compute.contexts import Context
from segmentation.compute.dimensions import levels
from segmentation.compute.exact import ceil_to, cut_in_unit_of, floor_to
from segmentation.compute.measures import MeasureTable
from segmentation.compute.schemes import MeasureCondition, Scheme
from segmentation.compute.stages import WORTH, StageFacts, StageRules, raw_stages

FROM_USE = ("dormant", "active", "loyal")
"""The stages that use and renewals decide."""

ONLY_GROWS = ("tenure_days", "renewals")
"""Nobody can bring these down; a change that nobody can bring about explains nothing."""


@dataclass(frozen=True)
class Candidate:
    measure: str
    raw: int | float  # the value to suppose, in the unit of the table
    bound: Fraction  # what it reaches or passes, in the unit of the table
    beyond: bool


@dataclass(frozen=True)
class Supposed:
    """What came of supposing: per row (the customer as it is, then the candidates) the levels, the
    stage, and the tier with its reason; `table` holds the rows."""

    table: MeasureTable
    levels: pd.DataFrame
    stages: list[str]
    assigned: pd.DataFrame


def suppose(
    row: MeasureTable,
    found: Sequence[Candidate],
    stage: str,
    rules: Rules,
    scheme: Scheme,
    context: Context,
    facts: StageFacts | None,
) -> Supposed:
    """row: one customer; stage: the one it holds; facts: what its stage was read from (None: not
    kept, its stage stays)."""
    table = _changed(row, found)
    levels_ = levels(table, rules.dimensions, context.dimension_cuts)
    stages = [stage] * len(table.frame)
    if facts is not None:
        raw = _raw_stages(table, facts, rules.stages)
        # Where the facts say what they said before, the stage that is held stays.
        stages = [stage if supposed == raw[0] else supposed for supposed in raw]
    assigned = tiers.assign(
        scheme,
        pd.Series(stages, index=table.frame.index, name="stage", dtype=object),
        levels_,
        table,
        context.known_dimensions,
        context.known_measures,
    )
    return Supposed(table, levels_, stages, assigned)


def candidates(
    row: MeasureTable, stage: str, rules: Rules, scheme: Scheme, context: Context, *, staged: bool
) -> Iterator[Candidate]:
    """Every bound that a change of one known measure could reach or pass, either way.

    staged: also those of the lifecycle stage.
    """
    for rule in rules.dimensions:
        for part in rule.measures:
            measure = part.scoring.measure
            for cut in context.dimension_cuts[rule.name][measure] or ():
                yield from _past(row, measure, cut)
    for condition in scheme.conditions:
        yield from _across(row, condition)
    if staged and stage in FROM_USE:
        yield from _of_the_stage(row, rules.stages)


def size(row: MeasureTable, candidate: Candidate) -> Fraction:
    """The share of the larger of the old and the new value by which it would change."""
    old = Fraction(row.values(candidate.measure)[0][0].item())
    new = Fraction(candidate.raw)
    larger = max(abs(old), abs(new))
    return abs(new - old) / larger if larger else Fraction(0)


def can_happen(row: MeasureTable, candidate: Candidate) -> bool:
    """False for bringing down what only grows."""
    old = row.values(candidate.measure)[0][0].item()
    return candidate.measure not in ONLY_GROWS or candidate.raw >= old


def is_worse_stage(old: str, new: str) -> bool:
    """Whether the new stage is one that is held off for some nights."""
    return old in WORTH and new in WORTH and WORTH[new] < WORTH[old]


def _across(row: MeasureTable, condition: MeasureCondition) -> Iterator[Candidate]:
    """Into the bounds of a condition for a value outside of them, out of them for one inside."""
    measure = condition.measure
    values, known = row.values(measure)
    if not known[0]:
        return
    places = row.places_of(measure)
    if condition.at_least is not None:
        bound = cut_in_unit_of(condition.at_least, values, places)
        if values[0] < bound:
            yield Candidate(measure, ceil_to(bound, values), bound, False)
        else:
            yield _next(row, measure, bound, -1)
    if condition.at_most is not None:
        bound = cut_in_unit_of(condition.at_most, values, places)
        if values[0] > bound:
            yield Candidate(measure, floor_to(bound, values), bound, False)
        else:
            yield _next(row, measure, bound, 1)


def _of_the_stage(row: MeasureTable, rules: StageRules) -> Iterator[Candidate]:
    days = MeasureCondition("days_since_usage", rules.dormant_days, None)
    trend = MeasureCondition("usage_trend", None, rules.collapse_ratio)
    for condition in (days, trend, MeasureCondition("renewals", 1, None)):
        yield from _across(row, condition)


def _past(row: MeasureTable, measure: str, cut: Fraction) -> Iterator[Candidate]:
    """Above the cut for a value at or below it, down to the cut for a value above it."""
    values, known = row.values(measure)
    if not known[0]:
        return
    if Fraction(values[0].item()) > cut:
        yield Candidate(measure, floor_to(cut, values), cut, False)
    else:
        yield _next(row, measure, cut, 1)


def _next(row: MeasureTable, measure: str, bound: Fraction, way: int) -> Candidate:
    """The nearest value above (way 1) or below (-1) a bound: the next whole number; of money the
    next hundredth, which can be paid."""
    values, _known = row.values(measure)
    if not np.issubdtype(values.dtype, np.integer):
        at = floor_to(bound, values) if way > 0 else ceil_to(bound, values)
        return Candidate(measure, math.nextafter(at, way * math.inf), bound, True)
    step = 10 ** max(row.places_of(measure) - 2, 0)
    steps = math.floor(bound / step) + 1 if way > 0 else math.ceil(bound / step) - 1
    return Candidate(measure, steps * step, bound, False)


def _changed(row: MeasureTable, found: Sequence[Candidate]) -> MeasureTable:
    """The customer as it is, then a row per candidate with that one measure changed."""
    frame = row.frame.iloc[[0] * (len(found) + 1)].reset_index(drop=True)
    for measure in {candidate.measure for candidate in found}:
        column = frame[measure].copy()
        for position, candidate in enumerate(found, start=1):
            if candidate.measure == measure:
                column.iloc[position] = candidate.raw
        frame[measure] = column
    return MeasureTable(frame, row.places)


def _raw_stages(table: MeasureTable, facts: StageFacts, rules: StageRules) -> list[str]:
    frame = facts.frame.iloc[[0] * len(table.frame)].reset_index(drop=True)
    for measure in ("days_since_usage", "usage_trend"):
        if measure in table.frame.columns:
            frame[measure] = table.column(measure)
    renewals, known = table.values("renewals")
    frame["renewed"] = np.where(known, renewals > 0, frame["renewed"].to_numpy(dtype=bool))
    raw = raw_stages(StageFacts(frame, facts.usage_known), rules)["stage"]
    return [str(stage) for stage in raw]
