"""Tier schemes as data: ordered rules, each the conjunction of up to three conditions.

- `stages`: the held stage is one of these;
- `dimensions` with at_least/at_most counts of high and low: how many of these dimensions are high
  or low. Only dimensions known for at least one customer of the tenant are counted, and an
  "at least n" asks for at most as many as there are: at least min(n, known);
- `measures`: a measure is at least / at most a number.

A rule without conditions always matches. Stages listed in `without` have no tier (prospects).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from segmentation.compute.dimensions import LEVELS
from segmentation.compute.exact import ceil_to, cut_in_unit_of, floor_to
from segmentation.compute.measures import MeasureTable

Bools = npt.NDArray[np.bool_]

SCHEMES = ("a", "b", "c")
"""Of value groups, of the lifecycle with facets, and the ladder."""


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
    def bounds(self) -> tuple[int | float | Decimal | None, ...]:
        return self.at_least, self.at_most

    def holds_for(self, value: Fraction) -> bool:
        """Whether a value, in the unit of the measure, is within the bounds."""
        return (self.at_least is None or value >= Fraction(self.at_least)) and (
            self.at_most is None or value <= Fraction(self.at_most)
        )

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

    def reading(self, known_measures: Collection[str]) -> "TierRule":
        """See `Scheme.reading`."""
        left = tuple(one for one in self.measures if one.measure in known_measures)
        return replace(self, measures=left) if left or self.stages or self.dimensions else self

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

    @property
    def conditions(self) -> tuple[MeasureCondition, ...]:
        """Every condition on a measure, each once, in the order of the rules."""
        found = (condition for rule in self.rules for condition in rule.measures)
        return tuple(dict.fromkeys(found))

    def reading(self, known_measures: Collection[str] | None) -> "Scheme":
        """The scheme as a tenant can use it: what is asked of a measure that nobody has is left out
        of its rule. A rule that asks for nothing else stays, and cannot be decided.

        known_measures: those that somebody of the tenant has; None: every one.
        """
        if known_measures is None:
            return self
        return replace(self, rules=tuple(rule.reading(known_measures) for rule in self.rules))
