"""What a recipient fills in on the page of a report."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from service.forms.case_links import TrapForm
from service.models.surveys import SCALES, SurveyKind

LONGEST = 5000


class WishForm(TrapForm):
    text = forms.CharField(
        label=gettext_lazy("What do you wish for?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class QuestionForm(TrapForm):
    text = forms.CharField(
        label=gettext_lazy("What do you want to know?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ScoreForm(TrapForm):
    # What the page asked: the same score says another thing on another scale.
    kind = forms.ChoiceField(choices=SurveyKind, required=False, widget=forms.HiddenInput)
    score = forms.IntegerField(min_value=0, max_value=max(high for _low, high in SCALES.values()))
    comment = forms.CharField(
        label=gettext_lazy("In your words, if you like"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
