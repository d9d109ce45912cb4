"""Who recommended us to whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import Contact, Customer, Membership
from projects.forms.plans import DayField
from service.models import Referral
from service.queries.referrals import STATES, customer_called
from ui.choices import offer_rows


class ReferralFilter(forms.Form):
    """What was not understood filters nothing."""

    q = forms.CharField(
        label=gettext_lazy("Customer"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=[("", gettext_lazy("Any")), *STATES.items()],
        required=False,
    )


class ReferralForm(forms.Form):
    """A referral of a customer; who was referred is told by name, and tied where we know them."""

    prospect = forms.CharField(
        label=gettext_lazy("Who was referred to us"),
        max_length=300,
        help_text=gettext_lazy(
            "Name or key. Who is among the customers and prospects is tied to it; of who is not, the "
            "name is kept."
        ),
    )
    contact: forms.ModelChoiceField = forms.ModelChoiceField(
        None,
        label=gettext_lazy("Who recommended us"),
        required=False,
        empty_label=gettext_lazy("Nobody named"),
    )
    referred_on = DayField(label=gettext_lazy("Referred on"))
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1, initial=0)

    def __init__(
        self, *args: Any, referrer: Customer, membership: Membership, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.membership = membership
        offer_rows(self, "contact", Contact.objects.filter(customer=referrer).order_by("name"))

    def values(self) -> dict[str, Any]:
        """As :func:`service.actions.referrals.record_referral` takes them."""
        given = self.cleaned_data
        name = given["prospect"]
        values = {key: given[key] for key in ("contact", "referred_on", "note")}
        return values | {
            "prospect": customer_called(self.membership, name),
            "prospect_name": name,
        }


class ReferralEdit(ReferralForm):
    """A referral that is known, and whether it came to nothing."""

    state = forms.ChoiceField(label=gettext_lazy("State"), choices=Referral.State.choices)

    field_order = ("prospect", "state", "contact", "referred_on", "note", "seen")

    def __init__(self, *args: Any, referral: Referral, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "prospect": referral.prospect_name,
                "contact": referral.contact_id,
                "referred_on": referral.referred_on,
                "note": referral.note,
                "state": referral.state,
                "seen": referral.version,
            },
        )
        super().__init__(*args, referrer=referral.referrer, **kwargs)
        self.referral = referral

    def values(self) -> dict[str, Any]:
        values = super().values() | {"state": self.cleaned_data["state"]}
        kept = self.referral.prospect
        # Who was tied stays so while the name is left as it is, also for who does not see them.
        if kept is not None and self.cleaned_data["prospect"] == self.referral.prospect_name:
            values["prospect"] = kept
        return values
