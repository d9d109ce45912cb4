"""Which changes of the rules moved a customer: between the earlier night's rule set and tonight's.

A change counts for a customer when it reaches what decides: a change of the stages when tonight's
facts give another stage under the earlier rules, a change of a dimension when they give another
level (of its thresholds, those between whose old and new cut points the customer's value lies), a
change of the scheme when the earlier scheme gives another tier to the same stage and levels. An
input whose level under the earlier rules would not alone give another tier counts only when none
would. Where none of this can be told, every change of what tiers are made of is named.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from segmentation.compute import tiers
from segmentation.compute.comparison import CALENDAR, Bools, Comparison, RuleChange, Words, differ
from segmentation.compute.dimensions import DimensionRule, MeasureLevels, measure_ranks
from segmentation.compute.measures import MeasureTable
from segmentation.compute.schemes import Scheme
from segmentation.compute.scores import cut_points
from segmentation.compute.trends import TREND

Named = list[list[RuleChange]]

_STAGE_OF_KEY: Mapping[str, str] = {
    "new_days": "new",
    "dormant_days": "dormant",
    "collapse": "dormant",
}
_PATHS_OF_TIERS = ("dimensions", "stages", "hysteresis_nights", "tiers", "calendar")


def moved_by_rules(nights: Comparison, customers: pd.Index, name: str) -> Bools:
    """Where the earlier rules would give another stage or another level of a dimension tonight."""
    supposed = nights.under_previous_rules
    if supposed is None or name not in supposed.columns or name not in nights.current.columns:
        return np.zeros(len(customers), dtype=bool)
    return differ(supposed[name].reindex(customers), nights.current.loc[customers, name])


def of_stage_moves(nights: Comparison, customers: pd.Index, rows: Bools) -> Named:
    """Per customer the changes that moved its stage; none where `rows` is false."""
    return [
        _of_stages(
            nights, nights.previous.at[customer, "stage"], nights.current.at[customer, "stage"]
        )
        if wanted
        else []
        for customer, wanted in zip(customers, rows, strict=True)
    ]


def of_tier_moves(nights: Comparison, customers: pd.Index, rows: Bools) -> Named:
    """Per customer the changes that moved its tier; none where `rows` is false."""
    found: Named = [[] for _ in customers]
    if not rows.any() or nights.under_previous_rules is None:
        return found
    inputs = _Inputs(nights, customers[rows])
    decisive = inputs.decisive()
    in_dimensions = {
        name: _of_dimension(nights, inputs.table, name) for name in nights.scheme.dimensions
    }
    for position, row in enumerate(np.flatnonzero(rows)):
        customer = customers[int(row)]
        changes = []
        for name, counts in decisive.items():
            if not counts[position]:
                continue
            if name == "stage":
                supposed = nights.under_previous_rules.at[customer, "stage"]
                changes += _of_stages(nights, supposed, nights.current.at[customer, "stage"])
            elif name == "scheme":
                changes += _of_scheme(nights, customer)
            else:
                changes += in_dimensions[name](position)
        found[row] = changes or [
            change for change in nights.rule_changes if change.path[0] in _PATHS_OF_TIERS
        ]
    return found


class _Inputs:
    """What the tiers of some customers are made of, under tonight's rules and the earlier ones."""

    def __init__(self, nights: Comparison, customers: pd.Index) -> None:
        self.nights = nights
        self.customers = customers
        self.table = nights.current_measures.rows(customers)
        self.now = nights.current.loc[customers]

    def decisive(self) -> dict[str, Bools]:
        """`stage`, each dimension of the scheme, `scheme` → for whom its change counts."""
        nights = self.nights
        names = ["stage", *nights.scheme.dimensions]
        moved = {name: moved_by_rules(nights, self.customers, name) for name in names}
        alone = {
            name: moved[name] & self._differs(self._tier(nights.scheme, name))
            if moved[name].any()
            else moved[name]
            for name in names
        }
        earlier = nights.previous_scheme
        if earlier is not None and earlier != nights.scheme:
            alone["scheme"] = self._differs(self._tier(earlier))
        none_alone = ~np.any(list(alone.values()), axis=0)
        return {
            name: counts | (none_alone & moved[name]) if name in moved else counts
            for name, counts in alone.items()
        }

    def _differs(self, tier: "pd.Series[str]") -> Bools:
        return differ(tier, self.now["tier"])

    def _tier(self, scheme: Scheme, supposed: str | None = None) -> "pd.Series[str]":
        """The tier by a scheme, the input named `supposed` as under the earlier rules."""
        columns = {
            name: self.now[name].to_numpy(dtype=object) for name in ("stage", *scheme.dimensions)
        }
        if supposed is not None and self.nights.under_previous_rules is not None:
            column = self.nights.under_previous_rules[supposed].reindex(self.customers)
            columns[supposed] = column.to_numpy(dtype=object)
        stage = pd.Series(columns.pop("stage"), index=self.customers, name="stage")
        known = tiers.known_measures([scheme], self.nights.current_measures)
        levels = pd.DataFrame(columns, index=self.customers)
        assigned = tiers.assign(
            scheme, stage, levels, self.table, self.nights.known_dimensions, known
        )
        return assigned["tier"]


