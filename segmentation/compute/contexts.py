"""What a night read off the whole tenant, kept so that a stored night can be explained."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from segmentation.compute.dimensions import Cuts
from segmentation.compute.scores import Refusal


@dataclass(frozen=True)
class Context:
    """What a night found about the tenant as a whole; with it one customer can be explained.

    Stored with the night as JSON (`to_json`, `from_json`; fractions as "p/q" strings).
    score_cuts: slot → cut points; dimension_cuts: dimension → measure → cut points, both in the
    unit of the table (money scaled), None where refused. high_bounds: slot → mean or median that
    class8 compared with. known_dimensions: those known for anybody; known_measures: of those that
    tier rules read, the ones that anybody has (None: a night of before they were kept). facet_cuts,
    known_sides: the same of the value facet.
    """

    score_cuts: Mapping[str, tuple[Fraction, ...] | None]
    high_bounds: Mapping[str, Fraction | None]
    dimension_cuts: Cuts
    known_dimensions: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    segment_refusal: str | None
    known_measures: tuple[str, ...] | None = None
    facet_cuts: Cuts = field(default_factory=dict)
    known_sides: tuple[str, ...] = ()

    @property
    def refused(self) -> list[dict[str, Any]]:
        """What was refused, as JSON values, each once: a measure may be refused as a score and in a
        dimension."""
        found: list[dict[str, Any]] = []
        for refusal in self.refusals:
            if vars(refusal) not in found:
                found.append(dict(vars(refusal)))
        if self.segment_refusal:
            found.append({"code": self.segment_refusal})
        return found

    def to_json(self) -> dict[str, Any]:
        return {
            "score_cuts": {slot: _cuts_out(cuts) for slot, cuts in self.score_cuts.items()},
            "high_bounds": {
                slot: None if bound is None else str(bound)
                for slot, bound in self.high_bounds.items()
            },
            "dimension_cuts": _all_out(self.dimension_cuts),
            "known_dimensions": list(self.known_dimensions),
            "refusals": [vars(refusal) for refusal in self.refusals],
            "segment_refusal": self.segment_refusal,
            "known_measures": None if self.known_measures is None else list(self.known_measures),
            "facet_cuts": _all_out(self.facet_cuts),
            "known_sides": list(self.known_sides),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Context":
        return cls(
            score_cuts={slot: _cuts_in(cuts) for slot, cuts in stored["score_cuts"].items()},
            high_bounds={
                slot: None if bound is None else Fraction(bound)
                for slot, bound in stored["high_bounds"].items()
            },
            dimension_cuts=_all_in(stored["dimension_cuts"]),
            known_dimensions=tuple(stored["known_dimensions"]),
            refusals=tuple(Refusal(**refusal) for refusal in stored["refusals"]),
            segment_refusal=stored["segment_refusal"],
            known_measures=None
            if stored.get("known_measures") is None
            else tuple(stored["known_measures"]),
            facet_cuts=_all_in(stored.get("facet_cuts", {})),
            known_sides=tuple(stored.get("known_sides", ())),
        )


def _all_out(cuts: Cuts) -> dict[str, dict[str, list[str] | None]]:
    return {
        name: {measure: _cuts_out(points) for measure, points in by_measure.items()}
        for name, by_measure in cuts.items()
    }


def _all_in(stored: Mapping[str, Mapping[str, list[str] | None]]) -> Cuts:
    return {
        name: {measure: _cuts_in(points) for measure, points in by_measure.items()}
        for name, by_measure in stored.items()
    }


def _cuts_out(cuts: tuple[Fraction, ...] | None) -> list[str] | None:
    return None if cuts is None else [str(cut) for cut in cuts]


def _cuts_in(cuts: list[str] | None) -> tuple[Fraction, ...] | None:
    return None if cuts is None else tuple(Fraction(cut) for cut in cuts)
