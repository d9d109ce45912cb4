"""Forms of links to a project's page, and of what is sent from there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy

from accounts.models import Contact
from projects.models import Project
from ui.choices import offer

MOST_CONTACTS = 300
AFTER_ACCEPTANCE = "acceptance"


def contact_choices(project: Project) -> dict[str, Contact]:
    """The contacts of the customer, by what a form calls them."""
    contacts = Contact.objects.filter(customer=project.customer_id).order_by("name")
    return {str(contact.pk): contact for contact in contacts[:MOST_CONTACTS]}


def contact_words(contact: Contact) -> str:
    return " · ".join(part for part in (contact.name, contact.title, contact.email) if part)


class PageLinkForm(forms.Form):
    """Who gets a link to the project's page, and for how long."""

    contact = forms.ChoiceField(label=gettext_lazy("For whom"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the page"), choices=settings.LANGUAGES
    )
    ends = forms.ChoiceField(
        label=gettext_lazy("The link works"),
        choices=[
            ("days", gettext_lazy("180 days")),
            (AFTER_ACCEPTANCE, gettext_lazy("Until 30 days after acceptance")),
        ],
        widget=forms.RadioSelect,
        initial="days",
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contacts = contact_choices(project)
        offer(
            self, "contact",
            [(key, contact_words(contact)) for key, contact in self.contacts.items()],
        )  # fmt: skip
        self.fields["language"].initial = get_language()

    def values(self) -> dict[str, Any]:
        """As ``give_page_link`` takes them."""
        given = self.cleaned_data
        return {
            "contact": self.contacts[given["contact"]],
            "language": given["language"],
            "ends_after_acceptance": given["ends"] == AFTER_ACCEPTANCE,
        }


class WishForm(forms.Form):
    """What a customer's person wishes or asks."""

    text = forms.CharField(
        label=gettext_lazy("Your wish or question"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
