"""Which letters to show, and how a tenant's letters are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import MailSettings, OutgoingMail, Purpose
from accounts.models.mail import LEAST_KEPT_DAYS, MOST_KEPT_DAYS

EVERY = gettext_lazy("All")


class MailFilter(forms.Form):
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[("", EVERY), *OutgoingMail.State.choices],
        required=False,
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"), choices=[("", EVERY), *Purpose.choices], required=False
    )
    q = forms.CharField(
        label=gettext_lazy("Subject or address contains"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )


class MailSettingsForm(forms.Form):
    """Sender, signatures and quiet hours; one field of a signature for each language."""

    sender_name = forms.CharField(
        label=gettext_lazy("Sender name"),
        max_length=100,
        required=False,
        help_text=gettext_lazy(
            "What readers see as the sender. The address is the installation's."
        ),
    )
    reply_to = forms.EmailField(
        label=gettext_lazy("Reply to"),
        required=False,
        help_text=gettext_lazy("Where answers of customers go."),
    )
    is_quiet = forms.BooleanField(
        label=gettext_lazy("Surveys, product updates and digests wait for the morning"),
        required=False,
        help_text=gettext_lazy(
            "By the clock of who reads them. Letters that work needs never wait."
        ),
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("Quiet until"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    is_quiet_on_weekends = forms.BooleanField(
        label=gettext_lazy("Quiet on Saturdays and Sundays"), required=False
    )
    notifications_kept_days = forms.IntegerField(
        label=gettext_lazy("Days that notifications are kept"),
        min_value=LEAST_KEPT_DAYS,
        max_value=MOST_KEPT_DAYS,
        help_text=gettext_lazy("Then what people were told is deleted."),
    )
    letters_kept_days = forms.IntegerField(
        label=gettext_lazy("Days that letters are kept"),
        min_value=LEAST_KEPT_DAYS,
        max_value=MOST_KEPT_DAYS,
        help_text=gettext_lazy(
            "Then the list of letters forgets them. Their texts are gone once they have left."
        ),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, own: MailSettings, **kwargs: Any) -> None:
        names = ("sender_name", "reply_to", "is_quiet", "quiet_from", "quiet_until",
                 "is_quiet_on_weekends", "notifications_kept_days", "letters_kept_days")  # fmt: skip
        kwargs["initial"] = {name: getattr(own, name) for name in names} | {"seen": own.version}
        super().__init__(*args, **kwargs)
        for code, name in settings.LANGUAGES:
            self.fields[signature_field(code)] = forms.CharField(
                label=_("Signature under letters to customers, %(language)s") % {"language": name},
                required=False,
                max_length=1000,
                initial=own.signatures.get(code, ""),
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        given = dict(self.cleaned_data)
        signatures = {
            code: given.pop(signature_field(code)).strip() for code, _name in settings.LANGUAGES
        }
        return given | {"signatures": {code: text for code, text in signatures.items() if text}}


def signature_field(language: str) -> str:
    """Name of the field of a language's signature."""
    return f"signature_{language.replace('-', '_')}"
