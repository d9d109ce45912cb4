"""The form with which a draft is published."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class PublishForm(forms.Form):
    """The note; ``revision``: of the draft that the person saw."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("What changes, and why"),
        help_text=_("Everybody reads it beside the version, and in the audit."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
