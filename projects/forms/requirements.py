"""Forms of requirements and their classification."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Colleague, Contact, Membership, Touchpoint
from accounts.queries.service import touchpoints_of
from projects.forms.plans import DayField, people
from projects.models import Classification, Project, SowItem
from projects.queries.change_requests import scope_items
from ui import formats
from ui.choices import offer
from ui.tags.formats import language

MOST_CHOICES = 300
MOST_TOUCHPOINTS = 50


class CaptureForm(forms.Form):
    """What somebody wants of a project, in their words."""

    text = forms.CharField(
        label=gettext_lazy("What is wanted"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    contact = forms.ChoiceField(label=gettext_lazy("Raised by a contact"), required=False)
    colleague = forms.ChoiceField(label=gettext_lazy("Or by a colleague"), required=False)
    raised_on = DayField(label=gettext_lazy("Raised on"))
    touchpoint = forms.ChoiceField(label=gettext_lazy("At which touchpoint"), required=False)

    def __init__(
        self, *args: Any, project: Project, membership: Membership, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        contacts = Contact.objects.filter(customer=project.customer_id).order_by("name")
        touchpoints = touchpoints_of(project.customer, membership)
        self.found: dict[str, dict[str, Any]] = {
            "contact": {str(row.pk): row for row in contacts[:MOST_CHOICES]},
            "touchpoint": {str(row.pk): row for row in touchpoints[:MOST_TOUCHPOINTS]},
        }
        named = {
            "contact": [(key, row.name) for key, row in self.found["contact"].items()],
            "colleague": people(),
            "touchpoint": [
                (key, _told(touchpoint)) for key, touchpoint in self.found["touchpoint"].items()
            ],
        }
        for name, choices in named.items():
            offer(self, name, [("", "–"), *choices])
        self.fields["raised_on"].initial = today

    def clean_raised_on(self) -> date:
        day: date = self.cleaned_data["raised_on"]
        if day > self.today:
            raise ValidationError(_("This day is still to come."))
        return day

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("contact")) == bool(given.get("colleague")):
            self.add_error("contact", _("Name who raised it: a contact or a colleague."))
        return given

    def values(self) -> dict[str, Any]:
        """As ``capture_requirement`` takes them."""
        given = self.cleaned_data
        colleague = given["colleague"]
        return {
            "text": given["text"],
            "raised_on": given["raised_on"],
            "contact": self.found["contact"].get(given["contact"]),
            "colleague": Colleague.objects.filter(pk=colleague).first() if colleague else None,
            "touchpoint": self.found["touchpoint"].get(given["touchpoint"]),
        }


def _told(touchpoint: Touchpoint) -> str:
    day = formats.short_date(touchpoint.happened_on, language())
    words = " ".join(touchpoint.note.split())[:60]
    return " · ".join(part for part in (day, touchpoint.kind, words) if part)


class ClassifyForm(forms.Form):
    """Whether the signed scope holds a requirement."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Classification"),
        choices=Classification.Kind.choices,
        widget=forms.RadioSelect,
    )
    item = forms.ChoiceField(
        label=gettext_lazy("Item of the signed scope"),
        required=False,
        help_text=gettext_lazy("The item that holds it, or that it goes beyond."),
    )
    why = forms.CharField(
        label=gettext_lazy("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = {str(item.pk): item for item in scope_items(project)}
        offer(
            self,
            "item",
            [
                ("", "–"),
                *((key, f"{item.key} {item.title}") for key, item in self.items.items()),
            ],
        )

    def values(self) -> dict[str, Any]:
        """As ``classify_requirement`` takes them."""
        given = self.cleaned_data
        item: SowItem | None = self.items.get(given["item"])
        return {"kind": given["kind"], "item": item, "why": given["why"]}
