"""The base of every form that changes a part of a rule set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from segmentation.models import RuleDraft
from segmentation.rule_errors import error_sentence
from segmentation.rule_forms.fields import UnitField, measure_choices, shown_number, unit_of
from segmentation.rule_sections import RuleSection
from segmentation.rules.schema import RuleError, path_text

Place = tuple[str | int, ...]

LOOK = "look"
"""Posted instead of saving: the form again, its units and choices following what was chosen."""


def looking() -> dict[str, str]:
    """Attributes of a choice that other fields depend on: with scripts, choosing asks for the form
    again."""
    return {"hx-post": "", "hx-vals": f'{{"{LOOK}": "1"}}'}


class SectionForm(forms.Form):
    """A form over a part of a draft's document.

    ``edited`` gives the whole document as the form asks for it; what validation finds wrong with it
    is put beside its fields by ``place``.
    """

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, draft: RuleDraft, section: RuleSection, currency: str
    ) -> None:
        super().__init__(data, initial={"revision": draft.revision}, use_required_attribute=False)
        self.rules: dict[str, Any] = draft.rules
        self.section = section
        self.currency = currency
        self.is_looking = data is not None and LOOK in data
        # Field → its place in the document; what is computed while cleaning is told there too.
        self.paths: dict[str, Place] = {}
        self.build()

    def build(self) -> None:
        """Add the fields that the document asks for."""
        raise NotImplementedError

    def edited(self) -> dict[str, Any]:
        """The whole document with what the form says. Only of a valid form."""
        raise NotImplementedError

    def full_clean(self) -> None:
        if self.is_looking:
            self._errors = ErrorDict()
            self.cleaned_data = {}
            return
        super().full_clean()

    def add(self, name: str, field: forms.Field, initial: Any, path: Place = ()) -> None:
        field.initial = initial
        self.fields[name] = field
        if path:
            self.paths[name] = path

    def add_new_measure(self, name: str, kept: Iterable[str]) -> None:
        """The choice of one more measure than are kept."""
        self.add(
            name,
            forms.ChoiceField(
                label=gettext_lazy("Another measure"),
                choices=[("", "–"), *measure_choices(but=kept)],
                required=False,
                widget=forms.Select(attrs=looking()),
            ),
            "",
        )

    def add_cuts(
        self, name: str, measure: str, cuts: Sequence[Any], places: int, path: Place
    ) -> None:
        """So many cut points of a measure; those there are stand first."""
        unit = unit_of(measure)
        for place in range(places):
            self.add(
                f"cut-{name}-{place}",
                UnitField(
                    label=_("Cut point %(number)s") % {"number": place + 1},
                    unit=unit,
                    currency=self.currency,
                ),
                shown_number(cuts[place], unit) if place < len(cuts) else "",
            )
        self.paths[f"cut-{name}-0"] = (*path, "cuts")

    def asked(self, name: str, kept: str) -> str:
        """What was posted for a field that others depend on, else what the document says."""
        return str(self.data.get(name, kept)) if self.is_bound else kept

    def copy(self) -> dict[str, Any]:
        return deepcopy(self.rules)

    def place(self, errors: Iterable[RuleError]) -> None:
        """Each error beside the field it is about, else above the form."""
        for error in errors:
            name = self._field_of(error.path)
            self.add_error(name, error_sentence(error) if name else str(error))

    def _field_of(self, path: str) -> str | None:
        texts = {name: path_text(list(parts)) for name, parts in self.paths.items()}
        inside = [name for name, text in texts.items() if _is_within(path, text)]
        if inside:
            return max(inside, key=lambda name: len(texts[name]))
        around = [name for name, text in texts.items() if _is_within(text, path)]
        return around[0] if around else None


def _is_within(path: str, outer: str) -> bool:
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))
