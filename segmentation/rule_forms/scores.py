"""R, F and M, and the segments made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from segmentation.catalogue import Unit
from segmentation.compute.scores import DEFAULT_BINS, SLOTS
from segmentation.labels import SLOTS as SLOT_WORDS
from segmentation.rule_forms.base import SectionForm, looking
from segmentation.rule_forms.fields import METHODS, UnitField, measure_choices
from segmentation.rule_numbers import measure_title
from segmentation.rules.basis import AUTO, MEASURES_OF_BASIS

MOST_CUTS = 9
USUAL_CUTS = 4


@dataclass(frozen=True)
class Slot:
    """R, F or M with its fields, for the page."""

    name: str
    title: str | Promise
    measure: str
    choice: BoundField
    method: BoundField
    bins: BoundField
    cuts: list[BoundField]
    is_relative: bool


class ScoresForm(SectionForm):
    """Look-back window, basis, the three slots, the map, and what is high."""

    def build(self) -> None:
        rfm = self.rules["rfm"]
        self.add(
            "window_days",
            UnitField(
                label=gettext_lazy("Look-back window of payments"),
                help_text=gettext_lazy(
                    "Frequency and amount count the payments of so many days. Empty: all payments."
                ),
                unit=Unit.DAYS,
                decimal_places=0,
            ),
            self.rules["window_days"],
            ("window_days",),
        )
        bases = [
            ("engagement", _("Engagement: days since last use, active days, ARR")),
            ("payments", _("Payments: days since last payment, number, amount")),
        ]
        if rfm["basis"] == AUTO:
            bases.insert(0, (AUTO, _("Settled by the first night")))
        self.add(
            "basis",
            forms.ChoiceField(
                label=gettext_lazy("Basis"),
                help_text=gettext_lazy("What R, F and M read where no measure is named."),
                choices=bases,
                widget=forms.Select(attrs=looking()),
            ),
            rfm["basis"],
            ("rfm", "basis"),
        )
        for slot in SLOTS:
            self._add_slot(slot, rfm[slot])
        self.add(
            "map",
            forms.ChoiceField(
                label=gettext_lazy("Segments shown"),
                help_text=gettext_lazy("Both are computed. Eleven needs five scores of each."),
                choices=[("eleven", _("Eleven segments")), ("eight", _("Eight classes"))],
            ),
            rfm["map"],
            ("rfm", "map"),
        )
        self.add(
            "high",
            forms.ChoiceField(
                label=gettext_lazy("High in the eight classes"),
                choices=[
                    ("mean", _("At or better than the mean")),
                    ("median", _("At or better than the median")),
                    *(
                        (str(score), _("A score of at least %(score)s") % {"score": score})
                        for score in range(2, 11)
                    ),
                ],
            ),
            str(self.rules["class8"]["high"]),
            ("class8", "high"),
        )

    def _add_slot(self, slot: str, rule: dict[str, Any]) -> None:
        path = ("rfm", slot)
        basis = self.asked("basis", self.rules["rfm"]["basis"])
        of_basis = MEASURES_OF_BASIS.get(basis, {}).get(slot, "")
        words = _("Of the basis")
        if of_basis:
            words = _("Of the basis: %(measure)s") % {"measure": measure_title(of_basis)}
        self.add(
            f"measure-{slot}",
            forms.ChoiceField(
                label=gettext_lazy("Measure"),
                choices=measure_choices(auto=words),
                widget=forms.Select(attrs=looking()),
            ),
            rule.get("measure", AUTO),
            (*path, "measure"),
        )
        self.add(
            f"method-{slot}",
            forms.ChoiceField(
                label=gettext_lazy("Scores by"),
                choices=METHODS,
                widget=forms.Select(attrs=looking()),
            ),
            rule["method"],
            (*path, "method"),
        )
        self.add(
            f"bins-{slot}",
            forms.IntegerField(label=gettext_lazy("Number of scores"), required=False),
            rule.get("bins", DEFAULT_BINS),
            (*path, "bins"),
        )
        cuts = rule.get("cuts", [])
        places = min(MOST_CUTS, max(USUAL_CUTS, len(cuts) + (len(cuts) >= USUAL_CUTS)))
        self.add_cuts(slot, self.measure_of(slot), cuts, places, path)

    def measure_of(self, slot: str) -> str:
        """The measure chosen, or that of the basis; empty while the basis is open."""
        rfm = self.rules["rfm"]
        measure = self.asked(f"measure-{slot}", rfm[slot].get("measure", AUTO))
        if measure == AUTO:
            basis = self.asked("basis", rfm["basis"])
            measure = MEASURES_OF_BASIS.get(basis, {}).get(slot, "")
        return measure

    @property
    def slots(self) -> list[Slot]:
        return [
            Slot(
                slot,
                SLOT_WORDS[slot],
                self.measure_of(slot),
                self[f"measure-{slot}"],
                self[f"method-{slot}"],
                self[f"bins-{slot}"],
                [self[name] for name in self._cuts(slot)],
                self.asked(f"method-{slot}", self.rules["rfm"][slot]["method"]) == "quantile",
            )
            for slot in SLOTS
        ]

    def edited(self) -> dict[str, Any]:
        rules, cleaned = self.copy(), self.cleaned_data
        rules["window_days"] = cleaned["window_days"]
        rules["rfm"]["basis"] = cleaned["basis"]
        rules["rfm"]["map"] = cleaned["map"]
        high = cleaned["high"]
        rules["class8"]["high"] = int(high) if high.isdigit() else high
        for slot in SLOTS:
            if any(name in self.changed_data for name in self._fields_of(slot)):
                rules["rfm"][slot] = self._edited_slot(slot)
        return rules

    def _edited_slot(self, slot: str) -> dict[str, Any]:
        cleaned = self.cleaned_data
        rule = {"measure": cleaned[f"measure-{slot}"], "method": cleaned[f"method-{slot}"]}
        if rule["method"] == "quantile":
            return rule | {"bins": cleaned[f"bins-{slot}"] or DEFAULT_BINS}
        cuts: list[Any] = []
        for name in self._cuts(slot):
            if cleaned[name] is not None:
                self.paths[name] = ("rfm", slot, "cuts", len(cuts))
                cuts.append(cleaned[name])
        return rule | {"cuts": cuts}

    def _cuts(self, slot: str) -> list[str]:
        return [name for name in self.fields if name.startswith(f"cut-{slot}-")]

    def _fields_of(self, slot: str) -> list[str]:
        return [f"measure-{slot}", f"method-{slot}", f"bins-{slot}", *self._cuts(slot)]
