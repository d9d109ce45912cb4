"""Which audit records to show."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.queries.audit import nouns


def _noun_choices() -> list[tuple[str, str]]:
    return [("", str(_("Everything"))), *nouns()]


class AuditFilter(forms.Form):
    noun = forms.ChoiceField(label=_("About"), choices=_noun_choices, required=False)
    q = forms.CharField(
        label=_("Name contains"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    who = forms.CharField(label=_("Who"), required=False, max_length=100)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
