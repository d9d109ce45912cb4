"""What an administrator says about sources: keys, what they may change, who is meant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Customer, Membership
from segmentation.models import DeadLetter, IngestSettings, WriteKey
from segmentation.models.ingestion import MOST_EVENTS_PER_SECOND
from ui.choices import offer

EVERY = gettext_lazy("All")
CUSTOMER, NEW, IGNORE = "customer", "new", "ignore"


class WriteKeyForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=100,
        help_text=gettext_lazy("Such as: web application."),
    )
    source = forms.CharField(
        label=gettext_lazy("What sends with it"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Such as: the Python client of our back end."),
    )
    events_per_second = forms.IntegerField(
        label=gettext_lazy("At most so many events a second"),
        required=False,
        min_value=1,
        max_value=MOST_EVENTS_PER_SECOND,
    )

    def __init__(self, *args: Any, default_rate: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["events_per_second"].help_text = _(
            "Empty: %(rate)s, as for every key. What is more is asked to come later."
        ) % {"rate": default_rate}


class IngestSettingsForm(forms.ModelForm):
    """What calls of identify and group may do here."""

    class Meta:
        model = IngestSettings
        fields = (
            "create_customers",
            "update_customers",
            "create_contacts",
            "update_contacts",
            "events_per_second",
            "dead_letters_kept_days",
        )
        labels = {
            "create_customers": gettext_lazy("Add customers that are not known yet"),
            "update_customers": gettext_lazy("Change customers"),
            "create_contacts": gettext_lazy("Add contacts"),
            "update_contacts": gettext_lazy("Change contacts"),
            "events_per_second": gettext_lazy("Events a second for each key"),
            "dead_letters_kept_days": gettext_lazy("Days that dead letters are kept"),
        }
        help_texts = {
            "create_customers": gettext_lazy(
                "By a group call. Without it, what names an unknown customer waits in quarantine."
            ),
            "update_customers": gettext_lazy("Name, industry, size and further facts."),
            "create_contacts": gettext_lazy("By an identify call of a person of a known customer."),
            "update_contacts": gettext_lazy(
                "Name, phone, title and further facts. An e-mail address that is there stays."
            ),
            "events_per_second": gettext_lazy("A key may have a limit of its own."),
            "dead_letters_kept_days": gettext_lazy(
                "They hold word by word what was sent, persons among it. Then they are deleted, "
                "as is what waits for unknown customers."
            ),
        }


class DeadLetterFilter(forms.Form):
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[*DeadLetter.State.choices, ("all", EVERY)],
        required=False,
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[("", EVERY), *DeadLetter.Reason.choices],
        required=False,
    )
    key = forms.ChoiceField(label=gettext_lazy("Write key"), required=False)
    since = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    q = forms.CharField(
        label=gettext_lazy("Event contains"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = WriteKey.objects.order_by("name").values_list("pk", "name")
        offer(self, "key", [("", EVERY), *((str(pk), name) for pk, name in keys)])

    def asked(self) -> dict[str, Any]:
        """What was understood, as queries take it."""
        # What was not understood filters nothing, and the form says so.
        self.is_valid()
        given = self.cleaned_data
        state = given.get("state") or DeadLetter.State.OPEN
        return {
            "state": "" if state == "all" else state,
            "reason": given.get("reason", ""),
            "key": int(given["key"]) if given.get("key") else None,
            "text": given.get("q", ""),
            "since": given.get("since"),
            "until": given.get("until"),
        }


class ResolutionForm(forms.Form):
    """Who an unknown key is: a customer that is there, a new one, or nobody of interest.

    ``address``: where customers are looked for while one types.
    """

    group = forms.CharField(max_length=200, strip=False, widget=forms.HiddenInput)
    meant = forms.ChoiceField(
        label=gettext_lazy("Who is it?"),
        widget=forms.RadioSelect,
        choices=(
            (CUSTOMER, gettext_lazy("A customer that is here already")),
            (NEW, gettext_lazy("A customer that is new")),
            (IGNORE, gettext_lazy("Nobody of interest: such events are not taken")),
        ),
    )
    customer = forms.CharField(label=gettext_lazy("Name or key"), max_length=300, required=False)
    key = forms.CharField(label=gettext_lazy("Key"), max_length=200, required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=300, required=False)

    def __init__(self, *args: Any, membership: Membership, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.membership = membership
        self.found: Customer | None = None
        self.fields["customer"].widget.attrs.update(
            {
                "autocomplete": "off",
                "hx-get": address,
                "hx-trigger": "input changed delay:250ms",
                "hx-target": "#similar",
                "hx-select": "#similar",
                "hx-swap": "outerHTML",
            }
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        meant = given.get("meant")
        if meant == CUSTOMER:
            self.found = self._customer(given.get("customer", ""))
            if self.found is None:
                words = _("No customer, or more than one, has this name or key.")
                self.add_error("customer", ValidationError(words))
        if meant == NEW and not given.get("key"):
            self.add_error("key", ValidationError(_("Give the new customer a key.")))
        if meant == NEW and not given.get("name"):
            self.add_error("name", ValidationError(_("Give the new customer a name.")))
        return given

    def _customer(self, text: str) -> Customer | None:
        """The one customer with this key, or else with this name."""
        visible = Customer.objects.visible_to(self.membership)
        for asked in ({"key": text}, {"name": text}):
            found: list[Customer] = list(visible.filter(**asked)[:2]) if text else []
            if len(found) == 1:
                return found[0]
        return None
