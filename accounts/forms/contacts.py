"""A contact and its dated roles, by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.contacts import ContactValues, RoleSpan
from accounts.forms.choices import zone_choices
from accounts.models import Contact, ContactRole
from ui.choices import offer


class ContactForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=60, required=False)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        required=False,
        help_text=gettext_lazy("Surveys and product updates come in the morning there."),
    )

    def __init__(self, *args: Any, contact: Contact | None = None, **kwargs: Any) -> None:
        if contact is not None:
            names = ("name", "title", "email", "phone", "time_zone")
            kwargs.setdefault("initial", {name: getattr(contact, name) or "" for name in names})
        super().__init__(*args, **kwargs)
        kept = (contact.time_zone if contact else None) or ""
        offer(self, "time_zone", [("", _("As the tenant's")), *zone_choices(kept)])

    def values(self) -> ContactValues:
        return ContactValues(**self.cleaned_data)


class RoleForm(forms.Form):
    """A role from a day to a day; without a role the line is taken away."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[("", "–"), *ContactRole.Kind.choices],
        required=False,
    )
    from_on = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    to_on = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        begin, end = given.get("from_on"), given.get("to_on")
        if begin and end and end < begin:
            self.add_error("to_on", _("A role cannot end before it begins."))
        return given


RoleFormSet = formset_factory(RoleForm, extra=2, max_num=100, absolute_max=200)


def role_rows(contact: Contact) -> list[dict[str, Any]]:
    """The contact's roles as initial rows."""
    return [
        {"role": role.role, "from_on": role.from_on, "to_on": role.to_on}
        for role in contact.roles.order_by("role", "from_on")
    ]


def roles_given(formset: BaseFormSet) -> list[RoleSpan]:
    return [
        RoleSpan(
            form.cleaned_data["role"],
            form.cleaned_data.get("from_on"),
            form.cleaned_data.get("to_on"),
        )
        for form in formset.forms
        if form.cleaned_data.get("role")
    ]