def _of_stages(nights: Comparison, old: object, new: object) -> list[RuleChange]:
    changes = [
        change
        for change in nights.rule_changes
        if change.path[0] in ("stages", "hysteresis_nights")
    ]
    by_calendar = [
        change
        for change in nights.rule_changes
        # Usage collapses, or does not, by the trend per working day.
        if change.path == CALENDAR and "dormant" in (old, new)
    ]
    about = [
        change
        for change in changes
        if change.path[0] == "hysteresis_nights" or _STAGE_OF_KEY.get(change.path[1]) in (old, new)
    ]
    return (about or ([] if by_calendar else changes)) + by_calendar


def _of_scheme(nights: Comparison, customer: object) -> list[RuleChange]:
    """Of the choice of the scheme, else of its order, its `without` and the rules of both tiers."""
    ends = (nights.previous.at[customer, "tier"], nights.current.at[customer, "tier"])
    chosen = [change for change in nights.rule_changes if change.path == ("tiers", "scheme")]
    if chosen:
        return chosen
    inside = ("tiers", "schemes", nights.scheme.name)
    changes = [
        change
        for change in nights.rule_changes
        if change.path[:3] == inside and change.path[3] in ("without", "order", "rules")
    ]
    about = [change for change in changes if change.path[3] != "rules" or change.path[4] in ends]
    return about or changes


def _of_dimension(
    nights: Comparison, table: MeasureTable, name: str
) -> Callable[[int], list[RuleChange]]:
    """The changes of a dimension that count for the customer at a position of the table."""
    changes = [change for change in nights.rule_changes if change.path[:2] == ("dimensions", name)]
    old, new = _parts(nights.previous_dimensions, name), _parts(nights.dimensions, name)
    if TREND in new:
        changes += [change for change in nights.rule_changes if change.path == CALENDAR]
    between = {}
    for change in changes:
        if change.path == CALENDAR:
            continue
        measure = change.path[-1]
        ranks = [_fixed_ranks(table, parts.get(measure)) for parts in (old, new)]
        if change.path[2] == "measures" and ranks[0] is not None and ranks[1] is not None:
            between[change.path] = ranks[0] != ranks[1]

    def of_customer(position: int) -> list[RuleChange]:
        about = [c for c in changes if c.path not in between or between[c.path][position]]
        return about or changes

    return of_customer


def _parts(rules: tuple[DimensionRule, ...], name: str) -> dict[str, MeasureLevels]:
    return {
        part.scoring.measure: part for rule in rules if rule.name == name for part in rule.measures
    }


def _fixed_ranks(table: MeasureTable, part: MeasureLevels | None) -> Words | None:
    """The ranks that fixed thresholds give; None where there are none."""
    if part is None or part.scoring.method != "thresholds":
        return None
    ranks: Words = measure_ranks(table, part, cut_points(table, part.scoring).cuts).astype(object)
    return ranks
