"""Forms of the engine's screens."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from segmentation.models import SavedView

# Screens with lists that can be saved.
SCREENS = ("portfolio",)


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
