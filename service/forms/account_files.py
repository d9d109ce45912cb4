"""Forms of the account file and the success plan."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Colleague, Contact, Customer
from segmentation import catalogue
from segmentation.catalogue import Unit
from segmentation.labels import UNITS
from service.actions.success_plans import PlanRow
from service.models import Goal, JointMilestone, Privilege, Sponsor
from ui.choices import offer, offer_rows

PERCENT = Decimal(100)


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )


def _shared() -> forms.BooleanField:
    return forms.BooleanField(
        label=gettext_lazy("Shown to the customer"),
        required=False,
        help_text=gettext_lazy("On the page that contacts open by a link."),
    )


class PlanRowForm(forms.Form):
    """A goal, a milestone or a privilege. ``seen``: the version that the form was filled from."""

    model: type[PlanRow]
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, customer: Customer, row: PlanRow | None = None, **kwargs: Any
    ) -> None:
        if row is not None:
            kwargs["initial"] = self.initial_of(row) | {"seen": row.version}
        super().__init__(*args, **kwargs)
        self.prepare(customer, row)

    def prepare(self, customer: Customer, row: PlanRow | None) -> None:
        """Offer what can be chosen."""

    def initial_of(self, row: PlanRow) -> dict[str, Any]:
        return {name: getattr(row, name) for name in self.base_fields if name != "seen"}

    def values(self) -> dict[str, Any]:
        """As :func:`service.actions.success_plans.add_row` takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


class GoalForm(PlanRowForm):
    model = Goal
    title = forms.CharField(label=gettext_lazy("What the customer wants to reach"), max_length=300)
    text = forms.CharField(
        label=gettext_lazy("Details"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    measure = forms.ChoiceField(
        label=gettext_lazy("Measured by"),
        required=False,
        help_text=gettext_lazy("Every night says how far it is."),
    )
    target = forms.DecimalField(
        label=gettext_lazy("Target"),
        max_digits=16,
        decimal_places=4,
        required=False,
        help_text=gettext_lazy("Of a share in percent: 80 for 80 %."),
    )
    by_on = _day(pgettext_lazy("day", "By"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=Goal.State.choices)
    is_shared = _shared()

    def prepare(self, customer: Customer, row: PlanRow | None) -> None:
        measures = [
            (measure.key, f"{measure.title} ({UNITS[measure.unit]})")
            for measure in catalogue.all_measures()
            if measure.has_facts
        ]
        kept = row.measure if isinstance(row, Goal) else ""
        if kept and kept not in dict(measures):
            measures.append((kept, kept))
        offer(self, "measure", [("", _("Told in words")), *sorted(measures, key=lambda m: m[1])])

    def initial_of(self, row: PlanRow) -> dict[str, Any]:
        found = super().initial_of(row)
        if found["target"] is not None:
            scale = PERCENT if _is_share(found["measure"]) else 1
            found["target"] = f"{(found['target'] * scale).normalize():f}"
        return found

    def values(self) -> dict[str, Any]:
        given = super().values()
        if _is_share(given["measure"]) and given["target"] is not None:
            given["target"] /= PERCENT
        return given


def _is_share(measure: str) -> bool:
    return measure in catalogue.names() and catalogue.get(measure).unit is Unit.SHARE


class MilestoneForm(PlanRowForm):
    model = JointMilestone
    title = forms.CharField(label=gettext_lazy("Milestone"), max_length=300)
    goal: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("For the goal"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("None of them"),
    )
    due_on = _day(gettext_lazy("Due on"))
    colleague: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("Who of us"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("Nobody named"),
    )
    contact: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("Who of the customer"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("Nobody named"),
    )
    done_on = _day(gettext_lazy("Done on"), required=False)
    is_shared = _shared()

    def prepare(self, customer: Customer, row: PlanRow | None) -> None:
        offer_rows(self, "goal", Goal.objects.filter(customer=customer).order_by("title", "pk"))
        named = row.colleague_id if isinstance(row, JointMilestone) else None
        people = Colleague.objects.filter(membership__is_active=True)
        if named:
            people |= Colleague.objects.filter(pk=named)
        offer_rows(self, "colleague", people.order_by("name", "pk"))
        offer_rows(
            self, "contact", Contact.objects.filter(customer=customer).order_by("name", "pk")
        )

    def initial_of(self, row: PlanRow) -> dict[str, Any]:
        found = super().initial_of(row)
        for name in ("goal", "colleague", "contact"):
            found[name] = getattr(row, f"{name}_id")
        return found


class PrivilegeForm(PlanRowForm):
    model = Privilege
    title = forms.CharField(label=gettext_lazy("What the customer is entitled to"), max_length=200)
    text = forms.CharField(
        label=gettext_lazy("Details"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    from_on = _day(gettext_lazy("From"))
    to_on = _day(gettext_lazy("To"), required=False)
    is_shared = _shared()


class BackgroundForm(forms.Form):
    background = forms.CharField(
        label=gettext_lazy("Background"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy("Never shown to the customer."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)


class SponsorForm(forms.Form):
    contact: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("Sponsor"), queryset=None
    )
    from_on = _day(gettext_lazy("Since"))
    is_shared = _shared()

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(
            self, "contact", Contact.objects.filter(customer=customer).order_by("name", "pk")
        )


class SponsorEndForm(forms.Form):
    to_on = _day(gettext_lazy("Until"))
    why = forms.CharField(label=gettext_lazy("Why"), max_length=300)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, sponsor: Sponsor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = sponsor.version


class PlanLinkForm(forms.Form):
    """Who gets a link to the success plan."""

    contact: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("For whom"), queryset=None
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the page"), choices=settings.LANGUAGES
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(
            self, "contact", Contact.objects.filter(customer=customer).order_by("name", "pk")
        )
        self.fields["language"].initial = get_language()


FORMS: dict[str, type[PlanRowForm]] = {
    "goals": GoalForm,
    "milestones": MilestoneForm,
    "privileges": PrivilegeForm,
}
"""By how the address calls them."""
