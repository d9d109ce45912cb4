"""A dimension, or a side of a facet: measures, and how their values become levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from segmentation.labels import LEVELS
from segmentation.rule_forms.base import SectionForm, looking
from segmentation.rule_forms.fields import METHODS
from segmentation.rule_numbers import measure_title
from segmentation.rules.differences import at

NEW = "new"
REVERSED = "less:"
USUAL_CUTS = 2


@dataclass(frozen=True)
class LevelRow:
    """A measure with its fields, for the page; ``use`` or ``choice`` (of the new one) is first."""

    title: str
    measure: str
    is_new: bool
    first: BoundField
    method: BoundField
    levels: BoundField
    cuts: list[BoundField]
    is_relative: bool


class LevelsForm(SectionForm):
    """How the measures' levels are combined, a row per measure, and one for another measure."""

    def build(self) -> None:
        self.words = self.section.words
        rule = at(self.rules, self.section.path)
        self.kept: dict[str, Any] = {
            measure: levelling
            for measure, levelling in sorted(
                rule["measures"].items(), key=lambda item: measure_title(item[0])
            )
            if levelling is not None
        }
        path = self.section.path
        self.add(
            "combine",
            forms.ChoiceField(
                label=gettext_lazy("Of several measures"),
                help_text=gettext_lazy("A measure that is not known is passed over."),
                choices=[
                    ("highest", _("The highest level counts")),
                    ("lowest", _("The lowest level counts")),
                    ("average", _("The average counts")),
                ],
            ),
            rule["combine"],
            (*path, "combine"),
        )
        for measure, levelling in self.kept.items():
            self.add(
                f"use-{measure}",
                forms.BooleanField(label=measure_title(measure), required=False),
                True,
                (*path, "measures", measure),
            )
            self._add_row(measure, measure, levelling)
        self.add_new_measure(f"use-{NEW}", self.kept)
        blank = {"method": "thresholds", "cuts": [], "levels": list(self.words)}
        self._add_row(NEW, self.asked(f"use-{NEW}", ""), blank)

    def _add_row(self, name: str, measure: str, levelling: Mapping[str, Any]) -> None:
        path = (*self.section.path, "measures", measure)
        self.add(
            f"method-{name}",
            forms.ChoiceField(
                label=gettext_lazy("Levels by"),
                choices=METHODS,
                widget=forms.Select(attrs=looking()),
            ),
            levelling["method"],
            (*path, "method"),
        )
        now = _pattern(levelling, self.words)
        self.add(
            f"levels-{name}",
            forms.ChoiceField(
                label=gettext_lazy("From low values to high"), choices=_patterns(self.words, now)
            ),
            now,
            (*path, "levels"),
        )
        cuts = levelling.get("cuts", [])
        self.add_cuts(name, measure, cuts, max(USUAL_CUTS, len(cuts)), path)

    @property
    def rows(self) -> list[LevelRow]:
        return [self._row(name) for name in (*self.kept, NEW)]

    def _row(self, name: str) -> LevelRow:
        measure = self.asked(f"use-{NEW}", "") if name == NEW else name
        kept = self.kept.get(name, {"method": "thresholds"})
        return LevelRow(
            measure_title(measure) if measure else "",
            measure,
            name == NEW,
            self[f"use-{name}"],
            self[f"method-{name}"],
            self[f"levels-{name}"],
            [self[field] for field in self._cuts(name)],
            self.asked(f"method-{name}", kept["method"]) == "quantile",
        )

    def edited(self) -> dict[str, Any]:
        rules, cleaned = self.copy(), self.cleaned_data
        rule = at(rules, self.section.path)
        rule["combine"] = cleaned["combine"]
        measures = {}
        for measure, levelling in self.kept.items():
            if cleaned[f"use-{measure}"]:
                names = [f"method-{measure}", f"levels-{measure}", *self._cuts(measure)]
                is_same = not any(name in self.changed_data for name in names)
                measures[measure] = levelling if is_same else self._levelling(measure, measure)
        if added := cleaned[f"use-{NEW}"]:
            self.paths[f"use-{NEW}"] = (*self.section.path, "measures", added)
            measures[added] = self._levelling(NEW, added)
        rule["measures"] = measures
        return rules

    def _levelling(self, name: str, measure: str) -> dict[str, Any]:
        cleaned = self.cleaned_data
        pattern: str = cleaned[f"levels-{name}"]
        levels = pattern.removeprefix(REVERSED).split(",")
        rule: dict[str, Any] = {"method": cleaned[f"method-{name}"]}
        if rule["method"] == "quantile":
            rule["bins"] = len(levels)
        else:
            rule["cuts"] = []
            for field in self._cuts(name):
                if cleaned[field] is not None:
                    place = len(rule["cuts"])
                    self.paths[field] = (*self.section.path, "measures", measure, "cuts", place)
                    rule["cuts"].append(cleaned[field])
        rule["levels"] = levels
        return rule | ({"reversed": True} if pattern.startswith(REVERSED) else {})

    def _cuts(self, name: str) -> list[str]:
        return [field for field in self.fields if field.startswith(f"cut-{name}-")]


def _pattern(levelling: Mapping[str, Any], words: tuple[str, ...]) -> str:
    text = ",".join(levelling.get("levels", words))
    return f"{REVERSED}{text}" if levelling.get("reversed", False) else text


def _patterns(words: tuple[str, ...], now: str) -> list[tuple[str, str]]:
    """Every ascending choice of at least two levels, then the same where less is better."""
    chosen = [
        ",".join(levels)
        for size in range(len(words), 1, -1)
        for levels in combinations(words, size)
    ]
    if now.removeprefix(REVERSED) not in chosen:
        chosen.append(now.removeprefix(REVERSED))
    return [
        *((pattern, _shown(pattern.split(","))) for pattern in chosen),
        *(
            (
                f"{REVERSED}{pattern}",
                _("%(levels)s (less is better)") % {"levels": _shown(pattern.split(",")[::-1])},
            )
            for pattern in chosen
        ),
    ]


def _shown(levels: list[str]) -> str:
    return " · ".join(str(LEVELS[level]) for level in levels)
