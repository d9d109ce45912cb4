"""Why one customer is where it is, and what would take it up.

For the customer page: one customer at a time, from what the night stored (its Context) and the
customer's measures, so that any stored night can be explained as it was.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from segmentation.compute import tiers
from segmentation.compute.assignments import Context, Rules
from segmentation.compute.dimensions import LEVELS, levels, measure_ranks
from segmentation.compute.exact import ceil_to, cut_in_unit_of, floor_to
from segmentation.compute.measures import MeasureTable, presented
from segmentation.compute.scores import SLOTS, plain_scores

Number = int | float | Decimal

ALREADY_HIGHEST = "already_highest"
DECIDED_BY_STAGE = "decided_by_stage"
NO_TIER = "no_tier"
NO_SINGLE_CHANGE = "no_single_change"


@dataclass(frozen=True)
class ReadMeasure:
    """A measure that was read. For a dimension `level` is its word, for R, F or M `score` its
    score; cuts are ascending, in the unit shown (money Decimal); None where refused."""

    read_for: str  # a dimension, a slot, or "tier"
    measure: str
    value: Number | None
    cuts: tuple[Number, ...] | None
    reversed: bool = False
    level: str | None = None
    score: int | None = None


@dataclass(frozen=True)
class Change:
    """The measure would have to be `needed` (beyond it when `beyond`) for the customer to be in
    `tier`, everything else as it is."""

    measure: str
    value: Number
    needed: Number
    beyond: bool
    tier: str


@dataclass(frozen=True)
class Explanation:
    """tier and reason as assigned (see tiers); what was read, in the order of the rules; the
    smallest single change upward, or why there is none: already_highest, decided_by_stage (the
    tier follows the lifecycle, no measure moves it), no_tier, no_single_change."""

    tier: str | None
    reason: str
    stage: str
    levels: dict[str, str | None]
    read: tuple[ReadMeasure, ...]
    upward: Change | None
    no_upward: str | None


def explain(
    customer: Any, table: MeasureTable, stage: str, rules: Rules, context: Context
) -> Explanation:
    """Explain one customer of a night.

    table: the night's measures (at least this customer's row); stage: the held stage.

    "Smallest" compares changes of different measures by their share of the larger of the old and
    the new value: from 4 to 5 active days is 1/5, from 0 to anything is 1. Equal shares: the first
    measure by name.
    """
    row = table.rows(pd.Index([customer]))
    candidates = sorted(
        _candidates(row, rules, context),
        key=lambda candidate: (_size(row, candidate), candidate.measure),
    )
    # The customer as it is, then with each change that might help, all placed at once.
    supposed = _suppose(row, candidates)
    levels_ = levels(supposed, rules.dimensions, context.dimension_cuts)
    assigned = tiers.assign(
        rules.scheme,
        pd.Series(stage, index=supposed.frame.index, name="stage"),
        levels_,
        supposed,
        context.known_dimensions,
    )
    words = [_word(tier) for tier in assigned["tier"]]
    tier = words[0]
    no_upward = _why_no_way_up(tier, rules.scheme.ladder)
    upward = None
    if tier is not None and no_upward is None:
        upward = _first_better(row, candidates, words[1:], tier, rules.scheme.ladder)
        no_upward = None if upward else NO_SINGLE_CHANGE
    return Explanation(
        tier=tier,
        reason=str(assigned["reason"].iloc[0]),
        stage=stage,
        levels={str(name): _word(word) for name, word in levels_.iloc[0].items()},
        read=tuple(_read(row, rules, context)),
        upward=upward,
        no_upward=no_upward,
    )


def _read(row: MeasureTable, rules: Rules, context: Context) -> Iterator[ReadMeasure]:
    for rule in rules.dimensions:
        for part in rule.measures:
            measure = part.scoring.measure
            cuts = context.dimension_cuts[rule.name][measure]
            rank = int(measure_ranks(row, part, cuts)[0])
            yield ReadMeasure(
                read_for=rule.name,
                measure=measure,
                value=_value(row, measure),
                cuts=_shown_cuts(row, measure, cuts),
                reversed=part.scoring.reversed,
                level=LEVELS[rule.name][rank - 1] if rank else None,
            )
    for tier_rule in rules.scheme.rules:
        for condition in tier_rule.measures:
            bounds = [b for b in (condition.at_least, condition.at_most) if b is not None]
            yield ReadMeasure(
                "tier", condition.measure, _value(row, condition.measure), tuple(bounds)
            )
    for slot in SLOTS:
        scoring = rules.scorings[slot]
        cuts = context.score_cuts[slot]
        score = int(plain_scores(row, scoring, cuts)[0])
        yield ReadMeasure(
            read_for=slot,
            measure=scoring.measure,
            value=_value(row, scoring.measure),
            cuts=_shown_cuts(row, scoring.measure, cuts),
            reversed=scoring.reversed,
            score=score or None,
        )


@dataclass(frozen=True)
class _Candidate:
    measure: str
    raw: int | float  # the value to suppose, in the unit of the table
    bound: Fraction  # what it reaches or passes, in the unit of the table
    beyond: bool


def _why_no_way_up(tier: str | None, ladder: tuple[str, ...]) -> str | None:
    if tier is None:
        return NO_TIER
    if tier not in ladder:
        return DECIDED_BY_STAGE
    return ALREADY_HIGHEST if tier == ladder[-1] else None


def _first_better(
    row: MeasureTable,
    candidates: list[_Candidate],
    reached: list[str | None],
    tier: str,
    ladder: tuple[str, ...],
) -> Change | None:
    better = ladder[ladder.index(tier) + 1 :]
    for candidate, new_tier in zip(candidates, reached, strict=True):
        if new_tier in better:
            value = _value(row, candidate.measure)
            assert value is not None, "only known measures are candidates"
            needed = candidate.bound if candidate.beyond else Fraction(candidate.raw)
            return Change(
                measure=candidate.measure,
                value=value,
                needed=_shown(row, candidate.measure, needed),
                beyond=candidate.beyond,
                tier=new_tier,
            )
    return None


def _candidates(row: MeasureTable, rules: Rules, context: Context) -> Iterator[_Candidate]:
    """Every bound that a change of one known measure could reach or pass, either way."""
    for rule in rules.dimensions:
        for part in rule.measures:
            measure = part.scoring.measure
            for cut in context.dimension_cuts[rule.name][measure] or ():
                yield from _past(row, measure, cut)
    for tier_rule in rules.scheme.rules:
        for condition in tier_rule.measures:
            values, known = row.values(condition.measure)
            if not known[0]:
                continue
            places = row.places_of(condition.measure)
            if condition.at_least is not None:
                bound = cut_in_unit_of(condition.at_least, values, places)
                if values[0] < bound:
                    yield _Candidate(condition.measure, ceil_to(bound, values), bound, False)
            if condition.at_most is not None:
                bound = cut_in_unit_of(condition.at_most, values, places)
                if values[0] > bound:
                    yield _Candidate(condition.measure, floor_to(bound, values), bound, False)


def _past(row: MeasureTable, measure: str, cut: Fraction) -> Iterator[_Candidate]:
    """Above the cut for a value at or below it, down to the cut for a value above it."""
    values, known = row.values(measure)
    if not known[0]:
        return
    places = row.places_of(measure)
    if Fraction(values[0].item()) > cut:
        yield _Candidate(measure, floor_to(cut, values), cut, False)
    elif np.issubdtype(values.dtype, np.integer):
        # The next whole number; of money the next hundredth, which can be paid.
        step = 10 ** max(places - 2, 0)
        yield _Candidate(measure, (math.floor(cut / step) + 1) * step, cut, False)
    else:
        yield _Candidate(measure, math.nextafter(floor_to(cut, values), math.inf), cut, True)


def _size(row: MeasureTable, candidate: _Candidate) -> Fraction:
    old = Fraction(row.values(candidate.measure)[0][0].item())
    new = Fraction(candidate.raw)
    larger = max(abs(old), abs(new))
    return abs(new - old) / larger if larger else Fraction(0)


def _suppose(row: MeasureTable, candidates: list[_Candidate]) -> MeasureTable:
    """The customer as it is, then a row per candidate with that one measure changed."""
    frame = row.frame.iloc[[0] * (len(candidates) + 1)].reset_index(drop=True)
    for measure in {candidate.measure for candidate in candidates}:
        column = frame[measure].copy()
        for position, candidate in enumerate(candidates, start=1):
            if candidate.measure == measure:
                column.iloc[position] = candidate.raw
        frame[measure] = column
    return MeasureTable(frame, row.places)


def _word(word: Any) -> str | None:
    return None if pd.isna(word) else str(word)


def _value(row: MeasureTable, measure: str) -> Number | None:
    return presented(row.column(measure).iloc[0], row.places_of(measure))


def _shown_cuts(
    row: MeasureTable, measure: str, cuts: tuple[Fraction, ...] | None
) -> tuple[Number, ...] | None:
    return None if cuts is None else tuple(_shown(row, measure, cut) for cut in cuts)


def _shown(row: MeasureTable, measure: str, number: Fraction) -> Number:
    """A cut as a person reads it; money rounded to the places that are kept."""
    places = row.places_of(measure)
    if places:
        return Decimal(round(number)).scaleb(-places)
    return int(number) if number.denominator == 1 else float(number)
