"""The entry of a touchpoint: the note first, everything else is set already."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.touchpoints import TouchpointValues
from accounts.models import Colleague, Contact, Customer, Membership
from accounts.queries.customer_page import contacts_of
from accounts.touchpoint_kinds import KINDS
from accounts.touchpoint_ties import TieKind
from ui.choices import offer, offer_rows


class ContactsField(forms.ModelMultipleChoiceField):
    """Contacts by name, with what they are."""

    def label_from_instance(self, contact: Contact) -> str:
        return f"{contact.name} · {contact.title}" if contact.title else contact.name


class TouchpointForm(forms.Form):
    """A meeting. ``kinds``: further words that this vendor's touchpoints are called by."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True, "data-quick": "true"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    contacts = ContactsField(
        label=gettext_lazy("With whom"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    happened_on = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    colleague = forms.ChoiceField(label=gettext_lazy("By whom"), required=False)
    next_step = forms.CharField(label=gettext_lazy("Next step"), max_length=300, required=False)
    next_on = forms.DateField(
        label=gettext_lazy("Next step by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        customer: Customer,
        membership: Membership,
        today: date,
        tied: dict[TieKind, list[tuple[int, str]]],
        named: Colleague | None = None,
        kind: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        words = [(key, label) for key, label in KINDS.items()]
        if kind and kind not in KINDS:
            words.append((kind, kind))
        offer(self, "kind", words)
        offer_rows(self, "contacts", contacts_of(customer, today).order_by("rank", "name", "pk"))
        offer(self, "colleague", [("", _("Nobody named")), *_people(membership, named)])
        self.ties = {f"tie_{tie.key}": tie.key for tie in tied}
        for tie, choices in tied.items():
            self.fields[f"tie_{tie.key}"] = forms.TypedChoiceField(
                label=tie.label,  # type: ignore[arg-type]
                choices=[("", "–"), *((str(pk), name) for pk, name in choices)],
                coerce=int,
                empty_value=None,
                required=False,
            )

    def values(self) -> TouchpointValues:
        given = self.cleaned_data
        pk = given["colleague"]
        return TouchpointValues(
            kind=given["kind"],
            happened_on=given["happened_on"],
            contacts=list(given["contacts"]),
            colleague=Colleague.objects.get(pk=pk) if pk else None,
            note=given["note"],
            next_step=given["next_step"],
            next_on=given["next_on"],
        )

    def ties_given(self) -> dict[str, int]:
        """Kind → id of what was chosen."""
        chosen = {key: self.cleaned_data.get(name) for name, key in self.ties.items()}
        return {key: pk for key, pk in chosen.items() if pk}


def _people(membership: Membership, named: Colleague | None) -> list[tuple[str, str]]:
    """(id, name) of colleagues who are members, and of whoever is named already."""
    who = Q(membership__is_active=True)
    if named is not None:
        who |= Q(pk=named.pk)
    return [
        (str(pk), name)
        for pk, name in Colleague.objects.filter(who)
        .order_by("name", "pk")
        .values_list("pk", "name")
    ]
