"""Settings of a tenant."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actions.tenants import SETTINGS
from accounts.forms.choices import zone_choices
from accounts.models import Tenant
from ui.choices import offer

HUNDRED = Decimal(100)


class TenantForm(forms.ModelForm):
    """``currency_locked``: amounts are booked, so the currency stays."""

    timezone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Days end, and nights are computed, by this zone."),
    )
    # Typed in per cent, kept as a fraction.
    gross_margin = forms.DecimalField(
        label=_("Gross margin, %"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        help_text=_("Lifetime value counts this share of the fees."),
    )

    class Meta:
        model = Tenant
        fields = SETTINGS
        labels = {
            "name": _("Name"),
            "currency": _("Currency"),
            "night_hour": _("Night hour"),
            "effort_edit_days": _("Effort can be changed for, days"),
            "requires_second_factor": _("Everybody needs a second factor"),
        }
        help_texts = {
            "currency": _("Three letters, for example CNY."),
            "night_hour": _("From this hour on, last night is computed (0 to 23)."),
            "effort_edit_days": _(
                "So many days after a week has ended, nobody changes the effort of its days on"
                " screen."
            ),
            "requires_second_factor": _(
                "Members without one are led to set it up before they see anything."
            ),
        }

    def __init__(self, *args: Any, currency_locked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "timezone", zone_choices(self.instance.timezone))
        # Without trailing zeros, and never as 1E+2.
        self.initial["gross_margin"] = f"{(self.instance.gross_margin * HUNDRED).normalize():f}"
        if currency_locked:
            self.fields["currency"].disabled = True
            self.fields["currency"].help_text = _(
                "Amounts are booked in this currency, so it can no longer change."
            )

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean_gross_margin(self) -> Decimal:
        return Decimal(self.cleaned_data["gross_margin"]) / HUNDRED
