"""Which scheme gives the tier; of a scheme, who has no tier and how customers climb."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from segmentation.compute.stages import STAGES as STAGE_KEYS
from segmentation.labels import SCHEMES, STAGES, TIERS
from segmentation.rule_forms.base import SectionForm
from segmentation.rules.differences import at


def stage_choices() -> list[tuple[str, Any]]:
    return [(key, STAGES[key]) for key in STAGES if key in STAGE_KEYS]


class TiersForm(SectionForm):
    """The scheme picked, and those shown beside it."""

    def build(self) -> None:
        tiers = self.rules["tiers"]
        choices = [(name, SCHEMES[name]) for name in sorted(tiers["schemes"])]
        self.add(
            "scheme",
            forms.ChoiceField(
                label=gettext_lazy("The tier comes from"),
                help_text=gettext_lazy(
                    "All schemes are computed every night; this one gives the tier, its moves and "
                    "its strategies."
                ),
                choices=choices,
                widget=forms.RadioSelect,
            ),
            tiers["scheme"],
            ("tiers", "scheme"),
        )
        self.add(
            "also_shown",
            forms.MultipleChoiceField(
                label=gettext_lazy("Shown beside it"),
                choices=choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            ),
            list(tiers.get("also_shown", ())),
            ("tiers", "also_shown"),
        )

    def edited(self) -> dict[str, Any]:
        rules, cleaned = self.copy(), self.cleaned_data
        rules["tiers"]["scheme"] = cleaned["scheme"]
        rules["tiers"]["also_shown"] = [
            name for name in cleaned["also_shown"] if name != cleaned["scheme"]
        ]
        return rules


class SchemeForm(SectionForm):
    """Stages without a tier, and the ladder. Rules and their order have pages of their own."""

    def build(self) -> None:
        scheme = at(self.rules, self.section.path)
        self.add(
            "without",
            forms.MultipleChoiceField(
                label=gettext_lazy("Stages without a tier"),
                choices=stage_choices(),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            ),
            list(scheme["without"]),
            (*self.section.path, "without"),
        )
        rungs = [("", _("Not on it"))]
        rungs += [(str(place), str(place)) for place in range(1, len(scheme["order"]) + 1)]
        for tier in scheme["order"]:
            place = scheme["ladder"].index(tier) + 1 if tier in scheme["ladder"] else ""
            self.add(
                f"rung-{tier}",
                forms.ChoiceField(label=str(TIERS[tier]), choices=rungs, required=False),
                str(place),
            )
        self.paths[f"rung-{scheme['order'][0]}"] = (*self.section.path, "ladder")

    @property
    def rungs(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name.startswith("rung-")]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        taken: dict[str, str] = {}
        for name in self.fields:
            place = cleaned.get(name) if name.startswith("rung-") else ""
            if place and place in taken.values():
                self.add_error(name, _("Two tiers cannot stand on the same rung."))
            elif place:
                taken[name] = place
        return cleaned

    def edited(self) -> dict[str, Any]:
        rules, cleaned = self.copy(), self.cleaned_data
        scheme = at(rules, self.section.path)
        scheme["without"] = list(cleaned["without"])
        climbed = [
            (int(cleaned[name]), name.removeprefix("rung-"))
            for name in self.fields
            if name.startswith("rung-") and cleaned[name]
        ]
        scheme["ladder"] = [tier for _place, tier in sorted(climbed)]
        return rules
