"""Why one customer is where it is, and what would take it up or down.

For the customer page: one customer at a time, from what the night stored (its Context) and the
customer's measures, so that any stored night can be explained as it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from segmentation.compute import changes, facets
from segmentation.compute.assignments import Rules
from segmentation.compute.changes import Candidate, Supposed
from segmentation.compute.contexts import Context
from segmentation.compute.dimensions import DimensionRule, measure_ranks
from segmentation.compute.measures import MeasureTable, presented
from segmentation.compute.schemes import Scheme
from segmentation.compute.scores import SLOTS, plain_scores
from segmentation.compute.stages import StageFacts

Number = int | float | Decimal

ALREADY_HIGHEST = "already_highest"
ALREADY_LOWEST = "already_lowest"
DECIDED_BY_STAGE = "decided_by_stage"
NO_TIER = "no_tier"
NO_SINGLE_CHANGE = "no_single_change"


@dataclass(frozen=True)
class ReadMeasure:
    """A measure that was read. For a dimension or a side of the value facet `level` is its word,
    for R, F or M `score` its score; cuts are ascending, in the unit shown (money Decimal); None where
    refused."""

    read_for: str  # a dimension, a side, a slot, or "tier"
    measure: str
    value: Number | None
    cuts: tuple[Number, ...] | None
    reversed: bool = False
    level: str | None = None
    score: int | None = None


@dataclass(frozen=True)
class Change:
    """The measure would have to be `needed` (beyond it when `beyond`) for the customer to be in
    `tier`, everything else as it is; `falls`: that is less than it has; `nights`: only after as
    many nights in a row."""

    measure: str
    value: Number
    needed: Number
    beyond: bool
    tier: str
    nights: int = 0
    falls: bool = False


@dataclass(frozen=True)
class Explanation:
    """tier and reason as assigned (see tiers); what was read, in the order of the rules; the
    smallest single change upward and downward, or why there is none: already_highest,
    already_lowest, decided_by_stage (the tier follows the lifecycle, no measure moves it), no_tier,
    no_single_change. sides, value: of the facets of scheme b, empty for the others. dimensions: those
    that the scheme's rules read."""

    tier: str | None
    reason: str
    stage: str
    levels: dict[str, str | None]
    read: tuple[ReadMeasure, ...]
    upward: Change | None
    no_upward: str | None
    downward: Change | None = None
    no_downward: str | None = None
    sides: dict[str, str | None] = field(default_factory=dict)
    dimensions: tuple[str, ...] = ()
    value: str | None = None


def explain(
    customer: Any,
    table: MeasureTable,
    stage: str,
    rules: Rules,
    context: Context,
    *,
    scheme: Scheme | None = None,
    facts: StageFacts | None = None,
) -> Explanation:
    """Explain one customer of a night.

    table: the night's measures (at least this customer's row); stage: the held stage; scheme: None
    for the tenant's own. facts: what the customer's stage was read from, a row; with it a change may
    move the stage too.

    "Smallest" compares changes of different measures by their share of the larger of the old and
    the new value: from 4 to 5 active days is 1/5, from 0 to anything is 1. Equal shares: the first
    measure by name.
    """
    scheme = scheme or rules.scheme
    row = table.rows(pd.Index([customer]))
    found = sorted(
        (
            candidate
            for candidate in changes.candidates(
                row, stage, rules, scheme, context, staged=facts is not None
            )
            if changes.can_happen(row, candidate)
        ),
        key=lambda candidate: (changes.size(row, candidate), candidate.measure),
    )
    supposed = changes.suppose(row, found, stage, rules, scheme, context, facts)
    words = [_word(tier) for tier in supposed.assigned["tier"]]
    reason = str(supposed.assigned["reason"].iloc[0])
    ways = _Ways(row, found, words, supposed, rules.stages.hysteresis_nights)
    tier, ladder = words[0], scheme.ladder
    no_upward = no_downward = _why_no_way(tier, stage, reason, ladder)
    upward = downward = None
    if tier is not None and no_upward is None:
        place = ladder.index(tier)
        upward, no_upward = ways.first(ladder[place + 1 :], ALREADY_HIGHEST)
        downward, no_downward = ways.first(ladder[:place], ALREADY_LOWEST)
    sides, value = _facet(row, rules, context) if scheme.name == "b" else ({}, None)
    return Explanation(
        tier=tier,
        reason=reason,
        stage=stage,
        levels={str(name): _word(word) for name, word in supposed.levels.iloc[0].items()},
        read=tuple(_read(row, rules, scheme, context)),
        upward=upward,
        no_upward=no_upward,
        downward=downward,
        no_downward=no_downward,
        sides=sides,
        dimensions=scheme.dimensions,
        value=value,
    )


