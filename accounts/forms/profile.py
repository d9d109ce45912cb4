"""What a person sets for themself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.choices import language_choices, zone_choices
from accounts.models import User
from ui.choices import offer


class ProfileForm(forms.ModelForm):
    language = forms.ChoiceField(label=_("Language"), required=False)
    timezone = forms.ChoiceField(label=_("Time zone"), required=False)

    class Meta:
        model = User
        fields = ("name", "language", "timezone", "theme")
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        offer(self, "language", language_choices())
        offer(
            self,
            "timezone",
            [
                ("", _("As each tenant")),
                *zone_choices(self.instance.timezone),
            ],
        )
