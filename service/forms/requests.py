"""Forms of requests: what a customer asks for, what stands on the board, what is decided."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Case, Contact, Customer, Membership, Module, Touchpoint
from accounts.queries.service import touchpoints_of
from projects.forms.customer_pages import contact_words
from segmentation.labels import TIERS
from service.actions.request_decisions import Decision
from service.actions.requests import Asking
from service.models import Request
from service.queries.requests import STATUSES, BoardFilter
from ui.choices import offer, offer_rows

MOST_CONTACTS = 300
MOST_OCCASIONS = 50
TODAY = {"type": "date"}


class BoardForm(forms.Form):
    """Which requests to show. What was not understood filters nothing."""

    q = forms.CharField(
        label=gettext_lazy("Title or text"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    module: forms.ModelChoiceField[Module] = forms.ModelChoiceField(
        label=gettext_lazy("Module"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("Any"),
    )
    tier = forms.ChoiceField(
        label=gettext_lazy("Wanted by tier"),
        choices=[("", gettext_lazy("Any")), *TIERS.items()],
        required=False,
    )
    least_arr = forms.DecimalField(
        label=gettext_lazy("ARR behind it at least"), min_value=0, max_digits=16, required=False
    )
    status = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[("", gettext_lazy("Any")), *Request.Status.choices],
        required=False,
    )

    def __init__(self, *args: Any, may_see_money: bool, is_list: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "module", Module.objects.order_by("name"))
        if not may_see_money:
            del self.fields["least_arr"]
        if not is_list:
            del self.fields["status"]

    def wanted(self) -> BoardFilter:
        self.is_valid()
        given = self.cleaned_data
        module = given.get("module")
        status = given.get("status")
        return BoardFilter(
            module=module.pk if module else None,
            tier=given.get("tier") or "",
            least_arr=given.get("least_arr"),
            text=(given.get("q") or "").strip(),
            statuses=(status,) if status else STATUSES,
        )


class CaptureForm(forms.Form):
    """What a customer asks for, as somebody of the vendor writes it down."""

    title = forms.CharField(label=gettext_lazy("What is wanted"), max_length=300)
    text = forms.CharField(
        label=gettext_lazy("In the customer's words"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    contact = forms.ChoiceField(label=gettext_lazy("Who asked"), required=False)
    module: forms.ModelChoiceField[Module] = forms.ModelChoiceField(
        label=gettext_lazy("Module"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("Not known"),
    )
    made_on = forms.DateField(
        label=gettext_lazy("Asked on"), widget=forms.DateInput(attrs=TODAY, format="%Y-%m-%d")
    )
    touchpoint = forms.ChoiceField(label=gettext_lazy("Said at"), required=False)
    case = forms.ChoiceField(label=gettext_lazy("Came of the case"), required=False)

    def __init__(
        self, *args: Any, customer: Customer, membership: Membership, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        contacts = Contact.objects.filter(customer=customer).order_by("name")[:MOST_CONTACTS]
        self.contacts = {str(found.pk): found for found in contacts}
        touchpoints = touchpoints_of(customer, membership).order_by("-happened_on", "-pk")
        self.touchpoints: dict[str, Touchpoint] = {
            str(found.pk): found for found in touchpoints[:MOST_OCCASIONS]
        }
        cases = Case.objects.filter(customer=customer).order_by("-opened_at", "-pk")
        self.cases = {str(found.pk): found for found in cases[:MOST_OCCASIONS]}
        # An old case may be the occasion of a new request.
        meant = str((self.data if self.is_bound else self.initial).get("case", ""))
        if meant.isascii() and meant.isdigit() and len(meant) < 19 and meant not in self.cases:
            self.cases |= {str(found.pk): found for found in cases.filter(pk=meant)}
        none = ("", _("Nobody named"))
        named = [(key, contact_words(found)) for key, found in self.contacts.items()]
        offer(self, "contact", [none, *named])
        offer(self, "touchpoint", [("", "–"), *((k, str(v)) for k, v in self.touchpoints.items())])
        offer(self, "case", [("", "–"), *((k, str(v)) for k, v in self.cases.items())])
        offer_rows(self, "module", Module.objects.order_by("name"))
        for name, found in (("touchpoint", self.touchpoints), ("case", self.cases)):
            if not found:
                del self.fields[name]
        self.fields["made_on"].initial = today

    def asking(self) -> Asking:
        given = self.cleaned_data
        return Asking(
            title=given["title"],
            text=given["text"],
            made_on=given["made_on"],
            contact=self.contacts.get(given["contact"]),
            module=given["module"],
            touchpoint=self.touchpoints.get(given.get("touchpoint", "")),
            case=self.cases.get(given.get("case", "")),
        )


class RequestForm(forms.Form):
    """What stands on the board, and what contacts of other customers may read of it."""

    title = forms.CharField(label=pgettext_lazy("heading", "Title"), max_length=300)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    module: forms.ModelChoiceField[Module] = forms.ModelChoiceField(
        label=gettext_lazy("Module"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("Not known"),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, request: Request, **kwargs: Any) -> None:
        initial = {
            "title": request.title,
            "text": request.text,
            "module": request.module_id,
            "seen": request.version,
        }
        initial |= {shared(code): title for code, title in request.shared_titles.items()}
        super().__init__(*args, **kwargs | {"initial": initial})
        offer_rows(self, "module", Module.objects.order_by("name"))
        for code, name in settings.LANGUAGES:
            self.fields[shared(code)] = forms.CharField(
                label=_("Title for other customers (%(language)s)") % {"language": name},
                max_length=300,
                required=False,
                help_text=_("Empty: it is not shared. Name no customer here."),
            )

    def values(self) -> dict[str, Any]:
        """As ``edit_request`` takes them."""
        given = self.cleaned_data
        titles = {code: given[shared(code)].strip() for code, _name in settings.LANGUAGES}
        return {
            "title": given["title"].strip(),
            "text": given["text"].strip(),
            "module": given["module"],
            "shared_titles": {code: title for code, title in titles.items() if title},
        }


def shared(code: str) -> str:
    """Name of the field with the shared title in a language."""
    return f"shared_{code.replace('-', '_')}"


def answer(code: str) -> str:
    """Name of the field with the answer in a language."""
    return f"answer_{code.replace('-', '_')}"


class DecisionForm(forms.Form):
    """What is decided, and what those who asked are told."""

    status = forms.ChoiceField(label=gettext_lazy("Decision"))
    planned_for = forms.CharField(
        label=gettext_lazy("Planned for"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("A quarter or a release, where it is planned."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language for those of whom none is known"), choices=settings.LANGUAGES
    )
    note = forms.CharField(
        label=gettext_lazy("Why, for colleagues"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, request: Request, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"] |= {
            "seen": request.version,
            "planned_for": request.planned_for,
            "language": get_language(),
        }
        super().__init__(*args, **kwargs)
        # What is there comes by the product update that brings it.
        offer(
            self,
            "status",
            [
                choice
                for choice in Request.Status.choices
                if choice[0] not in (request.status, "shipped") or choice[0] == "planned"
            ],
        )
        for code, name in settings.LANGUAGES:
            self.fields[answer(code)] = forms.CharField(
                label=_("Answer to those who asked (%(language)s)") % {"language": name},
                max_length=5000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 4, "lang": code}),
                help_text=_("Empty in every language: nobody is told."),
            )
        self.order_fields(
            ["status", "planned_for", *(answer(code) for code, _n in settings.LANGUAGES)]
        )

    def answers(self) -> dict[str, str]:
        given = {code: self.cleaned_data[answer(code)].strip() for code, _n in settings.LANGUAGES}
        return {code: text for code, text in given.items() if text}

    def decision(self) -> Decision:
        given = self.cleaned_data
        return Decision(
            status=given["status"],
            planned_for=given["planned_for"],
            answers=self.answers(),
            language=given["language"],
            note=given["note"],
        )


class AskFilterForm(forms.Form):
    """Which askings to list. What was not understood filters nothing."""

    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs=TODAY)
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput(attrs=TODAY)
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("What became of it"),
        choices=[
            ("", gettext_lazy("Any")),
            ("taken", gettext_lazy("Accepted or shipped")),
            ("open", gettext_lazy("Not decided yet")),
            ("declined", pgettext_lazy("request", "Declined")),
        ],
        required=False,
    )
    module: forms.ModelChoiceField[Module] = forms.ModelChoiceField(
        label=gettext_lazy("Module"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("Any"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "module", Module.objects.order_by("name"))
