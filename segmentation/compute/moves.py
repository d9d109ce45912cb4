"""Moves between the latest stored night and this one: what changed, and what made it change.

A move is a change of the held stage or of the tier of a customer that both nights have; coming
into or losing a tier (a prospect signs) is a move from or to nothing. A customer seen for the
first time has not moved.

The cause is found by rule, in this order:

1. `rules`: the rule set or the working calendar changed, and under the previous ones, on tonight's
   facts, the customer would be where it was (`Comparison.under_previous_rules`; without that frame
   every move of a night with changed rules counts as `rules`).
2. A stage move has the cause of the branch of the decision order that opened or closed:
   churned or potential at either end → `commercial`; onboarding at either end → `project`;
   to dormant, or from dormant back into use → `behaviour`; from new by its days having passed →
   `calendar` (to loyal, `commercial` when a contract changed as well); to new → `project` after
   an acceptance, else `commercial`; between active and loyal → `commercial`.
3. A tier move has the cause of its decisive input. An input (the stage, a dimension, a measure
   read by a rule of the scheme) is decisive when putting back its old value alone would change
   tonight's tier; when several inputs only moved the tier together, each that changed counts.
   Among those the stage comes first, then the dimensions in their order, then the measures. The
   stage has the cause of the stage move; a dimension that of its measures that changed:
   `commercial` when one of them is about contracts, then `project`, `behaviour`, `calendar`. When
   none of its measures changed, the others moved the cut points: `behaviour`, marked relative.
   When no input of the customer changed, a dimension became known or unknown for the tenant:
   `late_data`.
4. `late_data` replaces 2 and 3 when the facts that decide (contracts, projects, usage, payments …)
   of this customer arrived late, dated on or before the earlier night, and none of them is newer.
   Falling dormant is never put down to late facts: they can only show more use, not less.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from segmentation.compute import rule_changes
from segmentation.compute.comparison import Comparison, Words, differ, stage_causes, stage_grounds
from segmentation.compute.decisive import TierInputs
from segmentation.compute.largest import largest_changes

KINDS = ("stage", "tier")

COLUMNS = ("customer", "kind", "from", "to", "cause", "reason", "detail")

Detail = dict[str, Any]


def detect(nights: Comparison) -> pd.DataFrame:
    """One row per move: customer, kind, from, to (None for no tier), cause, reason, detail.

    reason is the canonical short text of `moves` and of the digest; detail the same as a dict of
    JSON values, from which screens render a sentence in the reader's language:
    stage: {"branch": now, "grounds": see comparison.stage_grounds, "measures": {name: [old, new]}};
    tier: {"because": the inputs that count, "stage": [old, new], "levels": {dimension: [old, new]},
    "measures": {name: [old, new]}, "relative": bool, "rule": the reason of the new tier}; both:
    "most": [[name, old, new]], the measures beside those that changed most (compute.largest), and,
    where the rules moved it, "rules": [[path, old, new]], values of the two rule documents as they
    are there (compute.rule_changes). Other numbers are canonical texts, None where unknown.
    Rows are in the order of `current`, the stage first.
    """
    both = nights.current.index.intersection(nights.previous.index, sort=False)
    previous, current = nights.previous.loc[both], nights.current.loc[both]
    stage_rows = _stage_moves(nights, both[differ(previous["stage"], current["stage"])])
    tier_rows = _tier_moves(nights, both[differ(previous["tier"], current["tier"])])
    moves = pd.concat([stage_rows, tier_rows], ignore_index=True)
    position = both.get_indexer(pd.Index(moves["customer"]))
    order = np.lexsort((moves["kind"].to_numpy(dtype=object) == "tier", position))
    return moves.iloc[order].reset_index(drop=True)


def reason_text(kind: str, detail: Mapping[str, Any]) -> str:
    """The canonical short reason: what the move was decided by, with old and new values.

    `no_usage (days_since_usage 59→60)`, `contract_ended`, `in_use (days passed)`,
    `activity mid→low (active_days_30 9→3)`, `stage new→active`, `tenure_days 364→365`; a dimension
    moved by the others' values says `value mid→low (relative)`; when nothing of the customer's own
    changed, `known_dimensions`. After it what the rules say now, e.g.
    `; rules: dimensions.activity.measures.active_days_30.cuts [2,8]→[2,12]`; then the measures that
    changed most beside those named, e.g.
    `; most changed: events_30 120→31, active_users_30 9→2`.
    """
    values = ", ".join(
        f"{name} {old or 'unknown'}→{new or 'unknown'}"
        # Sorted: what is stored as JSON does not keep the order.
        for name, (old, new) in sorted(detail["measures"].items())
    )
    most = ", ".join(f"{name} {old}→{new}" for name, old, new in detail.get("most", ()))
    rules = ", ".join(_rule_change(*change) for change in detail.get("rules", ()))
    return (
        _decided_by(kind, detail, values)
        + (f"; rules: {rules}" if rules else "")
        + (f"; most changed: {most}" if most else "")
    )


def _rule_change(path: list[str], old: Any, new: Any) -> str:
    name = ".".join(path)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return ", ".join(
            f"{name}.{key} {_rule_value(old.get(key))}→{_rule_value(new.get(key))}"
            for key in sorted({*old, *new})
            if old.get(key) != new.get(key)
        )
    return f"{name} {_rule_value(old)}→{_rule_value(new)}"


def _rule_value(value: Any) -> str:
    """JSON whose text does not depend on how a number was written or stored: 8.0 is 8."""
    if isinstance(value, float):
        text = f"{Decimal(repr(value)):f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, Mapping):
        inside = (f"{json.dumps(key)}:{_rule_value(value[key])}" for key in sorted(value))
        return "{" + ",".join(inside) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_rule_value, value)) + "]"
    return value if isinstance(value, str) else json.dumps(value)


def _decided_by(kind: str, detail: Mapping[str, Any], values: str) -> str:
    if kind == "stage":
        values = "days passed" if detail["grounds"] == "days" else values
        return f"{detail['branch']} ({values})" if values else str(detail["branch"])
    if not detail["because"]:
        return "known_dimensions"
    parts = ["stage {}→{}".format(*detail["stage"])] if "stage" in detail else []
    for name in (name for name in detail["because"] if name in detail["levels"]):
        old, new = detail["levels"][name]
        parts.append(f"{name} {old or 'unknown'}→{new or 'unknown'}")
    if not parts:
        return values
    if detail["relative"]:
        values = "relative"
    return ", ".join(parts) + (f" ({values})" if values else "")


# The measures that show why usage moved a stage.
_READ_BY_BRANCH: Mapping[str, tuple[str, ...]] = {
    "no_usage": ("days_since_usage",),
    "usage_collapsed": ("usage_trend", "events_30"),
}
_READ_ON_RETURN = ("days_since_usage", "usage_trend", "events_30")


def _stage_moves(nights: Comparison, customers: pd.Index) -> pd.DataFrame:
    causes = _with_rules(nights, customers, "stage", stage_causes(nights, customers))
    branches = nights.current.loc[customers, "branch"].to_list()
    all_grounds = stage_grounds(nights, customers)
    read = {*_READ_ON_RETURN, *(name for names in _READ_BY_BRANCH.values() for name in names)}
    values = nights.changed_measures(customers, sorted(read))
    details: list[Detail] = []
    for branch, grounds, changes in zip(branches, all_grounds, values, strict=True):
        names = _READ_ON_RETURN if grounds == "usage" else _READ_BY_BRANCH.get(branch, ())
        measures = {name: changes[name] for name in names if name in changes}
        details.append({"branch": branch, "grounds": grounds, "measures": measures})
    _tell(details, rule_changes.of_stage_moves(nights, customers, causes == "rules"))
    return _rows(nights, customers, "stage", causes, details)


def _tier_moves(nights: Comparison, customers: pd.Index) -> pd.DataFrame:
    inputs = TierInputs(nights, customers)
    because = inputs.because()
    causes = np.full(len(customers), "late_data", dtype=object)
    relative = np.zeros(len(customers), dtype=bool)
    for name in reversed(inputs.names):  # the first in order is written last, and stays
        cause, is_relative = inputs.cause(name)
        causes = np.where(because[name], cause, causes)
        relative = np.where(because[name], is_relative, relative)
    causes = _with_rules(nights, customers, "tier", causes)

    read = {name: inputs.measures_of(name) for name in inputs.names if name != "stage"}
    values = nights.changed_measures(customers, sorted({m for ms in read.values() for m in ms}))
    rules = nights.current.loc[customers, "reason"].to_list()
    details = []
    for position, changes in enumerate(values):
        names = [name for name in because if because[name][position]]
        detail: Detail = {"because": names, "rule": str(rules[position]).split(";")[0]}
        if "stage" in names:
            detail["stage"] = [inputs.old_stage[position], inputs.new_stage[position]]
        detail["levels"] = {
            name: [
                _word(inputs.old_levels[name][position]),
                _word(inputs.new_levels[name][position]),
            ]
            for name in names
            if name in inputs.old_levels
        }
        counted = [measure for name in names for measure in read.get(name, ())]
        detail["measures"] = {name: changes[name] for name in counted if name in changes}
        detail["relative"] = bool(relative[position])
        details.append(detail)
    by_rules = causes == "rules"
    for name in because:
        by_rules |= because[name] & rule_changes.moved_by_rules(nights, customers, name)
    _tell(details, rule_changes.of_tier_moves(nights, customers, by_rules))
    return _rows(nights, customers, "tier", causes, details)


def _tell(details: list[Detail], changes: rule_changes.Named) -> None:
    for detail, found in zip(details, changes, strict=True):
        if found:
            detail["rules"] = [[list(change.path), change.old, change.new] for change in found]


def _with_rules(nights: Comparison, customers: pd.Index, kind: str, causes: Words) -> Words:
    if not nights.rules_changed:
        return causes
    if nights.under_previous_rules is None:
        return np.full(len(customers), "rules", dtype=object)
    supposed = nights.under_previous_rules[kind].reindex(customers)
    stays = ~differ(nights.previous.loc[customers, kind], supposed)
    return np.where(stays, "rules", causes).astype(object)


def _rows(
    nights: Comparison, customers: pd.Index, kind: str, causes: Words, details: list[Detail]
) -> pd.DataFrame:
    told = [detail["measures"] for detail in details]
    for detail, most in zip(details, largest_changes(nights, customers, told), strict=True):
        if most:
            detail["most"] = most
    columns: dict[str, list[Any]] = {
        "customer": customers.to_list(),
        "kind": [kind] * len(customers),
        "from": [_word(word) for word in nights.previous.loc[customers, kind]],
        "to": [_word(word) for word in nights.current.loc[customers, kind]],
        "cause": list(causes),
        "reason": [reason_text(kind, detail) for detail in details],
        "detail": details,
    }
    return pd.DataFrame(
        {name: pd.Series(cells, dtype=object) for name, cells in columns.items()},
        columns=list(COLUMNS),
    )


def _word(word: Any) -> str | None:
    return None if pd.isna(word) or word == "" else str(word)
