"""Forms of links about cases, and of what is sent from there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy

from accounts.models import Case, Contact, Customer, Module
from service.actions.cases import LONGEST_TEXT, LONGEST_TITLE
from service.forms.cases import MOST_OFFERED, area
from service.queries.contact_languages import language_for
from ui.choices import offer

SCORES = (
    (5, gettext_lazy("5, very satisfied")),
    (4, gettext_lazy("4, satisfied")),
    (3, gettext_lazy("3, neither")),
    (2, gettext_lazy("2, dissatisfied")),
    (1, gettext_lazy("1, very dissatisfied")),
)


class CaseLinkForm(forms.Form):
    """Who gets a standing link, and in which language."""

    contact = forms.ChoiceField(label=gettext_lazy("For whom"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the page"),
        choices=[("", gettext_lazy("The contact's")), *settings.LANGUAGES],
        required=False,
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contacts = Contact.objects.filter(customer=customer).select_related("customer")
        contacts = contacts.order_by("name")[:MOST_OFFERED]
        self.contacts = {str(contact.pk): contact for contact in contacts}
        words = [
            (key, " · ".join(part for part in (one.name, one.title, one.email) if part))
            for key, one in self.contacts.items()
        ]
        offer(self, "contact", words)

    def values(self) -> dict[str, Any]:
        """As :func:`service.actions.case_links.give_case_link` takes them."""
        given = self.cleaned_data
        contact = self.contacts[given["contact"]]
        language = given["language"] or language_for(contact, get_language() or "en")
        return {"contact": contact, "language": language}


class TrapForm(forms.Form):
    """With a field that people do not see and programs fill in: what comes with it is dropped."""

    website = forms.CharField(
        required=False,
        max_length=200,
        label="Website",
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get(self.add_prefix("website")))


class SentCase(TrapForm):
    """A problem or a question, as a customer's person sends it."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is it"),
        choices=[
            (Case.Kind.PROBLEM.value, gettext_lazy("Something does not work")),
            (Case.Kind.QUESTION.value, gettext_lazy("How is something done?")),
            (Case.Kind.OTHER.value, gettext_lazy("Something else")),
        ],
        widget=forms.RadioSelect,
        initial=Case.Kind.PROBLEM.value,
    )
    title = forms.CharField(label=gettext_lazy("In a few words"), max_length=LONGEST_TITLE)
    text = forms.CharField(
        label=gettext_lazy("What happened, and what did you expect?"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=area(5),
    )
    module = forms.ChoiceField(label=gettext_lazy("Which module"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Module.objects.order_by("name")[:MOST_OFFERED]
        self.modules = {str(module.pk): module for module in found}
        choices = [(key, module.name) for key, module in self.modules.items()]
        offer(self, "module", [("", "–"), *choices])

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "title": given["title"],
            "kind": given["kind"],
            "text": given["text"],
            "module": self.modules.get(given["module"]),
        }


class SentWords(TrapForm):
    text = forms.CharField(
        label=gettext_lazy("Your words"), max_length=LONGEST_TEXT, widget=area(4)
    )


class SentReopening(TrapForm):
    why = forms.CharField(
        label=gettext_lazy("What is still not right?"), max_length=LONGEST_TEXT, widget=area(3)
    )


class SentRating(TrapForm):
    score = forms.TypedChoiceField(
        label=gettext_lazy("How satisfied are you with how this was solved?"),
        choices=SCORES,
        coerce=int,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=gettext_lazy("Anything to add?"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=area(2),
    )
