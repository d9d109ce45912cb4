"""The tier of each customer: the first rule of a scheme that matches; schemes are total.

A customer with an unknown dimension or measure gets a tier only when every possible value of the
unknown would give the same one; if not, there is none and the reason names what is unknown. What is
unknown for every customer of the tenant is left out of the rules (`schemes`). For the codes of the
reasons see `tier_reasons`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pandas as pd

from segmentation.compute.dimensions import ranks_of
from segmentation.compute.measures import MeasureTable
from segmentation.compute.schemes import Bools, MeasureCondition, Scheme, TierRule
from segmentation.compute.stages import STAGES
from segmentation.compute.tier_reasons import Conditions, Integers, Ranks, reasons
from segmentation.compute.words import codes_of, from_codes

LOW, HIGH = 1, 3


def assign(
    scheme: Scheme,
    stage: pd.Series,
    levels: pd.DataFrame,
    table: MeasureTable,
    known: Sequence[str],
    known_measures: Collection[str] | None = None,
) -> pd.DataFrame:
    """Columns `tier` (categorical, NaN without one) and `reason` (str, see above).

    stage: the held stage; levels: columns of dimensions.levels; table: for measure conditions;
    all three with the same index. known: the dimensions known for anybody of the tenant;
    known_measures: the measures somebody has (`known_measures`), None: every one.
    """
    index = stage.index
    scheme = scheme.reading(known_measures)
    stages = _stage_codes(stage)
    ranks = {name: ranks_of(levels[name]) for name in scheme.dimensions if name in known}
    conditions = {condition: condition.met(table) for condition in scheme.conditions}
    lowest, highest = _fired(scheme, stages, ranks, conditions)

    without = np.isin(stages, [STAGES.index(name) for name in scheme.without])
    # A rule about dimensions none of which is known decides nothing, and nothing after it may.
    decided = _first_undecidable(scheme, stages, ranks) > highest
    certain = (lowest == highest) & ~without & decided
    tier = np.where(certain, lowest, -1)
    return pd.DataFrame(
        {
            "tier": from_codes(tier, scheme.tiers, index),
            "reason": pd.Series(
                reasons(scheme, tier, stages, ranks, conditions), index=index, dtype="str"
            ),
        },
        index=index,
    )


def known_measures(schemes: Iterable[Scheme], table: MeasureTable) -> tuple[str, ...]:
    """The measures, of those that rules of these schemes read, that somebody has."""
    read = {condition.measure for scheme in schemes for condition in scheme.conditions}
    return tuple(name for name in sorted(read) if table.values(name)[1].any())


def _fired(
    scheme: Scheme, stages: Integers, ranks: Ranks, conditions: Conditions
) -> tuple[Integers, Integers]:
    """The first and the last rule that could fire, over every value the unknown could have."""
    met = {condition: met for condition, (met, _) in conditions.items()}
    first = _first_match(scheme, stages, ranks, met)
    low, high = first.copy(), first.copy()

    unknown = np.zeros(len(stages), dtype=bool)
    for column in ranks.values():
        unknown |= column == 0
    for _, known in conditions.values():
        unknown |= ~known
    rows = np.flatnonzero(unknown)
    if len(rows) == 0:
        return low, high

    open_ranks = [name for name, column in ranks.items() if (column[rows] == 0).any()]
    open_conditions = [c for c, (_, known) in conditions.items() if not known[rows].all()]
    possible = product(
        product((LOW, 2, HIGH), repeat=len(open_ranks)), _possible_answers(open_conditions)
    )
    low[rows] = len(scheme.rules)
    high[rows] = -1
    for levels, answers in possible:
        supposed_ranks = {name: column[rows] for name, column in ranks.items()}
        for name, level in zip(open_ranks, levels, strict=True):
            column = supposed_ranks[name]
            supposed_ranks[name] = np.where(column == 0, level, column).astype(np.int8)
        supposed_met = {condition: column[rows] for condition, column in met.items()}
        for condition, answer in answers.items():
            known = conditions[condition][1][rows]
            supposed_met[condition] = np.where(known, supposed_met[condition], answer)
        match = _first_match(scheme, stages[rows], supposed_ranks, supposed_met)
        low[rows] = np.minimum(low[rows], match)
        high[rows] = np.maximum(high[rows], match)
    return low, high


def _possible_answers(
    conditions: Sequence[MeasureCondition],
) -> list[Mapping[MeasureCondition, bool]]:
    """How conditions may be answered for a customer without their measures: those on one measure
    together, since no value is at least 730 and not at least 365."""
    by_measure: dict[str, list[MeasureCondition]] = {}
    for condition in conditions:
        by_measure.setdefault(condition.measure, []).append(condition)
    choices = [
        {tuple(one.holds_for(value) for one in together) for value in _values_between(together)}
        for together in by_measure.values()
    ]
    flat = [one for together in by_measure.values() for one in together]
    return [
        dict(zip(flat, (answer for part in parts for answer in part), strict=True))
        for parts in product(*choices)
    ]


def _values_between(conditions: Sequence[MeasureCondition]) -> Iterator[Fraction]:
    """A value on, between and beyond the bounds of conditions on one measure."""
    bounds = sorted(
        {Fraction(bound) for one in conditions for bound in one.bounds if bound is not None}
    )
    yield from bounds
    yield from ((low + high) / 2 for low, high in pairwise(bounds))
    if bounds:
        yield from (bounds[0] - 1, bounds[-1] + 1)


def _first_undecidable(scheme: Scheme, stages: Integers, ranks: Ranks) -> Integers:
    first = np.full(len(stages), len(scheme.rules), dtype=np.int64)
    for position, rule in reversed(list(enumerate(scheme.rules))):
        if rule.dimensions and not any(name in ranks for name in rule.dimensions):
            first[_in_stages(rule, stages)] = position
    return first


def _first_match(
    scheme: Scheme, stages: Integers, ranks: Ranks, met: Mapping[MeasureCondition, Bools]
) -> Integers:
    matches = [_matches(rule, stages, ranks, met) for rule in scheme.rules]
    chosen: Integers = np.select(matches, list(range(len(matches))), default=-1).astype(np.int64)
    if (chosen < 0).any():
        raise ValueError(f"scheme {scheme.name} is not total: its last rule must always match")
    return chosen


def _matches(
    rule: TierRule, stages: Integers, ranks: Ranks, met: Mapping[MeasureCondition, Bools]
) -> Bools:
    result = _in_stages(rule, stages)
    if rule.dimensions:
        counted = [ranks[name] for name in rule.dimensions if name in ranks]
        if not counted:
            return np.zeros(len(stages), dtype=bool)
        high = np.sum([column == HIGH for column in counted], axis=0)
        low = np.sum([column == LOW for column in counted], axis=0)
        result &= high >= min(rule.high_at_least, len(counted))
        result &= low >= min(rule.low_at_least, len(counted))
        if rule.high_at_most is not None:
            result &= high <= rule.high_at_most
        if rule.low_at_most is not None:
            result &= low <= rule.low_at_most
    for condition in rule.measures:
        result &= met[condition]
    return result


def _in_stages(rule: TierRule, stages: Integers) -> Bools:
    if not rule.stages:
        return np.ones(len(stages), dtype=bool)
    return np.isin(stages, [STAGES.index(stage) for stage in rule.stages])


def _stage_codes(column: pd.Series) -> Integers:
    codes = codes_of(column, STAGES)
    if (codes < 0).any():
        raise ValueError("every customer has a stage before a tier is assigned")
    return codes
