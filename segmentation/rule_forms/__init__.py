"""Forms in which people change a section of a rule set without knowing JSON."""

from __future__ import annotations

from typing import Any

from segmentation.rule_forms.base import SectionForm
from segmentation.rule_forms.levels import LevelsForm
from segmentation.rule_forms.schemes import SchemeForm, TiersForm
from segmentation.rule_forms.scores import ScoresForm
from segmentation.rule_forms.stages import StagesForm

FORMS: dict[str, type[SectionForm]] = {
    "scores": ScoresForm,
    "levels": LevelsForm,
    "stages": StagesForm,
    "tiers": TiersForm,
    "scheme": SchemeForm,
}
"""Kind of a section → its form."""


def form_for(kind: str, *args: Any, **kwargs: Any) -> SectionForm:
    return FORMS[kind](*args, **kwargs)


__all__ = ["FORMS", "SectionForm", "form_for"]
