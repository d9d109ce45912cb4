"""The lifecycle's numbers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from segmentation.catalogue import Unit
from segmentation.rule_forms.base import SectionForm
from segmentation.rule_forms.fields import UnitField, shown_number


class StagesForm(SectionForm):
    """Days of new and dormant, collapse of usage, nights of hysteresis."""

    def build(self) -> None:
        stages = self.rules["stages"]
        days: dict[str, Any] = {"unit": Unit.DAYS, "required": True, "decimal_places": 0}
        self.add(
            "new_days",
            UnitField(
                label=_("New for fewer than"),
                help_text=_(
                    "After the first acceptance of a project; without a project, after the first "
                    "start of a contract."
                ),
                **days,
            ),
            stages["new_days"],
            ("stages", "new_days"),
        )
        self.add(
            "dormant_days",
            UnitField(label=_("Dormant after"), help_text=_("Without any usage."), **days),
            stages["dormant_days"],
            ("stages", "dormant_days"),
        )
        collapse = stages["collapse"]
        self.add(
            "ratio",
            UnitField(
                label=_("Dormant as well when usage falls to"),
                help_text=_(
                    "Or less, of the 30 days before; per working day, so that holidays move nobody."
                ),
                unit=Unit.SHARE,
                required=True,
            ),
            shown_number(collapse["ratio"], Unit.SHARE),
            ("stages", "collapse", "ratio"),
        )
        self.add(
            "min_events",
            forms.IntegerField(
                label=_("If the 30 days before had at least"),
                help_text=_("Events; fewer can vanish by chance."),
            ),
            collapse["min_events"],
            ("stages", "collapse", "min_events"),
        )
        self.add(
            "hysteresis_nights",
            forms.IntegerField(
                label=_("A stage gets worse after"),
                help_text=_(
                    "Nights in a row on which it was worse. 0 and 1: at once. Churned is always at "
                    "once; better is always at once."
                ),
            ),
            self.rules["hysteresis_nights"],
            ("hysteresis_nights",),
        )

    def edited(self) -> dict[str, Any]:
        rules, cleaned = self.copy(), self.cleaned_data
        rules["stages"]["new_days"] = cleaned["new_days"]
        rules["stages"]["dormant_days"] = cleaned["dormant_days"]
        rules["stages"]["collapse"]["ratio"] = cleaned["ratio"]
        rules["stages"]["collapse"]["min_events"] = cleaned["min_events"]
        rules["hysteresis_nights"] = cleaned["hysteresis_nights"]
        return rules
