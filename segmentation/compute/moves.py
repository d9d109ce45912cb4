"""Moves between the latest stored night and this one: what changed, and what made it change.

A move is a change of the held stage or of the tier of a customer that both nights have; coming
into or losing a tier (a prospect signs) is a move from or to nothing. A customer seen for the
first time has not moved.

The cause is found by rule, in this order:

1. `rules`: the rule set changed, and under the previous one, on tonight's facts, the customer
   would be where it was (`Comparison.under_previous_rules`; without that frame every move of a
   night with changed rules counts as `rules`).
2. A stage move has the cause of the branch of the decision order that opened or closed:
   churned or potential at either end → `commercial`; onboarding at either end → `project`;
   to dormant, or from dormant back into use → `behaviour`; from new by its days having passed →
   `calendar` (to loyal, `commercial` when a contract changed as well); to new → `project` after
   an acceptance, else `commercial`; between active and loyal → `commercial`.
3. A tier move has the cause of its decisive input. An input (the stage, a dimension, a measure
   read by a rule of the scheme) is decisive when putting back its old value alone would change
   tonight's tier; when several inputs only moved the tier together, each that changed counts.
   Among the decisive ones the stage comes first, then the dimensions in their order, then the
   measures. The stage has the cause of the stage move; a dimension that of its measures that
   changed: `commercial` when one of them is about contracts, then `project`, `behaviour`,
   `calendar`. When none of its measures changed, the others moved the cut points: `behaviour`,
   marked relative. When no input of the customer changed, a dimension became known or unknown
   for the tenant: `late_data`.
4. `late_data` replaces 2 and 3 when the facts that decide (contracts, projects, usage, payments …)
   of this customer arrived late, dated on or before the earlier night, and none of them is newer.
   Falling dormant is never put down to late facts: they can only show more use, not less.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation.compute import tiers
from segmentation.compute.dimensions import DimensionRule
from segmentation.compute.formats import format_number
from segmentation.compute.measures import MeasureTable, presented
from segmentation.compute.tiers import Scheme

CAUSES = ("behaviour", "commercial", "project", "calendar", "rules", "late_data")
KINDS = ("stage", "tier")

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Origin:
    """Where a measure comes from. facts: the family of facts it reads ("usage", "payments",
    "contracts", "projects", …). cause: what its change is put down to."""

    facts: str
    cause: str


@dataclass(frozen=True)
class Comparison:
    """The two nights.

    previous, current: indexed by customer; columns `stage`, `tier` and the levels of the
    dimensions; `current` (NightResult.frame) also `branch` and `reason`.
    previous_measures: of the earlier night, None when they are not kept any more.
    known_dimensions: of tonight (Context).
    origins: measure → Origin, for the measures that dimensions and tier rules read.
    changes: per customer, true/false columns `<facts>_changed` (a fact of that family is dated
    after the earlier night's day) and `<facts>_late` (one dated before became known, or was
    corrected, only since that night); absent columns and customers are false.
    rules_changed, under_previous_rules: see the module; columns `stage` and `tier`.
    """

    previous: pd.DataFrame
    current: pd.DataFrame
    current_measures: MeasureTable
    previous_measures: MeasureTable | None
    scheme: Scheme
    dimensions: tuple[DimensionRule, ...]
    known_dimensions: tuple[str, ...]
    origins: Mapping[str, Origin]
    changes: pd.DataFrame = field(default_factory=pd.DataFrame)
    rules_changed: bool = False
    under_previous_rules: pd.DataFrame | None = None


def detect(nights: Comparison) -> pd.DataFrame:
    """One row per move: customer, kind, from, to (None for no tier), cause, reason, detail.

    reason is the canonical short text of `moves` and of the digest; detail the same as a dict of
    JSON values, from which screens render a sentence in the reader's language:
    stage: {"branch", "measures": {name: [old, new]}}; tier: {"because": the decisive inputs,
    "stage": [old, new], "levels": {dimension: [old, new]}, "measures": {name: [old, new]},
    "relative": bool, "rule": the reason of the new tier}.
    Rows are in the order of `current`, the stage before the tier.
    """
    both = nights.current.index.intersection(nights.previous.index, sort=False)
    previous, current = nights.previous.loc[both], nights.current.loc[both]
    stage_moved = _differ(previous["stage"], current["stage"])
    tier_moved = _differ(previous["tier"], current["tier"])

    stage_rows = _stage_moves(nights, both[stage_moved])
    tier_rows = _tier_moves(nights, both[tier_moved])
    moves = pd.concat([stage_rows, tier_rows], ignore_index=True)
    position = pd.Index(both).get_indexer(pd.Index(moves["customer"]))
    order = np.lexsort((moves["kind"].to_numpy(dtype=object) == "tier", position))
    return moves.iloc[order].reset_index(drop=True)


# What a stage is read from, for the reason of a move into it.
_READ_BY_BRANCH: Mapping[str, tuple[str, ...]] = {
    "no_usage": ("days_since_usage",),
    "usage_collapsed": ("usage_trend", "events_30"),
    "in_use": ("days_since_usage",),
}


def _stage_moves(nights: Comparison, customers: pd.Index) -> pd.DataFrame:
    causes = _stage_causes(nights, customers)
    causes = _with_rules(nights, customers, "stage", causes)
    current = nights.current.loc[customers]
    details = [
        {"branch": branch, "measures": _changes_of(nights, customer, _READ_BY_BRANCH.get(branch, ()))}
        for customer, branch in zip(customers, current["branch"], strict=True)
    ]
    return _rows(nights, customers, "stage", causes, details)


def _stage_causes(nights: Comparison, customers: pd.Index) -> npt.NDArray[np.object_]:
    old = nights.previous.loc[customers, "stage"].to_numpy(dtype=object)
    new = nights.current.loc[customers, "stage"].to_numpy(dtype=object)
    branch = nights.current.loc[customers, "branch"].to_numpy(dtype=object)
    changed = {facts: _flag(nights, customers, f"{facts}_changed") for facts in _STAGE_FACTS}
    late = {facts: _flag(nights, customers, f"{facts}_late") for facts in _STAGE_FACTS}
    only_late = {facts: late[facts] & ~changed[facts] for facts in _STAGE_FACTS}

    either = lambda stage: (old == stage) | (new == stage)  # noqa: E731 - a word, not a function
    facts = np.select(
        [
            either("churned") | either("potential"),
            either("onboarding"),
            new == "dormant",
            (old == "new") & (new == "loyal") & changed["contracts"],
            old == "new",
            (new == "new") & (branch == "accepted_lately"),
            new == "new",
            old == "dormant",
        ],
        ["contracts", "projects", "silence", "contracts", "days", "projects", "contracts", "usage"],
        default="contracts",  # between active and loyal
    )
    cause = pd.Series(facts).map(_CAUSE_OF_FACTS).to_numpy(dtype=object)
    late_data = (
        ((facts == "contracts") & only_late["contracts"])
        | ((facts == "projects") & only_late["projects"])
        | ((facts == "usage") & only_late["usage"])
        | ((facts == "days") & (only_late["contracts"] | only_late["projects"]))
    )
    return np.where(late_data, "late_data", cause)


_STAGE_FACTS = ("contracts", "projects", "usage")
_CAUSE_OF_FACTS = {
    "contracts": "commercial",
    "projects": "project",
    "usage": "behaviour",
    "silence": "behaviour",
    "days": "calendar",
}


def _tier_moves(nights: Comparison, customers: pd.Index) -> pd.DataFrame:
    inputs = _Inputs(nights, customers)
    changed = inputs.changed()
    decisive = inputs.decisive(changed)
    none_alone = ~np.any(list(decisive.values()), axis=0)
    because = {name: decisive[name] | (none_alone & changed[name]) for name in decisive}

    causes = np.full(len(customers), "late_data", dtype=object)
    relative = np.zeros(len(customers), dtype=bool)
    for name in reversed(list(because)):  # the first of the order is written last, and stays
        cause, is_relative = inputs.cause(name)
        causes = np.where(because[name], cause, causes)
        relative = np.where(because[name], is_relative, relative)
    causes = _with_rules(nights, customers, "tier", causes)

    rules = nights.current.loc[customers, "reason"].to_numpy(dtype=object)
    details = []
    for position, customer in enumerate(customers):
        names = [name for name in because if because[name][position]]
        detail: dict[str, Any] = {"because": names, "rule": str(rules[position]).split(";")[0]}
        if "stage" in names:
            detail["stage"] = [inputs.old_stage[position], inputs.new_stage[position]]
        detail["levels"] = {
            name: [_text(inputs.old_levels[name][position]), _text(inputs.new_levels[name][position])]
            for name in names
            if name in inputs.old_levels
        }
        read = [measure for name in names for measure in inputs.measures_of(name)]
        detail["measures"] = _changes_of(nights, customer, read)
        detail["relative"] = bool(relative[position])
        details.append(detail)
    return _rows(nights, customers, "tier", causes, details)


class _Inputs:
    """The inputs of the tier of the customers that moved, as they were and as they are."""

    def __init__(self, nights: Comparison, customers: pd.Index) -> None:
        self.nights = nights
        self.customers = customers
        self.scheme = nights.scheme
        previous, current = nights.previous.loc[customers], nights.current.loc[customers]
        self.old_stage = previous["stage"].to_numpy(dtype=object)
        self.new_stage = current["stage"].to_numpy(dtype=object)
        names = self.scheme.dimensions
        self.old_levels = {name: previous[name].to_numpy(dtype=object) for name in names}
        self.new_levels = {name: current[name].to_numpy(dtype=object) for name in names}
        self.conditions = sorted(
            {condition.measure for rule in self.scheme.rules for condition in rule.measures}
        )
        self.table = nights.current_measures.rows(customers)
        self.old_table = (
            None
            if nights.previous_measures is None
            else MeasureTable(
                nights.previous_measures.frame.reindex(customers), nights.previous_measures.places
            )
        )
        self.tier = current["tier"].to_numpy(dtype=object)

    def changed(self) -> dict[str, Bools]:
        """Input → where it differs between the nights, in the order of decisiveness."""
        result = {"stage": _differ(pd.Series(self.old_stage), pd.Series(self.new_stage))}
        for name in self.scheme.dimensions:
            old, new = pd.Series(self.old_levels[name]), pd.Series(self.new_levels[name])
            result[name] = _differ(old, new)
        for measure in self.conditions:
            result[measure] = self._measure_changed(measure)
        return result

    def decisive(self, changed: Mapping[str, Bools]) -> dict[str, Bools]:
        """Input → where its old value alone, put back, would give another tier tonight."""
        result = {}
        for name, differs in changed.items():
            other = np.zeros(len(self.customers), dtype=bool)
            if differs.any():
                old_tier = self._tier_with_old(name).to_numpy(dtype=object)
                other = _differ(pd.Series(old_tier), pd.Series(self.tier))
            result[name] = other & differs
        return result

    def measures_of(self, name: str) -> list[str]:
        if name in self.conditions:
            return [name]
        return [
            part.scoring.measure
            for rule in self.nights.dimensions
            if rule.name == name
            for part in rule.measures
        ]

    def cause(self, name: str) -> tuple[npt.NDArray[np.object_], Bools]:
        """(cause, relative) that a change of this input has, per customer."""
        size = len(self.customers)
        if name == "stage":
            return _stage_causes(self.nights, self.customers), np.zeros(size, dtype=bool)
        cause = np.full(size, "behaviour", dtype=object)
        any_changed = np.zeros(size, dtype=bool)
        not_late = np.zeros(size, dtype=bool)
        for wanted in ("calendar", "behaviour", "project", "commercial"):
            for measure in self.measures_of(name):
                origin = self.nights.origins[measure]
                if origin.cause != wanted:
                    continue
                changed = self._measure_changed(measure)
                cause = np.where(changed, wanted, cause)
                any_changed |= changed
                late = _flag(self.nights, self.customers, f"{origin.facts}_late")
                newer = _flag(self.nights, self.customers, f"{origin.facts}_changed")
                not_late |= changed & ~(late & ~newer)
        cause = np.where(any_changed & ~not_late, "late_data", cause)
        return cause, ~any_changed & (self.old_table is not None)

    def _measure_changed(self, measure: str) -> Bools:
        if self.old_table is None:
            return np.ones(len(self.customers), dtype=bool)
        return _differ(self.old_table.column(measure), self.table.column(measure))

    def _tier_with_old(self, name: str) -> "pd.Series[Any]":
        stage = self.old_stage if name == "stage" else self.new_stage
        levels = {
            dimension: self.old_levels[dimension] if dimension == name else column
            for dimension, column in self.new_levels.items()
        }
        table = self.table
        if name in self.conditions and self.old_table is not None:
            frame = table.frame.assign(**{name: self.old_table.column(name).to_numpy()})
            table = MeasureTable(frame.astype({name: table.column(name).dtype}), table.places)
        return tiers.assign(
            self.scheme,
            pd.Series(stage, index=self.customers, name="stage"),
            pd.DataFrame(levels, index=self.customers),
            table,
            self.nights.known_dimensions,
        )["tier"]


def reason_text(kind: str, detail: Mapping[str, Any]) -> str:
    """The canonical short reason: what the move was decided by, with old and new values.

    `no_usage (days_since_usage 59→60)`, `activity mid→low (active_days_30 9→3)`,
    `stage new→active`, `tenure_days 364→365`; a dimension moved by others' values says
    `value mid→low (relative)`; nothing of the customer's own changed: `dimensions_known`.
    """
    values = ", ".join(f"{name} {old}→{new}" for name, (old, new) in detail["measures"].items())
    if kind == "stage":
        return f"{detail['branch']} ({values})" if values else str(detail["branch"])
    levels = detail["levels"]
    parts = [f"stage {detail['stage'][0]}→{detail['stage'][1]}"] if "stage" in detail else []
    parts += [f"{name} {old or 'unknown'}→{new or 'unknown'}" for name, (old, new) in levels.items()]
    if not detail["because"]:
        return "dimensions_known"
    if not parts:
        return values
    if detail["relative"]:
        values = "relative"
    return ", ".join(parts) + (f" ({values})" if values else "")


def detail_json(detail: Mapping[str, Any]) -> str:
    """The detail as canonical JSON, keys sorted."""
    return json.dumps(detail, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _with_rules(
    nights: Comparison, customers: pd.Index, kind: str, causes: npt.NDArray[np.object_]
) -> npt.NDArray[np.object_]:
    if not nights.rules_changed:
        return causes
    if nights.under_previous_rules is None:
        return np.full(len(customers), "rules", dtype=object)
    supposed = nights.under_previous_rules[kind].reindex(customers)
    stays = ~_differ(nights.previous.loc[customers, kind], supposed)
    return np.where(stays, "rules", causes)


def _rows(
    nights: Comparison,
    customers: pd.Index,
    kind: str,
    causes: npt.NDArray[np.object_],
    details: list[dict[str, Any]],
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer": np.array(list(customers), dtype=object),
            "kind": kind,
            "from": _words(nights.previous.loc[customers, kind]),
            "to": _words(nights.current.loc[customers, kind]),
            "cause": causes,
            "reason": [reason_text(kind, detail) for detail in details],
            "detail": details,
        },
        columns=["customer", "kind", "from", "to", "cause", "reason", "detail"],
    ).astype(object)


def _changes_of(
    nights: Comparison, customer: Any, measures: "tuple[str, ...] | list[str]"
) -> dict[str, list[str | None]]:
    """measure → [old, new] in canonical numbers, of the measures that changed."""
    return {
        name: [old, new] for name, old, new in _read(nights, customer, measures) if old != new
    }


def _read(
    nights: Comparison, customer: Any, measures: "tuple[str, ...] | list[str]"
) -> Iterator[tuple[str, str | None, str | None]]:
    for name in measures:
        yield name, _cell(nights.previous_measures, customer, name), _cell(
            nights.current_measures, customer, name
        )


def _cell(table: MeasureTable | None, customer: Any, measure: str) -> str | None:
    if table is None or measure not in table.frame.columns or customer not in table.frame.index:
        return None
    value = presented(table.frame.at[customer, measure], table.places_of(measure))
    return None if value is None else format_number(value)


def _flag(nights: Comparison, customers: pd.Index, name: str) -> Bools:
    if name not in nights.changes.columns:
        return np.zeros(len(customers), dtype=bool)
    column = nights.changes[name].reindex(customers)
    return column.eq(True).fillna(False).to_numpy(dtype=bool)


def _differ(old: pd.Series, new: pd.Series) -> Bools:
    """Where two columns differ; missing equals missing."""
    before, after = old.to_numpy(dtype=object), new.to_numpy(dtype=object)
    missing_before, missing_after = pd.isna(before), pd.isna(after)
    same = np.zeros(len(before), dtype=bool)
    here = ~missing_before & ~missing_after
    same[here] = before[here] == after[here]
    result: Bools = ~(same | (missing_before & missing_after))
    return result


def _words(column: pd.Series) -> list[str | None]:
    return [_text(value) for value in column.to_numpy(dtype=object)]


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)
