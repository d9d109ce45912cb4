"""A token for a program."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Tenant
from accounts.rest.scopes import scopes


class TokenForm(forms.Form):
    """What it is for, what it may do, whose it is, and until when."""

    name = forms.CharField(
        label=_("What it is for"), max_length=100, help_text=_("Such as: ticket system.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), widget=forms.CheckboxSelectMultiple
    )
    member: forms.ModelChoiceField[Membership] = forms.ModelChoiceField(
        label=_("On behalf of"),
        queryset=None,
        required=False,
        empty_label=_("the tenant: sees every record"),
        help_text=_("It may never do what this person may not."),
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: until it is revoked."),
    )

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tenant = tenant
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (scope.key, scope.label) for scope in scopes.values()
        ]
        self.fields["member"].queryset = (  # type: ignore[attr-defined]
            Membership.objects.filter(is_active=True).select_related("user").order_by("user__name")
        )

    def expires_at(self) -> datetime | None:
        """The moment after the last day, where the tenant is."""
        day = self.cleaned_data["ends_on"]
        if day is None:
            return None
        return timezone.make_aware(
            datetime.combine(day + timedelta(days=1), time()),
            self.tenant.zone,
        )
