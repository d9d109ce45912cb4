"""Which projects to list."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.queries.attention import Attention
from projects.queries.portfolio import Stage


class ProjectFilter(forms.Form):
    """What was not understood filters nothing."""

    q = forms.CharField(
        label=_("Customer or project"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    stage = forms.ChoiceField(
        label=_("Stage"), choices=[("", _("Any")), *Stage.choices], required=False
    )
    only = forms.ChoiceField(
        label=_("Only with"), choices=[("", _("Any")), *Attention.choices], required=False
    )
