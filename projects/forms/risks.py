"""Forms of risks and issues."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Colleague, Contact
from projects.actions.risks import SAYABLE
from projects.forms.plans import MOST_PEOPLE, DayField, people
from projects.models import Level, Project, Risk, Side
from ui.choices import offer


class RiskForm(forms.Form):
    """What is known of a risk or an issue. ``who`` is a side, or a person of it."""

    title = forms.CharField(label=gettext_lazy("What is it about"), max_length=300)
    probability = forms.TypedChoiceField(
        label=gettext_lazy("Probability"), choices=Level.choices, coerce=int
    )
    impact = forms.TypedChoiceField(
        label=gettext_lazy("Impact"), choices=Level.choices, coerce=int, initial=Level.MEDIUM
    )
    who = forms.ChoiceField(label=gettext_lazy("Who looks after it"))
    due_on = DayField(label=gettext_lazy("Due on"), required=False)
    mitigation = forms.CharField(
        label=gettext_lazy("Countermeasure"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    text = forms.CharField(
        label=gettext_lazy("Details"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1, initial=0)

    def __init__(
        self, *args: Any, project: Project, risk: Risk | None = None, **kwargs: Any
    ) -> None:
        if risk is not None:
            kwargs.setdefault("initial", initial_of(risk))
        super().__init__(*args, **kwargs)
        self.project = project
        if risk is not None and risk.kind == Risk.Kind.ISSUE:
            del self.fields["probability"]
            self.fields["impact"].label = gettext_lazy("Severity")
        contacts = Contact.objects.filter(customer=project.customer_id).order_by("name")
        offer(
            self,
            "who",
            [
                (Side.VENDOR.value, _("We, nobody named yet")),
                (Side.CUSTOMER.value, _("The customer, nobody named yet")),
                (_("We"), [(f"p{pk}", name) for pk, name in people(risk.person if risk else None)]),
                (
                    _("The customer"),
                    [(f"c{contact.pk}", contact.name) for contact in contacts[:MOST_PEOPLE]],
                ),
            ],
        )

    def values(self) -> dict[str, Any]:
        """As :func:`projects.actions.risks.raise_risk` and ``edit_risk`` take them."""
        given = dict(self.cleaned_data)
        del given["seen"]
        given.pop("kind", None)
        who = given.pop("who")
        person = contact = None
        side = who
        if who.startswith("p"):
            person, side = Colleague.objects.get(pk=int(who[1:])), Side.VENDOR.value
        elif who.startswith("c") and who[1:].isdigit():
            contact, side = Contact.objects.get(pk=int(who[1:])), Side.CUSTOMER.value
        return given | {"side": side, "person": person, "contact": contact}


class NewRisk(RiskForm):
    """A risk or an issue that somebody has just seen: what can wait is left for later."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=Risk.Kind.choices, initial=Risk.Kind.RISK
    )
    probability = forms.TypedChoiceField(
        label=gettext_lazy("Probability"),
        choices=Level.choices,
        coerce=int,
        initial=Level.MEDIUM,
        help_text=gettext_lazy("An issue is there already: it has none."),
    )

    field_order = ("kind", "title", "probability", "impact", "who", "due_on")


class SettleForm(forms.Form):
    """Where a risk or an issue stands now, and why."""

    state = forms.ChoiceField(label=gettext_lazy("It is now"))
    why = forms.CharField(
        label=gettext_lazy("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, risk: Risk, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"seen": risk.version})
        super().__init__(*args, **kwargs)
        offered: list[tuple[str, Any]] = [
            (state.value, state.label) for state in SAYABLE if state != risk.state
        ]
        if risk.kind == Risk.Kind.RISK and risk.state != Risk.State.CLOSED:
            offered.append((Risk.State.HAPPENED.value, _("Happened: an issue is made of it")))
        offer(self, "state", offered)


def initial_of(risk: Risk) -> dict[str, Any]:
    """What a form shows of it at first."""
    who = str(risk.side)
    if risk.person_id:
        who = f"p{risk.person_id}"
    elif risk.contact_id:
        who = f"c{risk.contact_id}"
    return {
        "title": risk.title,
        "text": risk.text,
        "probability": risk.probability,
        "impact": risk.impact,
        "who": who,
        "due_on": risk.due_on,
        "mitigation": risk.mitigation,
        "seen": risk.version,
    }
