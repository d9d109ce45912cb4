"""Forms of projects and their plans; the fields that forms of plans share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Colleague, Customer, Membership
from projects.queries.templates import offered_templates
from ui.choices import offer

# More people than this do not fit into a list to choose from; then members are offered.
MOST_PEOPLE = 300
MOST_CUSTOMERS_SUGGESTED = 200
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


class DayField(forms.DateField):
    """A day that a plan may hold, chosen in the browser's own calendar."""

    def __init__(self, **values: Any) -> None:
        values.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        values.setdefault("input_formats", ["%Y-%m-%d"])
        super().__init__(**values)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(_("Give a day between 2000 and 2100."))
        return day


class EffortField(forms.DecimalField):
    """Person-days."""

    def __init__(self, **values: Any) -> None:
        super().__init__(
            min_value=Decimal(0), max_value=Decimal(100_000), max_digits=9, decimal_places=3,
            **values,
        )  # fmt: skip


def people(named: Colleague | None = None) -> list[tuple[str, str]]:
    """(id, name) of colleagues to choose from, the one named now included."""
    found = Colleague.objects.order_by("name", "key")
    rows = list(found[: MOST_PEOPLE + 1])
    if len(rows) > MOST_PEOPLE:
        rows = list(found.filter(membership__is_active=True))
    if named is not None and named not in rows:
        rows.append(named)
    return [
        (
            str(person.pk),
            person.name if person.name == person.key else f"{person.name} · {person.key}",
        )
        for person in rows
    ]


class FromTemplate(forms.Form):
    """Which template a plan is made from, and in which language."""

    template = forms.ChoiceField(label=gettext_lazy("Template"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the plan"), choices=settings.LANGUAGES
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        offer(
            self,
            "template",
            [
                (template.key, template.name)
                for template in offered_templates(language)
                if template.version
            ],
        )
        self.fields["language"].initial = language


class NewProject(FromTemplate):
    customer = forms.CharField(
        label=gettext_lazy("Customer"),
        max_length=300,
        help_text=gettext_lazy("Its name or key."),
        widget=forms.TextInput(attrs={"list": "customers", "autocomplete": "off"}),
    )
    name = forms.CharField(label=gettext_lazy("Name of the project"), max_length=300)
    key = forms.CharField(
        label=gettext_lazy("Key"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("As your files name it; empty: one is made."),
    )
    manager = forms.ChoiceField(label=gettext_lazy("Project manager"), required=False)
    starts_on = DayField(label=gettext_lazy("Starts on"))

    field_order = ("customer", "name", "key", "manager", "starts_on", "template", "language")

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visible = Customer.objects.visible_to(membership)
        offer(self, "manager", [("", _("Nobody yet")), *people()])

    def suggestions(self) -> list[str]:
        """Names to choose from while typing; any other customer can be typed."""
        names = self.visible.order_by("name").values_list("name", flat=True)
        return list(names[:MOST_CUSTOMERS_SUGGESTED])

    def clean_customer(self) -> Customer:
        text = self.cleaned_data["customer"]
        found: Customer | None = self.visible.filter(key=text).first()
        if found is None:
            named = list(self.visible.filter(name=text)[:2])
            if len(named) > 1:
                raise ValidationError(_("Several customers have this name. Give the key."))
            found = named[0] if named else None
        if found is None:
            raise ValidationError(_("No customer has this name or key."))
        return found

    def clean_manager(self) -> Colleague | None:
        pk = self.cleaned_data["manager"]
        return Colleague.objects.get(pk=pk) if pk else None
