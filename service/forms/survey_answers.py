"""What a customer's person fills in by a link."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from service.actions.survey_answers import LONGEST_COMMENT


class WordsForm(forms.Form):
    """Why, and the answers to further questions; labelled in the survey's own words."""

    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: object, why: str, further: Sequence[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if why:
            self.fields["comment"].label = why
        for place, question in enumerate(further):
            self.fields[f"further-{place}"] = forms.CharField(
                label=question,
                required=False,
                max_length=LONGEST_COMMENT,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def told(self) -> dict[str, str]:
        """The answers to further questions, by their place."""
        return {
            name.removeprefix("further-"): text
            for name, text in self.cleaned_data.items()
            if name.startswith("further-")
        }
