"""Forms of the engine's screens."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from segmentation.models import CustomerGroup, SavedView, StrategyText
from segmentation.queries.strategies import Part, Sheet

# URL names of screens with lists that can be saved; apps add theirs in ``AppConfig.ready()``.
SCREENS = ["portfolio"]


class SavedViewForm(forms.ModelForm):
    """A list under a name."""

    class Meta:
        model = SavedView
        fields = ("screen", "name", "query", "is_shared")
        labels = {"name": _("Name of the view")}

    def clean_screen(self) -> str:
        screen: str = self.cleaned_data["screen"]
        if screen not in SCREENS:
            raise forms.ValidationError(_("No list of this name can be saved."))
        return screen

    def clean_query(self) -> str:
        """Only parameters, whatever was sent."""
        pairs: list[tuple[str, Any]] = parse_qsl(self.cleaned_data["query"], max_num_fields=60)
        return urlencode(pairs)


LONGEST_STRATEGY = 1000


class StrategyForm(forms.Form):
    """The texts about one tier, a field per kind and language; empty: the shipped one holds."""

    def __init__(self, *args: Any, sheet: Sheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in sheet.parts:
            self.fields[part.field] = forms.CharField(
                label=StrategyText.Kind(part.kind).label,
                initial=part.text,
                required=False,
                max_length=LONGEST_STRATEGY,
                widget=forms.Textarea(attrs={"rows": 4, "lang": part.language}),
            )
        self.sheet = sheet

    def pairs(self, language: str) -> list[tuple[Part, forms.BoundField]]:
        """Each part of a language with its field."""
        return [(part, self[part.field]) for part in self.sheet.in_language(language)]


class CustomerGroupForm(forms.ModelForm):
    """What a customer group is called and who may use it; its condition is a draft of its own."""

    class Meta:
        model = CustomerGroup
        fields = ("name", "note", "is_shared")
        labels = {"name": _("Name"), "note": _("Note"), "is_shared": _("Everybody may use it")}
        help_texts = {"is_shared": _("Otherwise only you and administrators see it.")}
