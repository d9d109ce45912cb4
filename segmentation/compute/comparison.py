"""Two nights side by side, and what the facts between them put a change down to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation.compute.dimensions import DimensionRule
from segmentation.compute.formats import format_column
from segmentation.compute.measures import MeasureTable
from segmentation.compute.origins import Origin
from segmentation.compute.schemes import Scheme

Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]


class RuleChange(NamedTuple):
    """A key of the rule set that says something else than before; None where it was not there.

    An object with `method` counts as one value.
    """

    path: tuple[str, ...]
    old: Any
    new: Any


CALENDAR = ("calendar",)
"""The path of the change of the working calendar; its values are `trends.WorkedDays`."""


@dataclass(frozen=True)
class Comparison:
    """The two nights.

    previous, current: indexed by customer; columns `stage`, `tier` and the levels of the
    dimensions (missing as NaN, None or ""); `current` (NightResult.frame) also `branch` and `reason`.
    previous_measures: of the earlier night, None when they are not kept any more.
    known_dimensions, known_measures: of tonight (Context).
    origins: measure → Origin, for the measures that dimensions and tier rules read.
    changes: per customer, true/false columns `<facts>_changed` (a fact of that family is dated
    after the earlier night's day) and `<facts>_late` (one dated before became known, or was
    corrected, only since that night); absent columns and customers are false.
    rules_changed: another rule set than the earlier night's, or another working calendar.
    under_previous_rules: tonight's facts under that rule set and calendar, columns `stage`, `tier`
    and the dimensions; see `moves`.
    rule_changes: where that rule set and tonight's differ; previous_scheme, previous_dimensions: of
    that rule set. See `rule_changes`.
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
    known_measures: tuple[str, ...] | None = None
    rule_changes: tuple[RuleChange, ...] = ()
    previous_scheme: Scheme | None = None
    previous_dimensions: tuple[DimensionRule, ...] = ()

    def flag(self, customers: pd.Index, name: str) -> Bools:
        """A column of `changes` for these customers."""
        if name not in self.changes.columns:
            return np.zeros(len(customers), dtype=bool)
        column = self.changes[name].reindex(customers)
        return column.eq(True).fillna(False).to_numpy(dtype=bool)

    def only_late(self, customers: pd.Index, facts: str) -> Bools:
        """Facts of this family came late and none is newer.

        Where none of the family came at all, those of the family that it is read together with count.
        """
        late = self.flag(customers, f"{facts}_late")
        changed = self.flag(customers, f"{facts}_changed")
        only = late & ~changed
        if facts in _READ_TOGETHER:
            only |= ~late & ~changed & self.only_late(customers, _READ_TOGETHER[facts])
        return only

    def previous_rows(self, customers: pd.Index) -> MeasureTable | None:
        """The earlier measures of these customers, missing where there are none."""
        if self.previous_measures is None:
            return None
        frame = self.previous_measures.frame.reindex(customers)
        return MeasureTable(frame, self.previous_measures.places)

    def changed_measures(
        self, customers: pd.Index, measures: Iterable[str]
    ) -> list[dict[str, list[str | None]]]:
        """Per customer: measure → [old, new] in canonical numbers, of those that changed.

        Empty when the earlier measures are not kept any more.
        """
        old_rows, new_rows = self.previous_rows(customers), self.current_measures.rows(customers)
        found: list[dict[str, list[str | None]]] = [{} for _ in customers]
        if old_rows is None:
            return found
        for measure in measures:
            pairs = zip(_cells(old_rows, measure), _cells(new_rows, measure), strict=True)
            for changes, (old, new) in zip(found, pairs, strict=True):
                if old != new:
                    changes[measure] = [old or None, new or None]
        return found


def differ(old: Iterable[object], new: Iterable[object]) -> Bools:
    """Where two columns differ; missing (also an empty text) equals missing."""
    return np.asarray(_objects(old) != _objects(new), dtype=bool)


def stage_grounds(nights: Comparison, customers: pd.Index) -> Words:
    """What moved the held stage of each customer (`moves`, 2): "contracts", "projects", "usage"
    resumed, "silence", or "days" that passed."""
    old = nights.previous.loc[customers, "stage"].to_numpy(dtype=object)
    new = nights.current.loc[customers, "stage"].to_numpy(dtype=object)
    branch = nights.current.loc[customers, "branch"].to_numpy(dtype=object)

    def either(stage: str) -> Bools:
        result: Bools = (old == stage) | (new == stage)
        return result

    contract_changed = nights.flag(customers, "contracts_changed")
    grounds = np.select(
        [
            either("churned") | either("potential"),
            either("onboarding"),
            new == "dormant",
            (old == "new") & (new == "loyal") & contract_changed,
            old == "new",
            (new == "new") & (branch == "accepted_lately"),
            new == "new",
            old == "dormant",
        ],
        ["contracts", "projects", "silence", "contracts", "days", "projects", "contracts", "usage"],
        default="contracts",  # between active and loyal
    )
    return grounds.astype(object)


def stage_causes(nights: Comparison, customers: pd.Index) -> Words:
    """The cause of the move of stage of customers whose held stage changed (`moves`, 2 and 4)."""
    grounds = stage_grounds(nights, customers)
    late = {facts: nights.only_late(customers, facts) for facts in _STAGE_FACTS}
    late_data = (grounds == "days") & (late["contracts"] | late["projects"])
    for facts in _STAGE_FACTS:
        late_data |= (grounds == facts) & late[facts]
    causes = np.array([CAUSE_OF_GROUNDS[ground] for ground in grounds], dtype=object)
    return np.where(late_data, "late_data", causes).astype(object)


# Who is a key user is told by contacts, whether active by usage; instalments are settled by payments.
_READ_TOGETHER = {"contacts": "usage", "instalments": "payments"}
_STAGE_FACTS = ("contracts", "projects", "usage")
CAUSE_OF_GROUNDS = {
    "contracts": "commercial",
    "projects": "project",
    "usage": "behaviour",
    "silence": "behaviour",
    "days": "calendar",
}


def _objects(column: Iterable[object]) -> Words:
    values = pd.Series(column).to_numpy(dtype=object).copy()
    values[pd.isna(values)] = ""
    return values


def _cells(table: MeasureTable, measure: str) -> list[str]:
    return format_column(table.column(measure), table.places_of(measure))
