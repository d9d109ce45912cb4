"""Forms of gates, of asking approvers, and of what they answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Colleague, Contact
from projects.actions.scans import MOST_SCAN_BYTES
from projects.forms.plans import MOST_PEOPLE, DayField, people
from projects.forms.tasks import MOST_DAYS
from projects.models import Gate, PassiveClause, Project
from projects.queries.gates import phases_to_gate
from ui.choices import offer, offer_rows


class GateForm(forms.Form):
    """A gate of a project."""

    phase: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("Phase that it ends"), queryset=None
    )
    title = forms.CharField(label=gettext_lazy("Name of the gate"), max_length=200)
    confirms = forms.CharField(
        label=gettext_lazy("What is confirmed"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "Approvers sign these words. Name the documents with their version."
        ),
    )
    due_on = DayField(label=gettext_lazy("Due on"))
    vendor_approver = forms.ChoiceField(label=gettext_lazy("Our approver"), required=False)
    customer_approver = forms.ChoiceField(
        label=gettext_lazy("The customer's approver"), required=False
    )
    answer_days = forms.IntegerField(
        label=gettext_lazy("Working days to answer"), min_value=1, max_value=MOST_DAYS, initial=5
    )
    is_acceptance = forms.BooleanField(
        label=gettext_lazy("The customer accepts the project here"), required=False
    )
    uses_silence = forms.BooleanField(
        label=gettext_lazy("Silence may count here, by the clause of the SOW"), required=False
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        project: Project,
        gate: Gate | None = None,
        clause: PassiveClause | None,
        **kwargs: Any,
    ) -> None:
        if gate is not None:
            kwargs.setdefault("initial", _initial_of(gate))
        super().__init__(*args, **kwargs)
        offer_rows(self, "phase", phases_to_gate(project))
        offer(
            self,
            "vendor_approver",
            [("", _("Nobody yet")), *people(gate.vendor_approver if gate else None)],
        )
        offer(self, "customer_approver", [("", _("Nobody yet")), *_contacts(project)])
        if clause is None:
            self.fields["uses_silence"].disabled = True
            self.fields["uses_silence"].help_text = _(
                "No clause of the SOW is recorded, so silence never counts."
            )

    def values(self) -> dict[str, Any]:
        """As :mod:`projects.actions.gates` takes them."""
        given = dict(self.cleaned_data)
        given.pop("seen")
        ours, theirs = given["vendor_approver"], given["customer_approver"]
        given["vendor_approver"] = Colleague.objects.get(pk=ours) if ours else None
        given["customer_approver"] = Contact.objects.get(pk=theirs) if theirs else None
        return given


def _initial_of(gate: Gate) -> dict[str, Any]:
    return {
        "phase": gate.phase_id,
        "title": gate.title,
        "confirms": gate.confirms,
        "due_on": gate.due_on,
        "vendor_approver": str(gate.vendor_approver_id or ""),
        "customer_approver": str(gate.customer_approver_id or ""),
        "answer_days": gate.answer_days,
        "is_acceptance": gate.is_acceptance,
        "uses_silence": gate.uses_silence,
        "seen": gate.version,
    }


def _contacts(project: Project) -> list[tuple[str, str]]:
    found = Contact.objects.filter(customer=project.customer_id).order_by("name")[:MOST_PEOPLE]
    return [
        (
            str(contact.pk),
            " · ".join(part for part in (contact.name, contact.title, contact.email) if part),
        )
        for contact in found
    ]


def _members(named: Colleague | None = None) -> list[tuple[str, str]]:
    """Colleagues who can sign in, so can sign."""
    found = Colleague.objects.filter(membership__is_active=True).order_by("name", "key")
    return [(str(person.pk), f"{person.name} · {person.key}") for person in found[:1000]]


class AskForm(forms.Form):
    """Who confirms a gate on both sides, and until when."""

    colleague = forms.ChoiceField(
        label=gettext_lazy("Our approver"), help_text=gettext_lazy("Signs here, signed in.")
    )
    contact = forms.ChoiceField(
        label=gettext_lazy("The customer's approver"),
        help_text=gettext_lazy("Signs by a link, without an account."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the document"), choices=settings.LANGUAGES
    )
    deadline_on = DayField(label=gettext_lazy("Answer by"))
    silence_counts = forms.BooleanField(
        label=gettext_lazy("After that day the customer's silence counts"), required=False
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, gate: Gate, clause: PassiveClause | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "colleague", _members())
        self.contacts = _contacts(gate.project)
        offer(self, "contact", self.contacts)
        self.fields["language"].initial = get_language()
        if clause is None or not gate.uses_silence:
            del self.fields["silence_counts"]
        else:
            # Help texts may hold markup, and these words are somebody's.
            self.fields["silence_counts"].help_text = escape(clause.words)


class FurtherForm(forms.Form):
    """One approver more, or another one instead of one who was asked."""

    approver = forms.ChoiceField(label=gettext_lazy("Approver"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the document"), choices=settings.LANGUAGES
    )

    def __init__(self, *args: Any, project: Project, side: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = {
            "vendor": (_("We"), [(f"p{pk}", name) for pk, name in _members()]),
            "customer": (_("The customer"), [(f"c{pk}", name) for pk, name in _contacts(project)]),
        }
        offer(self, "approver", [group for key, group in groups.items() if side in ("", key)])
        self.fields["language"].initial = get_language()

    def chosen(self) -> Colleague | Contact:
        key = self.cleaned_data["approver"]
        model: Any = Contact if key.startswith("c") else Colleague
        found: Colleague | Contact = model.objects.get(pk=int(key[1:]))
        return found


class ClauseForm(forms.Form):
    """The clause of the SOW by which silence counts."""

    days = forms.IntegerField(
        label=gettext_lazy("Working days of silence"), min_value=1, max_value=MOST_DAYS
    )
    words = forms.CharField(
        label=gettext_lazy("The clause, word by word"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "With its number in the SOW. The customer reads it before deciding."
        ),
    )


class AcceptanceForm(forms.Form):
    """That the customer accepted on paper or otherwise."""

    accepted_on = DayField(label=gettext_lazy("Accepted on"))
    reason = forms.CharField(
        label=gettext_lazy("How the customer accepted"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Who accepted, and why not by the gate's link."),
    )
    scan = forms.FileField(
        label=gettext_lazy("Stamped scan"),
        required=False,
        help_text=gettext_lazy("PDF, JPEG or PNG, at most 10 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        max_length=200,
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accepted_on"].initial = today

    def clean_scan(self) -> Any:
        found = self.cleaned_data["scan"]
        # Before it is read into memory.
        if found and found.size > MOST_SCAN_BYTES:
            raise ValidationError(_("The file is larger than 10 MB."))
        return found


class OwnConfirmForm(forms.Form):
    """What our approver fills in to confirm."""

    consent = forms.BooleanField(label=gettext_lazy("I have read this and confirm it."))


class OwnReturnForm(forms.Form):
    """What our approver fills in to return."""

    reason = forms.CharField(
        label=gettext_lazy("What has to be mended"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ConfirmForm(forms.Form):
    """What the customer's approver fills in to confirm."""

    SATISFIED = (
        (5, gettext_lazy("5 – very satisfied")),
        (4, gettext_lazy("4 – satisfied")),
        (3, gettext_lazy("3 – neither")),
        (2, gettext_lazy("2 – dissatisfied")),
        (1, gettext_lazy("1 – very dissatisfied")),
    )

    satisfaction = forms.TypedChoiceField(
        label=gettext_lazy("How satisfied are you with the implementation?"),
        choices=SATISFIED,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("You need not answer this."),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    consent = forms.BooleanField(
        label=gettext_lazy("I have read this and confirm it for my company.")
    )

    def __init__(self, *args: Any, is_acceptance: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_acceptance:
            del self.fields["satisfaction"]


class ReturnForm(OwnReturnForm):
    """What the customer's approver fills in to return."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    field_order = ("name", "reason")
