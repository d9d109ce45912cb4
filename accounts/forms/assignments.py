"""Whom to name for many customers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actions.assignments import ROLES
from accounts.labels import FIELDS
from accounts.models import Colleague
from ui.choices import offer

CHECKED, ALL = "checked", "all"
NOBODY = "nobody"
# A list to choose from has an end; further people are named on the customer's own page.
MOST_PEOPLE = 500


def people_to_assign() -> list[tuple[str, str]]:
    """(id, name) of the colleagues who have not left; one query."""
    there = Q(membership__isnull=True) | Q(membership__is_active=True)
    found = Colleague.objects.filter(there).order_by("name", "key").values_list("pk", "name", "key")
    return [
        (str(pk), name if name == key else f"{name} · {key}")
        for pk, name, key in found[:MOST_PEOPLE]
    ]


class AssignmentForm(forms.Form):
    """``colleague``: an id, or nobody; ``which``: the rows that are checked, or all that match."""

    which = forms.ChoiceField(
        choices=[(CHECKED, _("The rows that are checked")), (ALL, _("All that match"))]
    )
    role = forms.ChoiceField(choices=[(role, FIELDS[role]) for role in ROLES])
    colleague = forms.CharField(max_length=20)
    customer = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whether the customers are there is asked of the database, all at once.
        given = self.data.getlist("customer") if hasattr(self.data, "getlist") else []
        offer(
            self,
            "customer",
            [(pk, pk) for pk in given if pk.isascii() and pk.isdecimal() and len(pk) < 19],
        )

    def clean_colleague(self) -> Colleague | None:
        given = self.cleaned_data["colleague"]
        if given == NOBODY:
            return None
        found: Colleague | None = (
            Colleague.objects.filter(pk=given).first()
            if given.isascii() and given.isdecimal() and len(given) < 19
            else None
        )
        if found is None:
            raise forms.ValidationError(_("There is no such person."))
        return found
