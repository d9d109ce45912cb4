"""One night of one tenant: from measures and facts to a row per customer.

`assign` is the whole of the scoring; the night, a preview of changed rules and a replay all call
it. What it needs of the past is only what the latest stored night held.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segmentation.compute import facets, segments, tiers
from segmentation.compute.contexts import Context
from segmentation.compute.dimensions import (
    DIMENSIONS,
    DimensionRule,
    dimension_cuts,
    known_dimensions,
    levels,
)
from segmentation.compute.facets import ValueFacet
from segmentation.compute.measures import MeasureTable
from segmentation.compute.schemes import SCHEMES, Scheme
from segmentation.compute.scores import (
    MISSING_REASONS,
    SLOTS,
    Refusal,
    RfmScores,
    Scoring,
    score_rfm,
)
from segmentation.compute.stages import StageFacts, StageRules, hold, raw_stages


@dataclass(frozen=True)
class Rules:
    """A valid rule set, parsed once. See `segmentation.rules` for the document.

    scheme: the tenant's own; schemes: all, by name (an old document has only some); also_shown:
    names of those that screens show beside it. facet: the value beside the tier of scheme b.
    """

    rfm_map: str
    scorings: Mapping[str, Scoring]
    class8_high: segments.HighRule
    dimensions: tuple[DimensionRule, ...]
    stages: StageRules
    scheme: Scheme
    schemes: Mapping[str, Scheme]
    also_shown: tuple[str, ...]
    facet: ValueFacet | None

    @classmethod
    def from_document(
        cls, document: Mapping[str, Any], measures_of_slots: Mapping[str, str]
    ) -> "Rules":
        """document: a valid rule set. measures_of_slots: slot → measure, with "auto" resolved
        (`rules.basis.measures_of_slots`)."""
        rfm, tiers_ = document["rfm"], document["tiers"]
        schemes = {
            name: Scheme.from_rules(document, name) for name in SCHEMES if name in tiers_["schemes"]
        }
        beside = tiers_["schemes"].get("b", {}).get("facets")
        return cls(
            rfm_map=rfm["map"],
            scorings={
                slot: Scoring.from_rules(
                    measures_of_slots[slot], rfm[slot], reverse=slot == "recency"
                )
                for slot in SLOTS
            },
            class8_high=document["class8"]["high"],
            dimensions=tuple(
                DimensionRule.from_rules(name, document["dimensions"][name]) for name in DIMENSIONS
            ),
            stages=StageRules.from_rules(document),
            scheme=schemes[tiers_["scheme"]],
            schemes=schemes,
            also_shown=tuple(
                name for name in tiers_.get("also_shown", ()) if name != tiers_["scheme"]
            ),
            facet=ValueFacet.from_rules(beside["value"]) if beside else None,
        )


@dataclass(frozen=True)
class NightResult:
    """frame: one row per customer of the table, in its order, with the columns

    r, f, m                                  Int8, NA without a score
    eleven, class8, segment                  categorical; segment follows rfm.map
    activity, contribution, value, need      categorical levels
    raw_stage, branch, stage                 categorical; stage is the held one
    worse_nights                                int, nights in a row the raw stage was worse
    tier                                     categorical, NaN without one
    tier_a, tier_b, tier_c                   the same of every scheme; tier is one of them
    facet_value                              categorical level, beside tier_b
    reason                                   str: the tier's reason (see `tiers`), then, per
                                             slot without a score, ";no_recency=no_value"
                                             (or =too_few_customers)
    """

    frame: pd.DataFrame
    context: Context


def assign(
    table: MeasureTable,
    facts: StageFacts,
    rules: Rules,
    previous: pd.DataFrame | None = None,
) -> NightResult:
    """Score every customer of the table.

    facts: the same customers (any order). previous: index as the table's, columns `stage` and
    `worse_nights` of the latest stored night before this one; None for the first night.
    """
    index = table.frame.index
    if not index.is_unique:
        raise ValueError("a customer has more than one row of measures")
    facts = StageFacts(facts.frame.reindex(index), facts.usage_known)

    scores = score_rfm(table, rules.scorings)
    eleven = segments.eleven(scores)
    class8 = segments.class8(table, scores, rules.class8_high)

    raw = raw_stages(facts, rules.stages)
    held = hold(raw["stage"], previous, rules.stages.hysteresis_nights)

    served = ~raw["stage"].isin(["potential", "churned"])
    cuts = dimension_cuts(table, rules.dimensions, served)
    levels_ = levels(table, rules.dimensions, cuts.cuts)
    known = known_dimensions(levels_)
    known_measures = tiers.known_measures(rules.schemes.values(), table)
    tier_of = {
        name: tiers.assign(scheme, held["stage"], levels_, table, known, known_measures)
        for name, scheme in rules.schemes.items()
    }
    tier = tier_of[rules.scheme.name]
    facet, facet_context, facet_refusals = _facet(table, rules.facet, served)

    frame = scores.frame.assign(
        eleven=eleven.segment,
        class8=class8.segment,
        segment=segments.shown_segment(rules.rfm_map, eleven, class8),
    )
    frame = pd.concat(
        [
            frame,
            levels_,
            raw.rename(columns={"stage": "raw_stage"}),
            held,
            tier[["tier"]],
            *(_tier_column(tier_of, name, index) for name in SCHEMES),
            facet,
            _with_missing_scores(tier["reason"], scores),
        ],
        axis=1,
    )
    context = Context(
        score_cuts={slot: scores.slots[slot].points.cuts for slot in SLOTS},
        high_bounds={
            slot: segments.high_bound(table, scores, slot, rules.class8_high) for slot in SLOTS
        },
        dimension_cuts=cuts.cuts,
        known_dimensions=known,
        # A side of the facet may read what a dimension reads.
        refusals=tuple(dict.fromkeys((*scores.refusals, *cuts.refusals, *facet_refusals))),
        segment_refusal=eleven.refusal,
        known_measures=known_measures,
        **facet_context,
    )
    return NightResult(frame, context)


def _facet(
    table: MeasureTable, facet: ValueFacet | None, served: "pd.Series[bool]"
) -> tuple["pd.Series[Any]", dict[str, Any], tuple[Refusal, ...]]:
    """(column facet_value, what Context holds of it, refusals)."""
    if facet is None:
        nobody = pd.Series(pd.NA, index=table.frame.index, dtype="object", name="facet_value")
        return nobody, {}, ()
    cuts = dimension_cuts(table, facet.sides, served)
    sides = facets.side_levels(table, facet, cuts.cuts)
    known = facets.known_sides(sides)
    column = facets.value_levels(sides, known).rename("facet_value")
    return column, {"facet_cuts": cuts.cuts, "known_sides": known}, cuts.refusals


def _tier_column(
    assigned: Mapping[str, pd.DataFrame], scheme: str, index: pd.Index
) -> "pd.Series[Any]":
    if scheme in assigned:
        return assigned[scheme]["tier"].rename(f"tier_{scheme}")
    return pd.Series(pd.NA, index=index, dtype="object", name=f"tier_{scheme}")


def _with_missing_scores(reason: "pd.Series[str]", scores: RfmScores) -> "pd.Series[str]":
    texts = reason.to_numpy(dtype=object)
    for slot in SLOTS:
        missing = scores.slots[slot].missing
        suffixes = {code: f";no_{slot}={code}" for code in MISSING_REASONS}
        texts = texts + missing.astype(object).map(suffixes).fillna("").to_numpy(dtype=object)
    return pd.Series(texts, index=reason.index, dtype="str", name="reason")