def _why_no_way(tier: str | None, stage: str, reason: str, ladder: tuple[str, ...]) -> str | None:
    if tier is None:
        return NO_TIER
    by_stage = reason.startswith("stage=") and stage not in changes.FROM_USE
    return DECIDED_BY_STAGE if tier not in ladder or by_stage else None


@dataclass(frozen=True)
class _Ways:
    """The candidates, smallest change first, and the tier that each would give."""

    row: MeasureTable
    candidates: Sequence[Candidate]
    words: Sequence[str | None]
    supposed: Supposed
    hysteresis_nights: int

    def first(self, wanted: tuple[str, ...], at_the_end: str) -> tuple[Change | None, str | None]:
        """The smallest change into one of these tiers, or why there is none."""
        if not wanted:
            return None, at_the_end
        for position, candidate in enumerate(self.candidates, start=1):
            new_tier = self.words[position]
            if new_tier in wanted:
                return self._change(candidate, position, str(new_tier)), None
        return None, NO_SINGLE_CHANGE

    def _change(self, candidate: Candidate, position: int, tier: str) -> Change:
        value = _value(self.row, candidate.measure)
        assert value is not None, "only known measures are candidates"
        needed = candidate.bound if candidate.beyond else Fraction(candidate.raw)
        stages = self.supposed.stages
        waits = changes.is_worse_stage(stages[0], stages[position])
        return Change(
            measure=candidate.measure,
            value=value,
            needed=_shown(self.row, candidate.measure, needed),
            beyond=candidate.beyond,
            tier=tier,
            nights=self.hysteresis_nights if waits else 0,
            falls=candidate.raw < self.row.values(candidate.measure)[0][0].item(),
        )


def _facet(
    row: MeasureTable, rules: Rules, context: Context
) -> tuple[dict[str, str | None], str | None]:
    if rules.facet is None or not context.facet_cuts:
        return {}, None
    sides = facets.side_levels(row, rules.facet, context.facet_cuts)
    value = facets.value_levels(sides, context.known_sides)
    return {str(name): _word(word) for name, word in sides.iloc[0].items()}, _word(value.iloc[0])


def _read(
    row: MeasureTable, rules: Rules, scheme: Scheme, context: Context
) -> Iterator[ReadMeasure]:
    for rule in rules.dimensions:
        yield from _read_for(row, rule, context.dimension_cuts[rule.name])
    if scheme.name == "b" and rules.facet is not None and context.facet_cuts:
        for rule in rules.facet.sides:
            yield from _read_for(row, rule, context.facet_cuts[rule.name])
    bounds: dict[str, set[Number]] = {}
    for condition in scheme.conditions:
        asked = {bound for bound in condition.bounds if bound is not None}
        bounds.setdefault(condition.measure, set()).update(asked)
    for measure, asked_of in bounds.items():
        yield ReadMeasure("tier", measure, _value(row, measure), tuple(sorted(asked_of)))
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


def _read_for(
    row: MeasureTable, rule: DimensionRule, cuts_of: Mapping[str, tuple[Fraction, ...] | None]
) -> Iterator[ReadMeasure]:
    for part in rule.measures:
        measure = part.scoring.measure
        cuts = cuts_of[measure]
        rank = int(measure_ranks(row, part, cuts)[0])
        yield ReadMeasure(
            read_for=rule.name,
            measure=measure,
            value=_value(row, measure),
            cuts=_shown_cuts(row, measure, cuts),
            reversed=part.scoring.reversed,
            level=rule.words[rank - 1] if rank else None,
        )


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
