"""Tier schemes: an ordered list of rules as data, first match wins, total.

A rule is the conjunction of up to three conditions; one that has none always matches:

- `stages`: the held stage is one of these;
- `dimensions` with at_least/at_most counts of high and low: how many of these dimensions are high
  or low. Only dimensions known for at least one customer of the tenant are counted, and an
  "at least n" asks for at most as many as there are: at least min(n, known);
- `measures`: a measure is at least / at most a number.

Stages listed in `without` have no tier (prospects). A customer with an unknown dimension or
measure gets a tier only when every possible value of the unknown would give the same one; if not,
there is none and the reason names what is unknown.

A `reason` is a code for machines, rendered for people elsewhere; it says which condition fired:
`stage=churned`, `activity=high,value=high` (every counted dimension), `tenure_days>=365`,
`otherwise`; or why there is no tier: `prospect` (`no_tier_in_stage=<stage>` for other stages),
`unknown:<name>,<name>`, `no_dimension_known`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation.compute.dimensions import LEVELS, ranks_of
from segmentation.compute.exact import ceil_to, cut_in_unit_of, floor_to
from segmentation.compute.measures import MeasureTable
from segmentation.compute.stages import STAGES
from segmentation.compute.words import codes_of, from_codes

PROSPECT = "prospect"
NO_DIMENSION_KNOWN = "no_dimension_known"
OTHERWISE = "otherwise"

LOW, HIGH = 1, 3

Ranks = Mapping[str, npt.NDArray[np.int8]]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class MeasureCondition:
    """at_least ≤ measure ≤ at_most, in the unit of the measure; None = no bound."""

    measure: str
    at_least: int | float | Decimal | None
    at_most: int | float | Decimal | None

    def met(self, table: MeasureTable) -> tuple[Bools, Bools]:
        """(met, known) per customer."""
        values, known = table.values(self.measure)
        places = table.places_of(self.measure)
        met = np.ones(len(values), dtype=bool)
        if self.at_least is not None:
            met &= values >= ceil_to(cut_in_unit_of(self.at_least, values, places), values)
        if self.at_most is not None:
            met &= values <= floor_to(cut_in_unit_of(self.at_most, values, places), values)
        return met & known, known

    @property
    def text(self) -> str:
        bounds = []
        if self.at_least is not None:
            bounds.append(f"{self.measure}>={self.at_least}")
        if self.at_most is not None:
            bounds.append(f"{self.measure}<={self.at_most}")
        return ",".join(bounds)


@dataclass(frozen=True)
class TierRule:
    tier: str
    stages: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    high_at_least: int = 0
    high_at_most: int | None = None
    low_at_least: int = 0
    low_at_most: int | None = None
    measures: tuple[MeasureCondition, ...] = ()

    @classmethod
    def from_rules(cls, tier: str, rule: Mapping[str, Any]) -> "TierRule":
        counts = rule.get("count") or {}
        return cls(
            tier=tier,
            stages=tuple(rule.get("stages", ())),
            dimensions=tuple(rule.get("dimensions", ())),
            high_at_least=counts.get("high_at_least", 0),
            high_at_most=counts.get("high_at_most"),
            low_at_least=counts.get("low_at_least", 0),
            low_at_most=counts.get("low_at_most"),
            measures=tuple(
                MeasureCondition(name, bounds.get("at_least"), bounds.get("at_most"))
                for name, bounds in sorted(rule.get("measures", {}).items())
            ),
        )


@dataclass(frozen=True)
class Scheme:
    """rules in decision order; without: stages that have no tier; ladder: the tiers from worst to
    best between which a customer climbs (tiers not on it, as new and lost, are no rungs)."""

    name: str
    rules: tuple[TierRule, ...]
    without: tuple[str, ...]
    ladder: tuple[str, ...]

    @classmethod
    def from_rules(cls, rules: Mapping[str, Any], name: str | None = None) -> "Scheme":
        """From a valid rule set (the whole document): the scheme named, or the tenant's own."""
        name = name or rules["tiers"]["scheme"]
        scheme = rules["tiers"]["schemes"][name]
        return cls(
            name=name,
            rules=tuple(
                TierRule.from_rules(tier, scheme["rules"][tier]) for tier in scheme["order"]
            ),
            without=tuple(scheme["without"]),
            ladder=tuple(scheme["ladder"]),
        )

    @property
    def tiers(self) -> tuple[str, ...]:
        return tuple(rule.tier for rule in self.rules)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Every dimension that some rule reads, in the order of `dimensions.LEVELS`."""
        read = {name for rule in self.rules for name in rule.dimensions}
        return tuple(name for name in LEVELS if name in read)


def assign(
    scheme: Scheme,
    stage: pd.Series,
    levels: pd.DataFrame,
    table: MeasureTable,
    known: Sequence[str],
) -> pd.DataFrame:
    """Columns `tier` (categorical, NaN without one) and `reason` (str, see above).

    stage: the held stage; levels: columns of dimensions.levels; table: for measure conditions;
    all three with the same index. known: the dimensions known for anybody of the tenant.
    """
    index = stage.index
    stages = _stage_codes(stage)
    ranks = {name: ranks_of(levels[name]) for name in scheme.dimensions if name in known}
    conditions = {
        condition: condition.met(table) for rule in scheme.rules for condition in rule.measures
    }
    lowest, highest = _fired(scheme, stages, ranks, conditions)

    without = np.isin(stages, [STAGES.index(name) for name in scheme.without])
    # A rule about dimensions none of which is known decides nothing, and nothing after it may.
    decided = _first_undecidable(scheme, ranks) > highest
    certain = (lowest == highest) & ~without & decided
    tier = np.where(certain, lowest, -1)
    return pd.DataFrame(
        {
            "tier": from_codes(tier, scheme.tiers, index),
            "reason": pd.Series(
                _reasons(scheme, tier, stages, ranks, conditions), index=index, dtype="str"
            ),
        },
        index=index,
    )


_Conditions = Mapping[MeasureCondition, tuple[Bools, Bools]]
_Integers = npt.NDArray[np.int64]


def _fired(
    scheme: Scheme, stages: _Integers, ranks: Ranks, conditions: _Conditions
) -> tuple[_Integers, _Integers]:
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
        product((LOW, 2, HIGH), repeat=len(open_ranks)),
        product((False, True), repeat=len(open_conditions)),
    )
    low[rows] = len(scheme.rules)
    high[rows] = -1
    for levels, answers in possible:
        supposed_ranks = {name: column[rows] for name, column in ranks.items()}
        for name, level in zip(open_ranks, levels, strict=True):
            column = supposed_ranks[name]
            supposed_ranks[name] = np.where(column == 0, level, column).astype(np.int8)
        supposed_met = {condition: column[rows] for condition, column in met.items()}
        for condition, answer in zip(open_conditions, answers, strict=True):
            known = conditions[condition][1][rows]
            supposed_met[condition] = np.where(known, supposed_met[condition], answer)
        match = _first_match(scheme, stages[rows], supposed_ranks, supposed_met)
        low[rows] = np.minimum(low[rows], match)
        high[rows] = np.maximum(high[rows], match)
    return low, high


def _first_undecidable(scheme: Scheme, ranks: Ranks) -> int:
    for position, rule in enumerate(scheme.rules):
        if rule.dimensions and not any(name in ranks for name in rule.dimensions):
            return position
    return len(scheme.rules)


def _first_match(
    scheme: Scheme, stages: _Integers, ranks: Ranks, met: Mapping[MeasureCondition, Bools]
) -> _Integers:
    matches = [_matches(rule, stages, ranks, met) for rule in scheme.rules]
    chosen: _Integers = np.select(matches, list(range(len(matches))), default=-1).astype(np.int64)
    if (chosen < 0).any():
        raise ValueError(f"scheme {scheme.name} is not total: its last rule must always match")
    return chosen


def _matches(
    rule: TierRule, stages: _Integers, ranks: Ranks, met: Mapping[MeasureCondition, Bools]
) -> Bools:
    result = np.ones(len(stages), dtype=bool)
    if rule.stages:
        result &= np.isin(stages, [STAGES.index(stage) for stage in rule.stages])
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


def _reasons(
    scheme: Scheme,
    tier: _Integers,
    stages: _Integers,
    ranks: Ranks,
    conditions: _Conditions,
) -> npt.NDArray[np.object_]:
    """Built once per distinct combination of what a reason says, then looked up."""
    known = {condition: answer.astype(np.int64) for condition, (_, answer) in conditions.items()}
    columns: list[npt.NDArray[Any]] = [tier + 1, stages, *ranks.values(), *known.values()]
    sizes = [len(scheme.rules) + 1, len(STAGES), *[4] * len(ranks), *[2] * len(known)]
    combined = np.ravel_multi_index(tuple(column.astype(np.int64) for column in columns), sizes)
    combinations, inverse = np.unique(combined, return_inverse=True)
    texts = np.empty(len(combinations), dtype=object)
    for position, combination in enumerate(np.transpose(np.unravel_index(combinations, sizes))):
        fired, stage = int(combination[0]) - 1, STAGES[int(combination[1])]
        levels = dict(zip(ranks, combination[2 : 2 + len(ranks)].tolist(), strict=True))
        answered = dict(zip(known, combination[2 + len(ranks) :].tolist(), strict=True))
        if fired >= 0:
            texts[position] = _fired_because(scheme.rules[fired], stage, levels)
        elif stage in scheme.without:
            texts[position] = PROSPECT if stage == "potential" else f"no_tier_in_stage={stage}"
        else:
            unknown = [name for name, level in levels.items() if level == 0]
            unknown += sorted({c.measure for c, answer in answered.items() if not answer})
            texts[position] = "unknown:" + ",".join(unknown) if unknown else NO_DIMENSION_KNOWN
    return texts[inverse]


def _fired_because(rule: TierRule, stage: str, levels: Mapping[str, int]) -> str:
    parts = [f"stage={stage}"] if rule.stages else []
    for name in rule.dimensions:
        if name in levels:
            word = LEVELS[name][levels[name] - 1] if levels[name] else "unknown"
            parts.append(f"{name}={word}")
    parts += [condition.text for condition in rule.measures]
    return ",".join(parts) or OTHERWISE


def _stage_codes(column: pd.Series) -> _Integers:
    codes = codes_of(column, STAGES)
    if (codes < 0).any():
        raise ValueError("every customer has a stage before a tier is assigned")
    return codes
