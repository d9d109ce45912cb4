"""Forms of weekly reports: the manager's words, and who is to have them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import Contact
from projects.compute.weekly_reports import LONGEST_TEXT, SECTIONS, SUMMARY
from projects.forms.customer_pages import contact_choices, contact_words
from projects.models import Project, WeeklyReport
from ui.choices import offer

TITLES = {
    SUMMARY: gettext_lazy("Summary"),
    "milestones": gettext_lazy("Milestones"),
    "done": gettext_lazy("Done this week"),
    "doing": gettext_lazy("Under way"),
    "next": gettext_lazy("Next week"),
    "waiting": gettext_lazy("Waiting for"),
    "changes": gettext_lazy("Change requests"),
    "requirements": gettext_lazy("Wishes and questions"),
    "risks": gettext_lazy("Risks and issues"),
}


class WeeklyForm(forms.Form):
    """The manager's words by section. Figures are not to be edited: they are read from the rows."""

    summary = forms.CharField(
        label=TITLES[SUMMARY],
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("In your words; it stands above the figures."),
    )
    shows_effort = forms.BooleanField(
        label=gettext_lazy("Show the effort to the customer"), required=False
    )
    shows_risks = forms.BooleanField(
        label=gettext_lazy("Show risks and issues to the customer"), required=False
    )
    correction = forms.CharField(
        label=gettext_lazy("What is corrected"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It stands at the top of the report."),
    )

    def __init__(self, *args: Any, report: WeeklyReport, **kwargs: Any) -> None:
        kwargs["initial"] = report.texts | {
            "shows_effort": report.shows_effort,
            "shows_risks": report.shows_risks,
            "correction": report.correction,
        }
        super().__init__(*args, **kwargs)
        for name in SECTIONS:
            self.fields[name] = forms.CharField(
                label=TITLES[name],
                required=False,
                max_length=LONGEST_TEXT,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        if report.correction_of_id is None:
            del self.fields["correction"]
        self.order_fields(["correction", SUMMARY, *SECTIONS, "shows_effort", "shows_risks"])

    def values(self) -> dict[str, Any]:
        """As ``edit_report`` takes them."""
        given = dict(self.cleaned_data)
        switches = {name: given.pop(name) for name in ("shows_effort", "shows_risks")}
        return {**switches, "correction": given.pop("correction", ""), "texts": given}


class RecipientsForm(forms.Form):
    """Who of the customer is to have a report."""

    contacts = forms.MultipleChoiceField(
        label=gettext_lazy("Send to"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, project: Project, usual: Iterable[Contact] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = contact_choices(project)
        offer(
            self, "contacts",
            [(key, contact_words(contact)) for key, contact in self.people.items()],
        )  # fmt: skip
        self.fields["contacts"].initial = [str(contact.pk) for contact in usual]

    def chosen(self) -> list[Contact]:
        return [self.people[key] for key in self.cleaned_data["contacts"]]
