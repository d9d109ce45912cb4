"""A webhook by hand: what it is, what it is told, its secret, and what is sent again."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.actions.webhook_endpoints import OVERLAPS
from accounts.models import Tenant, WebhookDelivery, WebhookEndpoint
from accounts.webhook_addresses import LONGEST_URL
from accounts.webhook_kinds import TEST, kinds_in_order

EVERY = _("All")
WORDS = {
    0: _("not at all: it may have become known"),
    1: _("one hour"),
    24: _("one day"),
    168: _("one week"),
}


def _kinds() -> list[tuple[str, Any]]:
    return [(kind.key, kind.label) for kind in kinds_in_order()]


class WebhookForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"), max_length=100, help_text=_("Such as: warehouse.")
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_URL,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "url", "placeholder": "https://"}
        ),
        help_text=_("It is posted to, and answers with a status of 200 to 299."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("It is told of"), choices=_kinds, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, endpoint: WebhookEndpoint | None = None, **kwargs: Any) -> None:
        if endpoint is not None:
            kwargs["initial"] = {
                "name": endpoint.name,
                "url": endpoint.url,
                "kinds": endpoint.kinds,
            }
        super().__init__(*args, **kwargs)


class SecretForm(forms.Form):
    """Another secret for a webhook."""

    hours = forms.TypedChoiceField(
        label=_("The former secret holds on"),
        choices=[(hours, WORDS[hours]) for hours in OVERLAPS],
        coerce=int,
        initial=24,
        help_text=_("Meanwhile everything is signed with both, so nothing is missed."),
    )


class DeliveryFilter(forms.Form):
    state = forms.ChoiceField(
        label=_("State"), choices=[("", EVERY), *WebhookDelivery.State.choices], required=False
    )
    kind = forms.ChoiceField(
        label=pgettext_lazy("webhook", "Event"),
        choices=lambda: [("", EVERY), *_kinds(), (TEST, _("Test"))],
        required=False,
    )


class AgainForm(forms.Form):
    """From which day on what failed is sent again."""

    since = forms.DateField(
        label=_("What failed, of events since"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        today = tenant.local_date(timezone.now())
        kwargs["initial"] = {"since": today - timedelta(days=7)}
        super().__init__(*args, **kwargs)
        self.tenant = tenant

    def moment(self) -> datetime:
        """The day's beginning where the tenant is."""
        return timezone.make_aware(
            datetime.combine(self.cleaned_data["since"], time()), self.tenant.zone
        )
