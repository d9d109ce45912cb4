"""What a person changes of a customer by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Colleague, Customer, Membership
from ui.choices import offer

# More people than this do not fit into a list to choose from; then members are offered.
MOST_PEOPLE = 300
NAMED = ("salesperson", "service_manager", "project_manager")


def people_to_name(customer: Customer) -> list[tuple[str, str]]:
    """(id, name) of colleagues that can be named for a customer, those named now included."""
    found = Colleague.objects.order_by("name", "key")
    if found.count() > MOST_PEOPLE:
        found = found.filter(membership__is_active=True)
    people = {colleague.pk: colleague for colleague in found}
    for role in NAMED:
        named = getattr(customer, role)
        if named is not None:
            people.setdefault(named.pk, named)
    return [(str(pk), _told(colleague)) for pk, colleague in people.items()]


def _told(colleague: Colleague) -> str:
    """Name and key, which tell two of the same name apart."""
    if colleague.name == colleague.key:
        return colleague.name
    return f"{colleague.name} · {colleague.key}"


class CustomerForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=300)
    industry = forms.CharField(label=gettext_lazy("Industry"), max_length=200, required=False)
    size = forms.CharField(label=gettext_lazy("Size"), max_length=100, required=False)
    region = forms.CharField(label=gettext_lazy("Region"), max_length=200, required=False)
    parent = forms.CharField(
        label=gettext_lazy("Parent company"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("The key of the company above this one; empty: none."),
    )
    salesperson = forms.ChoiceField(label=gettext_lazy("Salesperson"), required=False)
    service_manager = forms.ChoiceField(
        label=gettext_lazy("Customer-service manager"), required=False
    )
    project_manager = forms.ChoiceField(label=gettext_lazy("Project manager"), required=False)
    # The version that was on screen, so that nobody overwrites what somebody else just changed.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, customer: Customer, membership: Membership, **kwargs: Any
    ) -> None:
        self.customer, self.membership = customer, membership
        kwargs.setdefault(
            "initial",
            {
                "name": customer.name,
                "industry": customer.industry,
                "size": customer.size,
                "region": customer.region,
                "parent": customer.parent.key if customer.parent else "",
                "seen": customer.known_from.isoformat(),
                **{role: getattr(customer, f"{role}_id") or "" for role in NAMED},
            },
        )
        super().__init__(*args, **kwargs)
        people = [("", _("Nobody")), *people_to_name(customer)]
        for role in NAMED:
            offer(self, role, people)
        self.fields["parent"].widget.attrs.update(
            {
                "list": "parent-options",
                "autocomplete": "off",
                "hx-get": reverse("search"),
                "hx-trigger": "input changed delay:200ms",
                "hx-target": "#parent-options",
                "hx-vals": '{"for": "parent"}',
            }
        )

    def clean_parent(self) -> Customer | None:
        key = self.cleaned_data["parent"].strip()
        if not key:
            return None
        if self.customer.parent is not None and self.customer.parent.key == key:
            # Kept as it is, whether or not the person may open it.
            return self.customer.parent
        found: Customer | None = (
            Customer.objects.visible_to(self.membership).filter(key=key).first()
        )
        if found is None:
            raise ValidationError(_("There is no customer with this key."))
        return found

    def clean_seen(self) -> datetime | None:
        return parse_datetime(self.cleaned_data["seen"]) if self.cleaned_data["seen"] else None

    def values(self) -> dict[str, Any]:
        """Fields of the customer as the action takes them."""
        given = dict(self.cleaned_data)
        given.pop("seen")
        chosen = {int(given[role]) for role in NAMED if given[role]}
        people = Colleague.objects.in_bulk(chosen)
        return {
            **given,
            **{role: people[int(given[role])] if given[role] else None for role in NAMED},
        }


class AttributeForm(forms.Form):
    """One further fact about a customer; without a value it is taken away."""

    name = forms.CharField(label=gettext_lazy("Attribute"), max_length=200, required=False)
    value = forms.CharField(label=gettext_lazy("Attribute value"), max_length=2000, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("value") and not given.get("name"):
            self.add_error("name", _("Say what this value is."))
        return given


class BaseAttributeFormSet(BaseFormSet):
    def clean(self) -> None:
        names = [form.cleaned_data.get("name") for form in self.forms if form.is_valid()]
        given = [name for name in names if name]
        if len(given) != len(set(given)):
            raise ValidationError(_("The same attribute is given twice."))


AttributeFormSet = formset_factory(
    AttributeForm, formset=BaseAttributeFormSet, extra=2, max_num=200, absolute_max=400
)


def attribute_rows(attributes: dict[str, Any]) -> list[dict[str, str]]:
    """Attributes as initial rows, in the order of their names."""
    return [{"name": name, "value": str(attributes[name])} for name in sorted(attributes)]


def attributes_given(formset: BaseFormSet, before: dict[str, Any]) -> dict[str, Any]:
    """The attributes that were typed; what reads as before keeps its type."""
    given = {
        form.cleaned_data["name"]: form.cleaned_data["value"]
        for form in formset.forms
        if form.cleaned_data.get("name") and form.cleaned_data.get("value")
    }
    return {
        name: before[name] if name in before and str(before[name]) == value else value
        for name, value in given.items()
    }
