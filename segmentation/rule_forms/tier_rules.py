"""The conditions of one tier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from segmentation.labels import DIMENSIONS
from segmentation.rule_forms.base import SectionForm
from segmentation.rule_forms.fields import UnitField, shown_number, unit_of
from segmentation.rule_forms.schemes import stage_choices
from segmentation.rule_numbers import measure_title
from segmentation.rules.differences import Path, at

NEW = "new"
BOUNDS = ("at_least", "at_most")
COUNTS = ("high_at_least", "high_at_most", "low_at_least", "low_at_most")


@dataclass(frozen=True)
class BoundRow:
    """A measure between bounds, for the page; ``choice``: of the new one, which measure it is."""

    title: str
    measure: str
    choice: BoundField | None
    bounds: list[BoundField]


class TierRuleForm(SectionForm):
    """Stages, counts of dimensions, bounds of measures; all that are given must hold."""

    def __init__(self, *args: Any, tier: str, **kwargs: Any) -> None:
        self.tier = tier
        super().__init__(*args, **kwargs)

    @property
    def path(self) -> Path:
        return (*self.section.path, "rules", self.tier)

    def build(self) -> None:
        rule = at(self.rules, self.path)
        self.kept = rule.get("measures", {})
        self.add(
            "stages",
            forms.MultipleChoiceField(
                label=gettext_lazy("The stage is one of"),
                help_text=gettext_lazy("None chosen: any stage."),
                choices=stage_choices(),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            ),
            list(rule.get("stages", ())),
            (*self.path, "stages"),
        )
        self.add(
            "dimensions",
            forms.MultipleChoiceField(
                label=gettext_lazy("Of these dimensions"),
                help_text=gettext_lazy(
                    "A dimension that is unknown for every customer is not counted."
                ),
                choices=list(DIMENSIONS.items()),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            ),
            list(rule.get("dimensions", ())),
            (*self.path, "dimensions"),
        )
        labels = {
            "high_at_least": gettext_lazy("high: at least"),
            "high_at_most": gettext_lazy("high: at most"),
            "low_at_least": gettext_lazy("low: at least"),
            "low_at_most": gettext_lazy("low: at most"),
        }
        for name in COUNTS:
            self.add(
                name,
                forms.IntegerField(label=labels[name], required=False),
                rule.get("count", {}).get(name),
                (*self.path, "count", name),
            )
        for measure, bounds in sorted(self.kept.items()):
            self._add_bounds(measure, measure, bounds)
        self.add_new_measure(f"measure-{NEW}", self.kept)
        self._add_bounds(NEW, self.asked(f"measure-{NEW}", ""), {})

    def _add_bounds(self, name: str, measure: str, bounds: dict[str, Any]) -> None:
        labels = {"at_least": gettext_lazy("at least"), "at_most": gettext_lazy("at most")}
        unit = unit_of(measure)
        for bound in BOUNDS:
            self.add(
                f"{bound}-{name}",
                UnitField(label=labels[bound], unit=unit, currency=self.currency),
                shown_number(bounds.get(bound), unit),
                (*self.path, "measures", measure, bound),
            )

    @property
    def counts(self) -> list[BoundField]:
        return [self[name] for name in COUNTS]

    @property
    def rows(self) -> list[BoundRow]:
        rows = [
            BoundRow(measure_title(measure), measure, None, self._bounds(measure))
            for measure in sorted(self.kept)
        ]
        added = self.asked(f"measure-{NEW}", "")
        return [*rows, BoundRow("", added, self[f"measure-{NEW}"], self._bounds(NEW))]

    def _bounds(self, name: str) -> list[BoundField]:
        return [self[f"{bound}-{name}"] for bound in BOUNDS]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        given = any(cleaned.get(f"{bound}-{NEW}") is not None for bound in BOUNDS)
        if cleaned.get(f"measure-{NEW}") and not given:
            self.add_error(f"at_least-{NEW}", _("Give a lower or an upper bound."))
        if given and not cleaned.get(f"measure-{NEW}"):
            self.add_error(f"measure-{NEW}", _("Which measure has these bounds?"))
        return cleaned

    def edited(self) -> dict[str, Any]:
        rules, cleaned = self.copy(), self.cleaned_data
        rule: dict[str, Any] = {}
        if cleaned["stages"]:
            rule["stages"] = list(cleaned["stages"])
        if cleaned["dimensions"]:
            rule["dimensions"] = list(cleaned["dimensions"])
        counts = {name: cleaned[name] for name in COUNTS if cleaned[name] is not None}
        if counts:
            rule["count"] = counts
        measures = {}
        for name in (*self.kept, NEW):
            measure = cleaned[f"measure-{NEW}"] if name == NEW else name
            bounds = {
                bound: cleaned[f"{bound}-{name}"]
                for bound in BOUNDS
                if cleaned[f"{bound}-{name}"] is not None
            }
            if measure and bounds:
                measures[measure] = bounds
        if measures:
            rule["measures"] = measures
        at(rules, self.section.path)["rules"][self.tier] = rule
        return rules
