"""Which input of a tier made it change."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from segmentation.compute import tiers
from segmentation.compute.comparison import Bools, Comparison, Words, differ, stage_causes
from segmentation.compute.measures import MeasureTable
from segmentation.compute.rule_changes import moved_by_rules


class TierInputs:
    """The inputs of the tier of the customers whose tier moved, as they were and as they are.

    An input is named `stage`, by a dimension, or by a measure that a tier rule reads; they are
    kept in the order in which they are believed to decide.
    """

    def __init__(self, nights: Comparison, customers: pd.Index) -> None:
        self.nights = nights
        self.customers = customers
        self.scheme = nights.scheme
        previous, current = nights.previous.loc[customers], nights.current.loc[customers]
        self.old_stage = previous["stage"].to_numpy(dtype=object)
        self.new_stage = current["stage"].to_numpy(dtype=object)
        self.old_levels = {n: previous[n].to_numpy(dtype=object) for n in self.scheme.dimensions}
        self.new_levels = {n: current[n].to_numpy(dtype=object) for n in self.scheme.dimensions}
        self.tier = current["tier"].to_numpy(dtype=object)
        self.conditions = sorted(
            {condition.measure for rule in self.scheme.rules for condition in rule.measures}
        )
        self.table = nights.current_measures.rows(customers)
        self.old_table = nights.previous_rows(customers)

    @property
    def names(self) -> list[str]:
        return ["stage", *self.scheme.dimensions, *self.conditions]

    def because(self) -> dict[str, Bools]:
        """Input → for whom it counts as what moved the tier.

        Decisive inputs, whose old value alone would give another tier tonight; where there is
        none, every input that changed.
        """
        changed = {name: self._changed(name) for name in self.names}
        decisive = {name: self._decisive(name, changed[name]) for name in self.names}
        none_alone = ~np.any(list(decisive.values()), axis=0)
        return {name: decisive[name] | (none_alone & changed[name]) for name in self.names}

    def cause(self, name: str) -> tuple[Words, Bools]:
        """(cause, relative) that a change of this input has, per customer.

        relative: a dimension changed although none of the customer's own measures did, nor the
        rules: the quantiles of the customers moved.
        """
        size = len(self.customers)
        if name == "stage":
            return stage_causes(self.nights, self.customers), np.zeros(size, dtype=bool)
        cause = np.full(size, "behaviour", dtype=object)
        any_changed = np.zeros(size, dtype=bool)
        in_time = np.zeros(size, dtype=bool)
        # The last to be written wins, so the strongest cause comes last.
        for wanted in ("calendar", "behaviour", "project", "commercial"):
            for measure in self.measures_of(name):
                origin = self.nights.origins[measure]
                if origin.cause == wanted:
                    changed = self._measure_changed(measure)
                    cause[changed] = wanted
                    any_changed |= changed
                    in_time |= changed & ~self.nights.only_late(self.customers, origin.facts)
        cause[any_changed & ~in_time] = "late_data"
        relative = ~any_changed & ~moved_by_rules(self.nights, self.customers, name)
        return cause, relative & self._reads_quantiles(name)

    def measures_of(self, name: str) -> list[str]:
        """The measures behind an input (none behind the stage)."""
        if name in self.conditions:
            return [name]
        return [
            part.scoring.measure
            for rule in self.nights.dimensions
            if rule.name == name
            for part in rule.measures
        ]

    def _reads_quantiles(self, name: str) -> bool:
        return any(
            part.scoring.method == "quantile"
            for rule in self.nights.dimensions
            if rule.name == name
            for part in rule.measures
        )

    def _changed(self, name: str) -> Bools:
        if name == "stage":
            return differ(self.old_stage, self.new_stage)
        if name in self.conditions:
            return self._measure_changed(name)
        return differ(self.old_levels[name], self.new_levels[name])

    def _measure_changed(self, measure: str) -> Bools:
        if self.old_table is None:
            return np.ones(len(self.customers), dtype=bool)
        return differ(self.old_table.column(measure), self.table.column(measure))

    def _decisive(self, name: str, changed: Bools) -> Bools:
        if not changed.any():
            return changed
        return changed & differ(self._tier_with_old(name), self.tier)

    def _tier_with_old(self, name: str) -> pd.Series:
        stage = self.old_stage if name == "stage" else self.new_stage
        levels: Mapping[str, Words] = {
            dimension: self.old_levels[dimension] if dimension == name else column
            for dimension, column in self.new_levels.items()
        }
        table = self.table
        if name in self.conditions and self.old_table is not None:
            frame = table.frame.copy()
            frame[name] = self.old_table.column(name)
            table = MeasureTable(frame, table.places)
        assigned = tiers.assign(
            self.scheme,
            pd.Series(stage, index=self.customers, name="stage"),
            pd.DataFrame(levels, index=self.customers),
            table,
            self.nights.known_dimensions,
            self.nights.known_measures,
        )
        return assigned["tier"]
