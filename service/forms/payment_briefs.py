"""That a brief was used, and with whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import Contact, Customer
from ui.choices import offer_rows


class BriefUsedForm(forms.Form):
    """Whom it was talked over with; nobody named is fine."""

    contact: forms.ModelChoiceField = forms.ModelChoiceField(
        None,
        label=gettext_lazy("Talked over with"),
        required=False,
        empty_label=gettext_lazy("Nobody named"),
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "contact", Contact.objects.filter(customer=customer).order_by("name"))
